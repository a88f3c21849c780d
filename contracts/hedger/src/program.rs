//! The program's door: decodes a call and hands over.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use equipoise_hedger_state::Hedger;
use equipoise_interfaces::AlreadyWired;
use equipoise_interfaces::IHedger::{rebalanceBySignatureCall, rebalanceCall};
use equipoise_kit::lean::{answer, delegate, enter, revert, CONSTRUCTOR};
use equipoise_kit::{require_code, Revert};
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
            name_trustee(&mut hedger, given.take()?)?;
            ask_trustee(&mut hedger, &input)
        }
        _ => ask_trustee(&mut hedger, &input),
    }
}

/// Keeps the trustee's address, the constructor's first argument. Once.
/// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode
fn name_trustee(hedger: &mut Hedger, trustee: Address) -> Result<(), Revert> {
    if !hedger.slots.trustee.address().is_zero() {
        return Err(revert(&AlreadyWired {}));
    }
    require_code(hedger.vm(), trustee)?;
    hedger.slots.trustee.set_address(trustee);
    Ok(())
}

/// Has the trustee run a call in this program's storage.
/// # Errors: the trustee's own
fn ask_trustee(hedger: &mut Hedger, input: &[u8]) -> ArbResult {
    let trustee = hedger.slots.trustee.address();
    delegate(hedger, trustee, input)
}
