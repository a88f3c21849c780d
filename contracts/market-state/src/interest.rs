//! Matched open interest, counted wherever positions move.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::IDesk::countMatchedCall;
use equipoise_kit::lean::{delegate, encode};
use equipoise_kit::Revert;

use crate::store::{Place, Store};

/// Has the desk count by how many lots a board's matched open interest has grown. A trade that changes none costs nothing.
/// # Errors: NotWired, MarketMatchedInterestLimitExceeded, MarketNumberOutOfDomain
pub fn count_matched(store: &mut Store, board: u16, grown: i64, spot_wad: U256) -> Result<(), Revert> {
    if grown == 0 {
        return Ok(());
    }
    let desk = store.wired(Place::Desk)?;
    let call = countMatchedCall { board, grownLots: grown.into(), spotWad: spot_wad };
    delegate(store, desk, &encode(countMatchedCall::SELECTOR, &call)).map(|_| ())
}
