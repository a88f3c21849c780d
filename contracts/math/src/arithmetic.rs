//! Products and quotients that say how they round.

use fixed::types::I64F64;

use crate::kernel::division::divide_shifted;
use crate::kernel::word::{add_wide, join, magnitude, mul_wide, negative_mask, sign_mask, split, sub_wide};
use crate::MathError;

/// `a * b`, rounded down.
/// # Errors: `Overflow`
pub fn mul_floor(a: I64F64, b: I64F64) -> Result<I64F64, MathError> {
    let (floor, _) = product(a, b)?;
    Ok(floor)
}

/// `a * b`, rounded up.
/// # Errors: `Overflow`
pub fn mul_ceil(a: I64F64, b: I64F64) -> Result<I64F64, MathError> {
    let (floor, is_exact) = product(a, b)?;
    if is_exact {
        return Ok(floor);
    }
    floor.checked_add(I64F64::DELTA).ok_or(MathError::Overflow)
}

/// `a / b`, rounded down.
/// # Errors: `DivideByZero`, `Overflow`
pub fn div_floor(a: I64F64, b: I64F64) -> Result<I64F64, MathError> {
    let (magnitude, is_exact) = quotient(a, b)?;
    let sign = sign_mask(a) ^ sign_mask(b);
    with_sign(magnitude, sign, sign & u64::from(!is_exact))
}

/// `a / b`, rounded up.
/// # Errors: `DivideByZero`, `Overflow`
pub fn div_ceil(a: I64F64, b: I64F64) -> Result<I64F64, MathError> {
    let (magnitude, is_exact) = quotient(a, b)?;
    let sign = sign_mask(a) ^ sign_mask(b);
    with_sign(magnitude, sign, !sign & u64::from(!is_exact))
}

/// The product rounded down, and whether it is exact.
#[inline(always)]
fn product(a: I64F64, b: I64F64) -> Result<(I64F64, bool), MathError> {
    let (a1, a0) = split(a.to_bits().cast_unsigned());
    let (b1, b0) = split(b.to_bits().cast_unsigned());
    // the words' unsigned product; its lowest word is only asked whether it is 0
    let (carried, lowest) = mul_wide(a0, b0);
    let lower = add_wide(mul_wide(a1, b0), (0, carried));
    let middle = add_wide(mul_wide(a0, b1), (0, lower.1));
    let upper = add_wide(add_wide(mul_wide(a1, b1), (0, lower.0)), (0, middle.0));
    // a negative factor was read as 2^128 too large
    let (a_sign, b_sign) = (sign_mask(a), sign_mask(b));
    let upper = sub_wide(upper, (b1 & a_sign, b0 & a_sign));
    let upper = sub_wide(upper, (a1 & b_sign, a0 & b_sign));
    if upper.0 != negative_mask(upper.1.cast_signed()) {
        return Err(MathError::Overflow);
    }
    Ok((I64F64::from_bits(join(upper.1, middle.1).cast_signed()), lowest == 0))
}

/// `|a / b|` rounded down, and whether it is exact.
#[inline(always)]
fn quotient(a: I64F64, b: I64F64) -> Result<((u64, u64), bool), MathError> {
    if b == I64F64::ZERO {
        return Err(MathError::DivideByZero);
    }
    divide_shifted(magnitude(a), magnitude(b)).ok_or(MathError::Overflow)
}

/// The result from its magnitude, one unit further from zero if asked.
#[inline(always)]
fn with_sign(magnitude: (u64, u64), sign: u64, away: u64) -> Result<I64F64, MathError> {
    let (high, low) = add_wide(magnitude, (0, away));
    let (high, low) = sub_wide((high ^ sign, low ^ sign), (sign, sign));
    // zero has no sign; any other result must have the expected one
    if (high ^ sign) >> 63 != 0 && (high | low) != 0 {
        return Err(MathError::Overflow);
    }
    Ok(I64F64::from_bits(join(high, low).cast_signed()))
}
