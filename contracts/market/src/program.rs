//! The program's door: decodes a call and hands it over.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use equipoise_interfaces::account;
use equipoise_interfaces::AlreadyWired;
use equipoise_interfaces::IBreakers::{breakersCall, marketStateCall, pokeCall, tightenCall};
use equipoise_interfaces::IDesk::countMatchedCall;
use equipoise_interfaces::IHedged::{appraiseCall, recordHedgeCall};
use equipoise_interfaces::IMarket::{
    acceptOwnershipCall, bookCall, fixPayoutRatioCall, listBoardCall, navCall, postSurfaceCall, quoteCall,
    setMarginParametersCall, setParametersCall, setSurfaceKeepersCall, settleBoardCall, surfaceKeepersCall,
    surfaceStepsCall, tradeCall, tradeForCall, transferOwnershipCall,
};
use equipoise_interfaces::IMarketMargin::{deleverageCall, marginCall, moveShareCall, safeSinceCall, takeOverCall};
use equipoise_interfaces::IPricer as pricer;
use equipoise_interfaces::IUnderwritten::crossTradeCall;
use equipoise_kit::lean::{answer, delegate, open, revert, unknown, CONSTRUCTOR};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::{require_code, Revert};
use equipoise_market_state::snapshot::{FreeCash, Snapshot};
use equipoise_market_state::store::{Place, Store, PROGRAMS};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::trade::{execute, quote};

/// The programs that work for the market, in the order of the constructor's arguments.
const PLACES: [Place; PROGRAMS] = [
    Place::Desk,
    Place::Mover,
    Place::Curator,
    Place::Watcher,
    Place::Valuer,
    Place::Pricer,
    Place::Surface,
    Place::Assessor,
    Place::Appraiser,
];

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    let mut store = Store::new(vm);
    match selector {
        tradeCall::SELECTOR => {
            let account = account::of(store.vm().msg_sender());
            let legs = given.take_array()?;
            answer(&execute(&mut store, account, &legs, (given.take()?, given.take()?))?)
        }
        tradeForCall::SELECTOR => {
            let account = given.take()?;
            let legs = given.take_array()?;
            answer(&execute(&mut store, account, &legs, (given.take()?, given.take()?))?)
        }
        quoteCall::SELECTOR => answer(&quote(&store, &given.take_array()?)?),
        // The pricer answers as the market's own callers expect it.
        navCall::SELECTOR => whole(&store, pricer::navCall::SELECTOR),
        bookCall::SELECTOR => whole(&store, pricer::bookCall::SELECTOR),
        crossTradeCall::SELECTOR
        | marginCall::SELECTOR
        | moveShareCall::SELECTOR
        | takeOverCall::SELECTOR
        | deleverageCall::SELECTOR => ask(&mut store, Place::Mover, &input),
        // The desk hands on what is asked more rarely of a hedge.
        appraiseCall::SELECTOR | recordHedgeCall::SELECTOR => ask(&mut store, Place::Appraiser, &input),
        // The clearing house asks while it holds the lock.
        safeSinceCall::SELECTOR => ask(&mut store, Place::Watcher, &input),
        marketStateCall::SELECTOR | breakersCall::SELECTOR | pokeCall::SELECTOR | tightenCall::SELECTOR => {
            require_open(&store)?;
            ask(&mut store, Place::Watcher, &input)
        }
        CONSTRUCTOR => {
            take_programs(&mut store, given.take()?)?;
            ask(&mut store, Place::Desk, &input)
        }
        // What moves cash finds the ledger closed; most of these would not ask it.
        listBoardCall::SELECTOR
        | settleBoardCall::SELECTOR
        | fixPayoutRatioCall::SELECTOR
        | postSurfaceCall::SELECTOR
        | setSurfaceKeepersCall::SELECTOR
        | surfaceKeepersCall::SELECTOR
        | surfaceStepsCall::SELECTOR => {
            require_open(&store)?;
            ask(&mut store, Place::Curator, &input)
        }
        setParametersCall::SELECTOR
        | setMarginParametersCall::SELECTOR
        | transferOwnershipCall::SELECTOR
        | acceptOwnershipCall::SELECTOR => {
            require_open(&store)?;
            ask(&mut store, Place::Desk, &input)
        }
        // The market's own programs ask this of the desk.
        countMatchedCall::SELECTOR => unknown(selector),
        _ => ask(&mut store, Place::Desk, &input),
    }
}

/// Fails while the lock is held. Before it is wired a market has none.
/// # Errors: ProgramsLocked
fn require_open(store: &Store) -> Result<(), Revert> {
    let clearing = store.address(Place::Clearing);
    if clearing.is_zero() {
        return Ok(());
    }
    require_unlocked(store.vm(), clearing)
}

/// Asks the pricer about the whole book.
/// # Errors: NotWired, the oracle's, the valuer's, the pricer's
fn whole(store: &Store, selector: [u8; 4]) -> ArbResult {
    Snapshot::load(store, None, &[], FreeCash::Always)?.ask(store, selector, &[])
}

/// Keeps the addresses of the programs that work for the market, the constructor's first arguments. Once.
/// # Errors: AlreadyWired, AddressHasNoCode
fn take_programs(store: &mut Store, programs: [Address; PROGRAMS]) -> Result<(), Revert> {
    if !store.address(Place::Desk).is_zero() {
        return Err(revert(&AlreadyWired {}));
    }
    for (place, program) in PLACES.into_iter().zip(programs) {
        require_code(store.vm(), program)?;
        store.set_address(place, program);
    }
    Ok(())
}

/// Lets the desk, the mover, the curator or the watcher run a call in the market's storage.
/// # Errors: NotWired, the program's own
fn ask(store: &mut Store, place: Place, input: &[u8]) -> ArbResult {
    let program = store.wired(place)?;
    delegate(store, program, input)
}
