//! The program's door: decodes a call, checks, and answers.

use alloy_sol_types::SolCall;
use equipoise_interfaces::ISurface::checkSurfaceCall;
use equipoise_interfaces::SelectorUnknown;
use equipoise_kit::lean::{answer, revert, Arguments};
use equipoise_kit::Revert;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::check::check_surface;

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    if !vm.msg_value().is_zero() {
        return Err(Revert::new());
    }
    let (selector, mut given) = Arguments::split(&input)?;
    if selector != checkSurfaceCall::SELECTOR {
        return Err(revert(&SelectorUnknown { selector: selector.into() }));
    }
    let (now, strike_shift) = (given.take()?, given.take()?);
    answer(&check_surface(now, strike_shift, &given.take_array()?)?.to_bits())
}
