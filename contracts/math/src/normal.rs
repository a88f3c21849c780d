//! The standard normal distribution.

use fixed::types::I64F64;

use crate::kernel::word::{low_half, mul_high, split};
use crate::kernel::{gaussian, log_ratio, mills_ratio, Scaled};
use crate::{Function, MathError};

/// From here on a tail rounds to zero.
const VANISHING: u128 = 10 << 64;

/// The standard normal density `exp(-x^2 / 2) / sqrt(2 pi)`.
/// # Returns: in [0, 0.3990], to the nearest
/// # Error: one unit of 2^-64 near 0, enforced by `accuracy::normal_pdf`
pub fn normal_pdf(x: I64F64) -> I64F64 {
    let magnitude = x.to_bits().unsigned_abs();
    if magnitude >= VANISHING {
        return I64F64::ZERO;
    }
    gaussian(split(magnitude << 60).0).to_fixed()
}

/// The standard normal distribution function: the probability of a value up to `x`.
/// # Returns: in [0, 1]
/// # Error: relative 2^-60 or one unit of 2^-64, enforced by `accuracy::normal_cdf`
pub fn normal_cdf(x: I64F64) -> I64F64 {
    let magnitude = x.to_bits().unsigned_abs();
    let tail = if magnitude < VANISHING {
        I64F64::from_bits(tail(magnitude).cast_signed())
    } else {
        I64F64::ZERO
    };
    if x > I64F64::ZERO {
        I64F64::ONE.wrapping_sub(tail)
    } else {
        tail
    }
}

/// `Phi(-y)` in units of 2^-64 for `y` in Q64 below 10.
fn tail(y: u128) -> u128 {
    let (word, rest) = (split(y << 60).0, low_half(split(y).1 & 15));
    let density = gaussian(word);
    let value = density.times(Scaled::new(mills_ratio(word), -62)).to_bits();
    // the last four places of y, to first order
    let slope = density.to_bits().wrapping_mul(u128::from(rest)) >> 64;
    value.saturating_sub(slope)
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
    let mut y = log_ratio(1 << 63, u128::from(target)).0.times_power_of_two(1).sqrt().to_word(60);
    for _ in 0..6 {
        let ratio = mills_ratio(y);
        let reached = gaussian(y).times(Scaled::new(ratio, -62));
        let shift = reached.exponent().wrapping_add(124).unsigned_abs();
        let reached = if reached.exponent() < -124 {
            u128::from(reached.significand()) >> shift
        } else {
            u128::from(reached.significand()) << shift
        };
        let (gap, short) = log_ratio(reached, u128::from(target) << 60);
        // the derivative of ln Phi(-y) is -1/Y
        let step = mul_high(gap.to_word(60), ratio) << 2;
        y = if short { y.saturating_sub(step) } else { y.saturating_add(step) };
    }
    let result = I64F64::from_bits((u128::from(y) << 4).cast_signed());
    Ok(if upper { result } else { result.wrapping_neg() })
}
