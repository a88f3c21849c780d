//! The natural logarithm.

use fixed::types::I64F64;

use crate::kernel::log_ratio;
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
    let (magnitude, below_one) = log_ratio(x.to_bits().unsigned_abs(), ONE);
    let result = magnitude.to_fixed();
    Ok(if below_one { result.wrapping_neg() } else { result })
}
