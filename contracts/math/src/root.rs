//! The square root.

use fixed::types::I64F64;

use crate::{Function, MathError};

/// The square root of `x`.
/// # Inputs: `x` from 0
/// # Rounding: down, exactly
/// # Errors: `Domain` below 0
pub fn sqrt(x: I64F64) -> Result<I64F64, MathError> {
    x.checked_sqrt().ok_or(MathError::Domain { function: Function::Sqrt, value: x })
}
