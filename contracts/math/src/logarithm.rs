//! The natural logarithm.

use fixed::types::I64F64;

use crate::kernel::word::{
    add_wide, join, leading_one, less_mask, mul_high_below, mul_high_nearest, mul_wide, negate_if, sub_wide,
    times_signed,
};
use crate::kernel::{atanh_excess, reciprocal_word};
use crate::{Function, MathError};

/// `ln 2` in Q0.64.
const LN_2: u64 = 0xb172_17f7_d1cf_79ac;
/// `sqrt(2) - 1` in Q2.62.
const MIDDLE: u64 = 0x1a82_7999_fcef_3242;

/// The natural logarithm of `x`.
/// # Inputs: `x` above 0
/// # Returns: in [-44.4, 43.7], to the nearest
/// # Error: relative 2^-60 or one unit of 2^-64, proved by `proofs.logarithm` and enforced by
/// `accuracy::ln`
/// # Errors: `Domain` at 0 and below
pub fn ln(x: I64F64) -> Result<I64F64, MathError> {
    if x <= I64F64::ZERO {
        return Err(MathError::Domain { function: Function::Ln, value: x });
    }
    Ok(ln_of_bits(x.to_bits().cast_unsigned()))
}

/// `ln(bits / 2^64)` for bits from 1 to 2^127, as [`ln`].
#[inline(always)]
pub(crate) const fn ln_of_bits(bits: u128) -> I64F64 {
    // the number is 2^exponent * (1 + fraction / 2^64)
    let (exponent, fraction) = leading_one(bits);
    // above sqrt(2) the next power of two is nearer: 2^(exponent + 1) * (1 - gap / 2)
    let is_above = less_mask(MIDDLE, fraction >> 2);
    let twos = exponent.wrapping_sub(is_above.cast_signed());
    let gap = negate_if(is_above, fraction);
    // s = gap / (2 + fraction) or gap / (3 + fraction), the divisor in Q2.62
    let divisor = (1_u64 << 63).wrapping_add(fraction >> 2).wrapping_add(is_above & (1 << 62));
    // 2 s in Q0.64 with a word of further places; s in
    let (high, low) = mul_wide(gap, reciprocal_word(divisor));
    let s = (high << 1) | (low >> 63);
    let square = mul_high_below(s, s) << 1;
    // 2 atanh(s) = 2 s (1 + excess / 2^66): what it has beside the whole units of 2 s, in units of
    // 2^-67, then to the nearest
    let excess = mul_high_below(square, atanh_excess(square).cast_unsigned());
    let rest = (low >> 61).wrapping_add(mul_high_nearest(s, excess)).wrapping_add(4) >> 3;
    let double = high.wrapping_add(rest);

    let whole = times_signed(twos, LN_2);
    let total = sub_wide(add_wide(whole, (is_above, double ^ is_above)), (is_above, is_above));
    I64F64::from_bits(join(total.0, total.1).cast_signed())
}
