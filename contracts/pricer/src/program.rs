//! The program's door: decodes a call, values, and answers.

use alloy_sol_types::SolCall;
use equipoise_interfaces::IPricer::{checkSurfaceCall, valueCall};
use equipoise_interfaces::{SelectorUnknown, Values};
use equipoise_kit::lean::{answer, revert, Arguments};
use equipoise_kit::Revert;
use equipoise_risk::book::{Exposure, Valuation};
use equipoise_risk::units::Money;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::live::Live;
use crate::surface::check_surface;

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    if !vm.msg_value().is_zero() {
        return Err(Revert::new());
    }
    let (selector, mut given) = Arguments::split(&input)?;
    match selector {
        valueCall::SELECTOR => {
            let mut live = Live::unpack(&given.take()?, &given.take_array()?)?;
            live.enter(&given.take_array()?)?;
            answer(&values_of(&live.value()?, live.may_owe()?))
        }
        checkSurfaceCall::SELECTOR => {
            let (now, strike_shift) = (given.take()?, given.take()?);
            answer(&check_surface(now, strike_shift, &given.take_array()?)?.to_bits())
        }
        _ => Err(revert(&SelectorUnknown { selector: selector.into() })),
    }
}

fn values_of(valuation: &Valuation, may_owe: Money) -> Values {
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
        grossVegaX64: bits(package.gross_vega),
        mayOweX64: bits(may_owe),
    }
}
