//! The program's door: decodes a call, checks, and answers.

use alloy_sol_types::SolCall;
use equipoise_interfaces::ISurface::checkSurfaceCall;
use equipoise_kit::lean::{answer, open, unknown};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::check::{check_surface, limits_of};

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    if selector != checkSurfaceCall::SELECTOR {
        return unknown(selector);
    }
    let (now, strike_shift, [vol, basis]) = (given.take()?, given.take()?, given.take()?);
    let limits = limits_of(vol, basis)?;
    let (variance, step) = check_surface(now, strike_shift, &limits, &given.take_array()?)?;
    answer(&(variance.to_bits(), step.raw()))
}
