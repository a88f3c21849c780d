//! The volatility of many strikes of one slice, in words of 64 bits.

use equipoise_math::kernel::{mul_wide, negate_if, negative_mask, Scaled};
use equipoise_math::Fx;

use crate::error::SliceError;
use crate::surface::{Slice, MAX_VARIANCE, MIN_VARIANCE};
use crate::RiskError;

/// A slice prepared for many strikes. Log-moneyness and its like are in units of 2^-55.
#[derive(Clone, Copy, Debug)]
pub struct Smile {
    level: Fx,
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
pub const PLACES: i32 = 55;
/// `m` and `sigma` are below this, `b` below its square.
const FARTHEST: Fx = Fx::lit("64");
const STEEPEST: Fx = Fx::lit("4096");

impl Smile {
    /// # Inputs: a slice that was accepted; `log_shift`, the logarithm of the present forward over the slice's, in units
    /// of 2^-55, below 64
    /// # Errors: Slice(ParameterOutOfRange)
    pub fn new(slice: &Slice, log_shift: i64) -> Result<Self, RiskError> {
        let is_inside = slice.m.unsigned_abs() < 64
            && (Fx::ZERO..FARTHEST).contains(&slice.sigma)
            && (Fx::ZERO..STEEPEST).contains(&slice.b)
            && slice.rho.unsigned_abs() < 1;
        if !is_inside {
            return Err(SliceError::ParameterOutOfRange.into());
        }
        let tilt_sign = negative_mask(word(slice.rho, 0));
        let width = word(slice.sigma, PLACES).cast_unsigned();
        Ok(Self {
            level: slice.a,
            slope: Scaled::from_bits(slice.b.to_bits().cast_unsigned()),
            tilt: negate_if(tilt_sign, word(slice.rho, 63).cast_unsigned()) << 1,
            tilt_sign,
            bend: word(slice.m, PLACES).wrapping_sub(log_shift),
            width_square: mul_wide(width, width),
        })
    }

    /// The volatility of a strike.
    /// # Inputs: `ln(F / K)` for the present forward, in units of 2^-55, below 64
    /// # Rounding: to the nearest 2^-64. Error: the variance's within `2^-53 b` and 2^-63 of what
    /// [`Slice::variance`] gives, enforced by `marks::smile::tests`
    /// # Errors: Slice(VarianceOutOfDomain)
    #[inline(always)]
    pub fn vol(&self, log_forward_over_strike: i64) -> Result<Fx, RiskError> {
        let variance = self.variance(log_forward_over_strike);
        if variance < MIN_VARIANCE || variance > MAX_VARIANCE {
            return Err(SliceError::VarianceOutOfDomain.into());
        }
        Ok(Scaled::from_large_bits(variance.to_bits().cast_unsigned(), 14).sqrt().to_fixed())
    }

    #[inline(always)]
    fn variance(&self, log_forward_over_strike: i64) -> Fx {
        let offset = log_forward_over_strike.wrapping_add(self.bend).wrapping_neg();
        let sign = negative_mask(offset);
        let size = negate_if(sign, offset.cast_unsigned());
        // both squares are below 2^126
        let (high, low) = add(mul_wide(size, size), self.width_square);
        let root = Scaled::from_words(high, low, -2 * PLACES).sqrt().to_word(PLACES);
        let (tilted, _) = mul_wide(size, self.tilt);
        let shape = root.wrapping_add(negate_if(sign ^ self.tilt_sign, tilted));
        // |rho| < 1: below zero by rounding only
        let shape = shape & !negative_mask(shape.cast_signed());
        self.level.wrapping_add(Scaled::new(shape, -PLACES).times_exactly(self.slope).to_fixed())
    }
}

/// A number below 2^(63 - `places`) in units of 2^-`places`, rounded down.
#[inline(always)]
fn word(number: Fx, places: i32) -> i64 {
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
