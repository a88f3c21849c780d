//! The natural logarithm.

use fixed::types::I64F64;

use crate::kernel::word::{negative_mask, split};
use crate::kernel::{log_ratio, Aligned};
use crate::{Function, MathError};

const ONE: u128 = 1 << 64;

/// The natural logarithm of `x`.
/// # Inputs: `x` above 0
/// # Returns: in [-44.4, 43.7], to the nearest
/// # Error: relative 2^-60 or one unit of 2^-64, enforced by `accuracy::ln`
/// # Errors: `Domain` at 0 and below
pub fn ln(x: I64F64) -> Result<I64F64, MathError> {
    if x <= I64F64::ZERO {
        return Err(MathError::Domain { function: Function::Ln, value: x });
    }
    let bits = x.to_bits().unsigned_abs();
    let magnitude = log_ratio(Aligned::from_bits(bits), Aligned::from_bits(ONE));
    // below one the high word is empty
    let below_one = negative_mask(split(bits).0.wrapping_sub(1).cast_signed());
    Ok(magnitude.to_signed(below_one))
}
