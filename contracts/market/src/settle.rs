//! Settlement: a board once, then each account in its own time.

use alloy_primitives::{aliases::U80, B256, I256, U256};
use equipoise_interfaces::{
    AccountSettled, BoardSettled, IClearing, IOracle, MarketBoardNotExpired, MarketBoardNotSettled, MarketBoardSettled,
};
use equipoise_kit::number::from_i128;
use equipoise_kit::{call, revert, view, Revert};
use equipoise_math::Fx;
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::collateral::worst_loss_ceil;
use equipoise_risk::settlement::{payoff_floor, Holding, PayoutRatio};
use equipoise_risk::units::{Atoms, Lots};
use stylus_sdk::prelude::*;

use crate::errors::{number_error, unsigned_wad};
use crate::layout::{BoardState, Directory};
use crate::live::price_of;
use crate::trade::{atoms, unsigned};
use crate::Market;

impl Market {
    /// Fixes a board's settlement price and moves the vault's payoff. Anybody may call.
    /// # Errors: MarketBoardNotExpired, MarketBoardSettled, the oracle's
    pub(crate) fn settle_one_board(&mut self, board: u16, first_round: U80) -> Result<U256, Revert> {
        let now = self.vm().block_timestamp();
        let mut header = self.store.header(board)?;
        if matches!(header.state, BoardState::Settled { .. }) {
            return Err(revert(&MarketBoardSettled { board }));
        }
        if phase(now, header.expiry) != Phase::Expired {
            return Err(revert(&MarketBoardNotExpired { board, expiry: header.expiry, nowAt: now }));
        }
        let oracle = self.store.wired(&self.store.oracle)?;
        let proof = IOracle::settlementPriceCall {
            expiry: header.expiry,
            windowSecs: WINDOW_SECS,
            firstRound: first_round,
        };
        let price_wad = view(self.vm(), oracle, &proof)?;
        let price = price_of(price_wad)?;
        let held = self.store.inventory(board, header.strikes);
        let payoff = payoff_floor(&held, price, self.store.scale()?).map_err(number_error(board))?;

        let clearing = self.store.wired(&self.store.clearing)?;
        let moved = call(self, clearing, &IClearing::settleVaultCall { payoffAtoms: from_i128(payoff.count()) })?;
        let ratio = payout_ratio(payoff, atoms(moved)?).map_err(number_error(board))?;
        header.state = BoardState::Settled { price, ratio };
        self.store.set_header(board, &header)?;
        let directory = without(self.store.directory(), board);
        self.store.set_directory(&directory)?;
        self.vm().log(BoardSettled {
            board,
            settlementPriceWad: price_wad,
            vaultPayoffAtoms: from_i128(payoff.count()),
            payoutRatioWad: ratio_wad(ratio),
        });
        Ok(price_wad)
    }

    /// Pays an account's positions in a settled board. Anybody may call, for anybody, again and again:
    /// what has been settled is nothing the second time.
    /// # Errors: MarketBoardNotSettled
    pub(crate) fn settle_one_account(&mut self, account: B256, board: u16) -> Result<I256, Revert> {
        let header = self.store.header(board)?;
        let BoardState::Settled { price, ratio } = header.state else {
            return Err(revert(&MarketBoardNotSettled { board }));
        };
        if !self.store.boards_of(account).contains(&board) {
            return Ok(I256::ZERO);
        }
        let scale = self.store.scale()?;
        let held = self.store.position(account, board, header.strikes);
        let amounts = payoff_floor(&held, price, scale)
            .and_then(|payoff| ratio.applied_floor(payoff))
            .and_then(|payoff| Ok((payoff, scale.atoms_ceil(worst_loss_ceil(&held)?)?)));
        let (payoff, lock) = amounts.map_err(number_error(board))?;
        let nothing: Vec<_> =
            held.iter().map(|each| Holding { calls: Lots::ZERO, puts: Lots::ZERO, ..*each }).collect();
        self.store.set_position(account, board, &nothing)?;

        let clearing = self.store.wired(&self.store.clearing)?;
        let payoff_atoms = from_i128(payoff.count());
        let pay =
            IClearing::settleAccountCall { account, payoffAtoms: payoff_atoms, lockReleasedAtoms: unsigned(lock) };
        call(self, clearing, &pay)?;
        self.vm().log(AccountSettled {
            account,
            board,
            payoffAtoms: payoff_atoms,
            lockReleasedAtoms: unsigned(lock),
        });
        Ok(payoff_atoms)
    }
}

/// The share of payoffs that is paid: below one only if the vault owed more than it had.
fn payout_ratio(payoff: Atoms, moved: Atoms) -> Result<PayoutRatio, equipoise_risk::RiskError> {
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
