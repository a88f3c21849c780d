//! Whether the market trades, and why not, for pages and keepers.

use equipoise_interfaces::Breaker;
use equipoise_kit::Revert;
use equipoise_market_state::layout::decode_parameters;
use equipoise_market_state::snapshot::{FreeCash, Sight, Snapshot};
use equipoise_market_state::store::Store;
use equipoise_risk::breakers::{rules, Condition, Readings, State, Unit};
use equipoise_risk::parameters::Parameters;

use crate::look::{readings, sighted};

/// The state now, the rules that are tripped, whether prices may be relied on, and when the market is open again.
/// # Errors: NotWired, the oracle's
pub fn state(store: &Store) -> Result<(u8, u32, bool, u64), Revert> {
    let sight = Sight::of(store)?;
    let (breakers, now) = (store.breakers(), sight.moment.nowAt);
    let state = sight.state(breakers.state(now));
    let is_safe = breakers.is_price_safe() && sight.is_price_safe();
    let recovers_at = match state {
        State::Open => 0,
        _ => sight.trusted_at().max(breakers.earliest_recovery(now).unwrap_or(0)),
    };
    Ok((state.number(), breakers.tripped_bits(), is_safe, recovers_at))
}

/// Every rule, in the order of `equipoise_risk::breakers::RULES`, with its reading at this moment if it has one.
pub fn breakers(store: &Store) -> Vec<Breaker> {
    let parameters = decode_parameters(&store.parameters());
    let readings = read(store, &parameters).unwrap_or_default();
    store.breakers().conditions(&readings, &rules(&parameters)).into_iter().map(shown).collect()
}

/// What can be read now: nothing while the oracle or the book gives nothing.
fn read(store: &Store, parameters: &Parameters) -> Result<Readings, Revert> {
    let snapshot = Snapshot::load(store, None, &[], FreeCash::Always)?;
    let (_, seen) = sighted(store, &snapshot)?;
    readings(store, &seen, parameters)
}

fn shown(condition: Condition) -> Breaker {
    let Condition { rule, reading, is_tripped, recovers_at } = condition;
    Breaker {
        measure: u8::try_from(rule.measure.place()).unwrap_or(u8::MAX),
        effect: rule.effect.number(),
        isSecs: rule.measure.unit() == Unit::Seconds,
        isOfPrice: rule.is_of_price,
        isTripped: is_tripped,
        isRead: reading.is_some(),
        reading: reading.unwrap_or(0),
        limit: rule.limit,
        recoversBelow: rule.recovers_below,
        cooldownSecs: rule.cooldown_secs,
        recoversAt: recovers_at.unwrap_or(0),
    }
}
