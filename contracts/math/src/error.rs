//! What can go wrong, with the value that did.

use core::fmt;

use fixed::types::I64F64;

/// The function whose domain was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// [`crate::exp`]: defined up to 43.6, where the result leaves the format.
    Exp,
    /// [`crate::ln`]: defined for positive arguments.
    Ln,
    /// [`crate::sqrt`]: defined for arguments from 0.
    Sqrt,
    /// [`crate::normal_inverse_cdf`]: defined strictly between 0 and 1.
    NormalInverseCdf,
}

/// Why an operation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MathError {
    /// The exact result does not fit an [`I64F64`]: keep operands smaller.
    Overflow,
    /// The divisor is zero.
    DivideByZero,
    /// The argument lies outside the function's domain.
    Domain {
        /// The function that was asked.
        function: Function,
        /// The argument that it was given.
        value: I64F64,
    },
}

impl fmt::Display for MathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow => f.write_str("the result does not fit 64 integer bits"),
            Self::DivideByZero => f.write_str("division by zero"),
            Self::Domain { function, value } => {
                let domain = match function {
                    Function::Exp => "exp takes at most 43.6",
                    Function::Ln => "ln takes more than 0",
                    Function::Sqrt => "sqrt takes 0 or more",
                    Function::NormalInverseCdf => "the inverse normal takes a probability strictly between 0 and 1",
                };
                write!(f, "{domain}, not {value}")
            }
        }
    }
}

impl core::error::Error for MathError {}
