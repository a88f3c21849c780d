//! One round of the feed: its id, what makes it usable, its price in WAD.

use alloy_primitives::aliases::U80;
use alloy_primitives::{I256, U256};
use equipoise_kit::number::{to_i128, to_u64};
use equipoise_kit::price::is_usable;
pub use equipoise_kit::price::{MAX_PRICE_WAD, MIN_PRICE_WAD};

/// One, in WAD.
pub const WAD: u128 = 1_000_000_000_000_000_000;
/// The finest feed: with more decimals than WAD has, scaling would lose some.
pub const MAX_DECIMALS: u8 = 18;

/// A round's id: a phase (which aggregator stood behind the feed) and a number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoundId {
    phase: u16,
    number: u64,
}

impl RoundId {
    /// Round `number` of `phase`.
    pub const fn new(phase: u16, number: u64) -> Self {
        Self { phase, number }
    }

    /// Splits the id that the feed uses: the phase in the high 16 bits of 80.
    pub fn from_raw(raw: U80) -> Self {
        let [number, phase] = *raw.as_limbs();
        let [.., high, low] = phase.to_be_bytes();
        Self { phase: u16::from_be_bytes([high, low]), number }
    }

    /// The id that the feed uses.
    pub fn raw(self) -> U80 {
        U80::from_limbs([self.number, self.phase.into()])
    }

    /// The phase.
    pub const fn phase(self) -> u16 {
        self.phase
    }

    /// The following round of the same phase, if there can be one.
    pub const fn next(self) -> Option<Self> {
        match self.number.checked_add(1) {
            Some(number) => Some(Self { phase: self.phase, number }),
            None => None,
        }
    }

    /// The round before it in the same phase, whose first is round 1.
    pub const fn previous(self) -> Option<Self> {
        match self.number.checked_sub(1) {
            None | Some(0) => None,
            Some(number) => Some(Self { phase: self.phase, number }),
        }
    }

    /// The first round of the following phase, if there can be one.
    pub const fn start_of_next_phase(self) -> Option<Self> {
        match self.phase.checked_add(1) {
            Some(phase) => Some(Self { phase, number: 1 }),
            None => None,
        }
    }
}

/// What the feed says of a round, unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The round.
    pub id: RoundId,
    /// The price in the feed's own decimals.
    pub answer: I256,
    /// When it was answered.
    pub updated_at: U256,
    /// The round the answer comes from; an earlier one means that this round has none of its own.
    pub answered_in: RoundId,
}

/// A usable round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// The round.
    pub id: RoundId,
    /// The price, quote per unit of underlying, within the domain.
    pub price_wad: u128,
    /// When it was answered.
    pub at: u64,
}

/// Why a round cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It has no answer, or one from an earlier round.
    Incomplete,
    /// The answer is zero or negative.
    NotPositive,
    /// It claims to be answered after now.
    InFuture,
    /// The price is below [`MIN_PRICE_WAD`] or above [`MAX_PRICE_WAD`].
    OutOfDomain,
}

impl Answer {
    /// Checks the round and scales its price to WAD.
    /// # Inputs: the feed's decimals, at most [`MAX_DECIMALS`]; the time now
    /// # Rounding: none, scaling is exact
    /// # Errors: every [`Unusable`]
    pub fn check(&self, decimals: u8, now: u64) -> Result<Round, Unusable> {
        if self.updated_at.is_zero() || self.answered_in < self.id {
            return Err(Unusable::Incomplete);
        }
        if self.answer <= I256::ZERO {
            return Err(Unusable::NotPositive);
        }
        let at = to_u64(self.updated_at).filter(|at| *at <= now).ok_or(Unusable::InFuture)?;
        let price_wad = self.price_wad(decimals).ok_or(Unusable::OutOfDomain)?;
        Ok(Round { id: self.id, price_wad, at })
    }

    fn price_wad(&self, decimals: u8) -> Option<u128> {
        let answer = u128::try_from(to_i128(self.answer)?).ok()?;
        let missing = MAX_DECIMALS.checked_sub(decimals)?;
        let scale = 10u128.checked_pow(missing.into())?;
        let price = answer.checked_mul(scale)?;
        is_usable(price).then_some(price)
    }
}

#[cfg(test)]
mod tests;
