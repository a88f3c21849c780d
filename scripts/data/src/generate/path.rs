//! Spot paths: stochastic variance with jumps (Bates 1996), simulated in small steps.

use jiff::{SignedDuration, Timestamp};

use super::random::Random;
use super::{DEFAULT_CHAIN_TIME, DEFAULT_SPOT};
use crate::prices::{PriceHistory, PricePoint};
use crate::time::SECONDS_PER_YEAR;

/// Mean-reversion speed of variance, per year: a half-life of 13 days.
const REVERSION: f64 = 20.0;
/// Long-run diffusive variance per year; with the jumps' 0.06 a vol of 61 % in all.
const LONG_RUN_VARIANCE: f64 = 0.31;
/// Vol of variance per sqrt(year). A 7-day vol then moves by 0.91 per sqrt(year), a 30-day one by
/// 0.54, a 90-day one by 0.22; ETH's moved by 0.88, 0.37 and 0.20 in the first half of 2026.
const VOL_OF_VARIANCE: f64 = 2.2;
/// Correlation of spot and variance.
const CORRELATION: f64 = -0.3;
/// Jumps per year, and the mean and standard deviation of their log size.
const JUMPS_PER_YEAR: f64 = 15.0;
const JUMP_MEAN: f64 = -0.02;
const JUMP_DEVIATION: f64 = 0.06;
/// Steps simulated within one candle.
const STEPS: u32 = 12;

/// A path to generate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathRecipe {
    /// Any number: other seeds give other paths.
    pub seed: u64,
    /// Time of the first candle.
    pub start: Timestamp,
    /// Candles.
    pub candles: usize,
    /// Length of one candle, seconds.
    pub step_secs: u32,
    /// Open of the first candle, USD per coin.
    pub spot: f64,
}

impl Default for PathRecipe {
    /// 40 days of hourly candles from the moment of the default chain.
    fn default() -> Self {
        Self { seed: 1, start: DEFAULT_CHAIN_TIME, candles: 40 * 24, step_secs: 3600, spot: DEFAULT_SPOT }
    }
}

/// Generates hourly (or other) candles, prices in whole cents.
pub fn generate_prices(recipe: &PathRecipe) -> PriceHistory {
    let mut state = State {
        random: Random::new(recipe.seed, *b"path    "),
        log_price: libm::log(recipe.spot),
        variance: LONG_RUN_VARIANCE,
        years: f64::from(recipe.step_secs) / f64::from(STEPS) / SECONDS_PER_YEAR,
    };
    let step = SignedDuration::from_secs(i64::from(recipe.step_secs));
    let mut time = Some(recipe.start);
    let mut open = cents(recipe.spot);
    let mut points = Vec::with_capacity(recipe.candles);
    while let Some(now) = time.filter(|_| points.len() < recipe.candles) {
        let mut point = PricePoint { time: now, open, high: open, low: open, close: open };
        for _ in 0..STEPS {
            point.close = cents(state.advance());
            point.high = point.high.max(point.close);
            point.low = point.low.min(point.close);
        }
        open = point.close;
        points.push(point);
        time = now.checked_add(step).ok();
    }
    PriceHistory { source: format!("generated prices (seed {})", recipe.seed), points }
}

struct State {
    random: Random,
    log_price: f64,
    variance: f64,
    /// Length of one step.
    years: f64,
}

impl State {
    /// One step of the log price and, by full truncation (Lord et al. 2010), of its variance.
    fn advance(&mut self) -> f64 {
        let (first, second) = (self.random.normal(), self.random.normal());
        let shock = CORRELATION * first + (1.0 - CORRELATION * CORRELATION).sqrt() * second;
        let variance = self.variance.max(0.0);
        let deviation = (variance * self.years).sqrt();
        let mean_jump = libm::exp(JUMP_MEAN + 0.5 * JUMP_DEVIATION * JUMP_DEVIATION) - 1.0;
        let drift = -(0.5 * variance + JUMPS_PER_YEAR * mean_jump) * self.years;
        self.log_price += drift + deviation * first + self.jump();
        self.variance += REVERSION * (LONG_RUN_VARIANCE - variance) * self.years + VOL_OF_VARIANCE * deviation * shock;
        libm::exp(self.log_price)
    }

    /// At most one jump a step: a second would come once in millions of steps.
    fn jump(&mut self) -> f64 {
        if self.random.uniform() < JUMPS_PER_YEAR * self.years {
            JUMP_MEAN + JUMP_DEVIATION * self.random.normal()
        } else {
            0.0
        }
    }
}

fn cents(price: f64) -> f64 {
    ((price * 100.0).round() / 100.0).max(0.01)
}
