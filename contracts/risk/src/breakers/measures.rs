//! Measures that take a computation.

use equipoise_math::Fx;

use crate::arithmetic::{abs, add, div_floor, ln, mul_floor, sqrt, sub};
use crate::millionths::Millionths;
use crate::regime::Observation;
use crate::units::{Money, Years};
use crate::RiskError;

/// Prices are not relied on for so long after the sequencer has come back.
pub const SEQUENCER_GRACE_SECS: u32 = 3_600;
/// The window of the drawdown: between one and two of these count.
pub const WINDOW_SECS: u64 = 86_400;
/// Moves within a minute are judged as moves of a minute, which a feed's own steps look wild against.
const SHORTEST_SECS: u64 = 60;

/// For how many seconds more the sequencer is not to be relied on.
/// # Inputs: whether it is up; for how many seconds it has been so
pub fn sequencer_unsafe_secs(is_up: bool, since_secs: u64) -> u64 {
    if is_up {
        u64::from(SEQUENCER_GRACE_SECS).saturating_sub(since_secs)
    } else {
        u64::MAX
    }
}

/// A move of spot in standard deviations of the time it took.
/// # Inputs: prices above zero; the market's annualised variance, above zero
/// # Rounding: up by a few parts in 2^40, against the market
/// # Errors: Math, Overflow
pub fn spot_jump_ceil(before: Observation, after: Observation, variance: Fx) -> Result<Millionths, RiskError> {
    let secs = after.at.saturating_sub(before.at).max(SHORTEST_SECS);
    let deviation = sqrt(mul_floor(variance, Years::from_secs(secs)?.fx())?)?;
    let moved = abs(sub(ln(after.price.fx())?, ln(before.price.fx())?)?)?;
    // A quotient that does not fit is past every limit.
    let sigmas = div_floor(moved, deviation.max(Fx::DELTA)).unwrap_or(Fx::MAX);
    Ok(Millionths::from_fx_ceil(add(sigmas.min(Fx::from_num(u32::MAX)), Fx::DELTA)?))
}

/// The highest value per share in this window and in the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HighWater {
    /// In this window.
    pub high: Money,
    /// In the one before.
    pub previous: Money,
    /// When this window began, in unix seconds.
    pub window_at: u64,
}

impl HighWater {
    /// After a look at the value per share, which flows of LPs do not change. Looking more often can only find a higher one.
    #[must_use]
    pub fn at(self, now: u64, value: Money) -> Self {
        let elapsed = now.saturating_sub(self.window_at);
        if elapsed < WINDOW_SECS {
            return Self { high: self.high.max(value), ..self };
        }
        let previous = if elapsed < WINDOW_SECS.saturating_mul(2) { self.high } else { value };
        Self { high: value, previous, window_at: now }
    }

    /// How far the value is below the highest; all of it if nothing is left.
    /// # Rounding: up, against the market
    /// # Errors: Math, Overflow
    pub fn drawdown_ceil(&self, value: Money) -> Result<Millionths, RiskError> {
        let high = self.high.max(self.previous);
        if high <= Money::ZERO {
            return Ok(Millionths::ZERO);
        }
        let left = value.max(Money::ZERO).ratio_floor(high)?;
        Ok(Millionths::from_fx_ceil(sub(Fx::ONE, left.min(Fx::ONE))?))
    }
}
