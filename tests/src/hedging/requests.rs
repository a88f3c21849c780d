//! Rebalances that a solver signs and anybody sends.

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{eip712_domain, sol, Eip712Domain, SolStruct};
use equipoise_interfaces::{IHedger, RebalanceRequest};

sol! {
    struct HedgeLeg {
        address venue;
        int256 quantityAtoms;
        uint256 limitPriceWad;
    }

    struct Rebalance {
        address solver;
        uint256 nonce;
        uint64 riskEpoch;
        uint64 minPriceAt;
        uint64 deadline;
        uint256 maxTipAtoms;
        HedgeLeg[] legs;
    }
}

/// A hedger's domain on a chain.
pub fn hedger_domain(chain_id: u64, hedger: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Equipoise Hedger",
        version: "1",
        chain_id: chain_id,
        verifying_contract: hedger,
    }
}

/// A solver's request against an inventory, with the signature of a key under it.
pub fn signed_rebalance(
    domain: &Eip712Domain,
    (request, words): (RebalanceRequest, Vec<B256>),
    (solver, nonce): (Address, U256),
    key: &PrivateKeySigner,
) -> IHedger::rebalanceBySignatureCall {
    let leg = |leg: &equipoise_interfaces::HedgeLeg| HedgeLeg {
        venue: leg.venue,
        quantityAtoms: leg.quantityAtoms,
        limitPriceWad: leg.limitPriceWad,
    };
    let message = Rebalance {
        solver,
        nonce,
        riskEpoch: request.riskEpoch,
        minPriceAt: request.minPriceAt,
        deadline: request.deadline,
        maxTipAtoms: request.maxTipAtoms,
        legs: request.legs.iter().map(leg).collect(),
    };
    let signature = key.sign_hash_sync(&message.eip712_signing_hash(domain)).expect("a key signs");
    let signature = Bytes::from(signature.as_bytes());
    IHedger::rebalanceBySignatureCall { request, words, solver, nonce, signature }
}
