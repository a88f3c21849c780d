//! Arithmetic on 64-bit words by 32-bit halves, and selection by masks.
//!
//! WASM has no wide multiplication: `u128` products compile to library calls. Four 32-bit products
//! cost a fraction of that, and three suffice where the last places do not matter. A branch costs
//! as much as ten additions and a conditional move as much as five, so signs and cases are masks.
//! Overflow of the word is either impossible, for the reason given, or meant.
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    reason = "the one place where words are cut, joined and reinterpreted"
)]

use fixed::types::I64F64;

const LOW: u64 = 0xffff_ffff;
/// Half a unit of the upper half.
const HALF: u64 = 1 << 31;

/// `a * b` as (high, low) words, exactly.
#[inline(always)]
pub const fn mul_wide(a: u64, b: u64) -> (u64, u64) {
    let (a1, a0, b1, b0) = (a >> 32, a & LOW, b >> 32, b & LOW);
    let (upper, lower) = (a1.wrapping_mul(b0), a0.wrapping_mul(b1));
    let low = a.wrapping_mul(b);
    // The middle column: its low half is in `low` already, which leaves its carry. Written as the
    // usual ladder it would be recognised and become a library call.
    let middle = (upper & LOW).wrapping_add(lower & LOW).wrapping_add(a0.wrapping_mul(b0) >> 32);
    let carry = middle.wrapping_sub(low >> 32) >> 32;
    let high = a1.wrapping_mul(b1).wrapping_add(upper >> 32).wrapping_add(lower >> 32).wrapping_add(carry);
    (high, low)
}

/// `a * b / 2^64` to the nearest, but for 2^-32.
#[inline(always)]
pub const fn mul_high_nearest(a: u64, b: u64) -> u64 {
    let (a1, a0, b1, b0) = (a >> 32, a & LOW, b >> 32, b & LOW);
    let (upper, lower) = (a1.wrapping_mul(b0), a0.wrapping_mul(b1));
    let middle = (upper & LOW).wrapping_add(lower & LOW).wrapping_add(HALF);
    a1.wrapping_mul(b1)
        .wrapping_add(upper >> 32)
        .wrapping_add(lower >> 32)
        .wrapping_add(middle.wrapping_add(a0.wrapping_mul(b0) >> 32) >> 32)
}

/// The high 64 bits of `a * b`, at most two units low.
#[inline(always)]
pub const fn mul_high_below(a: u64, b: u64) -> u64 {
    let (a1, a0, b1, b0) = (a >> 32, a & LOW, b >> 32, b & LOW);
    // the true value is at least as large as this sum, so the sum does not wrap
    a1.wrapping_mul(b1).wrapping_add(a1.wrapping_mul(b0) >> 32).wrapping_add(a0.wrapping_mul(b1) >> 32)
}

/// `a / b`; every caller's divisor is known not to be 0.
#[inline(always)]
pub const fn divide(a: u64, b: u64) -> u64 {
    match a.checked_div(b) {
        Some(quotient) => quotient,
        None => u64::MAX,
    }
}

/// All ones for a negative number, else 0.
#[inline(always)]
pub const fn negative_mask(x: i64) -> u64 {
    (x >> 63) as u64
}

/// All ones where `a < b`, else 0, for numbers less than 2^62 apart.
#[inline(always)]
pub const fn less_mask(a: u64, b: u64) -> u64 {
    // a shift by 63 would be recognised as a comparison and become a conditional move
    (a.wrapping_sub(b) as i64 >> 62) as u64
}

/// All ones where `a < b`, else 0, for numbers less than 2^30 apart.
#[inline(always)]
pub const fn less_mask_narrow(a: i32, b: i32) -> u64 {
    // the same care as in `less_mask`
    (a.wrapping_sub(b) >> 30) as i64 as u64
}

/// All ones for 0, else 0, for `x` up to 2^63.
#[inline(always)]
pub const fn zero_mask(x: u64) -> u64 {
    // the same care as in `less_mask`: the halved number is at most 2^62
    (((x >> 1) | (x & 1)).wrapping_sub(1) as i64 >> 62) as u64
}

/// `x`, or `-x` for the mask of all ones.
#[inline(always)]
pub const fn negate_if(mask: u64, x: u64) -> u64 {
    (x ^ mask).wrapping_sub(mask)
}

/// All ones for a negative number, else 0.
#[inline(always)]
pub const fn sign_mask(x: I64F64) -> u64 {
    negative_mask(split(x.to_bits().cast_unsigned()).0.cast_signed())
}

/// `|x|` as words (high, low).
#[inline(always)]
pub const fn magnitude(x: I64F64) -> (u64, u64) {
    let sign = sign_mask(x);
    let (high, low) = split(x.to_bits().cast_unsigned());
    sub_wide((high ^ sign, low ^ sign), (sign, sign))
}

/// `x * factor`, modulo the format's range.
#[inline(always)]
pub const fn times_word(x: I64F64, factor: u64) -> I64F64 {
    let (high, low) = split(x.to_bits().cast_unsigned());
    let (carry, low) = mul_wide(low, factor);
    I64F64::from_bits(join(high.wrapping_mul(factor).wrapping_add(carry), low).cast_signed())
}

/// `x`, or 0 for the mask of 0.
#[inline(always)]
pub const fn keep_if(mask: u64, x: I64F64) -> I64F64 {
    let (high, low) = split(x.to_bits().cast_unsigned());
    I64F64::from_bits(join(high & mask, low & mask).cast_signed())
}

/// `x + y` on double words (high, low).
#[inline(always)]
pub const fn add_wide(x: (u64, u64), y: (u64, u64)) -> (u64, u64) {
    let low = x.1.wrapping_add(y.1);
    (x.0.wrapping_add(y.0).wrapping_add((low < y.1) as u64), low)
}

/// `x - y` on double words (high, low).
#[inline(always)]
pub const fn sub_wide(x: (u64, u64), y: (u64, u64)) -> (u64, u64) {
    (x.0.wrapping_sub(y.0).wrapping_sub((x.1 < y.1) as u64), x.1.wrapping_sub(y.1))
}

/// `x / 2^shift` on a double word, for shifts from 0 to 63.
#[inline(always)]
pub const fn shift_right_wide(x: (u64, u64), shift: u32) -> (u64, u64) {
    // two shifts, so that neither is by 64
    (x.0.wrapping_shr(shift), x.1.wrapping_shr(shift) | (x.0 << 1).wrapping_shl(!shift))
}

/// `a * b` as (high, low) words for `b` below 2^32.
#[inline(always)]
pub const fn times_small(a: u64, b: u64) -> (u64, u64) {
    let upper = (a >> 32).wrapping_mul(b).wrapping_add((a & LOW).wrapping_mul(b) >> 32);
    (upper >> 32, a.wrapping_mul(b))
}

/// `x * b` as (high, low) words for `x` within +-2^31.
#[inline(always)]
pub const fn times_signed(x: i64, b: u64) -> (u64, u64) {
    let upper = x.wrapping_mul((b >> 32) as i64).wrapping_add(x.wrapping_mul((b & LOW) as i64) >> 32);
    ((upper >> 32) as u64, (x as u64).wrapping_mul(b))
}

/// The exponent and the fraction of `bits * 2^-64 = 2^exponent (1 + fraction / 2^64)`, the fraction
/// cut, for bits from 1 to 2^127.
#[inline(always)]
pub const fn leading_one(bits: u128) -> (i64, u64) {
    let (high, low) = split(bits);
    let empty = zero_mask(high);
    let (top, rest) = (high | (low & empty), low & !empty);
    let shift = top.leading_zeros();
    let fraction = (top << 1).wrapping_shl(shift) | rest.wrapping_shr(!shift);
    (63_i64.wrapping_sub(shift as i64).wrapping_sub((empty & 64) as i64), fraction)
}

/// `x / 2` for a `bit` of 1, `x` for 0, on a double word.
#[inline(always)]
pub const fn halve_if(bit: u64, x: (u64, u64)) -> (u64, u64) {
    let shift = bit as u32;
    (x.0.wrapping_shr(shift), x.1.wrapping_shr(shift) | ((x.0 & bit) << 63))
}

/// The high and the low word of 128 bits.
#[inline(always)]
pub const fn split(x: u128) -> (u64, u64) {
    ((x >> 64) as u64, x as u64)
}

/// 128 bits from their words.
#[inline(always)]
pub const fn join(high: u64, low: u64) -> u128 {
    ((high as u128) << 64) | low as u128
}

/// The low 32 bits.
#[inline(always)]
pub const fn low_half(x: u64) -> u32 {
    x as u32
}

/// The low 32 bits, read as signed.
#[inline(always)]
pub const fn low_half_signed(x: i64) -> i32 {
    x as i32
}

/// The word with the same value.
#[inline(always)]
pub const fn widen(x: u32) -> u64 {
    x as u64
}

/// The word with the same value.
#[inline(always)]
pub const fn widen_signed(x: i32) -> i64 {
    x as i64
}

/// A non-negative fixed-point factor below 1, cut in halves once for a whole Horner chain.
#[derive(Clone, Copy)]
pub struct Factor {
    high: i64,
    low: u64,
}

impl Factor {
    /// The factor `z / 2^64`.
    #[inline(always)]
    pub const fn new(z: u64) -> Self {
        Self { high: (z >> 32) as i64, low: z & LOW }
    }

    /// `acc * z / 2^64` to the nearest, but for 2^-31.
    #[inline(always)]
    pub const fn times_nearest(self, acc: i64) -> i64 {
        let (a1, a0) = (acc >> 32, acc as u64 & LOW);
        let upper = a1.wrapping_mul(self.low as i64);
        let lower = a0.wrapping_mul(self.high as u64);
        let lowest = a0.wrapping_mul(self.low) >> 32;
        let middle = (upper as u64 & LOW).wrapping_add(lower & LOW).wrapping_add(HALF).wrapping_add(lowest);
        a1.wrapping_mul(self.high)
            .wrapping_add(upper >> 32)
            .wrapping_add((lower >> 32) as i64)
            .wrapping_add((middle >> 32) as i64)
    }

    /// `acc * z / 2^64`, at most three units low.
    #[inline(always)]
    pub const fn times(self, acc: i64) -> i64 {
        let (a1, a0) = (acc >> 32, acc as u64 & LOW);
        // |a1| <= 2^31 and high, low, a0 < 2^32: no product leaves its word
        a1.wrapping_mul(self.high)
            .wrapping_add(a1.wrapping_mul(self.low as i64) >> 32)
            .wrapping_add((a0.wrapping_mul(self.high as u64) >> 32) as i64)
    }

    /// `acc * z / 2^48` for `|acc| < 2^47`: at most 3/2 of 2^16 units low and 1/2 high.
    #[inline(always)]
    pub const fn times_medium(self, acc: i64) -> i64 {
        let (top, middle) = (self.high >> 16, (self.high << 16 | (self.low >> 16) as i64) & LOW as i64);
        acc.wrapping_mul(top).wrapping_add((acc >> 16).wrapping_mul(middle) >> 16)
    }

    /// `acc * z / 2^32` for `|acc| < 2^31`, with `z` cut to 32 bits.
    #[inline(always)]
    pub const fn times_narrow(self, acc: i64) -> i64 {
        acc.wrapping_mul(self.high)
    }
}

/// A fixed-point factor in [-1/2, 1/2), cut in halves once for a whole Horner chain.
#[derive(Clone, Copy)]
pub struct SignedFactor {
    high: i64,
    low: i64,
}

impl SignedFactor {
    /// The factor `z / 2^64`.
    #[inline(always)]
    pub const fn new(z: i64) -> Self {
        Self { high: z >> 32, low: z & LOW as i64 }
    }

    /// `acc * z / 2^64`, at most three units low.
    #[inline(always)]
    pub const fn times(self, acc: i64) -> i64 {
        let (a1, a0) = (acc >> 32, acc & LOW as i64);
        // |a1|, |high| <= 2^31 and a0, low < 2^32: no product leaves its word
        a1.wrapping_mul(self.high)
            .wrapping_add(a1.wrapping_mul(self.low) >> 32)
            .wrapping_add(a0.wrapping_mul(self.high) >> 32)
    }

    /// `acc * z / 2^64` to the nearest, but for 2^-31.
    #[inline(always)]
    pub const fn times_nearest(self, acc: i64) -> i64 {
        let (a1, a0) = (acc >> 32, acc & LOW as i64);
        let upper = a1.wrapping_mul(self.low);
        let lower = a0.wrapping_mul(self.high);
        let lowest = (a0 as u64).wrapping_mul(self.low as u64) >> 32;
        let middle = (upper as u64 & LOW).wrapping_add(lower as u64 & LOW).wrapping_add(HALF).wrapping_add(lowest);
        a1.wrapping_mul(self.high)
            .wrapping_add(upper >> 32)
            .wrapping_add(lower >> 32)
            .wrapping_add((middle >> 32) as i64)
    }

    /// `acc * z / 2^48` for `|acc| < 2^47`: at most 3/2 of 2^16 units low and 1/2 high.
    #[inline(always)]
    pub const fn times_medium(self, acc: i64) -> i64 {
        let (top, middle) = (self.high >> 16, (self.high << 16 | self.low >> 16) & LOW as i64);
        acc.wrapping_mul(top).wrapping_add((acc >> 16).wrapping_mul(middle) >> 16)
    }

    /// `acc * z / 2^32` for `|acc| < 2^31`, with `z` cut to 32 bits.
    #[inline(always)]
    pub const fn times_narrow(self, acc: i64) -> i64 {
        acc.wrapping_mul(self.high)
    }
}

#[cfg(test)]
mod tests;
