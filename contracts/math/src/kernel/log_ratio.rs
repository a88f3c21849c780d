//! The logarithm of a ratio, accurate also where the ratio is close to 1.

use super::newton::reciprocal_word;
use super::polynomials::atanh_excess;
use super::scaled::Scaled;
use super::word::{
    add_wide, halve_if, less_mask_narrow, low_half, mul_high_below, mul_wide, negative_mask, shift_right_wide, split,
    sub_wide, widen, zero_mask,
};

/// `ln 2` in Q0.64.
const LN_2: u64 = 0xb172_17f7_d1cf_79ac;
/// `sqrt(2)` in Q1.31.
const SQRT_2: u64 = 0xb504_f334;

/// A positive number `(high * 2^64 + low) * 2^exponent` whose top bit is the top bit of `high`.
#[derive(Clone, Copy, Debug)]
pub struct Aligned {
    high: u64,
    low: u64,
    exponent: i32,
}

impl Aligned {
    /// `bits * 2^-64`, exactly, for `bits` from 1 to 2^127.
    #[inline(always)]
    pub const fn from_bits(bits: u128) -> Self {
        let (high, low) = split(bits);
        let empty = zero_mask(high);
        let (top, rest) = (high | (low & empty), low & !empty);
        let shift = top.leading_zeros();
        Self {
            high: top.wrapping_shl(shift) | (rest >> 1).wrapping_shr(!shift),
            low: rest.wrapping_shl(shift),
            exponent: (-64_i32).wrapping_sub_unsigned(shift).wrapping_add(split_mask(empty)),
        }
    }

    /// `bits * 2^-64` as [`Aligned::from_bits`], for bits from 2^(64 - `lift`) to 2^(127 - `lift`).
    #[inline(always)]
    pub const fn from_large_bits(bits: u128, lift: u32) -> Self {
        let (high, low) = split(bits.wrapping_shl(lift));
        let shift = high.leading_zeros();
        Self {
            high: high.wrapping_shl(shift) | (low >> 1).wrapping_shr(!shift),
            low: low.wrapping_shl(shift),
            exponent: (-64_i32).wrapping_sub_unsigned(lift).wrapping_sub_unsigned(shift),
        }
    }

    /// The same number; it must not be zero.
    #[inline(always)]
    pub const fn from_scaled(x: Scaled) -> Self {
        Self { high: x.significand(), low: 0, exponent: x.exponent().wrapping_sub(64) }
    }

    /// The number cut to 64 significant bits.
    #[inline(always)]
    pub const fn scaled(&self) -> Scaled {
        Scaled::from_significand(self.high, self.exponent.wrapping_add(64))
    }
}

/// -64 for the mask of all ones.
#[inline(always)]
const fn split_mask(mask: u64) -> i32 {
    low_half(mask).cast_signed() & -64
}

/// `|ln(a / b)|`.
/// # Inputs: numbers of at most 126 significant bits
/// # Returns: the magnitude with 64 significant bits, zero if `a = b`
/// # Error: relative, below 2^-59.8, proved by `proofs_kernels.logarithm_of_ratio`; below 2^-60 wherever
/// `kernel::tests::log_ratio_is_accurate` looks
#[inline(always)]
pub const fn log_ratio(a: Aligned, b: Aligned) -> Scaled {
    // a / b = 2^twos * r, r in (1/2, 2); halving the larger brings r to [sqrt(1/2), sqrt(2)]
    let (a_top, b_top) = ((a.high >> 32).cast_signed(), (b.high >> 32).cast_signed());
    let a_excess = negative_mask(times_sqrt_2(b_top).wrapping_sub(a_top)) & 1;
    let b_excess = negative_mask(times_sqrt_2(a_top).wrapping_sub(b_top)) & 1;
    // one place more for the sum's carry: a and b below 2^126 units lose nothing
    let x = halve_if(a_excess, shift_right_wide((a.high, a.low), 1));
    let y = halve_if(b_excess, shift_right_wide((b.high, b.low), 1));
    let twos = a.exponent.wrapping_sub(b.exponent);
    let twos = twos.wrapping_add_unsigned(low_half(a_excess)).wrapping_sub_unsigned(low_half(b_excess));

    let sum = add_wide(x, y).0;
    let normal = sum.leading_zeros();
    let difference = sub_wide(x, y);
    let opposite = negative_mask(difference.0.cast_signed());
    let size = sub_wide((difference.0 ^ opposite, difference.1 ^ opposite), (opposite, opposite));
    // (x - y) / (x + y) with 1 / sum = inverse * 2^-127 * 2^normal
    let inverse = Scaled::new(reciprocal_word(sum.wrapping_shl(normal)), (-191_i32).wrapping_add_unsigned(normal));
    let double = double_atanh(Scaled::from_words(size.0, size.1, 0).times_exactly(inverse));
    if twos == 0 {
        return double;
    }
    let sign = less_mask_narrow(twos, 0);
    let whole = mul_wide(LN_2, widen(twos.unsigned_abs()));
    let (high, low) = split(double.to_bits());
    // the two parts add or, where they point in opposite directions, subtract
    let apart = sign ^ opposite;
    let total = sub_wide(add_wide(whole, (high ^ apart, low ^ apart)), (apart, apart));
    Scaled::from_words(total.0, total.1, -64)
}

#[inline(always)]
const fn times_sqrt_2(x: i64) -> i64 {
    (x.cast_unsigned().wrapping_mul(SQRT_2) >> 31).cast_signed()
}

/// `2 atanh(s)` for `0 <= s <= 0.17158`.
#[inline(always)]
const fn double_atanh(s: Scaled) -> Scaled {
    let word = s.to_word(64);
    let square = mul_high_below(word, word) << 5;
    let excess = mul_high_below(square, atanh_excess(square).cast_unsigned());
    // s (1 + excess / 2^66), halved so that it fits
    let word = (s.significand() >> 1).wrapping_add(mul_high_below(s.significand(), excess) >> 3);
    Scaled::new(word, s.exponent().wrapping_add(2))
}
