//! Whether what the market knows is fit to liquidate on.

use equipoise_kit::Revert;
use equipoise_market_state::layout::decode_parameters;
use equipoise_market_state::pricing::is_young;
use equipoise_market_state::snapshot::Sight;
use equipoise_market_state::store::Store;
use equipoise_risk::breakers::State;

/// Since when what this market knows has been fit to liquidate on: spot and the surface are young enough to open
/// positions on, the sequencer may be relied on, no breaker says that prices may not, and the market is not halted. What passed
/// before counts in no auction.
/// # Errors: NotWired, the oracle's
pub fn safe_since(store: &Store) -> Result<(u64, bool), Revert> {
    let sight = Sight::of(store)?;
    let watch = store.frozen().watch;
    let (breakers, moment) = (store.breakers(), &sight.moment);
    let parameters = decode_parameters(&store.parameters());
    let is_young = is_young(&parameters, moment.spotAt, store.directory().surface_at, moment.nowAt);
    let is_safe = watch.state != State::Halted && !watch.is_price_unsafe && sight.is_price_safe() && is_young;
    Ok((breakers.safe_since().max(sight.trusted_since()), is_safe))
}
