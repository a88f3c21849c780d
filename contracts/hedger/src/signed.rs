//! Requests that somebody else sends for a solver who has signed them.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use equipoise_hedger_state::Hedger;
use equipoise_interfaces::words::words_of;
use equipoise_interfaces::{HedgeLeg, HedgerNonceDiffers};
use equipoise_kit::lean::{revert, Arguments};
use equipoise_kit::lock::held;
use equipoise_kit::signature::{digest, hash, require_signed};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::rebalance::{rebalance, Request};

macro_rules! leg_type {
    () => {
        "HedgeLeg(address venue,int256 quantityAtoms,uint256 limitPriceWad)"
    };
}

const LEG_TYPE: B256 = hash(leg_type!());
const REBALANCE_TYPE: B256 = hash(concat!(
    "Rebalance(address solver,uint256 nonce,uint64 riskEpoch,uint64 minPriceAt,uint64 deadline,uint256 maxTipAtoms,\
     HedgeLeg[] legs)",
    leg_type!(),
));

/// A rebalance that a solver has signed.
/// # Errors: as [`rebalance`]; HedgerNonceDiffers, SignatureInvalid
pub fn rebalance_signed(hedger: &mut Hedger, given: &mut Arguments<'_>) -> Result<U256, Revert> {
    let request = Request::take(&mut given.take_struct()?)?;
    let words: Vec<B256> = given.take_array()?;
    let (solver, nonce): (Address, U256) = (given.take()?, given.take()?);
    let signature = given.take_bytes()?;
    let expected = hedger.nonce(solver);
    if nonce != expected {
        return Err(revert(&HedgerNonceDiffers { nonce, expected }));
    }
    let next = nonce.saturating_add(U256::ONE);
    hedger.slots.nonces.at_mut(solver.into_word()).set_number(next);
    let digest = digest_of(hedger, &request, solver, nonce);
    let clearing = hedger.slots.clearing.address();
    // A contract that signs runs its own code.
    held(hedger, clearing, |hedger| require_signed(hedger.vm(), solver, digest, signature))?;
    rebalance(hedger, &request, &words, solver)
}

fn digest_of(hedger: &Hedger, request: &Request, solver: Address, nonce: U256) -> B256 {
    let hash_of = |leg: &HedgeLeg| {
        let words = words_of(&(LEG_TYPE, leg.venue, leg.quantityAtoms, leg.limitPriceWad));
        hedger.vm().native_keccak256(&words)
    };
    let legs: Vec<u8> = request.legs.iter().flat_map(|leg| hash_of(leg).0).collect();
    let Request { risk_epoch, min_price_at, deadline, max_tip_atoms, .. } = *request;
    let times = [risk_epoch, min_price_at, deadline];
    let legs = hedger.vm().native_keccak256(&legs);
    let message = (REBALANCE_TYPE, solver, nonce, times, max_tip_atoms, legs);
    digest(hedger.vm(), hedger.domain(), &message)
}
