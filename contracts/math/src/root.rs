//! The square root.

use fixed::types::I64F64;

use crate::kernel::sqrt_word;
use crate::kernel::word::{
    add_wide, divide, join, low_half, mul_wide, negative_mask, shift_right_wide, split, sub_wide, zero_mask,
};
use crate::{Function, MathError};

/// The square root of `x`.
/// # Inputs: `x` from 0
/// # Rounding: down, exactly, enforced by `properties::roots_are_floors`
/// # Errors: `Domain` below 0
pub fn sqrt(x: I64F64) -> Result<I64F64, MathError> {
    if x < I64F64::ZERO {
        return Err(MathError::Domain { function: Function::Sqrt, value: x });
    }
    let bits = split(x.to_bits().cast_unsigned());
    if bits.0 | bits.1 == 0 {
        return Ok(I64F64::ZERO);
    }
    let (square, shift) = even_leading(bits);
    let root = shift_right_wide(nearest_root(square), shift >> 1);
    // the floor or one more, which the sign of x - root^2 tells; less than 2^97 units either way, it
    // shows in 128 bits
    let (high, low) = mul_wide(root.1, root.1);
    let cross = root.0.wrapping_mul(root.1) << 1;
    let rest = bits.1.wrapping_sub(high).wrapping_sub(cross).wrapping_sub(u64::from(low != 0));
    let root = sub_wide(root, (0, rest >> 63));
    Ok(I64F64::from_bits(join(root.0, root.1).cast_signed()))
}

/// `x * 2^shift` with its top bit or the one below set, and the shift, which is even.
#[inline(always)]
const fn even_leading(x: (u64, u64)) -> ((u64, u64), u32) {
    let empty = zero_mask(x.0);
    let (top, rest) = (x.0 | (x.1 & empty), x.1 & !empty);
    let shift = top.leading_zeros() & !1;
    let high = top.wrapping_shl(shift) | (rest >> 1).wrapping_shr(!shift);
    ((high, rest.wrapping_shl(shift)), shift.wrapping_add(low_half(empty) & 64))
}

/// `sqrt(x * 2^64)` to the nearest but for an eighth of a unit, for `x` from 2^126.
#[inline(always)]
const fn nearest_root(x: (u64, u64)) -> (u64, u64) {
    // at most 7 units low, so that what is left fits 68 bits
    let upper = sqrt_word(x.0);
    let left = sub_wide(x, mul_wide(upper, upper));
    // left * 2^31 / upper from left / 64 over the upper half of the root, then what the lower half
    // changes; the last bit set tells the compiler that no divisor is 0
    let left = (left.0 << 58) | (left.1 >> 6);
    let divisor = upper >> 32 | 1;
    let below = upper.wrapping_sub(divisor << 32);
    let quotient = divide(left, divisor);
    let remainder = left.wrapping_sub(quotient.wrapping_mul(divisor));
    let error = (remainder << 30).cast_signed().wrapping_sub(quotient.wrapping_mul(below).cast_signed() >> 2);
    let correction = divide_signed(error >> 22, divisor.cast_signed()).wrapping_add(4) >> 3;
    let lower = (quotient << 5).wrapping_add(correction.cast_unsigned());
    add_wide((upper >> 32, upper << 32), (negative_mask(lower.cast_signed()), lower))
}

/// `a / b` towards zero; the divisor is known not to be 0.
const fn divide_signed(a: i64, b: i64) -> i64 {
    match a.checked_div(b) {
        Some(quotient) => quotient,
        None => 0,
    }
}
