//! The program's door: decodes a call, assesses, and answers.

use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::IAssessor::assessCall;
use equipoise_interfaces::Margin;
use equipoise_kit::lean::{answer, open, unknown};
use equipoise_market_state::layout::decode_margin_parameters;
use equipoise_risk::margin::MarketMargin;
use equipoise_risk::units::Money;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::portfolio::assess;

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    if selector != assessCall::SELECTOR {
        return unknown(selector);
    }
    let (moment, decimals) = (given.take()?, given.take()?);
    let parameters: B256 = given.take()?;
    let parameters = decode_margin_parameters(&parameters.0);
    answer(&shown(&assess(&moment, decimals, &parameters, &given.take_array()?)?))
}

fn shown(margin: &MarketMargin) -> Margin {
    let bits = |money: Money| money.fx().to_bits();
    Margin {
        valueX64: bits(margin.value),
        markX64: bits(margin.mark),
        maintenanceX64: margin.maintenance.to_array().map(bits),
        initialX64: margin.initial.to_array().map(bits),
    }
}
