//! The volatility surface: one raw-SVI slice per expiry, checked for arbitrage before it is used.
//!
//! Slices hold *annualised* variance, so that between posts each strike keeps its volatility while
//! time passes ("sticky strike"): total variance is the variance times the time that is left.
//!
//! Source: Gatheral and Jacquier, "Arbitrage-free SVI volatility surfaces" (2014); Durrleman (2003).

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, ln, mul_floor, sqrt, square_floor, sub};
use crate::error::SliceError;
use crate::units::{Price, Years};
use crate::RiskError;

/// Annualised variance on log-moneyness `k = ln(strike / forward)`:
/// `variance(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// The level.
    pub a: Fx,
    /// The slope of both wings.
    pub b: Fx,
    /// The tilt, in (-1, 1).
    pub rho: Fx,
    /// The log-moneyness of the bend.
    pub m: Fx,
    /// The width of the bend.
    pub sigma: Fx,
}

/// The variance of a slice and its first two derivatives in log-moneyness.
#[derive(Clone, Copy, Debug)]
struct Curve {
    variance: Fx,
    slope: Fx,
    curvature: Fx,
}

/// The lowest and the highest variance a year: vol of 1 % and of 1000 %.
const MIN_VARIANCE: Fx = Fx::lit("0.0001");
const MAX_VARIANCE: Fx = Fx::lit("100");
/// Checks run on `GRID_POINTS` points from `-GRID_EDGE` to `GRID_EDGE` of log-moneyness:
/// strikes from a fifth to five times the forward.
const GRID_EDGE: Fx = Fx::lit("1.625");
const GRID_STEP: Fx = Fx::lit("0.125");
const GRID_POINTS: u8 = 27;
/// Lee's bound on the slope of total variance in each wing.
const LEE_BOUND: Fx = Fx::lit("2");
const QUARTER: Fx = Fx::lit("0.25");
const HALF: Fx = Fx::lit("0.5");

impl Slice {
    /// The annualised variance of a strike.
    /// # Inputs: strike and the slice's reference forward, both > 0
    /// # Rounding: down
    /// # Errors: Math, Slice(VarianceOutOfDomain)
    pub fn variance(&self, strike: Price, forward: Price) -> Result<Fx, RiskError> {
        let moneyness = ln(div_floor(strike.fx(), forward.fx())?)?;
        let (offset, root) = self.bend(moneyness)?;
        let variance = self.level(offset, root)?;
        if !(MIN_VARIANCE..=MAX_VARIANCE).contains(&variance) {
            return Err(SliceError::VarianceOutOfDomain.into());
        }
        Ok(variance)
    }

    /// Accepts the slice for an expiry `years` away, or says what is wrong with it.
    /// # Errors: Slice, for its own shape
    pub fn check(&self, years: Years) -> Result<(), RiskError> {
        let one = Fx::ONE;
        if self.b < 0 || self.rho.unsigned_abs() >= 1 || self.sigma <= 0 {
            return Err(SliceError::ParameterOutOfRange.into());
        }
        let steepness = add(one, self.rho.abs())?;
        let wing = mul_floor(mul_floor(self.b, steepness)?, years.fx())?;
        if wing > LEE_BOUND {
            return Err(SliceError::WingsTooSteep.into());
        }
        for moneyness in grid() {
            self.check_butterfly(moneyness, years)?;
        }
        Ok(())
    }

    /// Accepts the slice as the one that expires after `earlier`, on the same grid.
    /// # Errors: Slice(CalendarArbitrage)
    pub fn check_after(&self, years: Years, earlier: &Slice, earlier_years: Years) -> Result<(), RiskError> {
        for moneyness in grid() {
            let later_total = self.total_variance(moneyness, years)?;
            let earlier_total = earlier.total_variance(moneyness, earlier_years)?;
            if later_total < earlier_total {
                return Err(SliceError::CalendarArbitrage.into());
            }
        }
        Ok(())
    }

    fn total_variance(&self, moneyness: Fx, years: Years) -> Result<Fx, RiskError> {
        let (offset, root) = self.bend(moneyness)?;
        mul_floor(self.level(offset, root)?, years.fx())
    }

    /// Durrleman's condition on total variance w:
    /// `(1 - k w'/(2 w))^2 - (w'/2)^2 (1/w + 1/4) + w''/2 >= 0`.
    fn check_butterfly(&self, moneyness: Fx, years: Years) -> Result<(), RiskError> {
        let curve = self.curve(moneyness)?;
        if !(MIN_VARIANCE..=MAX_VARIANCE).contains(&curve.variance) {
            return Err(SliceError::VarianceOutOfDomain.into());
        }
        let total = mul_floor(curve.variance, years.fx())?;
        let slope = mul_floor(curve.slope, years.fx())?;
        let curvature = mul_floor(curve.curvature, years.fx())?;
        let half_slope = mul_floor(slope, HALF)?;
        // k w'/(2 w) and (w'/2)^2 / w do not depend on the time: computed from the annualised curve,
        // they keep their accuracy when the time is short.
        let relative = div_floor(mul_floor(mul_floor(curve.slope, HALF)?, moneyness)?, curve.variance)?;
        let tilt = sub(Fx::ONE, relative)?;
        let over_total = mul_floor(half_slope, div_floor(half_slope, total)?)?;
        let over_four = mul_floor(square_floor(half_slope)?, QUARTER)?;
        let density = sub(square_floor(tilt)?, over_total)?;
        let density = sub(density, over_four)?;
        let density = add(density, mul_floor(curvature, HALF)?)?;
        if density < 0 {
            return Err(SliceError::ButterflyArbitrage.into());
        }
        Ok(())
    }

    fn curve(&self, moneyness: Fx) -> Result<Curve, RiskError> {
        let (offset, root) = self.bend(moneyness)?;
        let direction = div_floor(offset, root)?;
        let tilt = add(self.rho, direction)?;
        let flatness = div_floor(self.sigma, root)?;
        let bend = div_floor(mul_floor(flatness, flatness)?, root)?;
        Ok(Curve {
            variance: self.level(offset, root)?,
            slope: mul_floor(self.b, tilt)?,
            curvature: mul_floor(self.b, bend)?,
        })
    }

    /// `k - m` and `sqrt((k - m)^2 + sigma^2)`.
    fn bend(&self, moneyness: Fx) -> Result<(Fx, Fx), RiskError> {
        let offset = sub(moneyness, self.m)?;
        let square = add(square_floor(offset)?, square_floor(self.sigma)?)?;
        Ok((offset, sqrt(square)?))
    }

    fn level(&self, offset: Fx, root: Fx) -> Result<Fx, RiskError> {
        let shape = add(mul_floor(self.rho, offset)?, root)?;
        add(self.a, mul_floor(self.b, shape)?)
    }
}

fn grid() -> impl Iterator<Item = Fx> {
    (0..GRID_POINTS).map(|point| {
        // At most 26 steps of an eighth from the edge: no sum comes near the type's limits.
        GRID_STEP.wrapping_mul_int(i128::from(point)).wrapping_sub(GRID_EDGE)
    })
}

#[cfg(test)]
mod tests;
