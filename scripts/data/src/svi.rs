//! Raw-SVI slices and the tests that they are free of static arbitrage.
//!
//! w(k) = a + b·(rho·(k − m) + sqrt((k − m)² + sigma²)), total variance against log-moneyness of the
//! forward (Gatheral 2004). Arbitrage conditions: Gatheral and Jacquier, "Arbitrage-free SVI
//! volatility surfaces" (2014).

use std::fmt;

use jiff::Timestamp;

/// Log-moneyness covered by the checks: strike/forward from 1e-3 to 1e3.
pub(crate) const K_LIMIT: f64 = 6.907_755_278_982_137;
/// Points on each side of each checking grid's centre.
const CHECK_HALF: i32 = 250;

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

/// A static arbitrage that a slice, or a pair of them, allows.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Arbitrage {
    /// A parameter is outside its domain: b ≥ 0, |rho| < 1, sigma > 0, all finite.
    Domain,
    /// The wings are steeper than Lee's bound b(1 + |rho|) ≤ 2.
    Wing {
        /// b(1 + |rho|).
        slope: f64,
    },
    /// Total variance is not positive.
    Variance {
        /// Log-moneyness.
        k: f64,
        /// Total variance there.
        value: f64,
    },
    /// The implied density is negative (Durrleman's g < 0).
    Butterfly {
        /// Log-moneyness.
        k: f64,
        /// g there.
        value: f64,
    },
    /// Total variance falls from the earlier slice to the later.
    Calendar {
        /// Log-moneyness.
        k: f64,
        /// Later less earlier total variance there.
        value: f64,
    },
}

impl fmt::Display for Arbitrage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain => write!(out, "parameters outside b >= 0, |rho| < 1, sigma > 0"),
            Self::Wing { slope } => write!(out, "wing slope {slope} above 2"),
            Self::Variance { k, value } => write!(out, "total variance {value} at k = {k}"),
            Self::Butterfly { k, value } => {
                write!(out, "butterfly arbitrage, g = {value} at k = {k}")
            }
            Self::Calendar { k, value } => {
                write!(out, "calendar arbitrage, variance changes by {value} at k = {k}")
            }
        }
    }
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

    fn check_points(&self) -> impl Iterator<Item = f64> {
        grid(0.0, 0.02, CHECK_HALF).chain(grid(self.m, self.sigma, CHECK_HALF))
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

/// Checks that a slice is inside its domain, keeps Lee's bound, and has positive variance and g ≥ 0
/// for strikes from a thousandth to a thousand times the forward.
/// # Errors: the first [`Arbitrage`] found
pub fn check_slice(slice: &Slice) -> Result<(), Arbitrage> {
    let Slice { a, b, rho, m, sigma, .. } = *slice;
    let finite = [a, b, rho, m, sigma].iter().all(|value| value.is_finite());
    if !(finite && b >= 0.0 && rho.abs() < 1.0 && sigma > 0.0) {
        return Err(Arbitrage::Domain);
    }
    let slope = b * (1.0 + rho.abs());
    if slope > 2.0 {
        return Err(Arbitrage::Wing { slope });
    }
    let value = slice.least_variance();
    if value <= 0.0 {
        return Err(Arbitrage::Variance { k: m - rho * sigma / (1.0 - rho * rho).sqrt(), value });
    }
    for k in slice.check_points() {
        let value = slice.durrleman(k);
        if value < 0.0 {
            return Err(Arbitrage::Butterfly { k, value });
        }
    }
    Ok(())
}

/// Checks that total variance nowhere falls from `earlier` to `later`, for strikes from a thousandth
/// to a thousand times the forward, and in the limit beyond.
/// # Errors: the worst [`Arbitrage::Calendar`] found
pub fn check_calendar(earlier: &Slice, later: &Slice) -> Result<(), Arbitrage> {
    let gap = |k: f64| later.total_variance(k) - earlier.total_variance(k);
    let worst = earlier
        .check_points()
        .chain(grid(later.m, later.sigma, CHECK_HALF))
        .map(|k| (k, gap(k)))
        .min_by(|x, y| x.1.total_cmp(&y.1));
    let (earlier_wings, later_wings) = (earlier.wing_slopes(), later.wing_slopes());
    if let Some((k, value)) = worst.filter(|&(_, value)| value < 0.0) {
        return Err(Arbitrage::Calendar { k, value });
    }
    if later_wings.0 < earlier_wings.0 {
        let value = later_wings.0 - earlier_wings.0;
        return Err(Arbitrage::Calendar { k: f64::NEG_INFINITY, value });
    }
    if later_wings.1 < earlier_wings.1 {
        let value = later_wings.1 - earlier_wings.1;
        return Err(Arbitrage::Calendar { k: f64::INFINITY, value });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
