//! What the wrapper asks the market and the clearing house.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{owner, sub};
use equipoise_interfaces::series::{Series, MAX_STRIKES};
use equipoise_interfaces::words::{decode, read_array, write_bytes, ToWords};
use equipoise_interfaces::{Board, IClearing, IMarket, Leg, WrapperCallerNotAuthorised, WrapperSeriesUnknown};
use equipoise_kit::lean::{call, encode, failed, revert, view, view_bytes};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::number::{from_i128, to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_risk::units::LOT_WAD;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::program::Wrapper;
use crate::slots::Place;

impl Wrapper {
    /// The account that holds what is wrapped of a board.
    pub(crate) fn account_of(&self, board: u16) -> B256 {
        sub(self.vm().contract_address(), u64::from(board))
    }

    /// Moves longs between accounts.
    /// # Errors: the market's
    pub(crate) fn move_longs(&mut self, from: B256, to: B256, series: u32, lots: u32) -> Result<(), Revert> {
        let size = from_i128(i128::from(lots).wrapping_mul(LOT_WAD));
        let legs = [Leg { series, sizeWad: size }].into();
        let market = self.peer(Place::Market);
        call(self, market, &IMarket::transferLongsCall { from, to, legs }).map(|_| ())
    }

    /// Fails unless the caller may act for an account.
    /// # Errors: WrapperCallerNotAuthorised
    pub(crate) fn require_authority(&self, account: B256) -> Result<(), Revert> {
        let (caller, owner) = (self.vm().msg_sender(), owner(account));
        if caller == owner {
            return Ok(());
        }
        let question = IClearing::isOperatorCall { owner, operator: caller };
        if view(self.vm(), self.peer(Place::Clearing), &question)? {
            return Ok(());
        }
        Err(revert(&WrapperCallerNotAuthorised { caller, account }))
    }

    /// Fails while something runs that the clearing house does not trust.
    /// # Errors: ProgramsLocked
    pub(crate) fn require_unlocked(&self) -> Result<(), Revert> {
        require_unlocked(self.vm(), self.peer(Place::Clearing))
    }

    /// An account's cash, of which the first word of the ledger's answer is all that counts here.
    /// # Errors: the clearing house's, CallFailed
    pub(crate) fn cash_of(&self, account: B256) -> Result<u128, Revert> {
        const SELECTOR: [u8; 4] = IClearing::cashOfCall::SELECTOR;
        let clearing = self.peer(Place::Clearing);
        let data = view_bytes(self.vm(), clearing, SELECTOR, &encode(SELECTOR, &account))?;
        let cash: I256 = decode(&data).ok_or_else(|| failed(clearing, SELECTOR))?;
        let cash = to_i128(cash).ok_or_else(|| failed(clearing, SELECTOR))?;
        // Who holds nothing but paid longs owes nothing.
        Ok(u128::try_from(cash).unwrap_or(0))
    }

    /// A board as the market shows it.
    /// # Errors: the market's
    pub(crate) fn board(&self, id: u16) -> Result<Board, Revert> {
        view(self.vm(), self.peer(Place::Market), &IMarket::boardCall { id })
    }

    /// A board's strikes, rising.
    /// # Errors: the market's, CallFailed
    pub(crate) fn strikes(&self, board: u16) -> Result<Vec<u128>, Revert> {
        const SELECTOR: [u8; 4] = IMarket::strikesCall::SELECTOR;
        let market = self.peer(Place::Market);
        let data = view_bytes(self.vm(), market, SELECTOR, &encode(SELECTOR, &IMarket::strikesCall { board }))?;
        let strikes: Option<Vec<U256>> = read_array(&data, &mut data.as_slice());
        let strikes = strikes.and_then(|strikes| strikes.into_iter().map(to_u128).collect());
        strikes.ok_or_else(|| failed(market, SELECTOR))
    }

    /// A settlement price as the market shows it, in 128 bits.
    /// # Errors: CallFailed
    pub(crate) fn narrow_price(&self, price_wad: U256) -> Result<u128, Revert> {
        to_u128(price_wad).ok_or_else(|| failed(self.peer(Place::Market), IMarket::boardCall::SELECTOR))
    }

    /// The strike of a series.
    /// # Errors: WrapperSeriesUnknown, the market's
    pub(crate) fn strike_of(&self, series: Series) -> Result<u128, Revert> {
        let strikes = self.strikes(series.board)?;
        strikes.get(usize::from(series.strike)).copied().ok_or_else(|| unknown_series(U256::from(series.id())))
    }
}

/// A series as a token's id.
/// # Errors: WrapperSeriesUnknown
pub(crate) fn series_of(id: U256) -> Result<Series, Revert> {
    let number = id_of(id)
        .and_then(Series::from_id)
        .filter(|series| series.board != 0 && usize::from(series.strike) < MAX_STRIKES);
    number.ok_or_else(|| unknown_series(id))
}

/// An id in the width of series.
pub(crate) fn id_of(id: U256) -> Option<u32> {
    to_u128(id).and_then(|id| u32::try_from(id).ok())
}

#[cold]
pub(crate) fn unknown_series(id: U256) -> Revert {
    revert(&WrapperSeriesUnknown { id })
}

/// The answer of a function that returns a text of any length.
#[allow(clippy::unnecessary_wraps, reason = "it closes the arms of a dispatch")]
pub(crate) fn answer_string(text: &[u8]) -> ArbResult {
    let mut out = Vec::new();
    U256::from(32).write(&mut out);
    write_bytes(text, &mut out);
    Ok(out)
}

/// The zero address stands for nobody: tokens come from it and go to it.
pub(crate) const NOBODY: Address = Address::ZERO;
