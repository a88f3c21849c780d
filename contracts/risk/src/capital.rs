//! Risk capital C: what the vault quotes against.
//!
//! C is the lower of the net asset value and its average over about a day, so that a sudden gain
//! does not at once buy a larger book. Within one oracle round it does not change.

use equipoise_math::Fx;

use crate::arithmetic::{div_floor, sub};
use crate::millionths::Millionths;
use crate::units::Money;
use crate::RiskError;

/// Time constant of the average.
const AVERAGE_SECS: u64 = 86_400;

/// The average of the net asset value, and C as of the oracle round it was frozen in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RiskCapital {
    /// The oracle round C was frozen in.
    pub round: u64,
    /// C.
    pub frozen: Money,
    /// The average.
    pub average: Money,
    /// When it was last updated, in unix seconds.
    pub averaged_at: u64,
}

impl RiskCapital {
    /// The capital in an oracle round: as it is in the round it was frozen in, else frozen anew.
    ///
    /// The average moves by `(nav - average) t / (t + day)`, the implicit Euler step, stable for any t.
    /// # Rounding: the step down
    /// # Errors: Overflow
    pub fn at(self, round: u64, now: u64, nav: Money) -> Result<Self, RiskError> {
        if round == self.round {
            return Ok(self);
        }
        let elapsed = now.saturating_sub(self.averaged_at);
        let whole = elapsed.saturating_add(AVERAGE_SECS);
        let number = |secs: u64| Fx::checked_from_num(secs).ok_or(RiskError::Overflow);
        let weight = div_floor(number(elapsed)?, number(whole)?)?;
        let average = self.average.plus(nav.minus(self.average)?.scaled_floor(weight)?)?;
        Ok(Self { round, frozen: nav.min(average), average, averaged_at: now.max(self.averaged_at) })
    }

    /// After LPs have put in (positive) or taken out `flow`: capital that is gained or lost at once.
    /// # Errors: Overflow
    pub fn after_lp_flow(self, flow: Money) -> Result<Self, RiskError> {
        let moved = |amount: Money| amount.plus(flow).map(|sum| sum.max(Money::ZERO));
        Ok(Self { frozen: moved(self.frozen)?, average: moved(self.average)?, ..self })
    }

    /// How far C is below its average: what the vault has lost within about a day. What LPs take or bring counts in neither.
    /// # Returns: all of it where nothing is left, nothing where nothing was
    /// # Rounding: up
    /// # Errors: none in range
    pub fn drawdown_ceil(&self) -> Result<Millionths, RiskError> {
        if self.average <= Money::ZERO {
            return Ok(Millionths::ZERO);
        }
        let left = self.frozen.max(Money::ZERO).ratio_floor(self.average)?;
        Ok(Millionths::from_fx_ceil(sub(Fx::ONE, left.min(Fx::ONE))?))
    }
}

#[cfg(test)]
mod tests;
