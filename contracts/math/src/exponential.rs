//! The exponential function.

use fixed::types::I64F64;

use crate::kernel::word::{add_wide, low_half, magnitude, mul_high_nearest, sign_mask, sub_wide, times_small};
use crate::kernel::{exp2, Scaled};
use crate::{Function, MathError};

/// `log2(e) - 1` in Q0.64, cut, and what was cut off in units of 2^-80.
const LOG2_E_FRACTION: u64 = 0x7154_7652_b82f_e177;
const LOG2_E_REST: u64 = 0x7d0f;
/// The largest argument of [`exp`].
const LARGEST: I64F64 = I64F64::lit("43.6");
/// The whole part of the arguments below minus which the result rounds to zero.
const VANISHING: u64 = 45;

/// e to the power of `x`.
/// # Inputs: `x` up to 43.6
/// # Returns: the power, to the nearest; 0 where it is below half a unit of 2^-64
/// # Error: relative 2^-60 or one unit of 2^-64, proved by `proofs.exponential` and enforced by
/// `accuracy::exp`
/// # Errors: `Domain` above 43.6
pub fn exp(x: I64F64) -> Result<I64F64, MathError> {
    if x > LARGEST {
        return Err(MathError::Domain { function: Function::Exp, value: x });
    }
    Ok(power(x))
}

/// e to the power of `x`, for `x` up to 0: as [`exp`] without its failure.
/// # Returns: in [0, 1]; arguments above 0 count as 0
pub fn exp_negative(x: I64F64) -> I64F64 {
    power(x.min(I64F64::ZERO))
}

#[inline(always)]
fn power(x: I64F64) -> I64F64 {
    let (high, low) = magnitude(x);
    if high >= VANISHING {
        return I64F64::ZERO;
    }
    exp_words(sign_mask(x), high, low).to_fixed()
}

/// `e^x` for `|x| = high + low / 2^64` and the mask of all ones for a negative `x`.
/// # Inputs: `high` below 64
/// # Error: relative, below 2^-61, proved by `proofs.exponential`
#[inline(always)]
pub(crate) const fn exp_words(sign: u64, high: u64, low: u64) -> Scaled {
    let (high, low) = times_log2_e(high, low);
    let (whole, fraction) = sub_wide((high ^ sign, low ^ sign), (sign, sign));
    exp2(low_half(whole).cast_signed(), fraction)
}

/// `(high + low / 2^64) * log2(e)` for `high` below 64, as whole and fraction.
#[inline(always)]
const fn times_log2_e(high: u64, low: u64) -> (u64, u64) {
    let rest = (high.wrapping_mul(LOG2_E_REST) >> 16).wrapping_add(mul_high_nearest(low, LOG2_E_FRACTION));
    add_wide(add_wide((high, low), times_small(LOG2_E_FRACTION, high)), (0, rest))
}
