//! The standard normal distribution.

use fixed::types::I64F64;

use crate::kernel::word::{join, mul_high_below, mul_high_nearest, negate_if, sign_mask, split};
use crate::kernel::{
    central_slope, gaussian, log_ratio, mills_ratio, mills_ratio_far, Aligned, Scaled,
};
use crate::{Function, MathError};

/// 9.5: from here on the density rounds to zero.
const VANISHING: u128 = 19 << 63;
/// 9.1875: from here on the tail rounds to zero.
const VANISHING_TAIL: u128 = 147 << 60;
/// 25/16: up to here the distribution function is expanded about its centre.
const CENTRAL: u128 = 25 << 60;

/// The standard normal density `exp(-x^2 / 2) / sqrt(2 pi)`.
/// # Returns: in [0, 0.3990], to the nearest
/// # Error: relative 2^-60 or one unit of 2^-64, enforced by `accuracy::normal_pdf`
pub fn normal_pdf(x: I64F64) -> I64F64 {
    let magnitude = x.to_bits().unsigned_abs();
    if magnitude >= VANISHING {
        return I64F64::ZERO;
    }
    gaussian::<4>(split(magnitude << 60).0).to_fixed()
}

/// The standard normal distribution function: the probability of a value up to `x`.
/// # Returns: in [0, 1]
/// # Error: relative 2^-60 or one unit of 2^-64, enforced by `accuracy::normal_cdf`
pub fn normal_cdf(x: I64F64) -> I64F64 {
    let below = sign_mask(x);
    let magnitude = x.to_bits().unsigned_abs();
    let tail = if magnitude < CENTRAL {
        HALF.wrapping_sub(central_excess(magnitude))
    } else if magnitude < VANISHING_TAIL {
        far_tail(magnitude)
    } else {
        0
    };
    // Phi(-y) below the mean, 1 - Phi(-y) above it
    let whole = u64::from(tail == 0) & !below;
    I64F64::from_bits(join(whole, negate_if(!below, tail)).cast_signed())
}

const HALF: u64 = 1 << 63;
/// `625/2048`: the middle of `y^2 / 4`.
const MIDDLE_SQUARE: u64 = 625 << 53;

/// `Phi(y) - 1/2` in Q0.64 for `y` in Q64 below 25/16.
#[inline(always)]
fn central_excess(y: u128) -> u64 {
    let (high, low) = split(y);
    let half = split(y << 63).0;
    let square = mul_high_nearest(half, half);
    let slope = central_slope(square.wrapping_sub(MIDDLE_SQUARE).cast_signed());
    // y times the slope in, below 0.45 * 2^65, then one place down
    let product = mul_high_nearest(low, slope).wrapping_add(slope & high.wrapping_neg());
    product.wrapping_add(1) >> 1
}

/// `Phi(-y)` in Q0.64 for `y` in Q64 from 25/16 to 9.2.
#[inline(always)]
fn far_tail(y: u128) -> u64 {
    let (high, low) = split(y);
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
/// # Error: enforced by `accuracy::normal_inverse_cdf`
/// # Errors: `Domain` outside
pub fn normal_inverse_cdf(p: I64F64) -> Result<I64F64, MathError> {
    if p <= I64F64::ZERO || p >= I64F64::ONE {
        return Err(MathError::Domain { function: Function::NormalInverseCdf, value: p });
    }
    let upper = p > I64F64::ONE >> 1_u32;
    let q = if upper { I64F64::ONE.wrapping_sub(p) } else { p };
    let target = split(q.to_bits().unsigned_abs()).1;
    // Phi(-y) <= exp(-y^2 / 2) / 2, so this is never too small, and Newton descends from it
    let mut y = log_ratio(Aligned::from_bits(1 << 63), Aligned::from_bits(u128::from(target))).times_power_of_two(1).sqrt().to_word(60);
    for _ in 0..6 {
        let ratio = mills_ratio(y >> 1);
        let reached = gaussian::<4>(y).times(Scaled::new(ratio, -61));
        let shift = reached.exponent().wrapping_add(124).unsigned_abs();
        let reached = if reached.exponent() < -124 {
            u128::from(reached.significand()) >> shift
        } else {
            u128::from(reached.significand()) << shift
        };
        let goal = u128::from(target) << 60;
        let short = reached < goal;
        let gap = log_ratio(Aligned::from_bits(reached), Aligned::from_bits(goal));
        // the derivative of ln Phi(-y) is -1/Y
        let step = mul_high_below(gap.to_word(60), ratio) << 3;
        y = if short { y.saturating_sub(step) } else { y.saturating_add(step) };
    }
    let result = I64F64::from_bits((u128::from(y) << 4).cast_signed());
    Ok(if upper { result } else { result.wrapping_neg() })
}
