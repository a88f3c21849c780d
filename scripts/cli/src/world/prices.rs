//! Prices that publishers sign.

use alloy_primitives::Address;
use alloy_signer::SignerSync;
use alloy_sol_types::{eip712_domain, SolStruct};
use equipoise_interfaces::{IOracle, ISignedSource, PriceSignature, PriceUpdate};

use super::World;
use crate::deployment::PUBLISHER_THRESHOLD;
use crate::error::CliError;
use crate::units::price_wad;

/// What publishers of these markets sign that a price may be off by: a basis point of it.
const CONFIDENCE_SHARE: f64 = 1e-4;

/// A price with its signatures, and where it is brought.
#[derive(Clone, Debug)]
pub struct SignedPrice {
    /// The source.
    pub source: Address,
    /// The price.
    pub update: PriceUpdate,
    /// As many as it takes, by rising address.
    pub signatures: Vec<PriceSignature>,
}

impl World {
    /// Has publishers sign the price of a moment.
    /// # Errors: [`CliError`]
    pub fn sign_price(&mut self, at: u64, price: f64) -> Result<SignedPrice, CliError> {
        let source = self.view(self.contracts.oracle, &IOracle::sourcesCall {})?.source;
        let underlying = self.view(source, &ISignedSource::underlyingCall {})?;
        let (price, confidence) = (price_wad(price), price_wad(price * CONFIDENCE_SHARE));
        let update = PriceUpdate { underlying, priceWad: price, confidenceWad: confidence, publishedAt: at };
        let domain = eip712_domain! {
            name: "Equipoise Signed Source",
            version: "1",
            chain_id: self.chain().chain_id(),
            verifying_contract: source,
        };
        let digest = update.eip712_signing_hash(&domain);
        let mut signatures = Vec::new();
        for key in self.publishers.iter().take(PUBLISHER_THRESHOLD.into()) {
            let signature = key.sign_hash_sync(&digest).map_err(|_| CliError::KeeperKey)?;
            signatures.push(PriceSignature { publisher: key.address(), signature: signature.as_bytes().into() });
        }
        Ok(SignedPrice { source, update, signatures })
    }
}
