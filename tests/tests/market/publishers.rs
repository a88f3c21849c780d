//! Publishers of prices that markets are traded at.

use alloy_primitives::{Address, B256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{eip712_domain, SolStruct};
use equipoise_chain::Receipt;
use equipoise_cli::deployment::Sources;
use equipoise_interfaces::{ISignedSource, PriceSignature, PriceUpdate};
use equipoise_tests::{Failure, World};

use crate::fixture::{signers, Market, HOUR};

/// Of three publishers.
const THRESHOLD: u8 = 2;
/// How old a price may be when it is brought: older than one that may be traded at.
const MAX_AGE_SECS: u64 = 60;
/// How old the feed's price may be for pulled ones to be traded at.
pub const MOST_PUSH_AGE_SECS: u64 = 2 * HOUR;

pub struct Publishers {
    pub source: Address,
    /// By rising address.
    pub keys: Vec<PrivateKeySigner>,
}

impl Publishers {
    /// A source of theirs, and what an oracle is made of that pulls its prices from it.
    pub fn deploy(world: &mut World) -> (Self, Sources) {
        let keys = signers(["first publisher", "second publisher", "third publisher"]);
        let publishers: Vec<_> = keys.iter().map(PrivateKeySigner::address).collect();
        let source = world.deployer().signed_source(underlying(), MAX_AGE_SECS, &publishers, THRESHOLD).unwrap();
        let most_push_age_secs = MOST_PUSH_AGE_SECS.try_into().unwrap();
        let sources = Sources { feed: world.feed, second: source, most_push_age_secs, ..Sources::default() };
        (Self { source, keys }, sources)
    }

    /// A price in millionths of a dollar, of some moment, off by so much at most.
    pub fn update(micros: u128, confidence_micros: u128, at: u64) -> PriceUpdate {
        let wad = |micros: u128| U256::from(micros * 1_000_000_000_000);
        let (price, confidence) = (wad(micros), wad(confidence_micros));
        PriceUpdate { underlying: underlying(), priceWad: price, confidenceWad: confidence, publishedAt: at }
    }

    /// As many signatures as it takes.
    pub fn sign(&self, world: &World, update: &PriceUpdate) -> Vec<PriceSignature> {
        let domain = eip712_domain! {
            name: "Equipoise Signed Source",
            version: "1",
            chain_id: world.chain.chain_id(),
            verifying_contract: self.source,
        };
        let sign = |key: &PrivateKeySigner| {
            let signature = key.sign_hash_sync(&update.eip712_signing_hash(&domain)).unwrap();
            PriceSignature { publisher: key.address(), signature: signature.as_bytes().into() }
        };
        self.keys.iter().take(THRESHOLD.into()).map(sign).collect()
    }

    /// Has anybody bring a price.
    pub fn bring(&self, market: &mut Market, update: &PriceUpdate) -> Result<Receipt, Failure> {
        let signatures = self.sign(&market.world, update);
        let call = ISignedSource::updateCall { priceUpdate: update.clone(), signatures };
        let anybody = market.keeper;
        market.world.send(anybody, self.source, &call)
    }

    /// A price of now in dollars and cents, off by ten cents.
    pub fn bring_now(&self, market: &mut Market, cents: u128) {
        let update = Self::update(cents * 10_000, 100_000, market.now());
        self.bring(market, &update).unwrap();
    }
}

fn underlying() -> B256 {
    B256::right_padding_from(b"ETH")
}
