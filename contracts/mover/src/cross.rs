//! Trades that a maker shares: positions between two traders at a price of the vault's, which keeps its fee.
//!
//! The vault's book is not touched, so for every series the sum over all accounts stays as it is; nor is the vault's cash, but
//! for the fee.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::account::{owner, Holds};
use equipoise_interfaces::series::Series;
use equipoise_interfaces::words::{write_array, ToWords};
use equipoise_interfaces::{IClearing, Leg, MarketBoardClosed, MarketSelfTrade, MarketSeriesUnknown, OptionsCrossed};
use equipoise_kit::lean::{call, emit, only, revert};
use equipoise_kit::Revert;
use equipoise_market_state::assessment::margin_of;
use equipoise_market_state::convert::{atoms, lots_of, signed};
use equipoise_market_state::effect::{report, Effect};
use equipoise_market_state::errors::{number_error, pricing_error, require_openable, Refusal};
use equipoise_market_state::interest::count_matched;
use equipoise_market_state::layout::decode_parameters;
use equipoise_market_state::pricing::staleness;
use equipoise_market_state::snapshot::{as_signed, Sight};
use equipoise_market_state::store::{Place, Store};
use equipoise_risk::breakers::State;
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::units::Lots;
use stylus_sdk::prelude::*;

/// Words of the event before its legs: the cost, the fee, where the legs begin.
const CROSSED_HEAD_WORDS: usize = 3;

/// Moves legs from a maker to a taker, who pays for them. Underwriter only: it vouches for the maker, in whose name it acts;
/// that the taker lets it trade for him the ledger makes sure. Whoever opens needs what he would need to trade with the vault:
/// an open market, prices that are young enough, initial margin.
/// # Inputs: what the taker pays, negative if he is paid, and what of it the vault keeps
/// # Errors: NotWired, CallerNotAllowed, MarketSelfTrade, MarketReduceOnly, MarketSpotStale, MarketSurfaceStale,
/// those of the legs, the oracle's, the ledger's, the accounts' margins among them
pub fn cross_trade(
    store: &mut Store,
    [maker, taker]: [B256; 2],
    (cost, fee): (I256, U256),
    legs: &[Leg],
) -> Result<(), Revert> {
    only(store.vm(), store.address(Place::Underwriter))?;
    if owner(maker) == owner(taker) {
        return Err(revert(&MarketSelfTrade { maker, taker }));
    }
    let sight = require_fit_to_open(store)?;
    let (mut made, mut taken) = (Effect::Unwinds, Effect::Unwinds);
    let mut grown = Vec::with_capacity(legs.len());
    for leg in legs {
        let lots = lots_of(leg.sizeWad)?;
        let sold = Lots::ZERO.minus(lots).map_err(number_error(0))?;
        let (given, received) =
            (move_lots(store, maker, leg.series, sold)?, move_lots(store, taker, leg.series, lots)?);
        (made, taken) = (made.max(given.0), taken.max(received.0));
        grown.push((leg.series, given.1.saturating_add(received.1)));
    }
    let bill = signed(atoms(as_signed(fee))?.minus(atoms(cost)?).map_err(pricing_error)?);
    // Whoever pays comes first, so that the vault need not lend what it hands on.
    let (made, taken) = ((maker, owner(maker), bill, made), (taker, store.vm().msg_sender(), cost, taken));
    for side in if cost < I256::ZERO { [made, taken] } else { [taken, made] } {
        record(store, &sight, side)?;
    }
    for (series, grown) in grown {
        let board = Series::from_id(series).map_or(0, |series| series.board);
        count_matched(store, board, grown, sight.moment.spotWad)?;
    }
    let mut data = Vec::new();
    (cost, fee).write(&mut data);
    write_array(CROSSED_HEAD_WORDS, legs, &mut data);
    emit(store.vm(), &[OptionsCrossed::SIGNATURE_HASH, taker, maker], &data);
    Ok(())
}

/// Fails unless positions may be opened at this moment.
#[inline(never)]
fn require_fit_to_open(store: &Store) -> Result<Sight, Revert> {
    let sight = Sight::of(store)?;
    if sight.state(store.frozen().watch.state) != State::Open {
        require_openable(Refusal::Breaker.number(), I256::ZERO, U256::ZERO)?;
    }
    let (parameters, moment) = (decode_parameters(&store.parameters()), &sight.moment);
    let stale = staleness(&parameters, moment.spotAt, store.directory().surface_at, moment.nowAt);
    if let Some((refusal, since, most)) = stale {
        require_openable(refusal.number(), as_signed(U256::from(since)), U256::from(most))?;
    }
    Ok(sight)
}

/// Adds lots of a series to what an account holds.
/// # Returns: what that does to it, and by how many lots matched open interest grows
/// # Errors: MarketSeriesUnknown, MarketBoardUnknown, MarketBoardClosed, MarketTooManyBoards, MarketNumberOutOfDomain
fn move_lots(store: &mut Store, account: B256, id: u32, lots: Lots) -> Result<(Effect, i64), Revert> {
    let unknown = || revert(&MarketSeriesUnknown { series: id });
    let Series { board, strike, is_put } = Series::from_id(id).ok_or_else(unknown)?;
    let (expiry, now) = (store.header(board)?.expiry, store.vm().block_timestamp());
    if phase(now, expiry) != Phase::Open {
        let closed = MarketBoardClosed { board, closedAt: expiry.saturating_sub(WINDOW_SECS), nowAt: now };
        return Err(revert(&closed));
    }
    let mut all = store.holdings(board, Some(account))?;
    let holding = all.get_mut(usize::from(strike)).ok_or_else(unknown)?;
    let held = if is_put { &mut holding.puts } else { &mut holding.calls };
    let before = *held;
    *held = before.plus(lots).map_err(number_error(board))?;
    let effect = Effect::of(before, *held);
    Ok((effect, store.set_holdings(board, Some(account), &all)?))
}

/// Has the ledger move one side's cash. Longs that are kept may stand against a debt, so whoever reduces tells their margin, too.
#[inline(never)]
fn record(
    store: &mut Store,
    sight: &Sight,
    (account, caller, cost, effect): (B256, Address, I256, Effect),
) -> Result<(), Revert> {
    let mut report = report(store, &sight.moment, account, effect)?;
    if report.isReducing && report.holds == Holds::Longs.number() {
        report.margin = margin_of(store, &sight.moment, account)?;
    }
    let clearing = store.wired(Place::Clearing)?;
    call(store, clearing, &IClearing::recordTradeCall { account, caller, costAtoms: cost, report }).map(|_| ())
}
