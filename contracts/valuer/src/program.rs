//! The program's door: decodes a call, values, and answers.

use alloy_sol_types::SolCall;
use equipoise_interfaces::words::ToWords;
use equipoise_interfaces::IValuer::valueCall;
use equipoise_kit::lean::{open, unknown};
use equipoise_kit::Revert;
use equipoise_risk::quote::Package;
use equipoise_risk::spread::HalfSpread;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::live::Live;

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    if selector != valueCall::SELECTOR {
        return unknown(selector);
    }
    let (moment, doubt) = (given.take()?, given.take()?);
    let (boards, legs) = (given.take_array()?, given.take_array()?);
    let mut live = Live::unpack(&moment, doubt, &boards)?;
    live.enter(&legs)?;
    write_values(&live)
}

/// Writes what [`equipoise_interfaces::Values`] are word by word: as a value they would be copied about, and their forty numbers unrolled.
fn write_values(live: &Live) -> Result<Vec<u8>, Revert> {
    let valuation = live.value()?;
    let mut out = Vec::new();
    for book in [&valuation.before, &valuation.change] {
        for number in book.to_array() {
            number.fx().to_bits().write(&mut out);
        }
    }
    let Package { mid, spread, fee, through_mid, .. } = valuation.package;
    let HalfSpread { of_vol, rest } = valuation.uncertainty;
    for number in [of_vol, rest, mid, spread.of_vol, spread.rest, fee, through_mid, live.may_owe()?] {
        number.fx().to_bits().write(&mut out);
    }
    live.is_settlement_pending.write(&mut out);
    Ok(out)
}
