//! The broker's door: decodes a call and hands over.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use equipoise_hedger_state::Hedger;
use equipoise_interfaces::IBroker::{
    cancelHedgeCall, confirmHedgeCall, markPerpCall, perpHeldCall, perpOrderCall, perpVenueCall, requestHedgeCall,
    setPerpVenueCall, tendPerpCall,
};
use equipoise_kit::lean::{answer, enter, unknown};
use equipoise_kit::number::from_i128;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::{admin, margin, outcome, request};

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut hedger, selector, mut given) = enter::<Hedger>(&input, vm)?;
    let hedger = &mut hedger;
    match selector {
        requestHedgeCall::SELECTOR => {
            let asked = given.take()?;
            let words: Vec<B256> = given.take_array()?;
            answer(&request::request(hedger, &asked, &words)?)
        }
        confirmHedgeCall::SELECTOR => answer(&outcome::confirm(hedger, &given.take_array()?)?),
        cancelHedgeCall::SELECTOR => answer(&outcome::cancel(hedger)?),
        markPerpCall::SELECTOR => answer(&margin::mark(hedger)?),
        tendPerpCall::SELECTOR => answer(&margin::tend(hedger)?),
        setPerpVenueCall::SELECTOR => answer(&admin::set_venue(hedger, given.take()?)?),
        perpVenueCall::SELECTOR => answer(&hedger.slots.perp_venue.address()),
        perpHeldCall::SELECTOR => {
            let perp = hedger.perp();
            answer(&[from_i128(perp.units), from_i128(perp.cash)])
        }
        perpOrderCall::SELECTOR => answer(&admin::order(hedger)),
        _ => unknown(selector),
    }
}
