//! The logarithm of a ratio, accurate also where the ratio is close to 1.

use super::polynomials::atanh_excess;
use super::scaled::Scaled;
use super::word::{align, join, mul_high_below, mul_wide, split, unsigned, widen};

/// `ln 2` in Q0.64.
const LN_2: u64 = 0xb172_17f7_d1cf_79ac;
/// `sqrt(2)` in Q1.31.
const SQRT_2: u64 = 0xb504_f334;

/// `|ln(a / b)|`, and whether `a < b`.
/// # Inputs: both positive and below 2^127
/// # Returns: the magnitude with 64 significant bits (zero if `a = b`), and the sign
/// # Error: relative, below 2^-60, enforced by `kernel::log_ratio::tests`
#[inline]
pub const fn log_ratio(a: u128, b: u128) -> (Scaled, bool) {
    let less = a < b;
    let (small, large) = if less { (a, b) } else { (b, a) };
    let (large, large_shift) = align(large);
    let (small, small_shift) = align(small);
    let twos = small_shift.wrapping_sub(large_shift);
    // large / small = 2^twos * r with r in (1/2, 2): bring r to [sqrt(1/2), sqrt(2)]
    let (large, small, twos) = center(large, small, twos);
    let sum = Scaled::from_bits(large.wrapping_add(small));
    let opposite = large < small;
    let difference = if opposite { small.wrapping_sub(large) } else { large.wrapping_sub(small) };
    let double = double_atanh(Scaled::from_bits(difference).times(sum.reciprocal()));
    if twos == 0 {
        return (double, less);
    }
    let (high, low) = mul_wide(LN_2, widen(twos));
    let whole = join(high, low);
    let rest = double.to_bits();
    let total = if opposite { whole.wrapping_sub(rest) } else { whole.wrapping_add(rest) };
    (Scaled::from_bits(total), less)
}

/// Brings `large / small` from (1/2, 2) to [sqrt(1/2), sqrt(2)], counting the factor of 2.
#[inline(always)]
const fn center(large: u128, small: u128, twos: u32) -> (u128, u128, u32) {
    let (l, s) = (split(large).0 >> 32, split(small).0 >> 32);
    if l > s.wrapping_mul(SQRT_2) >> 31 {
        (large >> 1, small, twos.wrapping_add(1))
    } else if s > l.wrapping_mul(SQRT_2) >> 31 {
        (large, small >> 1, twos.wrapping_sub(1))
    } else {
        (large, small, twos)
    }
}

/// `2 atanh(s)` for `0 <= s <= 3 - 2 sqrt(2)`.
#[inline(always)]
const fn double_atanh(s: Scaled) -> Scaled {
    let word = s.to_word(64);
    let square = mul_high_below(word, word) << 5;
    let excess = mul_high_below(square, unsigned(atanh_excess(square)));
    // s (1 + excess / 2^66), halved so that it fits
    let word = (s.significand() >> 1)
        .wrapping_add(mul_high_below(s.significand(), excess) >> 3);
    Scaled::new(word, s.exponent().wrapping_add(2))
}
