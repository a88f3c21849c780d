//! A board's settlement, and that of each account, which follows in its own time.

use alloy_primitives::{aliases::U80, B256, I256, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::{word_of, words_of};
use equipoise_interfaces::{
    AccountSettled, BoardSettled, IClearing, IOracle, MarketBoardNotExpired, MarketBoardNotSettled, MarketBoardSettled,
};
use equipoise_kit::lean::{call, emit, revert, view};
use equipoise_kit::Revert;
use equipoise_market_state::convert::{atoms, price_of, signed, unsigned_wad};
use equipoise_market_state::errors::number_error;
use equipoise_market_state::layout::{BoardState, Directory};
use equipoise_market_state::store::Place;
use equipoise_math::Fx;
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::settlement::{payoff_floor, Holding, PayoutRatio};
use equipoise_risk::units::Atoms;
use equipoise_risk::RiskError;
use stylus_sdk::prelude::*;

use crate::program::Desk;

impl Desk {
    /// Fixes a board's settlement price and moves the vault's payoff. Anybody may call.
    /// # Errors: MarketBoardNotExpired, MarketBoardSettled, the oracle's
    pub(crate) fn settle_one_board(&mut self, board: u16, first_round: U80) -> Result<U256, Revert> {
        let now = self.store.vm().block_timestamp();
        let mut header = self.store.header(board)?;
        if matches!(header.state, BoardState::Settled { .. }) {
            return Err(revert(&MarketBoardSettled { board }));
        }
        if phase(now, header.expiry) != Phase::Expired {
            return Err(revert(&MarketBoardNotExpired { board, expiry: header.expiry, nowAt: now }));
        }
        let oracle = self.store.wired(Place::Oracle)?;
        let proof =
            IOracle::settlementPriceCall { expiry: header.expiry, windowSecs: WINDOW_SECS, firstRound: first_round };
        let price_wad = view(self.store.vm(), oracle, &proof)?;
        let price = price_of(price_wad)?;
        let held = self.store.holdings(board, None)?;
        let payoff = payoff_floor(&held, price, self.store.scale()?).map_err(number_error(board))?;

        let clearing = self.store.wired(Place::Clearing)?;
        let moved = call(&mut self.store, clearing, &IClearing::settleVaultCall { payoffAtoms: signed(payoff) })?;
        let ratio = payout_ratio(payoff, atoms(moved)?).map_err(number_error(board))?;
        header.state = BoardState::Settled { price, ratio };
        self.store.set_header(board, &header)?;
        let directory = without(self.store.directory(), board);
        self.store.set_directory(&directory)?;
        let (topic, data) = (word_of(&board), (price_wad, signed(payoff), ratio_wad(ratio)));
        emit(self.store.vm(), &[BoardSettled::SIGNATURE_HASH, topic], &words_of(&data));
        Ok(price_wad)
    }

    /// Pays an account's positions in a settled board. Anybody may call, for anybody, again and again: what has been
    /// settled is nothing the second time.
    /// # Errors: MarketBoardNotSettled, MarketBoardUnknown, MarketNumberOutOfDomain, the ledger's
    pub(crate) fn settle_account(&mut self, account: B256, board: u16) -> Result<I256, Revert> {
        let BoardState::Settled { price, ratio } = self.store.header(board)?.state else {
            return Err(revert(&MarketBoardNotSettled { board }));
        };
        if !self.store.account_boards(account).ids().any(|id| id == board) {
            return Ok(I256::ZERO);
        }
        let scale = self.store.scale()?;
        let held = self.store.holdings(board, Some(account))?;
        let payoff = payoff_floor(&held, price, scale).and_then(|payoff| ratio.applied_floor(payoff));
        let payoff = signed(payoff.map_err(number_error(board))?);
        let nothing: Vec<Holding> = held.iter().map(Holding::emptied).collect();
        self.store.set_holdings(board, Some(account), &nothing)?;

        let holds = self.store.account_boards(account).holds().number();
        let clearing = self.store.wired(Place::Clearing)?;
        call(&mut self.store, clearing, &IClearing::settleAccountCall { account, payoffAtoms: payoff, holds })?;
        let topics = [AccountSettled::SIGNATURE_HASH, account, word_of(&board)];
        emit(self.store.vm(), &topics, &words_of(&payoff));
        Ok(payoff)
    }
}

/// The share of payoffs that is paid: below one only if the vault owed more than it had.
fn payout_ratio(payoff: Atoms, moved: Atoms) -> Result<PayoutRatio, RiskError> {
    PayoutRatio::from_payment(moved.negated()?, payoff.negated()?)
}

/// The ratio as the ABI shows it.
pub fn ratio_wad(ratio: PayoutRatio) -> U256 {
    if ratio == PayoutRatio::FULL {
        return unsigned_wad(Fx::ONE);
    }
    unsigned_wad(Fx::from_bits(i128::from(ratio.raw())))
}

/// The directory without a board, the rest moved up.
fn without(mut directory: Directory, board: u16) -> Directory {
    let mut rest = directory.boards.into_iter().filter(|id| *id != board);
    directory.boards = core::array::from_fn(|_| rest.next().unwrap_or(0));
    directory
}
