//! Matched open interest: what traders hold against each other, and how much of it the vault bears.

use alloy_primitives::U256;
use equipoise_interfaces::MarketMatchedInterestLimitExceeded;
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{price_of, unsigned_wad};
use equipoise_market_state::errors::number_error;
use equipoise_market_state::layout::decode_parameters;
use equipoise_risk::interest::excess;
use equipoise_risk::units::LOT_WAD;

use crate::program::Desk;

impl Desk {
    /// Counts by how many lots a board's matched open interest has grown. What closes never makes it grow, so nobody is kept from
    /// closing.
    /// # Errors: MarketMatchedInterestLimitExceeded, MarketNumberOutOfDomain
    pub(crate) fn count_matched(&mut self, board: u16, grown: i128, spot_wad: U256) -> Result<(), Revert> {
        self.store.count_matched(board, i64::try_from(grown).unwrap_or(i64::MAX))?;
        if grown < 0 {
            return Ok(());
        }
        let (spot, capital) = (price_of(spot_wad)?, self.store.frozen().capital.frozen);
        let parameters = decode_parameters(&self.store.parameters());
        let excess = excess(self.store.matched(), spot, capital, &parameters).map_err(number_error(board))?;
        excess.map_or(Ok(()), |excess| {
            let (loss, limit) = (unsigned_wad(excess.loss.fx()), unsigned_wad(excess.limit.fx()));
            Err(revert(&MarketMatchedInterestLimitExceeded { lossWad: loss, limitWad: limit }))
        })
    }

    /// The matched open interest in contracts.
    pub(crate) fn show_matched(&self) -> U256 {
        U256::from(self.store.matched()).saturating_mul(U256::from(LOT_WAD))
    }
}
