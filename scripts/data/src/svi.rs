//! Raw-SVI slices, and whether the chain accepts them as free of static arbitrage.
//!
//! w(k) = a + b·(rho·(k − m) + sqrt((k − m)² + sigma²)), total variance against log-moneyness of the
//! forward (Gatheral 2004). Arbitrage conditions: Gatheral and Jacquier, "Arbitrage-free SVI
//! volatility surfaces" (2014). The verdict is that of `equipoise_risk::surface`, which runs on chain. The formulas
//! in floating point here only guide the search: it evaluates them a million times a chain.

use equipoise_math::Fx;
use equipoise_risk::units::Years;
use equipoise_risk::{RiskError, SliceError};
use jiff::Timestamp;

/// Log-moneyness covered by the search. The chain's proof has no limit: slices whose wings are nearly as steep may
/// cross far beyond any strike.
pub(crate) const K_LIMIT: f64 = 300.0;
/// The chain stores 40 of 64 fraction bits.
const DROPPED_BITS: u32 = 24;

/// Raw-SVI parameters of one expiry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slice {
    /// When the options expire.
    pub expiry: Timestamp,
    /// Forward of the expiry, USD per coin.
    pub forward: f64,
    /// Level, total variance.
    pub a: f64,
    /// Slope of the wings, total variance per unit of log-moneyness; at least 0.
    pub b: f64,
    /// Skew, in (−1, 1).
    pub rho: f64,
    /// Log-moneyness of the vertex.
    pub m: f64,
    /// Width of the vertex, log-moneyness; above 0.
    pub sigma: f64,
}

impl Slice {
    /// Total variance at log-moneyness `k`.
    pub fn total_variance(&self, k: f64) -> f64 {
        let x = k - self.m;
        self.a + self.b * (self.rho * x + (x * x + self.sigma * self.sigma).sqrt())
    }

    /// Implied vol per sqrt(year) at log-moneyness `k`, `tau` years before expiry.
    pub fn vol(&self, k: f64, tau: f64) -> f64 {
        (self.total_variance(k) / tau).sqrt()
    }

    /// Durrleman's g, whose sign is that of the implied density.
    pub fn durrleman(&self, k: f64) -> f64 {
        let x = k - self.m;
        let root = (x * x + self.sigma * self.sigma).sqrt();
        let w = self.a + self.b * (self.rho * x + root);
        let slope = self.b * (self.rho + x / root);
        let curvature = self.b * self.sigma * self.sigma / (root * root * root);
        let tilt = 1.0 - k * slope / (2.0 * w);
        tilt * tilt - 0.25 * slope * slope * (1.0 / w + 0.25) + 0.5 * curvature
    }

    /// Least total variance over all k: a + b·sigma·sqrt(1 − rho²).
    pub fn least_variance(&self) -> f64 {
        self.a + self.b * self.sigma * (1.0 - self.rho * self.rho).sqrt()
    }

    /// Slopes of total variance far out, left (towards −∞, as a positive number) and right.
    pub(crate) fn wing_slopes(&self) -> (f64, f64) {
        (self.b * (1.0 - self.rho), self.b * (1.0 + self.rho))
    }

    /// The slice as the chain stores it: annualised, each number rounded down to 2^-40.
    /// # Errors: Overflow for a number that does not fit
    pub fn stored(&self, tau: f64) -> Result<equipoise_risk::surface::Slice, RiskError> {
        let stored = |number: f64| {
            let number = Fx::checked_from_num(number).ok_or(RiskError::Overflow)?;
            Ok::<_, RiskError>(Fx::from_bits(number.to_bits() >> DROPPED_BITS << DROPPED_BITS))
        };
        Ok(equipoise_risk::surface::Slice {
            a: stored(self.a / tau)?,
            b: stored(self.b / tau)?,
            rho: stored(self.rho)?,
            m: stored(self.m)?,
            sigma: stored(self.sigma)?,
        })
    }
}

/// Points from −[`K_LIMIT`] to [`K_LIMIT`], both included, as dense as `width`/40 about `centre` and
/// growing exponentially away from it.
pub(crate) fn grid(centre: f64, width: f64, half: i32) -> impl Iterator<Item = f64> {
    let reach = libm::asinh(2.0 * K_LIMIT / width);
    (-half..=half)
        .map(move |step| centre + width * libm::sinh(reach * f64::from(step) / f64::from(half)))
        .filter(|k| k.abs() < K_LIMIT)
        .chain([-K_LIMIT, K_LIMIT])
}

/// Accepts a slice as the chain does: with the same function, on the numbers that the chain would store.
/// # Inputs: `tau`, years to expiry
/// # Errors: what the chain would refuse it for
pub fn check_slice(slice: &Slice, tau: f64) -> Result<(), RiskError> {
    slice.stored(tau)?.check(years(tau)?)
}

/// Accepts `later` after `earlier` as the chain does; each slice with its years to expiry.
/// # Errors: what the chain would refuse it for
pub fn check_calendar(earlier: (&Slice, f64), later: (&Slice, f64)) -> Result<(), RiskError> {
    let (slice, tau) = later;
    slice.stored(tau)?.check_after(years(tau)?, &earlier.0.stored(earlier.1)?, years(earlier.1)?)
}

/// What a refusal means, for people.
pub(crate) fn meaning(refusal: RiskError) -> &'static str {
    match refusal {
        RiskError::Slice(SliceError::ParameterOutOfRange) => "a parameter is outside its range",
        RiskError::Slice(SliceError::WingsTooSteep) => "a wing is steeper than Lee's bound",
        RiskError::Slice(SliceError::VarianceOutOfDomain) => "variance is outside 1 % to 1000 % of vol",
        RiskError::Slice(SliceError::ButterflyArbitrage) => "the implied density is negative",
        RiskError::Slice(SliceError::CalendarArbitrage) => "total variance falls from the expiry before",
        _ => "a number does not fit the chain's format",
    }
}

fn years(tau: f64) -> Result<Years, RiskError> {
    Fx::checked_from_num(tau).map(Years::from_fx).ok_or(RiskError::Overflow)
}

#[cfg(test)]
mod tests;
