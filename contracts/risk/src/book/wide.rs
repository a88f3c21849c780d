//! Sums of 192 bits: what positions add up to before anything is rounded.

use equipoise_math::kernel::{mul_wide, negative_mask};
use equipoise_math::Fx;

use crate::units::{split, Money, LOTS_PER_CONTRACT};
use crate::RiskError;

/// A sum in two's complement, lowest word first; its unit is its owner's, who also sees to it that it stays below 2^191.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wide([u64; 3]);

impl Wide {
    /// `number * factor`, exactly: the number's unit, 2^-64, times the factor's.
    /// # Inputs: a product below 2^191
    #[inline(always)]
    pub fn product(number: Fx, factor: i128) -> Self {
        let (a1, a0) = words(number.to_bits());
        let (b1, b0) = words(factor);
        let (c1, c0) = mul_wide(a0, b0);
        let (d1, d0) = mul_wide(a1, b0);
        let (e1, e0) = mul_wide(a0, b1);
        let (middle, carry) = sum(c1, d0);
        let (middle, again) = sum(middle, e0);
        let high = a1.wrapping_mul(b1).wrapping_add(d1).wrapping_add(e1).wrapping_add(carry).wrapping_add(again);
        // a negative number was read as 2^128 too large
        let (a_sign, b_sign) = (negative_mask(a1.cast_signed()), negative_mask(b1.cast_signed()));
        Self([c0, middle, high.wrapping_sub(b0 & a_sign).wrapping_sub(a0 & b_sign)])
    }

    /// `low + high * 2^64`.
    /// # Inputs: a sum below 2^191
    #[inline(always)]
    pub fn from_parts(low: i128, high: i128) -> Self {
        let ((l1, l0), (h1, h0)) = (words(low), words(high));
        let mut sum = Self([l0, l1, negative_mask(l1.cast_signed())]);
        sum.add(&Self([0, h0, h1]));
        sum
    }

    /// Adds another sum.
    #[inline(always)]
    pub const fn add(&mut self, other: &Self) {
        let ([a0, a1, a2], [b0, b1, b2]) = (self.0, other.0);
        let (low, carry) = sum(a0, b0);
        let (middle, again) = sum(a1, b1);
        let (middle, carry) = sum(middle, carry);
        self.0 = [low, middle, a2.wrapping_add(b2).wrapping_add(carry).wrapping_add(again)];
    }

    /// A sum over lots, in contracts.
    /// # Inputs: the sum in units of 2^-64
    /// # Rounding: down, towards minus infinity
    /// # Errors: Overflow
    #[inline(never)]
    pub fn in_contracts_floor(&self) -> Result<Money, RiskError> {
        let [low, middle, high] = self.0;
        let sign = negative_mask(high.cast_signed());
        // floor(-x / d) is minus one less floor((x - 1) / d), and x - 1 is the complement of -x
        let (over, rest) = divided(0, high ^ sign);
        let (high, rest) = divided(rest, middle ^ sign);
        let (low, _) = divided(rest, low ^ sign);
        if over != 0 || high >> 63 != 0 {
            return Err(RiskError::Overflow);
        }
        let high = i128::from((high ^ sign).cast_signed());
        Ok(Money::from_fx(Fx::from_bits(high << 64 | i128::from(low ^ sign))))
    }
}

/// One word of a quotient by [`CONTRACT`], and the rest, from the rest of the words above.
#[inline(always)]
const fn divided(rest: u64, word: u64) -> (u64, u64) {
    let upper = rest << 32 | word >> 32;
    let high = upper / CONTRACT;
    let lower = upper.wrapping_sub(high.wrapping_mul(CONTRACT)) << 32 | word & 0xffff_ffff;
    let low = lower / CONTRACT;
    (high << 32 | low, lower.wrapping_sub(low.wrapping_mul(CONTRACT)))
}

const CONTRACT: u64 = LOTS_PER_CONTRACT.unsigned_abs();

/// The sum and its carry.
#[inline(always)]
const fn sum(a: u64, b: u64) -> (u64, u64) {
    let sum = a.wrapping_add(b);
    // what carries is what both have, or one has and the sum has not
    (sum, ((a & b) | ((a | b) & !sum)) >> 63)
}

/// The upper and the lower word.
#[inline(always)]
fn words(number: i128) -> (u64, u64) {
    let (high, low) = split(Fx::from_bits(number));
    (high.cast_unsigned(), low)
}

#[cfg(test)]
mod tests;
