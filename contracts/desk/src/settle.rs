//! The settlement of an account in a board that is settled, in its own time.

use alloy_primitives::{B256, I256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::{word_of, words_of};
use equipoise_interfaces::{AccountSettled, IClearing, MarketBoardNotSettled};
use equipoise_kit::lean::{call, emit, revert};
use equipoise_kit::Revert;
use equipoise_market_state::convert::{atoms, signed};
use equipoise_market_state::errors::{debts_open, number_error};
use equipoise_market_state::layout::BoardState;
use equipoise_market_state::store::Place;
use equipoise_risk::settlement::{payoff_floor, Holding};
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

use crate::program::Desk;

impl Desk {
    /// Pays an account's positions in a settled board. Anybody may call, for anybody, again and again: what has been
    /// settled is nothing the second time. While the board's payout ratio is not fixed, who owes settles and who is owed waits.
    /// # Errors: MarketBoardNotSettled, MarketBoardUnknown, MarketDebtsOpen, MarketNumberOutOfDomain, the ledger's
    pub(crate) fn settle_account(&mut self, account: B256, board: u16) -> Result<I256, Revert> {
        let BoardState::Settled { price, ratio } = self.store.header(board)?.state else {
            return Err(revert(&MarketBoardNotSettled { board }));
        };
        if !self.store.account_boards(account).ids().any(|id| id == board) {
            return Ok(I256::ZERO);
        }
        let scale = self.store.scale()?;
        let held = self.store.holdings(board, Some(account))?;
        let payoff = payoff_floor(&held, price, scale).map_err(number_error(board))?;
        let owed = self.store.debts_of(board);
        if let (Some(owed), true) = (&owed, payoff > Atoms::ZERO) {
            return Err(debts_open(owed));
        }
        let payoff = ratio.applied_floor(payoff).map_err(number_error(board))?;
        let nothing: Vec<Holding> = held.iter().map(Holding::emptied).collect();
        // The board's own settlement has taken it out of the matched open interest.
        self.store.set_holdings(board, Some(account), &nothing)?;

        let holds = self.store.account_boards(account).holds().number();
        let clearing = self.store.wired(Place::Clearing)?;
        let settle = IClearing::settleAccountCall { account, payoffAtoms: signed(payoff), holds };
        let cash = atoms(call(&mut self.store, clearing, &settle)?)?;
        if let Some(mut owed) = owed {
            let debts = payoff.negated().and_then(|debt| owed.debts.with_account(debt, cash));
            owed.debts = debts.map_err(number_error(board))?;
            self.store.set_debts(&owed)?;
        }
        let topics = [AccountSettled::SIGNATURE_HASH, account, word_of(&board)];
        emit(self.store.vm(), &topics, &words_of(&signed(payoff)));
        Ok(signed(payoff))
    }
}
