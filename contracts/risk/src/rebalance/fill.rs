//! What fills may cost.

use equipoise_math::Fx;

use super::{HedgeTerm, HedgeTerms};
use crate::arithmetic::{add, mul_ceil, mul_floor, sub};
use crate::units::{Atoms, Money, Price, TokenScale};
use crate::RiskError;

/// Which way the underlying goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The vault buys it.
    Buy,
    /// The vault sells it.
    Sell,
}

/// The prices that fills must keep to: near the oracle's, and near an average that a spike of the oracle's does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// A buy costs at most this.
    pub most: Price,
    /// A sale brings at least this.
    pub least: Price,
}

impl Band {
    /// # Inputs: the oracle's price and the average
    /// # Rounding: against the filler: the most down, the least up by a unit of 2^-64 each
    /// # Errors: Overflow
    pub fn around(spot: Price, average: Price, terms: &HedgeTerms) -> Result<Self, RiskError> {
        let (near, wide) = (terms.number(HedgeTerm::Slippage)?, terms.number(HedgeTerm::AverageBand)?);
        let above = |price: Price, share| price.scaled_floor(add(Fx::ONE, share)?);
        let below = |price: Price, share| price.scaled_floor(sub(Fx::ONE, share)?)?.plus(Price::from_fx(Fx::DELTA));
        Ok(Self {
            most: above(spot, near)?.min(above(average, wide)?),
            least: below(spot, near)?.max(below(average, wide)?),
        })
    }

    /// Whether a price keeps to it.
    pub fn permits(&self, side: Side, price: Price) -> bool {
        match side {
            Side::Buy => price <= self.most,
            Side::Sell => price >= self.least,
        }
    }
}

/// A fill of so many units at a price or better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Which way.
    pub side: Side,
    /// Of the underlying, above zero.
    pub units: Fx,
    /// A buy costs at most this a unit, a sale brings at least this.
    pub limit: Price,
}

impl Fill {
    /// What a buy may cost, or what a sale must bring.
    /// # Rounding: for the vault: what it pays down, what it gets up
    /// # Errors: Overflow
    pub fn quote(&self, scale: TokenScale) -> Result<Atoms, RiskError> {
        match self.side {
            Side::Buy => scale.atoms_floor(Money::from_fx(mul_floor(self.units, self.limit.fx())?)),
            Side::Sell => scale.atoms_ceil(Money::from_fx(mul_ceil(self.units, self.limit.fx())?)),
        }
    }
}
