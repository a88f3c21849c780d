//! How far one post may move the surface from the last, and how often.
//!
//! Between posts each strike keeps its volatility, so what a post changes at once is the volatility of each strike, and
//! with it every price and every margin. A post may move the volatility of a listed strike by
//!
//! ```text
//! limit x sqrt(30 d / max(T, 3 d))
//! ```
//!
//! and the forward over spot by a share of itself. It is measured at strikes, not in moneyness, for that is what a
//! position has: where spot moves and the smile moves with it, only what its skew moves a strike by counts.
//!
//! One step is at most the limit. A leaky bucket of steps bounds how many follow each other.

use equipoise_math::Fx;

use super::Slice;
use crate::arithmetic::{abs, div_ceil, mul_floor, sqrt, sub};
use crate::marks::tenor_weight_floor;
use crate::millionths::Millionths;
use crate::parameters::{Parameter, Parameters};
use crate::units::Price;
use crate::RiskError;

const HOUR_SECS: u64 = 3_600;

/// What is posted of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The forward that the slice refers to.
    pub forward: Price,
    /// The forward over spot.
    pub basis: Fx,
    /// The slice.
    pub slice: Slice,
}

/// How far one post may move a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepLimits {
    /// Volatility of a strike, at 30 days.
    pub vol: Fx,
    /// The forward over spot, as a share of itself.
    pub basis: Fx,
}

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepError {
    /// The volatility of a strike moves by more than it may.
    Vol {
        /// The strike that moves most.
        strike: Price,
        /// By how much.
        moved: Fx,
        /// By how much it may.
        most: Fx,
    },
    /// The forward over spot moves by more than it may.
    Basis {
        /// By how much, as a share of itself.
        moved: Fx,
        /// By how much it may.
        most: Fx,
    },
    /// A number could not be computed.
    Number(RiskError),
}

impl From<RiskError> for StepError {
    fn from(error: RiskError) -> Self {
        Self::Number(error)
    }
}

impl StepLimits {
    /// # Errors: none in range
    pub fn new(parameters: &Parameters) -> Result<Self, RiskError> {
        Ok(Self { vol: parameters.number(Parameter::VolStep)?, basis: parameters.number(Parameter::BasisStep)? })
    }

    /// The limits where only this share of them may be used.
    /// # Rounding: down
    /// # Errors: none in range
    pub fn times_floor(&self, share: Millionths) -> Result<Self, RiskError> {
        let share = share.number()?;
        Ok(Self { vol: mul_floor(self.vol, share)?, basis: mul_floor(self.basis, share)? })
    }

    /// The volatility that a strike may move by, this long before expiry.
    /// # Rounding: down
    /// # Errors: none in range
    pub fn vol_at_floor(&self, left_secs: u64) -> Result<Fx, RiskError> {
        mul_floor(self.vol, tenor_weight_floor(left_secs)?)
    }

    /// The largest share of its limit that a board's step takes, over its strikes and its basis.
    /// # Inputs: seconds to expiry
    /// # Returns: at most one
    /// # Rounding: up
    /// # Errors: Vol, Basis past their limits; Number
    pub fn share_ceil(
        &self,
        last: &Posted,
        next: &Posted,
        strikes: impl Iterator<Item = Price>,
        left_secs: u64,
    ) -> Result<Millionths, StepError> {
        let most = self.vol_at_floor(left_secs)?;
        let (strike, moved) = farthest(last, next, strikes)?;
        if moved > most {
            return Err(StepError::Vol { strike, moved, most });
        }
        let change = abs(sub(next.basis, last.basis)?)?;
        let basis_moved = div_ceil(change, last.basis)?;
        if basis_moved > self.basis {
            return Err(StepError::Basis { moved: basis_moved, most: self.basis });
        }
        let share = div_ceil(moved, most)?.max(div_ceil(basis_moved, self.basis)?);
        Ok(Millionths::from_fx_ceil(share.min(Fx::ONE)))
    }
}

/// The strike whose volatility moves most, and by how much.
/// # Errors: Math, Slice(VarianceOutOfDomain)
pub fn farthest(last: &Posted, next: &Posted, strikes: impl Iterator<Item = Price>) -> Result<(Price, Fx), RiskError> {
    let vol = |of: &Posted, strike| sqrt(of.slice.variance(strike, of.forward)?);
    let mut farthest = (Price::ZERO, Fx::ZERO);
    for strike in strikes {
        let moved = abs(sub(vol(next, strike)?, vol(last, strike)?)?)?;
        if moved > farthest.1 {
            farthest = (strike, moved);
        }
    }
    Ok(farthest)
}

/// The steps that were lately taken: they leak away at as many an hour as may be taken at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepBucket {
    /// What was left of them at `at`.
    pub used: Millionths,
    /// Unix seconds.
    pub at: u64,
}

/// Why a step must wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFast {
    /// What the bucket would hold.
    pub used: u64,
    /// What it may hold, in millionths as well.
    pub most: u32,
    /// When it has room, in unix seconds.
    pub retry_at: u64,
}

impl StepBucket {
    /// What is left of the steps taken.
    /// # Rounding: up
    pub fn used_at_ceil(&self, per_hour: Millionths, now: u64) -> Millionths {
        let leaked = now.saturating_sub(self.at).saturating_mul(u64::from(per_hour.raw())) / HOUR_SECS;
        let left = u64::from(self.used.raw()).saturating_sub(leaked);
        Millionths::from_raw(u32::try_from(left).unwrap_or(u32::MAX))
    }

    /// With a step taken.
    /// # Inputs: steps an hour, from one
    /// # Errors: [`TooFast`] if it would hold more than an hour's steps
    pub fn taking(&self, step: Millionths, per_hour: Millionths, now: u64) -> Result<Self, TooFast> {
        // Two numbers of 32 bits.
        let used = u64::from(self.used_at_ceil(per_hour, now).raw()).saturating_add(u64::from(step.raw()));
        match u32::try_from(used) {
            Ok(fits) if fits <= per_hour.raw() => Ok(Self { used: Millionths::from_raw(fits), at: now }),
            _ => {
                let excess = used.saturating_sub(u64::from(per_hour.raw()));
                let wait = excess.saturating_mul(HOUR_SECS).div_ceil(u64::from(per_hour.raw().max(1)));
                Err(TooFast { used, most: per_hour.raw(), retry_at: now.saturating_add(wait) })
            }
        }
    }
}

#[cfg(test)]
mod tests;
