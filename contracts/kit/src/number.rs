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
    U256::from(value)
}

/// The high and the low 64 bits.
fn halves(value: u128) -> [u64; 2] {
    let [low, high, ..] = *U256::from(value).as_limbs();
    [high, low]
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

/// The quotient, and whether it is exact. Bit by bit: 128 steps cost about 40 gas, where a general
/// division of 256 bits costs every program that has it 10 kB of code.
#[inline(never)]
fn mul_div(a: u128, b: u128, divisor: u128) -> Option<(u128, bool)> {
    let (mut remainder, low) = product(a, b);
    if remainder >= divisor {
        return None;
    }
    let mut quotient = 0u128;
    for bit in (0..128).rev() {
        // The remainder stays below the divisor, so that doubled it has 129 bits: the highest is kept aside.
        let is_over = remainder >> 127 == 1;
        remainder = remainder << 1 | (low >> bit & 1);
        quotient <<= 1;
        if is_over || remainder >= divisor {
            remainder = remainder.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    Some((quotient, remainder == 0))
}

/// The high and the low half of `a * b`.
fn product(a: u128, b: u128) -> (u128, u128) {
    let [a1, a0] = halves(a).map(u128::from);
    let [b1, b0] = halves(b).map(u128::from);
    // Products of 64 bits have room for two more numbers of 64 bits.
    let low = a0.wrapping_mul(b0);
    let middle = a1.wrapping_mul(b0).wrapping_add(low >> 64);
    let [middle1, middle0] = halves(middle).map(u128::from);
    let cross = a0.wrapping_mul(b1).wrapping_add(middle0);
    let high = a1.wrapping_mul(b1).wrapping_add(middle1).wrapping_add(cross >> 64);
    (high, cross << 64 | low & u128::from(u64::MAX))
}

#[cfg(test)]
mod tests;
