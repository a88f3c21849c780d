//! Positive numbers with 64 significant bits and a binary exponent.

use fixed::types::I64F64;

use super::word::{join, mul_high_below, signed, split, unsigned};

/// A positive number `significand * 2^exponent`, top bit of the significand set; or zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    significand: u64,
    exponent: i32,
}

impl Scaled {
    /// `word * 2^exponent`, exactly.
    #[inline(always)]
    pub const fn new(word: u64, exponent: i32) -> Self {
        let shift = word.leading_zeros();
        Self {
            significand: word.wrapping_shl(shift),
            exponent: exponent.wrapping_sub_unsigned(shift),
        }
    }

    /// `bits * 2^-64`, cut to 64 significant bits: relative error below 2^-63, downwards.
    #[inline(always)]
    pub const fn from_bits(bits: u128) -> Self {
        let (high, low) = split(bits);
        if high == 0 {
            Self::new(low, -64)
        } else {
            let shift = high.leading_zeros();
            // two shifts, so that neither is by 64
            let low = (low >> 1).wrapping_shr(63_u32.wrapping_sub(shift));
            Self {
                significand: high.wrapping_shl(shift) | low,
                exponent: 0_i32.wrapping_sub_unsigned(shift),
            }
        }
    }

    /// The number times 2^64, rounded to the nearest integer. Zero below half a unit; the number
    /// must be below 2^64.
    #[inline(always)]
    pub const fn to_bits(self) -> u128 {
        let shift = self.exponent.wrapping_add(64);
        if shift >= 0 {
            let shift = shift.unsigned_abs();
            let high = (self.significand >> 1).wrapping_shr(63_u32.wrapping_sub(shift));
            join(high, self.significand.wrapping_shl(shift))
        } else {
            join(0, round_shift(self.significand, shift.unsigned_abs()))
        }
    }

    /// The number as an [`I64F64`], to the nearest; it must be below 2^63.
    #[inline(always)]
    pub const fn to_fixed(self) -> I64F64 {
        I64F64::from_bits(self.to_bits().cast_signed())
    }

    /// The number times 2^`fraction_bits`, rounded to the nearest word; `u64::MAX` beyond it.
    #[inline(always)]
    pub const fn to_word(self, fraction_bits: i32) -> u64 {
        let shift = self.exponent.wrapping_add(fraction_bits);
        if shift > 0 {
            u64::MAX
        } else {
            round_shift(self.significand, shift.unsigned_abs())
        }
    }

    /// The product; relative error below 2^-61, downwards.
    #[inline(always)]
    pub const fn times(self, other: Self) -> Self {
        let product = mul_high_below(self.significand, other.significand);
        Self::new(product, self.exponent.wrapping_add(other.exponent).wrapping_add(64))
    }

    /// The number times 2^`power`.
    #[inline(always)]
    pub const fn times_power_of_two(self, power: i32) -> Self {
        Self { significand: self.significand, exponent: self.exponent.wrapping_add(power) }
    }

    /// One over the number, which must not be zero; relative error below 2^-60.
    #[inline(always)]
    pub const fn reciprocal(self) -> Self {
        let word = reciprocal_word(self.significand);
        Self::new(word, (-127_i32).wrapping_sub(self.exponent))
    }

    /// The square root; relative error below 2^-62.
    #[inline(always)]
    pub const fn sqrt(self) -> Self {
        // an even exponent: the significand becomes a fraction in [1/4, 1)
        let odd = self.exponent.cast_unsigned() & 1;
        let fraction = self.significand >> odd;
        // sqrt(fraction) * 2^32 * 2^(exponent / 2)
        let exponent = self.exponent.wrapping_add_unsigned(odd) >> 1;
        Self::new(sqrt_word(fraction), exponent.wrapping_sub(32))
    }

    /// True for zero.
    #[inline(always)]
    pub const fn is_zero(self) -> bool {
        self.significand == 0
    }

    /// The significand, top bit set.
    #[inline(always)]
    pub const fn significand(self) -> u64 {
        self.significand
    }

    /// The exponent of the significand's last place.
    #[inline(always)]
    pub const fn exponent(self) -> i32 {
        self.exponent
    }
}

/// `word / 2^shift` rounded to the nearest, for any shift.
#[inline(always)]
const fn round_shift(word: u64, shift: u32) -> u64 {
    if shift == 0 {
        word
    } else if shift > 64 {
        0
    } else {
        (word.wrapping_shr(shift.wrapping_sub(1)) >> 1)
            .wrapping_add(word.wrapping_shr(shift.wrapping_sub(1)) & 1)
    }
}

/// `2^127 / d` for `d` with its top bit set, within 2 units; at most `u64::MAX`.
#[inline(always)]
pub const fn reciprocal_word(d: u64) -> u64 {
    let (high, low) = (d >> 32, d & 0xffff_ffff);
    // 31 bits from below: x <= 2^95 / d
    let x = divide(1 << 63, high.wrapping_add(1));
    // e = 1 - d x / 2^95 in Q63, at most 2^33
    let e = (1_u64 << 63)
        .wrapping_sub(high.wrapping_mul(x))
        .wrapping_sub(low.wrapping_mul(x) >> 32);
    // 1/(1 - e) = 1 + e + e^2 to 2^-88
    let lifted = e << 28;
    let e = e.wrapping_add(mul_high_below(lifted, lifted) >> 55) << 28;
    (x << 32).wrapping_add(mul_high_below(x << 32, e) >> 27)
}

/// `sqrt(x / 2^64) * 2^64` for `x >= 2^62`, within 3 units.
#[inline(always)]
pub const fn sqrt_word(x: u64) -> u64 {
    // the best line through sqrt on [1/4, 1) is within 2.9 %; three Heron steps leave 4e-15
    let s = 1_473_836_000_u64.wrapping_add((x >> 32).wrapping_mul(2_947_672_000) >> 32);
    let s = divide(x, s).wrapping_add(s) >> 1;
    let s = divide(x, s).wrapping_add(s) >> 1;
    let s = divide(x, s).wrapping_add(s) >> 1;
    // |x - s^2| < 2^33, also when s = 2^32 and its square wraps to 0
    let rest = signed(x.wrapping_sub(s.wrapping_mul(s))) << 30;
    (s << 32).wrapping_add(unsigned(rest.wrapping_div(signed(s)) << 1))
}

/// `a / b`; the callers' divisors are never 0.
#[inline(always)]
const fn divide(a: u64, b: u64) -> u64 {
    match a.checked_div(b) {
        Some(quotient) => quotient,
        None => u64::MAX,
    }
}
