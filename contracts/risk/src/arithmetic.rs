//! Checked arithmetic with this crate's error. Out of line: the programs use each in a hundred places,
//! and a call costs 0.4 gas while a byte of code costs more at every start.

use equipoise_math::Fx;

use crate::RiskError;

/// The sum.
/// # Errors: Overflow
#[inline(never)]
pub fn add(left: Fx, right: Fx) -> Result<Fx, RiskError> {
    left.checked_add(right).ok_or(RiskError::Overflow)
}

/// The difference.
/// # Errors: Overflow
#[inline(never)]
pub fn sub(left: Fx, right: Fx) -> Result<Fx, RiskError> {
    left.checked_sub(right).ok_or(RiskError::Overflow)
}

/// The opposite.
/// # Errors: Overflow
pub fn neg(number: Fx) -> Result<Fx, RiskError> {
    sub(Fx::ZERO, number)
}

/// The size without the sign.
/// # Errors: Overflow
pub fn abs(number: Fx) -> Result<Fx, RiskError> {
    if number < 0 {
        neg(number)
    } else {
        Ok(number)
    }
}

/// The product.
/// # Rounding: down, towards minus infinity. Errors: Overflow
#[inline(never)]
pub fn mul_floor(left: Fx, right: Fx) -> Result<Fx, RiskError> {
    equipoise_math::mul_floor(left, right).map_err(|_| RiskError::Overflow)
}

/// The product.
/// # Rounding: up, towards plus infinity. Errors: Overflow
#[inline(never)]
pub fn mul_ceil(left: Fx, right: Fx) -> Result<Fx, RiskError> {
    equipoise_math::mul_ceil(left, right).map_err(|_| RiskError::Overflow)
}

/// The square.
/// # Rounding: down. Errors: Overflow
pub fn square_floor(number: Fx) -> Result<Fx, RiskError> {
    mul_floor(number, number)
}

/// The quotient.
/// # Rounding: down, towards minus infinity. Errors: Math for a zero divisor or a result that does not fit
#[inline(never)]
pub fn div_floor(left: Fx, right: Fx) -> Result<Fx, RiskError> {
    equipoise_math::div_floor(left, right).map_err(|_| RiskError::Math)
}

/// The quotient.
/// # Rounding: up, towards plus infinity. Errors: Math for a zero divisor or a result that does not fit
#[inline(never)]
pub fn div_ceil(left: Fx, right: Fx) -> Result<Fx, RiskError> {
    equipoise_math::div_ceil(left, right).map_err(|_| RiskError::Math)
}

/// The square root.
/// # Rounding: down. Errors: Math below zero
#[inline(never)]
pub fn sqrt(number: Fx) -> Result<Fx, RiskError> {
    equipoise_math::sqrt(number).map_err(|_| RiskError::Math)
}

/// The natural logarithm.
/// # Errors: Math unless above zero
#[inline(never)]
pub fn ln(number: Fx) -> Result<Fx, RiskError> {
    equipoise_math::ln(number).map_err(|_| RiskError::Math)
}
