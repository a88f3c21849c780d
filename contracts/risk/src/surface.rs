//! The volatility surface: one raw-SVI slice per expiry, proved free of arbitrage before it is used.
//!
//! Slices hold *annualised* variance, so that between posts each strike keeps its volatility while
//! time passes ("sticky strike"): total variance is the variance times the time that is left.
//!
//! What is proved when a surface is posted stays true as time passes. Durrleman's function is concave in a
//! common factor of total variance, and positive at a factor of 0 and of what was checked. The distance of two
//! slices' total variances is linear in the time that passes, and positive at its start and when the earlier expires.
//!
//! Warning: it is proved for the forward of the post. Strikes keep their volatilities where the forward moves, and after a
//! move of a third a steep smile may admit a butterfly, so a surface must be posted anew after moves of that size.
//!
//! Source: Gatheral and Jacquier, "Arbitrage-free SVI volatility surfaces" (2014); Durrleman (2003); Lee (2004).

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, ln, mul_ceil, mul_floor, sqrt, square_floor, sub};
use crate::error::SliceError;
use crate::units::{Price, Years};
use crate::RiskError;

mod bernstein;
mod conditions;
pub mod follow;
mod gap;
pub mod step;

pub use gap::VolGap;

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
    /// The log-moneyness of the bend, at most 16 from 0.
    pub m: Fx,
    /// The width of the bend, at most 16.
    pub sigma: Fx,
}

/// Variance at one log-moneyness with its first two derivatives in log-moneyness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve {
    /// The variance.
    pub variance: Fx,
    /// Its first derivative.
    pub slope: Fx,
    /// Its second derivative.
    pub curvature: Fx,
}

/// The lowest and the highest variance a year: vol of 1 % and of 1000 %.
pub(crate) const MIN_VARIANCE: Fx = Fx::lit("0.0001");
pub(crate) const MAX_VARIANCE: Fx = Fx::lit("100");
/// Bends are no further out and no wider than this, which is past every strike that can be priced.
const FARTHEST_BEND: Fx = Fx::lit("16");
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
        self.variance_at(ln(div_floor(strike.fx(), forward.fx())?)?)
    }

    /// The annualised variance at a log-moneyness.
    /// # Rounding: down
    /// # Errors: Math, Slice(VarianceOutOfDomain)
    pub fn variance_at(&self, moneyness: Fx) -> Result<Fx, RiskError> {
        let (offset, root) = self.bend(moneyness)?;
        in_domain(self.level(offset, root)?)
    }

    /// Annualised variance and its derivatives at a log-moneyness.
    /// # Rounding: each term down
    /// # Errors: Math, Overflow
    pub fn curve_at(&self, moneyness: Fx) -> Result<Curve, RiskError> {
        let (offset, root) = self.bend(moneyness)?;
        let direction = div_floor(offset, root)?;
        let flatness = div_floor(self.sigma, root)?;
        let bend = div_floor(square_floor(flatness)?, root)?;
        Ok(Curve {
            variance: self.level(offset, root)?,
            slope: mul_floor(self.b, add(self.rho, direction)?)?,
            curvature: mul_floor(self.b, bend)?,
        })
    }

    /// The lowest annualised variance at any strike: `a + b sigma sqrt(1 - rho^2)`.
    /// # Inputs: |rho| < 1
    /// # Rounding: down
    /// # Errors: Math, Overflow
    pub fn least_variance(&self) -> Result<Fx, RiskError> {
        let narrowness = sqrt(sub(Fx::ONE, mul_ceil(self.rho, self.rho)?)?)?;
        add(self.a, mul_floor(self.b, mul_floor(self.sigma, narrowness)?)?)
    }

    /// Accepts the slice for an expiry `years` away, or says what is wrong with it.
    ///
    /// It is accepted only if butterflies are shown to be worth something at every strike there is, from zero to
    /// infinity, and at no more time than `years`.
    /// # Errors: Slice, for its own shape; Overflow for a time or a parameter beyond all reason
    pub fn check(&self, years: Years) -> Result<(), RiskError> {
        self.check_parameters(years)?;
        for wing in self.wings_ceil(years)? {
            if wing > LEE_BOUND {
                return Err(SliceError::WingsTooSteep.into());
            }
        }
        in_domain(self.least_variance()?)?;
        // a flat slice has no butterfly to check, and no curvature to scale by
        if self.b > 0 && !conditions::is_free_of_butterflies(self, years)? {
            return Err(SliceError::ButterflyArbitrage.into());
        }
        Ok(())
    }

    /// Accepts the slice as the one that expires after `earlier`: its total variance is shown to be higher at every
    /// strike, from zero to infinity, and stays so as time passes.
    /// # Inputs: two slices that [`Slice::check`] accepts
    /// # Errors: Slice(CalendarArbitrage), Slice(ParameterOutOfRange), Overflow
    pub fn check_after(&self, years: Years, earlier: &Slice, earlier_years: Years) -> Result<(), RiskError> {
        self.check_parameters(years)?;
        earlier.check_parameters(earlier_years)?;
        if years < earlier_years || !self.is_above(years, earlier, earlier_years)? {
            return Err(SliceError::CalendarArbitrage.into());
        }
        Ok(())
    }

    fn is_above(&self, years: Years, earlier: &Slice, earlier_years: Years) -> Result<bool, RiskError> {
        if earlier.b == 0 {
            let least = mul_floor(self.least_variance()?, years.fx())?;
            return Ok(least >= mul_ceil(earlier.a, earlier_years.fx())?);
        }
        let (wings, earlier_wings) = (self.wings_floor(years)?, earlier.wings_ceil(earlier_years)?);
        let are_steeper = wings.iter().zip(&earlier_wings).all(|(wing, earlier)| wing >= earlier);
        Ok(are_steeper && conditions::is_above(self, years, earlier, earlier_years)?)
    }

    fn check_parameters(&self, years: Years) -> Result<(), RiskError> {
        let is_too_far = self.m < -FARTHEST_BEND || self.m > FARTHEST_BEND || self.sigma > FARTHEST_BEND;
        let is_outside = self.b < 0 || self.rho <= -Fx::ONE || self.rho >= Fx::ONE || self.sigma <= 0;
        if is_too_far || is_outside || years <= Years::ZERO {
            return Err(SliceError::ParameterOutOfRange.into());
        }
        Ok(())
    }

    /// How fast total variance grows far out, left and right.
    fn wings_floor(&self, years: Years) -> Result<[Fx; 2], RiskError> {
        let wing = |tilt| mul_floor(mul_floor(self.b, tilt)?, years.fx());
        Ok([wing(sub(Fx::ONE, self.rho)?)?, wing(add(Fx::ONE, self.rho)?)?])
    }

    fn wings_ceil(&self, years: Years) -> Result<[Fx; 2], RiskError> {
        let wing = |tilt| mul_ceil(mul_ceil(self.b, tilt)?, years.fx());
        Ok([wing(sub(Fx::ONE, self.rho)?)?, wing(add(Fx::ONE, self.rho)?)?])
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

impl Curve {
    /// Durrleman's function of total variance w, which has the sign of the density that the slice implies:
    /// `(1 - k w' / (2 w))^2 - (w' / 2)^2 (1/w + 1/4) + w'' / 2`.
    ///
    /// For one strike; [`Slice::check`] proves its sign for all of them.
    /// # Inputs: annualised variance > 0 at this log-moneyness, and the time to expiry > 0
    /// # Rounding: each term down
    /// # Errors: Math, Overflow
    pub fn durrleman(&self, moneyness: Fx, years: Years) -> Result<Fx, RiskError> {
        let total = mul_floor(self.variance, years.fx())?;
        let half_slope = mul_floor(mul_floor(self.slope, HALF)?, years.fx())?;
        let half_curvature = mul_floor(mul_floor(self.curvature, HALF)?, years.fx())?;
        // k w' / (2 w) does not depend on the time: computed from annualised numbers, it keeps its accuracy
        // when the time is short.
        let relative = div_floor(mul_floor(mul_floor(self.slope, HALF)?, moneyness)?, self.variance)?;
        let tilt = square_floor(sub(Fx::ONE, relative)?)?;
        let over_total = mul_floor(half_slope, div_floor(half_slope, total)?)?;
        let over_four = mul_floor(square_floor(half_slope)?, QUARTER)?;
        add(sub(sub(tilt, over_total)?, over_four)?, half_curvature)
    }
}

fn in_domain(variance: Fx) -> Result<Fx, RiskError> {
    if !(MIN_VARIANCE..=MAX_VARIANCE).contains(&variance) {
        return Err(SliceError::VarianceOutOfDomain.into());
    }
    Ok(variance)
}

#[cfg(test)]
mod tests;
