//! Longs that go from an account to another.

use alloy_primitives::B256;
use alloy_sol_types::SolEvent;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::words::write_array;
use equipoise_interfaces::{IClearing, Leg, LongsTransferred, MarketLongsMissing, MarketSeriesUnknown};
use equipoise_kit::lean::{call, emit, revert};
use equipoise_kit::Revert;
use equipoise_market_state::convert::{lots_of, size_wad};
use equipoise_market_state::errors::{number_error, require_legs};
use equipoise_market_state::store::{Place, Store};
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::Lots;
use stylus_sdk::prelude::*;

/// Moves longs that `from` has to `to`, on behalf of the caller, of whom the ledger makes sure.
/// # Errors: MarketLegsCount, MarketBoardUnknown, MarketSeriesUnknown, MarketLongsMissing, MarketTooManyBoards, MarketSizeNotWholeLots,
/// MarketSizeOutOfRange, MarketNumberOutOfDomain, the ledger's
pub fn transfer_longs(store: &mut Store, from: B256, to: B256, legs: &[Leg]) -> Result<(), Revert> {
    require_legs(legs)?;
    for leg in legs {
        let series = Series::from_id(leg.series).ok_or_else(|| unknown(leg.series))?;
        let lots = lots_of(leg.sizeWad)?;
        let mut given = store.holdings(series.board, Some(from))?;
        let held = lots_in(&mut given, series, leg.series)?;
        if lots < Lots::ZERO || *held < lots {
            let (held, size) = (size_wad(*held), leg.sizeWad);
            let error = MarketLongsMissing { account: from, series: leg.series, heldWad: held, sizeWad: size };
            return Err(revert(&error));
        }
        *held = held.minus(lots).map_err(number_error(series.board))?;
        let parted = store.set_holdings(series.board, Some(from), &given)?;
        let mut taken = store.holdings(series.board, Some(to))?;
        let held = lots_in(&mut taken, series, leg.series)?;
        *held = held.plus(lots).map_err(number_error(series.board))?;
        let received = store.set_holdings(series.board, Some(to), &taken)?;
        store.count_matched(series.board, parted.saturating_add(received))?;
    }
    let holds = |account| store.account_boards(account).holds().number();
    let (from_holds, to_holds, caller) = (holds(from), holds(to), store.vm().msg_sender());
    let record = IClearing::recordTransferCall { from, to, caller, fromHolds: from_holds, toHolds: to_holds };
    let clearing = store.wired(Place::Clearing)?;
    call(store, clearing, &record)?;
    let mut data = Vec::new();
    write_array(1, legs, &mut data);
    emit(store.vm(), &[LongsTransferred::SIGNATURE_HASH, from, to], &data);
    Ok(())
}

fn lots_in(held: &mut [Holding], series: Series, id: u32) -> Result<&mut Lots, Revert> {
    let holding = held.get_mut(usize::from(series.strike)).ok_or_else(|| unknown(id))?;
    Ok(if series.is_put { &mut holding.puts } else { &mut holding.calls })
}

#[cold]
fn unknown(series: u32) -> Revert {
    revert(&MarketSeriesUnknown { series })
}
