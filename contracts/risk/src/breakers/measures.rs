//! Measures that take a computation.

use equipoise_math::Fx;

use crate::arithmetic::{abs, add, div_floor, ln, mul_floor, sqrt, sub};
use crate::millionths::Millionths;
use crate::regime::{Observation, RegimeState};
use crate::units::{Money, Years};
use crate::RiskError;

/// Prices are not relied on for so long after the sequencer has come back.
pub const SEQUENCER_GRACE_SECS: u32 = 3_600;
/// Moves within an hour are judged as moves of an hour: the steps of a feed look wild against the minutes between them.
const SHORTEST_SECS: u64 = 3_600;

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
    jump_ceil((ln(before.price.fx())?, before.at), after, variance)
}

/// The same for the move since the last sample of the regime.
/// # Errors: Math, Overflow
pub fn jump_of_regime_ceil(regime: &RegimeState, after: Observation, variance: Fx) -> Result<Millionths, RiskError> {
    let ([_, log], [_, at]) = (regime.logs, regime.times);
    jump_ceil((log, at), after, variance)
}

/// What the insurance fund lacks of its floor, of the floor; nothing where there is none.
/// # Inputs: what the fund holds; the floor in whole units of the currency
/// # Rounding: up by two millionths at most, so that the least that is lacking is told
pub fn insurance_short_ceil(held: Money, floor: u32) -> Millionths {
    let floor = Money::from_fx(Fx::from_num(floor));
    match floor.minus(held.max(Money::ZERO)) {
        Ok(short) if short > Money::ZERO => {
            let share = short.ratio_floor(floor).ok().and_then(|share| share.checked_add(Fx::DELTA));
            share.map_or(Millionths::ONE, Millionths::from_fx_ceil).min(Millionths::ONE)
        }
        _ => Millionths::ZERO,
    }
}

fn jump_ceil((log, at): (Fx, u64), after: Observation, variance: Fx) -> Result<Millionths, RiskError> {
    let secs = after.at.saturating_sub(at).max(SHORTEST_SECS);
    let deviation = sqrt(mul_floor(variance, Years::from_secs(secs)?.fx())?)?;
    let moved = abs(sub(ln(after.price.fx())?, log)?)?;
    // A quotient that does not fit is past every limit.
    let sigmas = div_floor(moved, deviation.max(Fx::DELTA)).unwrap_or(Fx::MAX);
    Ok(Millionths::from_fx_ceil(add(sigmas.min(Fx::from_num(u32::MAX)), Fx::DELTA)?))
}
