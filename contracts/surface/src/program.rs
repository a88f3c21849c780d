//! The program's door: decodes a call, checks, and answers.

use alloy_sol_types::SolCall;
use equipoise_interfaces::ISurface::checkSurfaceCall;
use equipoise_kit::lean::{answer, open, unknown};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::check::check_surface;

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    if selector != checkSurfaceCall::SELECTOR {
        return unknown(selector);
    }
    let (now, strike_shift) = (given.take()?, given.take()?);
    answer(&check_surface(now, strike_shift, &given.take_array()?)?.to_bits())
}
