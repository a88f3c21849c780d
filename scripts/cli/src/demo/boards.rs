//! Boards: listed, priced by a fresh surface, settled.

use alloy_primitives::B256;
use equipoise_interfaces::{account, IMarket};

use super::crowd::Board;
use super::{timestamp, Demo};
use crate::error::CliError;
use crate::report::{Atoms, BoardSummary};
use crate::units::{from_unsigned_wad, narrow};

/// The surface is posted again after this long, or when spot has moved this far since.
const REPOST_SECS: u64 = 6 * 3_600;
const REPOST_MOVE: f64 = 0.02;

impl Demo {
    /// Lists the next expiries until as many boards live as shall.
    pub(crate) fn list_boards(&mut self) -> Result<(), CliError> {
        while self.boards.len() < self.boards_at_once {
            let Some((expiry, strikes)) = self.listing.next(self.now, self.spot) else { break };
            let id = self.world.list_board(expiry, &strikes)?;
            let ends = [strikes.first(), strikes.last()].map(|end| end.copied().unwrap_or_default());
            self.listed.push(BoardSummary {
                board: id,
                expiry: timestamp(expiry).to_string(),
                strikes: ends,
                count: strikes.len(),
                settlement_price: None,
                vault_payoff: None,
            });
            self.boards.push(Board { id, expiry, strikes });
        }
        Ok(())
    }

    /// Lists what is next in place of what has settled, and posts the surface if it is due.
    pub(crate) fn refresh(&mut self) -> Result<(), CliError> {
        let before = self.boards.len();
        self.list_boards()?;
        let moved = libm::fabs(libm::log(self.spot / self.posted_spot));
        let is_due = self.now >= self.posted_at + REPOST_SECS || moved > REPOST_MOVE;
        if is_due || self.boards.len() != before {
            self.post_surface()?;
        }
        Ok(())
    }

    /// Posts the surface as it is now, for every board that lives.
    pub(crate) fn post_surface(&mut self) -> Result<(), CliError> {
        let boards: Vec<(u16, u64)> = self.boards.iter().map(|board| (board.id, board.expiry)).collect();
        if boards.is_empty() {
            return Ok(());
        }
        let surface = self.input.surface_at(timestamp(self.now), self.spot);
        self.world.post_surface(&surface, &boards)?;
        (self.posted_at, self.posted_spot) = (self.now, self.spot);
        Ok(())
    }

    /// Settles every board that has expired, and every account on it.
    pub(crate) fn settle_expired(&mut self) -> Result<(), CliError> {
        let now = self.now;
        let (expired, live): (Vec<Board>, Vec<Board>) = self.boards.drain(..).partition(|board| board.expiry <= now);
        self.boards = live;
        for board in expired {
            self.check_zero_sum(&board)?;
            let settled = self.world.settle_board(board.id, board.expiry)?;
            let payoff = narrow(settled.vaultPayoffAtoms);
            self.tally.vault_payoffs += payoff;
            if let Some(summary) = self.listed.iter_mut().find(|summary| summary.board == board.id) {
                summary.settlement_price = Some(from_unsigned_wad(settled.settlementPriceWad));
                summary.vault_payoff = Some(Atoms(payoff));
            }
            for trader in self.traders.clone() {
                self.world.settle_account(trader.address, board.id)?;
            }
        }
        Ok(())
    }

    /// Counts the series of a board whose positions over all accounts, the vault's included, are not zero in sum.
    pub(super) fn check_zero_sum(&mut self, board: &Board) -> Result<(), CliError> {
        let traders = self.traders.iter().map(|trader| account::of(trader.address));
        let accounts: Vec<B256> = traders.chain([account::VAULT]).collect();
        let mut sums = vec![0_i128; 2 * board.strikes.len()];
        for account in accounts {
            let call = IMarket::positionsCall { account, board: board.id };
            let sizes = self.world.view(self.world.contracts.market, &call)?;
            sums.iter_mut().zip(sizes).for_each(|(sum, size)| *sum += narrow(size));
        }
        self.tally.unbalanced_series += sums.iter().filter(|sum| **sum != 0).count() as u64;
        Ok(())
    }
}
