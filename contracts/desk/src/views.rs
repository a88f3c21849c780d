//! What the market stores, shown to pages and indexers.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::{account, Board, Slice as AbiSlice};
use equipoise_kit::number::from_u128;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{payout_ratio_wad, signed_wad, size_wad, unsigned_wad};
use equipoise_market_state::layout::{decode_gap, decode_slice, BoardState};
use equipoise_risk::parameters::MILLIONTH_WAD;
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::Price;

use crate::program::Desk;

/// A unit of a stored gap in WAD.
const GAP_WAD: u64 = 100_000_000_000_000;

impl Desk {
    /// A board as it is stored.
    pub(crate) fn show_board(&self, id: u16) -> Result<Board, Revert> {
        let header = self.store.header(id)?;
        let mut board = Board {
            id,
            expiry: header.expiry,
            strikes: header.strikes,
            isSettled: false,
            forwardWad: U256::ZERO,
            basisWad: U256::ZERO,
            observedAt: 0,
            settlementPriceWad: U256::ZERO,
            payoutRatioWad: U256::ZERO,
            debtsUntil: 0,
        };
        match header.state {
            BoardState::Bare => {}
            BoardState::Live { basis, forward, observed_at } => {
                board.forwardWad = unsigned_wad(forward.fx());
                board.basisWad = unsigned_wad(basis);
                board.observedAt = observed_at;
            }
            BoardState::Settled { price, ratio } => {
                board.isSettled = true;
                board.settlementPriceWad = unsigned_wad(price.fx());
                board.payoutRatioWad = payout_ratio_wad(ratio);
                board.debtsUntil = self.store.debts_of(id).map_or(0, |owed| owed.until);
            }
        }
        Ok(board)
    }

    /// The slice of a board as it is stored, zero if none was posted.
    pub(crate) fn show_slice(&self, board: u16) -> Result<AbiSlice, Revert> {
        let forward = match self.store.header(board)?.state {
            BoardState::Live { forward, .. } => forward,
            _ => Price::ZERO,
        };
        let slot = self.store.slice(board);
        let slice = decode_slice(&slot);
        Ok(AbiSlice {
            board,
            forwardWad: unsigned_wad(forward.fx()),
            aWad: signed_wad(slice.a),
            bWad: unsigned_wad(slice.b),
            rhoWad: signed_wad(slice.rho),
            mWad: signed_wad(slice.m),
            sigmaWad: unsigned_wad(slice.sigma),
            gapWad: U256::from(GAP_WAD.saturating_mul(u64::from(decode_gap(&slot).raw()))),
        })
    }

    /// The strikes of a board, rising.
    pub(crate) fn show_strikes(&self, board: u16) -> Result<Vec<U256>, Revert> {
        let held = self.store.holdings(board, None)?;
        Ok(held.into_iter().map(|each| unsigned_wad(each.strike.fx())).collect())
    }

    /// The ids of the boards that are not settled, by rising expiry.
    pub(crate) fn show_live_boards(&self) -> Vec<u16> {
        self.store.directory().live().collect()
    }

    /// An account's sizes in a board: call and put of each strike in turn. Account zero is the vault.
    pub(crate) fn show_positions(&self, account: B256, board: u16) -> Result<Vec<I256>, Revert> {
        let account = (account != account::VAULT).then_some(account);
        Ok(sizes_wad(&self.store.holdings(board, account)?))
    }

    /// The boards an account holds anything in.
    pub(crate) fn show_account_boards(&self, account: B256) -> Vec<u16> {
        self.store.account_boards(account).ids().collect()
    }
}

fn sizes_wad(held: &[Holding]) -> Vec<I256> {
    held.iter().flat_map(|each| [size_wad(each.calls), size_wad(each.puts)]).collect()
}

/// Parameters as the ABI shows them.
pub fn wads_of(millionths: &[u32]) -> Vec<U256> {
    let wad = |millionths: &u32| from_u128(u128::from(*millionths).wrapping_mul(MILLIONTH_WAD));
    millionths.iter().map(wad).collect()
}
