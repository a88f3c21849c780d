//! The dealer's door: decodes a call and hands over.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use equipoise_hedger_state::Hedger;
use equipoise_interfaces::IDealer::hedgeOptionsCall;
use equipoise_kit::lean::{answer, enter, unknown};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::hedge::{hedge, Request};

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut hedger, selector, mut given) = enter::<Hedger>(&input, vm)?;
    match selector {
        hedgeOptionsCall::SELECTOR => {
            let request = Request::take(&mut given.take_struct()?)?;
            let words: Vec<B256> = given.take_array()?;
            answer(&hedge(&mut hedger, request, &words)?)
        }
        _ => unknown(selector),
    }
}
