//! What of the hedge lies at a venue for perpetual futures, and how far the venue is believed.
//!
//! A position of so many units that has cost so much, with its margin, is worth `units price + cash`, where cash is the margin less
//! the cost: a hedge as any other. Two numbers say what the cash is, and the lesser counts:
//!
//! ```text
//! told:      what the venue says
//! believed:  what was put there, less what came back, with each change of the position at a price near the oracle's
//! ```
//!
//! So the value follows the oracle's price, is never above what the venue says that it owes, and no word of the venue's makes it
//! grow. What a venue has truly gained beyond counts once it has come back.
//!
//! An order in flight is counted at its worst, which is the worse of not being filled and of being filled at its limit with its fee;
//! what it would change of the delta, not at all.

use equipoise_math::Fx;

use super::Hedge;
use crate::arithmetic::{abs, add, mul_ceil, mul_floor, sub};
use crate::units::{Money, Price};
use crate::RiskError;

/// What lies with a position as margin, of its worth: a rise by three tenths, the largest that risk is measured at, leaves a
/// fifth.
const MARGIN_SHARE: Fx = Fx::lit("0.5");
/// Until when an order may be filled, in seconds from its request. It keeps other rebalances waiting.
pub const ORDER_SECS: u64 = 120;
/// How long nobody may ask for another one after one that was not filled, in seconds: whoever asks for what nobody fills keeps
/// others waiting for a sixth of the time at most.
pub const ORDER_REST_SECS: u64 = 600;

/// An order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// What it asks for, positive if it buys.
    pub units: Fx,
    /// What that costs at its limit, with the fee; negative if it brings something.
    pub cost: Money,
}

impl Order {
    /// What the vault loses at the worst by having asked.
    /// # Returns: at least zero
    /// # Rounding: up
    /// # Errors: Overflow
    pub fn worst_ceil(&self, spot: Price) -> Result<Money, RiskError> {
        Ok(self.cost.minus(value_floor(self.units, spot)?)?.max(Money::ZERO))
    }
}

/// What a position may be and is believed to be: its units, negative if it is short, and its margin less what they have cost.
impl Hedge {
    /// Whether it may have become one of so many units: on the way to what an order would make of it, or to nothing, for venues
    /// liquidate.
    pub fn may_become(&self, units: Fx, order: &Order) -> bool {
        let Ok(filled) = add(self.units, order.units) else { return false };
        let (least, most) = (self.units.min(filled).min(Fx::ZERO), self.units.max(filled).max(Fx::ZERO));
        (least..=most).contains(&units)
    }

    /// What is believed of it once it has so many units: changed at the best price that is as near to the oracle's as fills must be.
    /// # Inputs: how far that is, of the price
    /// # Rounding: down
    /// # Errors: Overflow
    pub fn moved_floor(self, units: Fx, spot: Price, near: Fx) -> Result<Self, RiskError> {
        let sold = sub(self.units, units)?;
        let factor = if sold > 0 { add(Fx::ONE, near) } else { sub(Fx::ONE, near) };
        let brought = value_floor(sold, spot.scaled_floor(factor?)?)?;
        Ok(Self { units, cash: self.cash.plus(brought)? })
    }

    /// What counts of what is told.
    #[must_use]
    pub fn at_most(self, believed: &Self) -> Self {
        Self { cash: self.cash.min(believed.cash), ..self }
    }
}

/// What must lie with so many units.
/// # Rounding: up
/// # Errors: Overflow
pub fn margin_ceil(units: Fx, spot: Price) -> Result<Money, RiskError> {
    let worth = notional_ceil(units, spot)?;
    Ok(Money::from_fx(mul_ceil(worth.fx(), MARGIN_SHARE)?))
}

/// What so many units are worth, whichever way they go.
/// # Rounding: up
/// # Errors: Overflow
pub fn notional_ceil(units: Fx, spot: Price) -> Result<Money, RiskError> {
    Ok(Money::from_fx(mul_ceil(abs(units)?, spot.fx())?))
}

fn value_floor(units: Fx, price: Price) -> Result<Money, RiskError> {
    Ok(Money::from_fx(mul_floor(units, price.fx())?))
}

#[cfg(test)]
mod tests;
