//! What an account holds in the market, and what it must keep for it: all that it can lose.

use alloy_primitives::B256;
use equipoise_interfaces::{Margin, MarketShortCallUncovered};
use equipoise_kit::lean::revert;
use equipoise_kit::number::from_i128;
use equipoise_kit::Revert;
use equipoise_risk::collateral::{worst_loss_ceil, WorstLoss};
use equipoise_risk::units::{Lots, Money, LOT_WAD};

use crate::errors::number_error;
use crate::layout::decode_ids;
use crate::store::Store;

/// An account's holdings over all of its boards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    /// As the clearing house counts: 0 nothing, 1 longs only, 2 a short too.
    pub holds: u8,
    /// What it can lose at most.
    pub loss: Money,
}

impl Cover {
    /// The margin: the largest loss in every scenario, and no credit for what the options are worth.
    pub fn margin(&self) -> Margin {
        let loss = self.loss.fx().to_bits();
        Margin { valueX64: 0, markX64: 0, maintenanceX64: [loss; 32], initialX64: [loss; 32] }
    }
}

/// What an account holds and can lose.
/// # Rounding: the loss up. Errors: MarketShortCallUncovered, MarketNumberOutOfDomain
pub fn cover_ceil(store: &Store, account: B256) -> Result<Cover, Revert> {
    let mut cover = Cover::default();
    for board in decode_ids(&store.account_boards(account)).into_iter().filter(|id| *id != 0) {
        let held = store.holdings(board, Some(account))?;
        let is_short = held.iter().any(|each| each.calls < Lots::ZERO || each.puts < Lots::ZERO);
        cover.holds = cover.holds.max(if is_short { 2 } else { 1 });
        let loss = match worst_loss_ceil(&held).map_err(number_error(board))? {
            WorstLoss::Bounded(loss) => loss,
            WorstLoss::Unbounded(net_calls) => {
                let net_calls = i128::from(net_calls).saturating_mul(LOT_WAD);
                let error = MarketShortCallUncovered { account, board, netCallsWad: from_i128(net_calls) };
                return Err(revert(&error));
            }
        };
        cover.loss = cover.loss.plus(loss).map_err(number_error(board))?;
    }
    Ok(cover)
}
