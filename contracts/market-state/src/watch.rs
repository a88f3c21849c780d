//! Whether the market trades: asking the watcher, and refusing what may not pass.

use alloy_sol_types::SolCall;
use equipoise_interfaces::words::decode;
use equipoise_interfaces::IBreakers::pokeCall;
use equipoise_interfaces::IWatcher::observeCall;
use equipoise_interfaces::{MarketHalted, MarketReduceOnly, Offer, Sighting};
use equipoise_kit::lean::{delegate, encode, failed, revert};
use equipoise_kit::Revert;
use equipoise_risk::breakers::State;

use crate::layout::Frozen;
use crate::snapshot::Snapshot;
use crate::store::{Place, Store};

/// What the watcher is told with a priced trade, of a snapshot that has asked how the vault stands.
pub fn sighting(snapshot: &Snapshot, offer: &Offer) -> Sighting {
    let has = &snapshot.standing;
    Sighting {
        moment: snapshot.sight.moment.clone(),
        sequencerUnsafeSecs: snapshot.sight.sequencer_unsafe_secs(),
        frozen: offer.frozen,
        conditions: offer.conditions,
        dollarDeltaWad: offer.dollarDeltaWad,
        vegaWad: offer.vegaWad,
        usedMillionths: offer.usedMillionths,
        badDebtAtoms: has.badDebtAtoms,
        badDebtAt: has.badDebtAt,
        insuranceFloorTokens: has.insuranceFloorTokens,
        insuranceAtoms: has.insuranceAtoms,
    }
}

/// In a new oracle round, has the watcher look at what a trade has found, before it is stored.
/// # Returns: whether the market trades now
/// # Errors: NotWired, the watcher's
pub fn observe(store: &mut Store, snapshot: &Snapshot, offer: &mut Offer) -> Result<State, Revert> {
    if !snapshot.is_new_round {
        return Ok(snapshot.state);
    }
    let call = observeCall { seen: sighting(snapshot, offer) };
    let data = ask(store, &encode(observeCall::SELECTOR, &call))?;
    offer.frozen = decode(&data).ok_or_else(|| failed(store.address(Place::Watcher), observeCall::SELECTOR))?;
    Ok(snapshot.sight.state(Frozen::decode(&offer.frozen.0).watch.state))
}

/// Where the market was found not to trade, has the watcher look again: what has recovered opens with whoever comes.
/// # Errors: NotWired, the watcher's
pub fn look_again(store: &mut Store) -> Result<(), Revert> {
    if store.frozen().watch.state == State::Open {
        return Ok(());
    }
    ask(store, &pokeCall::SELECTOR).map(|_| ())
}

/// Fails unless what is wanted may pass.
/// # Errors: MarketHalted; MarketReduceOnly for what does not only close
pub fn require_tradable(store: &Store, snapshot: &Snapshot, state: State, is_closing: bool) -> Result<(), Revert> {
    match state {
        State::Open => Ok(()),
        State::ReduceOnly if is_closing => Ok(()),
        State::ReduceOnly => {
            let (tripped, at) = why(store, snapshot);
            Err(revert(&MarketReduceOnly { trippedRules: tripped, recoversAt: at }))
        }
        State::Halted => {
            let (tripped, at) = why(store, snapshot);
            Err(revert(&MarketHalted { trippedRules: tripped, recoversAt: at }))
        }
    }
}

/// The rules that are tripped, and the earliest moment at which the market is open.
#[cold]
#[inline(never)]
fn why(store: &Store, snapshot: &Snapshot) -> (u32, u64) {
    let (breakers, now) = (store.breakers(), snapshot.sight.moment.nowAt);
    let trusted_at = snapshot.sight.trusted_at();
    (breakers.tripped_bits(), breakers.earliest_recovery(now).unwrap_or(now).max(trusted_at))
}

/// Lets the watcher run a call in the market's storage.
fn ask(store: &mut Store, input: &[u8]) -> Result<Vec<u8>, Revert> {
    let watcher = store.wired(Place::Watcher)?;
    delegate(store, watcher, input)
}
