//! The program's door: decodes a call and hands it over.

use alloy_primitives::{Address, I256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::AlreadyWired;
use equipoise_interfaces::IMarket::{bookCall, navCall, quoteCall, recordLpFlowCall, tradeCall};
use equipoise_interfaces::IPricer as pricer;
use equipoise_kit::lean::{answer, only, revert, Arguments};
use equipoise_kit::{require_code, Revert};
use equipoise_market_state::convert::atoms;
use equipoise_market_state::errors::pricing_error;
use equipoise_market_state::layout::{decode_capital, encode_capital};
use equipoise_market_state::store::{fits, Place, Store};
use stylus_sdk::abi::CONSTRUCTOR_SELECTOR;
use stylus_sdk::call::delegate_call;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::book::{FreeCash, Snapshot};
use crate::trade::{execute, quote};

const CONSTRUCTOR: [u8; 4] = CONSTRUCTOR_SELECTOR.to_be_bytes();

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    if !vm.msg_value().is_zero() {
        return Err(Revert::new());
    }
    let (selector, mut given) = Arguments::split(&input)?;
    let mut store = Store::new(vm);
    match selector {
        tradeCall::SELECTOR => {
            let legs = given.take_array()?;
            answer(&execute(&mut store, &legs, given.take()?, given.take()?)?)
        }
        quoteCall::SELECTOR => answer(&quote(&store, &given.take_array()?)?),
        // The pricer answers as the market's own callers expect it.
        navCall::SELECTOR => whole(&store, pricer::navCall::SELECTOR),
        bookCall::SELECTOR => whole(&store, pricer::bookCall::SELECTOR),
        recordLpFlowCall::SELECTOR => answer(&follow_lps(&mut store, given.take()?)?),
        CONSTRUCTOR => {
            take_programs(&mut store, given.take()?)?;
            ask_desk(&mut store, &input)
        }
        _ => ask_desk(&mut store, &input),
    }
}

/// Asks the pricer about the whole book.
/// # Errors: NotWired, the oracle's, the valuer's, the pricer's
fn whole(store: &Store, selector: [u8; 4]) -> ArbResult {
    Snapshot::load(store, None, &[], FreeCash::Always)?.ask(store, selector, &[])
}

/// Keeps the addresses of the desk, the valuer, the pricer and the surface, the constructor's first arguments. Once.
/// # Errors: AlreadyWired, AddressHasNoCode
fn take_programs(store: &mut Store, programs: [Address; 4]) -> Result<(), Revert> {
    if !store.address(Place::Desk).is_zero() {
        return Err(revert(&AlreadyWired {}));
    }
    let places = [Place::Desk, Place::Valuer, Place::Pricer, Place::Surface];
    for (place, program) in places.into_iter().zip(programs) {
        require_code(store.vm(), program)?;
        store.set_address(place, program);
    }
    Ok(())
}

/// Lets the desk run a call in the market's storage.
/// # Errors: NotWired, the desk's own
fn ask_desk(store: &mut Store, input: &[u8]) -> ArbResult {
    let desk = store.wired(Place::Desk)?;
    let context = Call::new_mutating(store);
    // SAFETY: the desk was named at construction and works on the same layout.
    unsafe { delegate_call(store.vm(), context, desk, input) }.map_err(Revert::from)
}

/// Follows what LPs put in or take out. Vault program only.
/// # Errors: CallerNotAllowed, MarketNumberOutOfDomain
fn follow_lps(store: &mut Store, flow_atoms: I256) -> Result<(), Revert> {
    only(store.vm(), store.address(Place::Vault))?;
    let flow = store.scale()?.money_floor(atoms(flow_atoms)?).map_err(pricing_error)?;
    let capital = decode_capital(&store.get(Place::Capital)).after_lp_flow(flow).map_err(pricing_error)?;
    let slot = fits(encode_capital(&capital), 0)?;
    store.set(Place::Capital, slot);
    Ok(())
}
