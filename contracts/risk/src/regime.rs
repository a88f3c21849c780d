//! The regime of the market: how much it moves against what its options price in.
//!
//! Spot is sampled at least five minutes apart, by the time of its observation. Of the last three samples the
//! median counts, at the time of the middle one, so a single wrong price leaves no trace. Then
//!
//! ```text
//! x = r^2 / (k dt), at most 25 i         r: change of the logarithm of the median price over dt years
//! V = V + (1 - exp(-min(dt, 1 h) / 6 h)) (x - V)
//! ```
//!
//! with i the implied variance and k what the median leaves of a random walk's variance. The regime rises at once when
//! V / i reaches its threshold. It falls by one when V / i has been below seven tenths of that threshold for six hours
//! and three samples. A gap is one return over all of it: its time divides the return, and weighs as an hour at most.
//!
//! Thresholds: on hourly ETH prices of 2022 to November 2025, against an implied variance of 1.1 times the average of 30 days,
//! it is calm 51 % of the time, normal 32 %, stressed 15 % and in crisis 2 %, and changes 450 times a year
//! (`tests/regime_shares.rs`).
//!
//! Andersen, Dobrev and Schaumburg (2012) on medians against jumps; RiskMetrics (1996) on the average.

use equipoise_math::{exp_negative, Fx};

use crate::arithmetic::{add, div_floor, ln, mul_floor, square_floor, sub};
use crate::millionths::Millionths;
use crate::units::{Price, Years};
use crate::RiskError;

/// Samples are at least this far apart.
pub const GRID_SECS: u64 = 300;
/// A lower regime needs so long below the threshold,
pub const DWELL_SECS: u64 = 6 * 3_600;
/// and so many samples.
pub const DWELL_SAMPLES: u32 = 3;
const AVERAGE_SECS: u64 = 6 * 3_600;
/// No sample weighs as more time than this.
const HEAVIEST_SECS: u64 = 3_600;
/// No sample counts as more than this many times the implied variance: five standard deviations, squared.
const MOST_VARIANCES: Fx = Fx::lit("25");
/// `k`: mean square step of the running median of three of a Gaussian random walk over that of the walk.
/// `1/4 + (1 - 2 / pi) / 2 + E[(b - min(b, x) - min(b, y))^2] / 4` for b, x, y the sizes of normal numbers.
const MEDIAN_SHARE: Fx = Fx::lit("0.49937");
/// The ratio of variances that enters each regime after the first, and that below which it is left.
const THRESHOLDS: [(Regime, Fx, Fx); 3] = [
    (Regime::Normal, Fx::lit("1"), Fx::lit("0.7")),
    (Regime::Stressed, Fx::lit("2.5"), Fx::lit("1.75")),
    (Regime::Crisis, Fx::lit("6"), Fx::lit("4.2")),
];

/// How wild the market is against what options price in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regime {
    /// Less moves than options price in.
    Calm,
    /// About as much.
    #[default]
    Normal,
    /// Much more.
    Stressed,
    /// Several times as much.
    Crisis,
}

impl Regime {
    /// By how much it widens the spread: 1, 1.25, 2 or 4.
    pub const fn factor(self) -> Millionths {
        Millionths::from_raw(match self {
            Self::Calm => 1_000_000,
            Self::Normal => 1_250_000,
            Self::Stressed => 2_000_000,
            Self::Crisis => 4_000_000,
        })
    }

    const fn one_lower(self) -> Self {
        match self {
            Self::Calm | Self::Normal => Self::Calm,
            Self::Stressed => Self::Normal,
            Self::Crisis => Self::Stressed,
        }
    }
}

/// A price and when it was observed, in unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The price, above zero.
    pub price: Price,
    /// When it was observed, not when it is used.
    pub at: u64,
}

/// Why a sample is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegimeError {
    /// The implied variance is not above zero: post a surface first.
    ImpliedVarianceNotPositive {
        /// What was given.
        implied: Fx,
    },
    /// The price is not above zero: take the oracle's next round.
    PriceNotPositive {
        /// What was given.
        price: Price,
    },
    /// A number does not fit.
    Risk(RiskError),
}

impl From<RiskError> for RegimeError {
    fn from(error: RiskError) -> Self {
        Self::Risk(error)
    }
}

/// The regime and what it takes to follow it: a constant amount of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegimeState {
    /// The regime.
    pub regime: Regime,
    /// V, the annualised realised variance.
    pub variance: Fx,
    /// The logarithms of the last two samples, the older first.
    pub logs: [Fx; 2],
    /// When they were observed, in unix seconds.
    pub times: [u64; 2],
    /// The median at the time of the older one.
    pub filtered: Fx,
    /// Since when V has been below the threshold to leave at, in unix seconds.
    pub quiet_since: u64,
    /// For how many samples; 0 if it is not below.
    pub quiet_samples: u32,
}

impl RegimeState {
    /// The state to begin with: normal, and realised variance as implied.
    /// # Errors: ImpliedVarianceNotPositive, PriceNotPositive
    pub fn start(first: Observation, implied: Fx) -> Result<Self, RegimeError> {
        check(first, implied)?;
        let log = ln(first.price.fx())?;
        Ok(Self {
            regime: Regime::Normal,
            variance: implied,
            logs: [log; 2],
            times: [first.at; 2],
            filtered: log,
            quiet_since: first.at,
            quiet_samples: 0,
        })
    }

    /// The state after a sample. One less than [`GRID_SECS`] after the last changes nothing, so calling more often is
    /// of no use.
    /// # Inputs: the annualised variance that options imply, above zero
    /// # Rounding: down by a few units of 2^-64
    /// # Errors: ImpliedVarianceNotPositive, PriceNotPositive, Math, Overflow
    pub fn sampled(self, sample: Observation, implied: Fx) -> Result<Self, RegimeError> {
        check(sample, implied)?;
        let [older, newer] = self.times;
        if sample.at < newer.saturating_add(GRID_SECS) {
            return Ok(self);
        }
        let [oldest, middle] = self.logs;
        let log = ln(sample.price.fx())?;
        let filtered = median(oldest, middle, log);
        let next = Self { logs: [middle, log], times: [newer, sample.at], filtered, ..self };
        let secs = newer.saturating_sub(older);
        if secs == 0 {
            return Ok(next);
        }
        let variance = moved(self.variance, sub(filtered, self.filtered)?, secs, implied)?;
        Ok(Self { variance, ..next }.classified(sample.at, implied)?)
    }

    fn classified(self, at: u64, implied: Fx) -> Result<Self, RiskError> {
        let mut entered = Regime::Calm;
        let mut is_quiet = false;
        for (regime, enter, leave) in THRESHOLDS {
            if self.variance >= mul_floor(implied, enter)? {
                entered = regime;
            }
            if regime == self.regime {
                is_quiet = self.variance < mul_floor(implied, leave)?;
            }
        }
        if entered > self.regime {
            return Ok(Self { regime: entered, quiet_samples: 0, ..self });
        }
        if !is_quiet {
            return Ok(Self { quiet_samples: 0, ..self });
        }
        let quiet_since = if self.quiet_samples == 0 { at } else { self.quiet_since };
        let quiet_samples = self.quiet_samples.saturating_add(1);
        let next = Self { quiet_since, quiet_samples, ..self };
        if quiet_samples >= DWELL_SAMPLES && at.saturating_sub(quiet_since) >= DWELL_SECS {
            return Ok(Self { regime: self.regime.one_lower(), quiet_samples: 0, ..next });
        }
        Ok(next)
    }
}

fn check(sample: Observation, implied: Fx) -> Result<(), RegimeError> {
    if implied <= 0 {
        return Err(RegimeError::ImpliedVarianceNotPositive { implied });
    }
    if sample.price <= Price::ZERO {
        return Err(RegimeError::PriceNotPositive { price: sample.price });
    }
    Ok(())
}

/// V after a return over `secs`, which are not zero.
fn moved(variance: Fx, change: Fx, secs: u64, implied: Fx) -> Result<Fx, RiskError> {
    let span = mul_floor(Years::from_secs(secs)?.fx(), MEDIAN_SHARE)?;
    // A limit that does not fit is none.
    let most = mul_floor(implied, MOST_VARIANCES).unwrap_or(Fx::MAX);
    let realised = div_floor(square_floor(change)?, span)?.min(most);
    let share = div_floor(Fx::from_num(secs.min(HEAVIEST_SECS)), Fx::from_num(AVERAGE_SECS))?;
    let weight = sub(Fx::ONE, exp_negative(sub(Fx::ZERO, share)?))?;
    add(variance, mul_floor(sub(realised, variance)?, weight)?)
}

fn median(first: Fx, second: Fx, third: Fx) -> Fx {
    first.min(second).max(first.max(second).min(third))
}

#[cfg(test)]
mod tests;
