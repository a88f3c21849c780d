//! Offers as makers sign them.

use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{eip712_domain, Eip712Domain, SolStruct};
use equipoise_interfaces::{account, IUnderwritten, Leg, OfferedLeg, UnderwritingOffer};

use crate::fixture::{Market, FAR};

/// What no maker's proceeds are below.
pub const ANY_PROCEEDS: i64 = -1_000_000_000_000_000;

/// The market's underwriter, deployed and wired as everywhere if there is none yet.
pub fn underwriter_of(market: &mut Market) -> Address {
    let wired = market.read(&IUnderwritten::underwriterCall {});
    if !wired.is_zero() {
        return wired;
    }
    let (program, clearing) = (market.market, market.clearing);
    market.world.deployer().underwriters(clearing, &[(program, "ETH")]).unwrap().remove(0)
}

/// Takes the other side of so many units, at any price, for anybody.
pub fn offer_of(maker: Address, legs: &[Leg], max_units: u64) -> UnderwritingOffer {
    UnderwritingOffer {
        account: account::of(maker),
        legs: legs.iter().map(|leg| OfferedLeg { series: leg.series, sizeWad: leg.sizeWad }).collect(),
        maxUnits: max_units,
        minProceedsAtoms: I256::try_from(ANY_PROCEEDS).unwrap(),
        taker: Address::ZERO,
        nonce: U256::from(7),
        validUntil: FAR,
    }
}

/// What offers to an underwriter are signed in.
pub fn domain_of(market: &Market, underwriter: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Equipoise Underwriter",
        version: "1",
        chain_id: market.world.chain.chain_id(),
        verifying_contract: underwriter,
    }
}

pub fn sign(offer: &UnderwritingOffer, key: &PrivateKeySigner, domain: &Eip712Domain) -> Bytes {
    let signature = key.sign_hash_sync(&offer.eip712_signing_hash(domain)).unwrap();
    Bytes::from(signature.as_bytes())
}

/// A maker's key.
pub fn maker_key() -> PrivateKeySigner {
    PrivateKeySigner::from_slice(&[7; 32]).unwrap()
}
