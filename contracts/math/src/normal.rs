//! The standard normal distribution.

use fixed::types::I64F64;

use crate::kernel::word::{join, magnitude, mul_high_below, mul_high_nearest, negate_if, sign_mask, zero_mask};
use crate::kernel::{central_slope, gaussian, log_ratio, mills_ratio, mills_ratio_far, Aligned, Scaled};
use crate::{Function, MathError};

/// 9.5: from here on the density rounds to zero, in Q4.60.
const VANISHING: u64 = 19 << 59;
/// 9.1875: from here on the tail rounds to zero, in Q4.60.
const VANISHING_TAIL: u64 = 147 << 56;
/// 25/16: up to here the distribution function is expanded about its centre, in Q4.60.
const CENTRAL: u64 = 25 << 56;

/// The standard normal density `exp(-x^2 / 2) / sqrt(2 pi)`.
/// # Returns: in [0, 0.3990], to the nearest
/// # Error: relative 2^-60 or one unit of 2^-64, enforced by `accuracy::normal_pdf`
pub fn normal_pdf(x: I64F64) -> I64F64 {
    let (high, low) = magnitude(x);
    let word = narrowed(high, low);
    if word >= VANISHING {
        return I64F64::ZERO;
    }
    gaussian::<4>(word).to_fixed()
}

/// The standard normal distribution function: the probability of a value up to `x`.
/// # Returns: in [0, 1]
/// # Error: relative 2^-60 or two units of 2^-64, enforced by `accuracy::normal_cdf`
pub fn normal_cdf(x: I64F64) -> I64F64 {
    let below = sign_mask(x);
    let (high, low) = magnitude(x);
    let word = narrowed(high, low);
    let tail = if word >= VANISHING_TAIL {
        return if below == 0 { I64F64::ONE } else { I64F64::ZERO };
    } else if word < CENTRAL {
        HALF.wrapping_sub(central_excess(high, low))
    } else {
        far_tail(high, low)
    };
    // Phi(-y) below the mean; above it 1 - Phi(-y), which is 1 where the tail is 0
    let whole = u64::from(tail == 0) & !below;
    I64F64::from_bits(join(whole, negate_if(!below, tail)).cast_signed())
}

/// A number in words as Q4.60, all ones from 16 on.
#[inline(always)]
fn narrowed(high: u64, low: u64) -> u64 {
    (high << 60) | (low >> 4) | !zero_mask(high >> 4)
}

/// The probability at the centre.
const MEDIAN: I64F64 = I64F64::lit("0.5");
/// The same in Q0.64.
const HALF: u64 = 1 << 63;
/// `625/2048`: the middle of `y^2 / 4`.
const MIDDLE_SQUARE: u64 = 625 << 53;

/// `Phi(y) - 1/2` in Q0.64 for `y` in words below 25/16.
#[inline(always)]
fn central_excess(high: u64, low: u64) -> u64 {
    let half = (high << 63) | (low >> 1);
    let square = mul_high_nearest(half, half);
    let slope = central_slope(square.wrapping_sub(MIDDLE_SQUARE).cast_signed());
    // y times the slope in, below 0.45 * 2^65, then one place down
    let product = mul_high_nearest(low, slope).wrapping_add(slope & high.wrapping_neg());
    product.wrapping_add(1) >> 1
}

/// `Phi(-y)` in Q0.64 for `y` in words from 25/16 to 9.2.
#[inline(always)]
fn far_tail(high: u64, low: u64) -> u64 {
    let word = (high << 59) | (low >> 5);
    let density = gaussian::<5>(word);
    // the last five places of y, to first order: Phi(-y - e) = phi(y) (Y(y) - e)
    let ratio = mills_ratio_far(word).wrapping_sub(low & 31);
    let product = mul_high_nearest(density.significand(), ratio);
    // from 3 to 61 places down, to the nearest
    let places = (-65_i32).wrapping_sub(density.exponent());
    (product.wrapping_shr(places.cast_unsigned()).wrapping_add(1)) >> 1
}

/// The value below which a standard normal variable lies with probability `p`.
/// # Inputs: `p` strictly between 0 and 1
/// # Returns: in [-9.1, 9.1]
/// # Error: within 64 units of 2^-64, or the probability between it and the truth within 12 units,
/// enforced by `accuracy::normal_inverse_cdf`
/// # Errors: `Domain` outside
pub fn normal_inverse_cdf(p: I64F64) -> Result<I64F64, MathError> {
    if p <= I64F64::ZERO || p >= I64F64::ONE {
        return Err(MathError::Domain { function: Function::NormalInverseCdf, value: p });
    }
    let is_upper = p > MEDIAN;
    let q = if is_upper { I64F64::ONE.wrapping_sub(p) } else { p };
    let target = magnitude(q).1;
    let y = tail_quantile(target);
    let mut bits = u128::from(y) << 4;
    if y < CENTRAL {
        bits = bits.saturating_add_signed(central_correction(y, target));
    }
    let result = I64F64::from_bits(bits.cast_signed());
    Ok(if is_upper { result } else { result.wrapping_neg() })
}

/// `y` in Q4.60 with `Phi(-y)` near `target` in Q0.64, at most a half, by Newton steps on the
/// logarithm of the tail.
fn tail_quantile(target: u64) -> u64 {
    let goal = u128::from(target);
    // Phi(-y) <= exp(-y^2 / 2) / 2, so this is never too small; the steps descend from it
    let bound = log_ratio(Aligned::from_bits(1 << 63), Aligned::from_bits(goal));
    let mut y = bound.times_power_of_two(1).sqrt().to_word(60);
    let goal = goal << 60;
    for _ in 0..6 {
        let ratio = mills_ratio(y >> 1);
        let reached = gaussian::<4>(y).times(Scaled::new(ratio, -61)).times_power_of_two(60).to_bits();
        let gap = log_ratio(Aligned::from_bits(reached), Aligned::from_bits(goal));
        // the derivative of ln Phi(-y) is -1/Y
        let step = mul_high_below(gap.to_word(60), ratio) << 3;
        y = if reached < goal { y.saturating_sub(step) } else { y.saturating_add(step) };
    }
    y
}

/// What to add to the last places of `y` in Q4.60 below 25/16, in units of 2^-64.
fn central_correction(y: u64, target: u64) -> i128 {
    let reached = HALF.wrapping_sub(central_excess(y >> 60, y << 4));
    let gap = reached.wrapping_sub(target).cast_signed();
    let density = gaussian::<4>(y).to_word(64) >> 32;
    let step = gap.saturating_mul(1 << 32).checked_div(density.cast_signed());
    i128::from(step.unwrap_or(0))
}
