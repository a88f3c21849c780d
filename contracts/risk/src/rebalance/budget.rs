//! What rebalances may cost in a day: a leaky bucket.

use equipoise_math::Fx;

use super::passed_floor;
use crate::arithmetic::sub;
use crate::units::Money;
use crate::RiskError;

const DAY_SECS: Fx = Fx::lit("86400");
const HALF: Fx = Fx::lit("0.5");

/// What has been spent. At most half of the budget is there at once, and a half comes back evenly over a day: no 24 hours
/// cost more than the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Of the budget, as of then.
    pub used: Money,
    /// In unix seconds.
    pub at: u64,
}

impl Budget {
    /// What is left of a day's budget.
    /// # Rounding: down
    /// # Errors: Overflow
    pub fn left_floor(self, whole: Money, now: u64) -> Result<Money, RiskError> {
        let half = half_floor(whole)?;
        Ok(half.minus(self.used_ceil(half, now)?)?.max(Money::ZERO))
    }

    /// With a cost on it.
    /// # Errors: Overflow
    pub fn with(self, cost: Money, whole: Money, now: u64) -> Result<Self, RiskError> {
        Ok(Self { used: self.used_ceil(half_floor(whole)?, now)?.plus(cost)?, at: now })
    }

    fn used_ceil(self, half: Money, now: u64) -> Result<Money, RiskError> {
        let back = half.scaled_floor(passed_floor(now.saturating_sub(self.at), DAY_SECS)?)?;
        let used = Money::from_fx(sub(self.used.fx(), back.fx())?);
        Ok(used.max(Money::ZERO))
    }
}

fn half_floor(whole: Money) -> Result<Money, RiskError> {
    whole.scaled_floor(HALF)
}
