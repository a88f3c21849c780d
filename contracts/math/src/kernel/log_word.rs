//! The logarithm as a word: all that a price needs of it.

use super::newton::reciprocal_word_below;
use super::polynomials::atanh_excess;
use super::scaled::Scaled;
use super::word::{less_mask, low_half, mul_high_below, negate_if, negative_mask, widen_signed};

/// `ln 2` in Q3.60.
const LN_2: i64 = 0x0b17_217f_7d1c_f79b;
/// `sqrt(2)` in Q2.62.
const SQRT_2: u64 = 0x5a82_7999_fcef_3242;
/// One in Q2.62.
const ONE: u64 = 1 << 62;

/// The natural logarithm.
/// # Inputs: a number from 2^-11 to 2^11
/// # Returns: in units of 2^-60
/// # Error: below 2^-57.8, proved by `proofs_kernels.word_of_logarithm`; `kernel::tests::log_word_is_accurate` enforces
/// 2^-57
#[inline(always)]
pub const fn log_word(x: Scaled) -> i64 {
    // x = 2^twos m; m or half of it is in [sqrt(1/2), sqrt(2)] about one, or about two
    let m = x.significand() >> 1;
    let is_large = !less_mask(m, SQRT_2) & 1;
    let centre = ONE << low_half(is_large);
    let twos = x.exponent().wrapping_add(63).wrapping_add_unsigned(low_half(is_large));
    let difference = m.wrapping_sub(centre);
    let below = negative_mask(difference.cast_signed());
    // (m - centre) / (m + centre), at most 0.1716, in units of 2^-65; the sum's top bit is set
    let inverse = reciprocal_word_below(m.wrapping_add(centre));
    let word = mul_high_below(negate_if(below, difference) << 2, inverse);
    let square = mul_high_below(word, word) << 3;
    let excess = mul_high_below(square, atanh_excess(square).cast_unsigned());
    let double = word.wrapping_add(mul_high_below(word, excess) >> 2) >> 4;
    LN_2.wrapping_mul(widen_signed(twos)).wrapping_add(negate_if(below, double).cast_signed())
}
