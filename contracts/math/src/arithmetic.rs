//! Products and quotients that say how they round.

use fixed::types::I64F64;

use crate::kernel::word::{join, mul_wide, split};
use crate::MathError;

/// `a * b`, rounded down.
/// # Errors: `Overflow`
pub fn mul_floor(a: I64F64, b: I64F64) -> Result<I64F64, MathError> {
    let (magnitude, inexact, negative) = product(a, b)?;
    signed_result(magnitude, inexact && negative, negative)
}

/// `a * b`, rounded up.
/// # Errors: `Overflow`
pub fn mul_ceil(a: I64F64, b: I64F64) -> Result<I64F64, MathError> {
    let (magnitude, inexact, negative) = product(a, b)?;
    signed_result(magnitude, inexact && !negative, negative)
}

/// `a / b`, rounded down.
/// # Errors: `DivideByZero`, `Overflow`
pub fn div_floor(a: I64F64, b: I64F64) -> Result<I64F64, MathError> {
    let (magnitude, inexact, negative) = quotient(a, b)?;
    signed_result(magnitude, inexact && negative, negative)
}

/// `a / b`, rounded up.
/// # Errors: `DivideByZero`, `Overflow`
pub fn div_ceil(a: I64F64, b: I64F64) -> Result<I64F64, MathError> {
    let (magnitude, inexact, negative) = quotient(a, b)?;
    signed_result(magnitude, inexact && !negative, negative)
}

/// The magnitude of a result cut to 2^-64, whether anything was cut, and whether it is negative.
type Parts = (u128, bool, bool);

fn product(a: I64F64, b: I64F64) -> Result<Parts, MathError> {
    let (a, b) = (a.to_bits(), b.to_bits());
    let (a1, a0) = split(a.unsigned_abs());
    let (b1, b0) = split(b.unsigned_abs());
    let (low_high, lowest) = mul_wide(a0, b0);
    let (cross_high, cross_low) = mul_wide(a1, b0);
    let (cross2_high, cross2_low) = mul_wide(a0, b1);
    let (overflow, top) = mul_wide(a1, b1);
    if overflow != 0 {
        return Err(MathError::Overflow);
    }
    let sum = join(top, low_high)
        .checked_add(join(cross_high, cross_low))
        .and_then(|sum| sum.checked_add(join(cross2_high, cross2_low)))
        .ok_or(MathError::Overflow)?;
    Ok((sum, lowest != 0, (a < 0) != (b < 0)))
}

fn quotient(a: I64F64, b: I64F64) -> Result<Parts, MathError> {
    let (a, b) = (a.to_bits(), b.to_bits());
    let (dividend, divisor) = (a.unsigned_abs(), b.unsigned_abs());
    let whole = dividend.checked_div(divisor).ok_or(MathError::DivideByZero)?;
    let mut rest = dividend.wrapping_sub(whole.wrapping_mul(divisor));
    if whole >> 64 != 0 {
        return Err(MathError::Overflow);
    }
    let mut bits = whole;
    let mut place = 0_u32;
    while place < 64 {
        // rest < divisor <= 2^127: doubling cannot wrap
        rest <<= 1;
        bits <<= 1;
        if rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            bits |= 1;
        }
        place = place.wrapping_add(1);
    }
    Ok((bits, rest != 0, (a < 0) != (b < 0)))
}

/// The result from its magnitude, one unit further from zero if asked.
fn signed_result(magnitude: u128, away: bool, negative: bool) -> Result<I64F64, MathError> {
    let magnitude = magnitude.checked_add(u128::from(away)).ok_or(MathError::Overflow)?;
    let bits = if negative {
        0_i128.checked_sub_unsigned(magnitude)
    } else {
        i128::try_from(magnitude).ok()
    };
    bits.map(I64F64::from_bits).ok_or(MathError::Overflow)
}
