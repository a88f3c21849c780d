//! What the vault holds against its book: the underlying, and cash that lies with it.
//!
//! A hedge has no gamma and no vega. It counts in the book's value, in its delta and in the jump losses, and so in R, in every
//! charge and in the net asset value, as if the book held so many forwards of no time.

use equipoise_math::Fx;

use crate::arithmetic::mul_floor;
use crate::book::{Exposure, Measure, JUMPS};
use crate::units::{Money, Price};
use crate::RiskError;

pub mod perp;

/// A hedge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hedge {
    /// Of the underlying, negative if it is owed.
    pub units: Fx,
    /// Of the stablecoin, beside the underlying: what is posted for what is owed.
    pub cash: Money,
}

impl Hedge {
    /// What it is worth.
    /// # Rounding: down
    /// # Errors: Overflow
    pub fn value_floor(&self, spot: Price) -> Result<Money, RiskError> {
        self.underlying_floor(spot)?.plus(self.cash)
    }

    fn underlying_floor(&self, spot: Price) -> Result<Money, RiskError> {
        Ok(Money::from_fx(mul_floor(self.units, spot.fx())?))
    }
}

impl Exposure {
    /// The book with a hedge beside it.
    /// # Rounding: each number down, by up to four units of 2^-64
    /// # Errors: Overflow
    pub fn hedged(mut self, hedge: &Hedge, spot: Price) -> Result<Self, RiskError> {
        if hedge == &Hedge::default() {
            return Ok(self);
        }
        let underlying = hedge.underlying_floor(spot)?;
        self.add(Measure::Value, underlying.plus(hedge.cash)?)?;
        self.add(Measure::DollarDelta, underlying)?;
        for (place, jump) in JUMPS.into_iter().enumerate() {
            self.add_after_jump(place, hedge.value_floor(spot.scaled_floor(jump)?)?)?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
