//! Sums of 192 bits: what positions add up to before anything is rounded.

use equipoise_math::kernel::{mul_wide, negative_mask};
use equipoise_math::Fx;

use crate::units::{split, Money, LOTS_PER_CONTRACT};
use crate::RiskError;

/// A sum in two's complement, lowest word first; its unit is its owner's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wide([u64; 3]);

impl Wide {
    /// `factor * number`, exactly: the number's unit, 2^-64, times the factor's.
    /// # Inputs: a number below 2^32, a factor below 2^95
    /// # Errors: Overflow for others
    #[inline(never)]
    pub fn product(number: Fx, factor: i128) -> Result<Self, RiskError> {
        let (a1, a0) = words(number.to_bits());
        let (b1, b0) = words(factor);
        let (a_sign, b_sign) = (negative_mask(a1.cast_signed()), negative_mask(b1.cast_signed()));
        let (a1, a0) = magnitude((a1, a0), a_sign);
        let (b1, b0) = magnitude((b1, b0), b_sign);
        if (a1 | b1) >> 32 != 0 {
            return Err(RiskError::Overflow);
        }
        let (c1, c0) = mul_wide(a0, b0);
        let (d1, d0) = mul_wide(a1, b0);
        let (e1, e0) = mul_wide(a0, b1);
        let (middle, carry) = sum(c1, d0);
        let (middle, again) = sum(middle, e0);
        // two numbers of 32 bits each: no sum leaves its word
        let high = a1.wrapping_mul(b1).wrapping_add(d1).wrapping_add(e1).wrapping_add(carry).wrapping_add(again);
        if high >> 63 != 0 {
            return Err(RiskError::Overflow);
        }
        let sign = a_sign ^ b_sign;
        let (low, carry) = sum(c0 ^ sign, sign & 1);
        let (middle, carry) = sum(middle ^ sign, carry);
        Ok(Self([low, middle, (high ^ sign).wrapping_add(carry)]))
    }

    /// `low + high * 2^64`.
    /// # Errors: Overflow
    pub fn from_parts(low: i128, high: i128) -> Result<Self, RiskError> {
        let ((l1, l0), (h1, h0)) = (words(low), words(high));
        let mut sum = Self([l0, l1, negative_mask(l1.cast_signed())]);
        sum.add(&Self([0, h0, h1]))?;
        Ok(sum)
    }

    /// The sum times `2^PLACES`, from 1 to 63.
    /// # Errors: Overflow
    pub fn shifted<const PLACES: u32>(&self) -> Result<Self, RiskError> {
        let [low, middle, high] = self.0;
        let up = |high: u64, low: u64| high << PLACES | low >> 64_u32.wrapping_sub(PLACES);
        let spilled = high.cast_signed() >> 63_u32.wrapping_sub(PLACES);
        // every bit that leaves must be the sign's
        if spilled != 0 && spilled != -1 {
            return Err(RiskError::Overflow);
        }
        Ok(Self([low << PLACES, up(middle, low), up(high, middle)]))
    }

    /// The sum.
    /// # Errors: Overflow
    #[inline(never)]
    pub fn add(&mut self, other: &Self) -> Result<(), RiskError> {
        let ([a0, a1, a2], [b0, b1, b2]) = (self.0, other.0);
        let (low, carry) = sum(a0, b0);
        let (middle, again) = sum(a1, b1);
        let (middle, carry) = sum(middle, carry);
        let top = a2.wrapping_add(b2).wrapping_add(carry).wrapping_add(again);
        // two summands of one sign have a sum of that sign
        if (!(a2 ^ b2) & (a2 ^ top)) >> 63 != 0 {
            return Err(RiskError::Overflow);
        }
        self.0 = [low, middle, top];
        Ok(())
    }

    /// A sum over lots, in contracts.
    /// # Inputs: the sum in units of 2^-(64 + `PLACES`), at most 63
    /// # Rounding: down, towards minus infinity
    /// # Errors: Overflow
    #[inline(never)]
    pub fn in_contracts_floor<const PLACES: u32>(&self) -> Result<Money, RiskError> {
        let [low, middle, high] = self.0;
        let sign = negative_mask(high.cast_signed());
        // floor(-x / d) is minus one less floor((x - 1) / d), and x - 1 is the complement of -x
        let mut rest = 0;
        let mut quotient = [0_u64; 3];
        for (place, word) in quotient.iter_mut().zip([high ^ sign, middle ^ sign, low ^ sign]) {
            for half in [word >> 32, word & 0xffff_ffff] {
                let part = rest << 32 | half;
                *place = *place << 32 | part.checked_div(CONTRACT).unwrap_or(0);
                rest = part.checked_rem(CONTRACT).unwrap_or(0);
            }
        }
        let [high, middle, low] = quotient;
        // two shifts, so that neither is by 64
        let down = |high: u64, low: u64| low >> PLACES | (high << 1).wrapping_shl(63_u32.wrapping_sub(PLACES));
        let (over, high, low) = (high >> PLACES, down(high, middle), down(middle, low));
        if over != 0 || high >> 63 != 0 {
            return Err(RiskError::Overflow);
        }
        let high = i128::from((high ^ sign).cast_signed());
        Ok(Money::from_fx(Fx::from_bits(high << 64 | i128::from(low ^ sign))))
    }
}

const CONTRACT: u64 = LOTS_PER_CONTRACT.unsigned_abs();

/// The sum and its carry.
#[inline(always)]
fn sum(a: u64, b: u64) -> (u64, u64) {
    let sum = a.wrapping_add(b);
    (sum, u64::from(sum < a))
}

/// The words of a number in two's complement, without its sign.
#[inline(always)]
fn magnitude((high, low): (u64, u64), sign: u64) -> (u64, u64) {
    let (low, carry) = sum(low ^ sign, sign & 1);
    ((high ^ sign).wrapping_add(carry), low)
}

/// The upper and the lower word.
#[inline(always)]
fn words(number: i128) -> (u64, u64) {
    let (high, low) = split(Fx::from_bits(number));
    (high.cast_unsigned(), low)
}

#[cfg(test)]
mod tests;
