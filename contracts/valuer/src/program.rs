//! The program's door: decodes a call, values, and answers.

use alloy_sol_types::SolCall;
use equipoise_interfaces::IValuer::valueCall;
use equipoise_interfaces::Values;
use equipoise_kit::lean::{answer, open, unknown};
use equipoise_risk::book::{Exposure, Valuation};
use equipoise_risk::units::Money;
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
    let mut live = Live::unpack(&given.take()?, &given.take_array()?)?;
    live.enter(&given.take_array()?)?;
    answer(&values_of(&live.value()?, live.may_owe()?, live.is_settlement_pending))
}

fn values_of(valuation: &Valuation, may_owe: Money, is_settlement_pending: bool) -> Values {
    let bits = |money: Money| money.fx().to_bits();
    let all = |book: &Exposure| book.to_array().map(bits);
    let package = &valuation.package;
    Values {
        beforeX64: all(&valuation.before),
        changeX64: all(&valuation.change),
        uncertaintyX64: bits(valuation.uncertainty),
        midX64: bits(package.mid),
        spreadX64: bits(package.spread),
        feeX64: bits(package.fee),
        throughMidX64: bits(package.through_mid),
        mayOweX64: bits(may_owe),
        isSettlementPending: is_settlement_pending,
    }
}
