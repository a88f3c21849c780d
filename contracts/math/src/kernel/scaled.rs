//! Positive numbers with 64 significant bits and a binary exponent.

use fixed::types::I64F64;

use super::newton::{inverse_sqrt_word, reciprocal_word, sqrt_word};
use super::word::{
    join, less_mask_narrow, low_half, mul_high_below, mul_wide, negate_if, negative_mask, split, sub_wide, zero_mask,
};

/// A positive number `significand * 2^exponent`, top bit of the significand set; or zero.
#[must_use]
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
        Self { significand: word.wrapping_shl(shift), exponent: exponent.wrapping_sub_unsigned(shift) }
    }

    /// `significand * 2^exponent` for a significand with its top bit set.
    #[inline(always)]
    pub(super) const fn from_significand(significand: u64, exponent: i32) -> Self {
        Self { significand, exponent }
    }

    /// `(high * 2^64 + low) * 2^exponent` for `high` below 2^63, cut to 64 significant bits:
    /// relative error below 2^-63, downwards.
    #[inline(always)]
    pub const fn from_words(high: u64, low: u64, exponent: i32) -> Self {
        // with an empty high word the low one takes its place
        let empty = zero_mask(high);
        let (top, rest) = (high | (low & empty), low & !empty);
        let shift = top.leading_zeros();
        Self {
            // two shifts, so that neither is by 64
            significand: top.wrapping_shl(shift) | (rest >> 1).wrapping_shr(!shift),
            exponent: exponent.wrapping_sub_unsigned(shift).wrapping_add(WORD & !low_half(empty).cast_signed()),
        }
    }

    /// `bits * 2^-64` for bits from 2^(64 - `lift`) to 2^(127 - `lift`), cut like
    /// [`Scaled::from_words`].
    #[inline(always)]
    pub const fn from_large_bits(bits: u128, lift: u32) -> Self {
        let (high, low) = split(bits.wrapping_shl(lift));
        let shift = high.leading_zeros();
        Self {
            significand: high.wrapping_shl(shift) | (low >> 1).wrapping_shr(!shift),
            exponent: 0_i32.wrapping_sub_unsigned(lift).wrapping_sub_unsigned(shift),
        }
    }

    /// `bits * 2^-64` for `bits` below 2^127, cut like [`Scaled::from_words`].
    #[inline(always)]
    pub const fn from_bits(bits: u128) -> Self {
        let (high, low) = split(bits);
        Self::from_words(high, low, -WORD)
    }

    /// The number times 2^64, rounded to the nearest integer; it must be below 2^64.
    #[inline(always)]
    pub const fn to_bits(self) -> u128 {
        let place = self.exponent.wrapping_add(2 * WORD);
        let significand = self.significand & !less_mask_narrow(place, 0);
        let is_wide = less_mask_narrow(63, place);
        // the significand's parts on both sides of a word's boundary; shifts count modulo 64
        let above = (significand >> 1).wrapping_shr(!place.cast_unsigned());
        let below = significand.wrapping_shl(place.cast_unsigned());
        let rounded = above.wrapping_add(below >> 63);
        join(above & is_wide, rounded ^ ((rounded ^ below) & is_wide))
    }

    /// The number as an [`I64F64`], to the nearest; it must be below 2^63.
    #[inline(always)]
    pub const fn to_fixed(self) -> I64F64 {
        I64F64::from_bits(self.to_bits().cast_signed())
    }

    /// The number, negated where the mask is all ones, as an [`I64F64`]; it must be below 2^63.
    #[inline(always)]
    pub const fn to_signed(self, mask: u64) -> I64F64 {
        let (high, low) = split(self.to_bits());
        let (high, low) = sub_wide((high ^ mask, low ^ mask), (mask, mask));
        I64F64::from_bits(join(high, low).cast_signed())
    }

    /// The number times 2^`fraction_bits`, cut to an integer; it must be below 2^63.
    #[inline(always)]
    pub const fn to_word(self, fraction_bits: i32) -> u64 {
        shifted(self.significand, 0_i32.wrapping_sub(self.exponent).wrapping_sub(fraction_bits))
    }

    /// The number times 2^`fraction_bits`, cut to an integer; it must be zero or at least one, and below 2^64.
    #[inline(always)]
    pub const fn to_large_word(self, fraction_bits: i32) -> u64 {
        let shift = 0_i32.wrapping_sub(self.exponent).wrapping_sub(fraction_bits);
        self.significand.wrapping_shr(shift.cast_unsigned())
    }

    /// The product; relative error below 3 * 2^-62, downwards, proved by `proofs_words.scaled`.
    #[inline(always)]
    pub const fn times(self, other: Self) -> Self {
        let product = mul_high_below(self.significand, other.significand);
        Self::new(product, self.exponent.wrapping_add(other.exponent).wrapping_add(WORD))
    }

    /// The product times 2^`fraction_bits`, cut to an integer; it must be zero or at least one and below 2^63. Relative
    /// error below 3 * 2^-62, downwards.
    #[inline(always)]
    pub const fn times_to_large_word(self, other: Self, fraction_bits: i32) -> u64 {
        let exponent = self.exponent.wrapping_add(other.exponent).wrapping_add(WORD);
        let shift = 0_i32.wrapping_sub(exponent).wrapping_sub(fraction_bits);
        mul_high_below(self.significand, other.significand).wrapping_shr(shift.cast_unsigned())
    }

    /// The product; relative error below 2^-62, downwards.
    #[inline(always)]
    pub const fn times_exactly(self, other: Self) -> Self {
        let (high, low) = mul_wide(self.significand, other.significand);
        // both top bits set: the product lacks at most one place
        let missing = !high >> 63;
        Self {
            significand: high.wrapping_shl(low_half(missing)) | (low >> 63) & missing,
            exponent: self
                .exponent
                .wrapping_add(other.exponent)
                .wrapping_add(WORD)
                .wrapping_sub_unsigned(low_half(missing)),
        }
    }

    /// The sum; relative error below 2^-61, downwards, proved by `proofs_words.scaled`.
    #[inline(always)]
    pub const fn plus(self, other: Self) -> Self {
        let gap = self.exponent.wrapping_sub(other.exponent);
        let top = self.exponent.wrapping_sub(gap & (gap >> 31));
        // halved, so that the sum fits
        let a = shifted(self.significand >> 1, top.wrapping_sub(self.exponent));
        let b = shifted(other.significand >> 1, top.wrapping_sub(other.exponent));
        Self::new(a.wrapping_add(b), top.wrapping_add(1))
    }

    /// `|self - other|`, and the mask of all ones where `other` is the larger; error below 2^-62 of
    /// the larger, proved by `proofs_words.scaled`.
    #[inline(always)]
    pub const fn minus(self, other: Self) -> (Self, u64) {
        let gap = self.exponent.wrapping_sub(other.exponent);
        let smaller = gap >> 31;
        let top = self.exponent.wrapping_sub(gap & smaller);
        let a = shifted(self.significand >> 1, top.wrapping_sub(self.exponent));
        let b = shifted(other.significand >> 1, top.wrapping_sub(other.exponent));
        let difference = a.wrapping_sub(b);
        let sign = negative_mask(difference.cast_signed());
        (Self::new(negate_if(sign, difference), top.wrapping_add(1)), sign)
    }

    /// The number times 2^`power`.
    #[inline(always)]
    pub const fn times_power_of_two(self, power: i32) -> Self {
        Self { significand: self.significand, exponent: self.exponent.wrapping_add(power) }
    }

    /// One over the number, which must not be zero; relative error below 2^-61, proved by `proofs_words.reciprocals`.
    #[inline(always)]
    pub const fn reciprocal(self) -> Self {
        let word = reciprocal_word(self.significand);
        Self::new(word, (1 - 2 * WORD).wrapping_sub(self.exponent))
    }

    /// The square root; relative error below 2^-60, proved by `proofs_words.root`.
    #[inline(always)]
    pub const fn sqrt(self) -> Self {
        // an even exponent: the significand becomes a fraction in [1/4, 1)
        let odd = self.exponent.cast_unsigned() & 1;
        let root = sqrt_word(self.significand >> odd);
        let exponent = self.exponent.wrapping_add_unsigned(odd) >> 1;
        Self::new(root, exponent.wrapping_sub(WORD / 2))
    }

    /// The square root, and one over it. The number must not be zero.
    /// # Error: relative, below 2^-58 for the root and 2^-59 for its inverse, proved by `proofs_words.both_roots` and
    /// enforced by `kernel::tests::both_roots_are_accurate`
    #[inline(always)]
    pub const fn sqrt_and_inverse(self) -> (Self, Self) {
        // an even exponent, as for the root
        let odd = self.exponent.cast_unsigned() & 1;
        let word = self.significand >> odd;
        let half = self.exponent.wrapping_add_unsigned(odd) >> 1;
        let inverse = inverse_sqrt_word(word);
        let root = Self::new(mul_high_below(word, inverse), half.wrapping_sub(30));
        (root, Self::new(inverse, (-94_i32).wrapping_sub(half)))
    }

    /// True for zero.
    #[inline(always)]
    pub const fn is_zero(self) -> bool {
        self.significand == 0
    }

    /// The significand: its top bit is set, unless the number is zero.
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

const WORD: i32 = 64;

/// `word / 2^shift`, cut, for any shift from 0.
#[inline(always)]
const fn shifted(word: u64, shift: i32) -> u64 {
    word.wrapping_shr(shift.cast_unsigned()) & less_mask_narrow(shift, WORD)
}
