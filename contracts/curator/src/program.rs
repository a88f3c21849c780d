//! The curator's door: decodes a call, checks who makes it, and hands it over.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::ToWords;
use equipoise_interfaces::IMarket::{
    fixPayoutRatioCall, listBoardCall, postSurfaceCall, setSurfaceKeepersCall, settleBoardCall, surfaceKeepersCall,
    surfaceStepsCall,
};
use equipoise_kit::lean::{answer, open, unknown};
use equipoise_kit::ownership::Ownership;
use equipoise_market_state::store::Store;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::StorageType;
use stylus_sdk::ArbResult;

use crate::{keepers, listing, post, settle};

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    // SAFETY: ownership has a namespace of its own, and this is its one handle.
    let ownership = unsafe { Ownership::new(U256::ZERO, 0, vm.clone()) };
    let mut store = Store::new(vm);
    match selector {
        settleBoardCall::SELECTOR => answer(&settle::settle_board(&mut store, given.take()?, given.take()?)?),
        fixPayoutRatioCall::SELECTOR => answer(&settle::fix_payout_ratio(&mut store, given.take()?)?),
        postSurfaceCall::SELECTOR => answer(&post::take(&mut store, &mut given)?),
        listBoardCall::SELECTOR => {
            ownership.only_owner()?;
            let expiry = given.take()?;
            answer(&listing::list(&mut store, expiry, &given.take_array()?)?)
        }
        setSurfaceKeepersCall::SELECTOR => {
            ownership.only_owner()?;
            let keepers = given.take_array()?;
            answer(&keepers::replace(&mut store, &keepers, given.take()?)?)
        }
        surfaceKeepersCall::SELECTOR => Ok(keepers::shown(&store)),
        surfaceStepsCall::SELECTOR => {
            let mut out = Vec::new();
            post::steps(&store).write(&mut out);
            Ok(out)
        }
        _ => unknown(selector),
    }
}
