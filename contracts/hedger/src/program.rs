//! The program's door: decodes a call and hands over.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use equipoise_hedger_state::Hedger;
use equipoise_interfaces::IHedger::{rebalanceBySignatureCall, rebalanceCall};
use equipoise_kit::lean::{answer, delegate, enter, CONSTRUCTOR};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::rebalance::{rebalance, Request};
use crate::signed::rebalance_signed;

/// Runs one call: rebalances; the trustee runs all else. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut hedger, selector, mut given) = enter::<Hedger>(&input, vm)?;
    match selector {
        rebalanceCall::SELECTOR => {
            let request = Request::take(&mut given.take_struct()?)?;
            let words: Vec<B256> = given.take_array()?;
            let solver = hedger.vm().msg_sender();
            answer(&rebalance(&mut hedger, &request, &words, solver)?)
        }
        rebalanceBySignatureCall::SELECTOR => answer(&rebalance_signed(&mut hedger, &mut given)?),
        CONSTRUCTOR => {
            // The constructor's first argument.
            hedger.slots.trustee.name_once(given.take()?)?;
            ask_trustee(&mut hedger, &input)
        }
        _ => ask_trustee(&mut hedger, &input),
    }
}

/// Has the trustee run a call in this program's storage.
/// # Errors: the trustee's own
fn ask_trustee(hedger: &mut Hedger, input: &[u8]) -> ArbResult {
    let trustee = hedger.slots.trustee.address();
    delegate(hedger, trustee, input)
}
