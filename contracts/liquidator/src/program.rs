//! The liquidator's door: decodes a call and hands it over.

use alloy_sol_types::SolCall;
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::IClearing::{accountMarginCall, auctionCall, bidCall, endAuctionCall, startAuctionCall};
use equipoise_kit::lean::{answer, enter, unknown};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::{auction, bid};

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut ledger, selector, mut given) = enter::<Ledger>(&input, vm)?;
    let ledger = &mut ledger;
    match selector {
        bidCall::SELECTOR => answer(&bid::bid(ledger, &mut given)?),
        startAuctionCall::SELECTOR => answer(&auction::start(ledger, given.take()?)?),
        endAuctionCall::SELECTOR => answer(&auction::end(ledger, given.take()?)?),
        accountMarginCall::SELECTOR => answer(&auction::show_margin(ledger, given.take()?)?),
        auctionCall::SELECTOR => answer(&auction::show(ledger, given.take()?)?),
        _ => unknown(selector),
    }
}
