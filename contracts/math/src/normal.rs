//! The standard normal distribution.

use fixed::types::I64F64;

use crate::exponential::exp_words;
use crate::kernel::word::{
    add_wide, divide, join, magnitude, mul_high_nearest, negate_if, negative_mask, sign_mask, split, sub_wide,
    times_small, zero_mask,
};
use crate::kernel::{central_slope, quantile_guess, tail_far, tail_farthest, tail_middle, tail_near, Scaled};
use crate::logarithm::ln_of_bits;
use crate::{Function, MathError};

/// 9.5: from here on the density rounds to zero, in Q4.60.
const VANISHING: u64 = 19 << 59;
/// `ln(sqrt(2 pi))` in Q0.64, and one unit for what the floors beside it lose on average.
const LN_SQRT_2_PI: u64 = 0xeb3f_8e43_25f5_a536;

/// The standard normal density `exp(-x^2 / 2) / sqrt(2 pi)`.
/// # Returns: in [0, 0.3990], to the nearest
/// # Error: relative 2^-60 or one unit of 2^-64, proved by `proofs.density` and enforced by
/// `accuracy::normal_pdf`
pub fn normal_pdf(x: I64F64) -> I64F64 {
    let (high, low) = magnitude(x);
    if narrowed(high, low) >= VANISHING {
        return I64F64::ZERO;
    }
    density(high, low).to_fixed()
}

/// The density at `high + low / 2^64`, below 9.5.
#[inline(always)]
const fn density(high: u64, low: u64) -> Scaled {
    // (high + low / 2^64)^2 / 2 + ln(sqrt(2 pi))
    let square = high.wrapping_mul(high);
    let sum = add_wide((square >> 1, square << 63), times_small(low, high));
    let sum = add_wide(sum, (0, mul_high_nearest(low, low) >> 1));
    let (high, low) = add_wide(sum, (0, LN_SQRT_2_PI));
    exp_words(u64::MAX, high, low)
}

/// The standard normal distribution function: the probability of a value up to `x`.
/// # Returns: in [0, 1]
/// # Error: relative 2^-60 or two units of 2^-64, proved by `proofs.distribution` and enforced by
/// `accuracy::normal_cdf`
pub fn normal_cdf(x: I64F64) -> I64F64 {
    let below = sign_mask(x);
    let (high, low) = magnitude(x);
    let tail = upper_tail(high, low);
    // Phi(-y) below the mean; above it 1 - Phi(-y), which is 1 where the tail is 0
    let whole = u64::from(tail == 0) & !below;
    I64F64::from_bits(join(whole, negate_if(!below, tail)).cast_signed())
}

/// A number in words as Q4.60, all ones from 16 on.
#[inline(always)]
const fn narrowed(high: u64, low: u64) -> u64 {
    (high << 60) | (low >> 4) | !zero_mask(high >> 4)
}

/// The probability at the centre, in Q0.64.
const HALF: u64 = 1 << 63;
/// `25/128`: the middle of `y^2 / 4`.
const MIDDLE_SQUARE: u64 = 25 << 57;
/// The ends of the pieces on which the tail is expanded, in Q4.60: 5/4, 9/4, 17/4, 25/4 and 147/16,
/// from where on it rounds to zero.
const CENTRAL: u64 = 5 << 58;
const NEAR: u64 = 9 << 58;
const MIDDLE: u64 = 17 << 58;
const FAR: u64 = 25 << 58;
const FARTHEST: u64 = 147 << 56;
/// The pieces' middles in the units of their arguments, modulo 1: `7/4`, `13/4 / 2`, `21/4 / 2` and
/// `247/32 / 4`.
const NEAR_CENTRE: u64 = 3 << 62;
const MIDDLE_CENTRE: u64 = 5 << 61;
const FAR_CENTRE: u64 = 5 << 61;
const FARTHEST_CENTRE: u64 = 119 << 57;

/// `Phi(-y)` in Q0.64 for `y = high + low / 2^64`.
#[inline(always)]
const fn upper_tail(high: u64, low: u64) -> u64 {
    let word = narrowed(high, low);
    if word < CENTRAL {
        return HALF.wrapping_sub(central_excess(high, low));
    }
    let tail = if word < NEAR {
        tail_near(low.wrapping_sub(NEAR_CENTRE).cast_signed())
    } else if word < MIDDLE {
        let half = (high << 63) | (low >> 1);
        tail_middle(half.wrapping_sub(MIDDLE_CENTRE).cast_signed())
    } else if word < FAR {
        tail_far((word << 3).wrapping_sub(FAR_CENTRE).cast_signed())
    } else if word < FARTHEST {
        tail_farthest((word << 2).wrapping_sub(FARTHEST_CENTRE).cast_signed())
    } else {
        0
    };
    // from to the nearest
    (tail.wrapping_add(2) >> 2).cast_unsigned()
}

/// `Phi(y) - 1/2` in Q0.64 for `y` in words below 5/4.
#[inline(always)]
const fn central_excess(high: u64, low: u64) -> u64 {
    let half = (high << 63) | (low >> 1);
    let square = mul_high_nearest(half, half);
    let slope = central_slope(square.wrapping_sub(MIDDLE_SQUARE).cast_signed());
    // y times the slope in, below 0.45 * 2^65, then one place down
    let product = mul_high_nearest(low, slope).wrapping_add(slope & high.wrapping_neg());
    product.wrapping_add(1) >> 1
}

/// The value below which a standard normal variable lies with probability `p`.
/// # Inputs: `p` strictly between 0 and 1
/// # Returns: in [-9.1, 9.1]
/// # Error: the probability between it and the truth is within 2 units of 2^-64, proved by `proofs.quantile` and
/// enforced by `accuracy::normal_inverse_cdf`
/// # Errors: `Domain` outside
pub fn normal_inverse_cdf(p: I64F64) -> Result<I64F64, MathError> {
    if p <= I64F64::ZERO || p >= I64F64::ONE {
        return Err(MathError::Domain { function: Function::NormalInverseCdf, value: p });
    }
    // the fraction's top bit is set from the median on
    let (_, fraction) = magnitude(p);
    let is_upper = negative_mask(fraction.cast_signed());
    let target = negate_if(is_upper, fraction);
    if target == HALF {
        return Ok(I64F64::ZERO);
    }
    let (high, low) = tail_quantile(target);
    let (high, low) = sub_wide((high ^ !is_upper, low ^ !is_upper), (!is_upper, !is_upper));
    Ok(I64F64::from_bits(join(high, low).cast_signed()))
}

/// `0.578` in Q0.64: the middle of the guess's argument.
const GUESS_MIDDLE: u64 = 0x93f7_ced9_1687_2b02;
/// The most that the guess is corrected by: 2^-22, twice its error.
const CORRECTION_MAX: u128 = 1 << 42;

/// `y` in words with `Phi(-y) = target` in Q0.64, below a half.
#[inline(always)]
const fn tail_quantile(target: u64) -> (u64, u64) {
    // a guess within 2^-23 from 5 / (5 + v) with target = exp(-v^2 / 2)
    let log = ln_of_bits(join(0, target)).wrapping_neg().to_bits().cast_unsigned();
    let v = Scaled::from_bits(log).times_power_of_two(1).sqrt().to_word(60);
    let part = divide(5 << 61, (5_u64 << 60).wrapping_add(v) >> 31);
    let guess = quantile_guess((part << 32).wrapping_sub(GUESS_MIDDLE).cast_signed());
    let guess = (guess & !(guess >> 63)).cast_unsigned();
    let (high, low) = (guess >> 42, guess << 22);

    // the tail there, and the distance to the target over the density: the step to first order
    let gap = upper_tail(high, low).wrapping_sub(target);
    let below = negative_mask(gap.cast_signed());
    let inverse = density(high, low).reciprocal();
    let step = Scaled::new(negate_if(below, gap), -64).times(inverse).to_bits();
    let step = split(if step < CORRECTION_MAX { step } else { CORRECTION_MAX }).1;
    // to second order another y step^2 / 2
    let part = step >> 11;
    let bend = (part.wrapping_mul(part) >> 24).wrapping_mul(guess >> 22) >> 39;
    let step = bend.wrapping_add(negate_if(below, step));
    add_wide((high, low), (negative_mask(step.cast_signed()), step))
}

#[cfg(test)]
mod tests;
