//! Checked conversions between the ABI's 256 bits and the 128 bits the programs count in.

use alloy_primitives::{I256, U256};

/// The number, if it has at most 128 bits.
pub fn to_u128(value: U256) -> Option<u128> {
    let [low, high, 0, 0] = *value.as_limbs() else {
        return None;
    };
    Some(u128::from(high) << 64 | u128::from(low))
}

/// The number, if it has at most 64 bits.
pub fn to_u64(value: U256) -> Option<u64> {
    let [low, 0, 0, 0] = *value.as_limbs() else {
        return None;
    };
    Some(low)
}

/// The number, if it lies in [-2^127, 2^127).
pub fn to_i128(value: I256) -> Option<i128> {
    let [low, high, a, b] = *value.as_limbs();
    let number = (u128::from(high) << 64 | u128::from(low)).cast_signed();
    let sign = if number < 0 { u64::MAX } else { 0 };
    (a == sign && b == sign).then_some(number)
}

/// The number in the ABI's width.
pub fn from_i128(value: i128) -> I256 {
    let sign = if value < 0 { u64::MAX } else { 0 };
    let [high, low] = halves(value.cast_unsigned());
    I256::from_raw(U256::from_limbs([low, high, sign, sign]))
}

/// The number in the ABI's width.
pub fn from_u128(value: u128) -> U256 {
    let [high, low] = halves(value);
    U256::from_limbs([low, high, 0, 0])
}

fn halves(value: u128) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = value.to_be_bytes();
    [
        u64::from_be_bytes([a, b, c, d, e, f, g, h]),
        u64::from_be_bytes([i, j, k, l, m, n, o, p]),
    ]
}

/// `a * b / divisor`, exact in between.
/// # Rounding: down
/// # Returns: `None` if the divisor is zero or the quotient exceeds 128 bits
pub fn mul_div_down(a: u128, b: u128, divisor: u128) -> Option<u128> {
    mul_div(a, b, divisor).map(|(quotient, _)| quotient)
}

/// `a * b / divisor`, exact in between.
/// # Rounding: up
/// # Returns: `None` if the divisor is zero or the quotient exceeds 128 bits
pub fn mul_div_up(a: u128, b: u128, divisor: u128) -> Option<u128> {
    let (quotient, is_exact) = mul_div(a, b, divisor)?;
    if is_exact {
        Some(quotient)
    } else {
        quotient.checked_add(1)
    }
}

fn mul_div(a: u128, b: u128, divisor: u128) -> Option<(u128, bool)> {
    if divisor == 0 {
        return None;
    }
    // Two factors of 128 bits cannot overflow 256.
    let product = from_u128(a).wrapping_mul(from_u128(b));
    let divisor = from_u128(divisor);
    let quotient = product.checked_div(divisor)?;
    let remainder = product.wrapping_sub(quotient.wrapping_mul(divisor));
    Some((to_u128(quotient)?, remainder.is_zero()))
}

#[cfg(test)]
mod tests;
