//! The volatility of many strikes of one slice, in words of 64 bits.

use equipoise_math::kernel::{mul_high_below, mul_wide, negate_if, negative_mask, Scaled};
use equipoise_math::Fx;

use crate::error::SliceError;
use crate::surface::{Slice, MAX_VARIANCE, MIN_VARIANCE};
use crate::RiskError;

/// A slice prepared for many strikes. Log-moneyness and its like are in units of 2^-55.
#[derive(Clone, Copy, Debug)]
pub struct Smile {
    /// `a`, as a variance.
    level: i64,
    slope: Scaled,
    /// `|rho|` in units of 2^-64, and its sign's mask.
    tilt: u64,
    tilt_sign: u64,
    /// `m` less the logarithm of the present forward over the slice's.
    bend: i64,
    /// `sigma` squared in units of 2^-110.
    width_square: (u64, u64),
}

/// Fraction bits of a log-moneyness.
const PLACES: i32 = 55;
/// Fraction bits of a variance.
const VARIANCE_PLACES: i32 = 56;
const LEAST: i64 = word(MIN_VARIANCE, VARIANCE_PLACES);
const MOST: i64 = word(MAX_VARIANCE, VARIANCE_PLACES);
/// The exponent of the largest variance that its word holds.
const LARGEST: i32 = -VARIANCE_PLACES - 1;
/// `m` and `sigma` are below this, `a` below its double, `b` below its square.
const FARTHEST: Fx = Fx::lit("64");
const HIGHEST: u128 = 128;
const STEEPEST: Fx = Fx::lit("4096");

impl Smile {
    /// # Inputs: a slice that was accepted; `log_shift`, the logarithm of the present forward over the slice's, in units
    /// of 2^-60
    /// # Errors: Slice(ParameterOutOfRange)
    pub fn new(slice: &Slice, log_shift: i64) -> Result<Self, RiskError> {
        let is_inside = slice.m.unsigned_abs() < 64
            && slice.a.unsigned_abs() < HIGHEST
            && (Fx::ZERO..FARTHEST).contains(&slice.sigma)
            && (Fx::ZERO..STEEPEST).contains(&slice.b)
            && slice.rho.unsigned_abs() < 1;
        if !is_inside {
            return Err(SliceError::ParameterOutOfRange.into());
        }
        let tilt_sign = negative_mask(word(slice.rho, 0));
        let width = word(slice.sigma, PLACES).cast_unsigned();
        Ok(Self {
            level: word(slice.a, VARIANCE_PLACES),
            slope: Scaled::from_bits(slice.b.to_bits().cast_unsigned()),
            tilt: negate_if(tilt_sign, word(slice.rho, 63).cast_unsigned()) << 1,
            tilt_sign,
            bend: word(slice.m, PLACES).wrapping_sub(log_shift >> 5),
            width_square: mul_wide(width, width),
        })
    }

    /// The volatility of a strike, and one over it.
    /// # Inputs: `ln(F / K)` for the present forward, in units of 2^-60
    /// # Error: the variance's within `2^-52 b` and 2^-55 of what [`Slice::variance`] gives, enforced by
    /// `marks::smile::tests`
    /// # Errors: Slice(VarianceOutOfDomain)
    #[inline(always)]
    pub fn vol(&self, log_forward_over_strike: i64) -> Result<(Scaled, Scaled), RiskError> {
        let (variance, room) = self.variance(log_forward_over_strike);
        // negative where one of the three is, so that there is one branch
        let room = variance.wrapping_sub(LEAST) | MOST.wrapping_sub(variance) | i64::from(room);
        if room < 0 {
            return Err(SliceError::VarianceOutOfDomain.into());
        }
        Ok(Scaled::new(variance.cast_unsigned(), -VARIANCE_PLACES).sqrt_and_inverse())
    }

    /// The variance in units of 2^-56, and what is negative where it has left its word.
    #[inline(always)]
    fn variance(&self, log_forward_over_strike: i64) -> (i64, i32) {
        let offset = (log_forward_over_strike >> 5).wrapping_add(self.bend).wrapping_neg();
        let sign = negative_mask(offset);
        let size = negate_if(sign, offset.cast_unsigned());
        // both squares are below 2^126
        let (high, low) = add(mul_wide(size, size), self.width_square);
        let root = Scaled::from_words(high, low, -2 * PLACES).sqrt().to_large_word(PLACES);
        let tilted = mul_high_below(size, self.tilt);
        let shape = root.wrapping_add(negate_if(sign ^ self.tilt_sign, tilted));
        // |rho| < 1: below zero by rounding only; a shift by 63 would become a conditional move
        let shape = shape & !(shape.cast_signed() >> 62).cast_unsigned();
        let rise = Scaled::new(shape, -PLACES).times(self.slope);
        // a sum of two numbers below 2^63 is negative where it is too large
        let variance = self.level.wrapping_add(rise.to_word(VARIANCE_PLACES).cast_signed());
        (variance, LARGEST.wrapping_sub(rise.exponent()))
    }
}

/// A number below 2^(63 - `places`) in units of 2^-`places`, rounded down.
#[inline(always)]
const fn word(number: Fx, places: i32) -> i64 {
    let [_, _, _, _, _, _, _, _, a, b, c, d, e, f, g, h] =
        (number.to_bits() >> 64_i32.wrapping_sub(places).unsigned_abs()).to_be_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[inline(always)]
fn add((high, low): (u64, u64), (other_high, other_low): (u64, u64)) -> (u64, u64) {
    let (low, carry) = low.overflowing_add(other_low);
    (high.wrapping_add(other_high).wrapping_add(u64::from(carry)), low)
}

#[cfg(test)]
mod tests;
