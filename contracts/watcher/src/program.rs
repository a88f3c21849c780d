//! The watcher's door: decodes a call, checks who makes it, and hands it over.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IBreakers::{breakersCall, marketStateCall, pokeCall, tightenCall};
use equipoise_interfaces::IMarketMargin::safeSinceCall;
use equipoise_interfaces::IParameters::guardianCall;
use equipoise_interfaces::IWatcher::observeCall;
use equipoise_kit::lean::{answer, answer_array, only, open, unknown, view};
use equipoise_kit::ownership::Ownership;
use equipoise_kit::{registry, Revert};
use equipoise_market_state::store::Store;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::StorageType;
use stylus_sdk::ArbResult;

use crate::safe::safe_since;
use crate::{look, views};

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    // SAFETY: ownership has a namespace of its own, and this is its one handle.
    let ownership = unsafe { Ownership::new(U256::ZERO, 0, vm.clone()) };
    let mut store = Store::new(vm);
    match selector {
        observeCall::SELECTOR => answer(&look::observe(&mut store, &given.take()?)?),
        pokeCall::SELECTOR => answer(&look::poke(&mut store)?),
        tightenCall::SELECTOR => {
            let guardian = require_guardian(&store, &ownership)?;
            answer(&look::tighten(&mut store, guardian, given.take()?)?)
        }
        marketStateCall::SELECTOR => answer(&views::state(&store)?),
        breakersCall::SELECTOR => answer_array(&views::breakers(&store)),
        safeSinceCall::SELECTOR => answer(&safe_since(&store)?),
        _ => unknown(selector),
    }
}

/// Fails unless the caller is the guardian whom the registry names or, before one is named, the owner.
/// # Errors: CallerNotAllowed, CallerNotOwner, CallFailed
fn require_guardian(store: &Store, ownership: &Ownership) -> Result<Address, Revert> {
    match registry::named(store.vm()) {
        Address::ZERO => ownership.only_owner()?,
        registry => only(store.vm(), view(store.vm(), registry, &guardianCall {})?)?,
    }
    Ok(store.vm().msg_sender())
}
