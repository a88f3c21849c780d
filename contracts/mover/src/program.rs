//! The mover's door: decodes a call, checks who makes it, and hands it over.

use alloy_sol_types::SolCall;
use equipoise_interfaces::IMarketMargin::{deleverageCall, marginCall, moveShareCall, takeOverCall};
use equipoise_interfaces::IUnderwritten::crossTradeCall;
use equipoise_kit::lean::{answer, only, open, unknown};
use equipoise_kit::Revert;
use equipoise_market_state::snapshot::Sight;
use equipoise_market_state::store::{Place, Store};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::begun::Begun;
use crate::cross::cross_trade;
use crate::liquidation::{deleverage, move_share, take_over};

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    let mut store = Store::new(vm);
    match selector {
        marginCall::SELECTOR => {
            let moment = Sight::of(&store)?.moment;
            answer(&Begun::default().margin_of(&store, &moment, given.take()?)?)
        }
        crossTradeCall::SELECTOR => {
            let (accounts, paid) = (given.take()?, (given.take()?, given.take()?));
            answer(&cross_trade(&mut store, accounts, paid, &given.take_array()?)?)
        }
        moveShareCall::SELECTOR => {
            only_clearing(&store)?;
            move_share(&mut store, given.take()?, given.take()?)
        }
        takeOverCall::SELECTOR => {
            only_clearing(&store)?;
            answer(&take_over(&mut store, given.take()?, given.take()?)?)
        }
        deleverageCall::SELECTOR => {
            only_clearing(&store)?;
            deleverage(&mut store, given.take()?)
        }
        _ => unknown(selector),
    }
}

/// # Errors: NotWired, CallerNotAllowed
fn only_clearing(store: &Store) -> Result<(), Revert> {
    only(store.vm(), store.address(Place::Clearing))
}
