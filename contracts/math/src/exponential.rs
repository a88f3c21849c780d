//! The exponential function.

use fixed::types::I64F64;

use crate::kernel::word::{join, low_half, mul_high, mul_wide, split};
use crate::kernel::{exp2, exp2_negative};
use crate::{Function, MathError};

/// `log2(e) - 1` in Q0.64, cut, and what was cut off in units of 2^-80.
const LOG2_E_FRACTION: u64 = 0x7154_7652_b82f_e177;
const LOG2_E_REST: u64 = 0x7d0f;
/// The largest argument of [`exp`].
const LARGEST: I64F64 = I64F64::lit("43.6");
/// Below minus this the result rounds to zero.
const VANISHING: u128 = 45 << 64;

/// e to the power of `x`.
/// # Inputs: `x` up to 43.6
/// # Returns: the power, to the nearest; 0 where it is below half a unit of 2^-64
/// # Error: relative 2^-60 or one unit of 2^-64, enforced by `accuracy::exp`
/// # Errors: `Domain` above 43.6
pub fn exp(x: I64F64) -> Result<I64F64, MathError> {
    if x > LARGEST {
        return Err(MathError::Domain { function: Function::Exp, value: x });
    }
    if x < I64F64::ZERO {
        return Ok(decay(x));
    }
    let (whole, fraction) = times_log2_e(x.to_bits().unsigned_abs());
    Ok(exp2(whole, fraction).to_fixed())
}

/// e to the power of `x`, for `x` up to 0: as [`exp`] without its failure.
/// # Returns: in [0, 1]; arguments above 0 count as 0
pub fn exp_negative(x: I64F64) -> I64F64 {
    decay(x.min(I64F64::ZERO))
}

fn decay(x: I64F64) -> I64F64 {
    let magnitude = x.to_bits().unsigned_abs();
    if magnitude >= VANISHING {
        return I64F64::ZERO;
    }
    let (whole, fraction) = times_log2_e(magnitude);
    exp2_negative(whole, fraction).to_fixed()
}

/// `magnitude * log2(e)` for a magnitude below 64, as whole and fraction.
fn times_log2_e(magnitude: u128) -> (i32, u64) {
    let (high, low) = split(magnitude);
    let (carry, product) = mul_wide(high, LOG2_E_FRACTION);
    // below 2^7 + 2^64 in all: each summand is small beside the words' room
    let rest = high.wrapping_mul(LOG2_E_REST) >> 16;
    let exponent = magnitude
        .wrapping_add(join(carry, product))
        .wrapping_add(join(0, mul_high(low, LOG2_E_FRACTION)))
        .wrapping_add(join(0, rest));
    let (whole, fraction) = split(exponent);
    (low_half(whole).cast_signed(), fraction)
}
