//! What keepers and anybody do: prices, boards, settlement.

use alloy_primitives::{aliases::U80, Address, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{account, AccountSettled, BoardListed, BoardSettled, IAggregator, IMarket, ISignedSource};
use equipoise_risk::clock;

use super::{events, Contracts, PriceFeed, World};
use crate::error::CliError;
use crate::keep::{first_event, settle_account, settle_board, MarketSite};
use crate::reverts::Reason;
use crate::units::{feed_answer, price_wad};

/// The settlement price is the average over this long before expiry.
pub const WINDOW_SECS: u64 = clock::WINDOW_SECS;

impl World {
    /// Moves the clock to `at` and answers the feed there. Publishers, if there are any, sign the same price, which the keeper brings.
    /// # Errors: [`CliError::Time`] if `at` is past, [`CliError::Reverted`] if the feed has a round of that time
    pub fn push_price(&mut self, at: u64, price: f64) -> Result<(), CliError> {
        self.chain().set_time(at)?;
        let answer = I256::try_from(feed_answer(price)).unwrap_or_default();
        let call = PriceFeed::pushCall { answer, updatedAt: U256::from(at) };
        let receipt = self.send("feed_push", self.owner, self.contracts.feed, &call)?;
        let pushed = events::<PriceFeed::AnswerUpdated>(&receipt).first().map(|event| event.roundId);
        self.note_round(pushed.and_then(|round| usize::try_from(round).ok()).unwrap_or_default(), at)?;
        if self.publishers.is_empty() {
            return Ok(());
        }
        let signed = self.sign_price(at, price)?;
        let call = ISignedSource::updateCall { priceUpdate: signed.update, signatures: signed.signatures };
        self.send("price_update", self.keeper, signed.source, &call).map(drop)
    }

    /// Enters a round. On a chain that others use too, rounds may have been taken back, or pushed by others.
    fn note_round(&mut self, round: usize, at: u64) -> Result<(), CliError> {
        let before = round.saturating_sub(1);
        self.rounds.truncate(before);
        while self.rounds.len() < before {
            let id = U80::from(self.rounds.len() as u64 + 1);
            let call = IAggregator::getRoundDataCall { roundId: id };
            let missed = self.view(self.contracts.feed, &call)?;
            self.rounds.push(u64::try_from(missed.updatedAt).unwrap_or(u64::MAX));
        }
        self.rounds.push(at);
        Ok(())
    }

    /// When the feed last answered.
    pub fn last_round_at(&self) -> Option<u64> {
        self.rounds.last().copied()
    }

    /// The feed's first round at or after a moment, or the one that will be.
    pub fn first_round_from(&self, at: u64) -> U80 {
        let before = self.rounds.partition_point(|round| *round < at);
        U80::from(before as u64 + 1)
    }

    /// Lists an expiry with its strikes in USD.
    /// # Errors: [`CliError::Reverted`]
    pub fn list_board(&mut self, expiry: u64, strikes: &[f64]) -> Result<u16, CliError> {
        let strikes_wad = strikes.iter().map(|strike| price_wad(*strike)).collect();
        let call = IMarket::listBoardCall { expiry, strikesWad: strikes_wad };
        let receipt = self.send("list_board", self.owner, self.contracts.market, &call)?;
        let listed = events::<BoardListed>(&receipt).first().map(|event| event.board);
        listed.ok_or(CliError::Answer { call: "BoardListed", bytes: 0 })
    }

    /// Settles an expired board with the rounds that were pushed.
    /// # Returns: the settlement price and the vault's payoff
    /// # Errors: [`CliError::Reverted`]
    pub fn settle_board(&mut self, board: u16, expiry: u64) -> Result<BoardSettled, CliError> {
        let Contracts { market, oracle, feed, .. } = self.contracts;
        let settled = settle_board(self, MarketSite { market, oracle, feed }, board, expiry)?;
        let logs = settled.map_err(|reason| reverted(IMarket::settleBoardCall::SIGNATURE, reason))?;
        first_event(&logs).ok_or(CliError::Answer { call: "BoardSettled", bytes: 0 })
    }

    /// Pays an account's positions in a settled board, if it holds any.
    /// # Returns: its payoff in atoms; none if it holds nothing there
    /// # Errors: [`CliError::Reverted`]
    pub fn settle_account(&mut self, owner: Address, board: u16) -> Result<Option<I256>, CliError> {
        let (market, account) = (self.contracts.market, account::of(owner));
        let held = self.view(market, &IMarket::accountBoardsCall { account })?;
        if !held.contains(&board) {
            return Ok(None);
        }
        let settled = settle_account(self, market, account, board)?;
        let logs = settled.map_err(|reason| reverted(IMarket::settleAccountCall::SIGNATURE, reason))?;
        Ok(first_event::<AccountSettled>(&logs).map(|event| event.payoffAtoms))
    }
}

fn reverted(call: &'static str, reason: Reason) -> CliError {
    CliError::Reverted { call, reason: reason.text }
}
