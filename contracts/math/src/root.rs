//! The square root.

use fixed::types::I64F64;

use crate::kernel::word::{add_wide, join, mul_wide, negative_mask, split, sub_wide};
use crate::kernel::Scaled;
use crate::{Function, MathError};

/// The square root of `x`.
/// # Inputs: `x` from 0
/// # Rounding: down, exactly
/// # Errors: `Domain` below 0
pub fn sqrt(x: I64F64) -> Result<I64F64, MathError> {
    if x < I64F64::ZERO {
        return Err(MathError::Domain { function: Function::Sqrt, value: x });
    }
    let bits = x.to_bits().cast_unsigned();
    if bits == 0 {
        return Ok(I64F64::ZERO);
    }
    let approximation = Scaled::from_bits(bits).sqrt();
    // one Newton step from 61 significant places, which the root of a large number exceeds
    let root = split(approximation.to_bits());
    let (rest, sign) = remainder(bits, root);
    let step = rest.times(approximation.reciprocal()).times_power_of_two(-1);
    let step = split(step.to_bits());
    let root = sub_wide(add_wide(root, (step.0 ^ sign, step.1 ^ sign)), (sign, sign));
    // the step was rounded to the nearest: this is the floor or one unit more
    let root = sub_wide(root, (0, remainder(bits, root).1 & 1));
    Ok(I64F64::from_bits(join(root.0, root.1).cast_signed()))
}

/// `|x - root^2|` for `bits` of `x`, and the mask of all ones where the root is too large.
/// # Inputs: a root below 2^97 units
#[inline(always)]
fn remainder(bits: u128, root: (u64, u64)) -> (Scaled, u64) {
    // the square in three words, in units of 2^-128
    let square = mul_wide(root.1, root.1);
    let cross = mul_wide(root.0, root.1);
    let cross = ((cross.0 << 1) | (cross.1 >> 63), cross.1 << 1);
    let upper = add_wide(add_wide((root.0.wrapping_mul(root.0), 0), cross), (0, square.0));
    let rest = sub_wide(sub_wide(split(bits), upper), (0, u64::from(square.1 != 0)));
    let sign = negative_mask(rest.0.cast_signed());
    let lowest = square.1.wrapping_neg() ^ sign;
    let (high, low) = (rest.0 ^ sign, rest.1 ^ sign);
    // one unit of the last word aside, which no root notices
    if high | (low >> 62) == 0 {
        (Scaled::from_words(low, lowest, -128), sign)
    } else {
        (Scaled::from_words(high, low, -64), sign)
    }
}
