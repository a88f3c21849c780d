//! The program's door: decodes a call, judges, and answers.

use alloy_sol_types::SolCall;
use equipoise_interfaces::IReferee::{
    collateralCall, holdingCall, judgeCall, judgeOptionsCall, observeCall, perpLimitCall, perpMarginCall, perpMarkCall,
};
use equipoise_kit::lean::{answer, open, unknown};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::holding::{collateral, holding};
use crate::judge::Market;
use crate::perp::{perp_limit, perp_margin, perp_mark};

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    match selector {
        collateralCall::SELECTOR => answer(&collateral(&given.take()?, &given.take()?, given.take()?)?),
        holdingCall::SELECTOR => answer(&holding(&given.take()?, given.take()?, given.take()?, given.take()?)?),
        perpLimitCall::SELECTOR => answer(&perp_limit(&given.take()?, &given.take()?, &given.take()?)?),
        perpMarginCall::SELECTOR => answer(&perp_margin(&given.take()?, &given.take()?, given.take()?)?),
        perpMarkCall::SELECTOR => answer(&perp_mark(&given.take()?, &given.take()?, &given.take()?, &given.take()?)?),
        observeCall::SELECTOR => {
            let (state, net, options) = (given.take()?, given.take()?, given.take()?);
            answer(&Market::take(&mut given)?.observed(&state, net, options)?)
        }
        judgeCall::SELECTOR => {
            let (state, outcome) = (given.take()?, given.take()?);
            answer(&Market::take(&mut given)?.judged(&state, &outcome)?)
        }
        judgeOptionsCall::SELECTOR => {
            let (state, traded) = (given.take()?, given.take()?);
            let market = Market::take(&mut given)?;
            answer(&market.judged_options(&state, &traded, &given.take()?)?)
        }
        _ => unknown(selector),
    }
}
