//! The Mills ratio: what turns one normal density into both tails that an option price needs.

use super::newton::{reciprocal_word, reciprocal_word_below};
use super::polynomials;

/// `2/3` in Q0.64: the middle of the argument's interval.
const MIDDLE: u64 = 0xaaaa_aaaa_aaaa_aaaa;

/// The Mills ratio `Phi(-y) / phi(y)`.
/// # Inputs: `y` in Q5.59; beyond 12 the result means nothing, but is some word
/// # Returns: the ratio in Q3.61, from 1.2533 at 0 down to 0.08 at 12
/// # Error: below `2^-57.4 exp(y^2 / 2)`, proved by `proofs_kernels.ratios`; below `2^-58 exp(y^2 / 2)` wherever
/// `kernel::tests::mills_ratio_is_accurate` looks
#[inline]
pub const fn mills_ratio(y: u64) -> u64 {
    let (sum, shift) = shifted_sum(y);
    ratio(reciprocal_word(sum), shift)
}

/// As [`mills_ratio`], from a shorter reciprocal.
/// # Error: below `2^-57 exp(y^2 / 2)`, proved by `proofs_kernels.ratios` and enforced by
/// `kernel::tests::mills_ratio_is_accurate`
#[inline(always)]
pub const fn mills_ratio_short(y: u64) -> u64 {
    let (sum, shift) = shifted_sum(y);
    ratio(reciprocal_word_below(sum), shift)
}

/// `6 + y`, its top bit moved to the first place, and by how many places.
#[inline(always)]
const fn shifted_sum(y: u64) -> (u64, u32) {
    // the top bit is among the first three
    let sum = (6_u64 << 59).wrapping_add(y);
    let shift = sum.leading_zeros();
    (sum.wrapping_shl(shift), shift)
}

/// The ratio from one over the sum.
#[inline(always)]
const fn ratio(inverse: u64, shift: u32) -> u64 {
    // 6 / (6 + y) in Q0.64; it wraps to 0 where it is 1, and the difference is right again
    let part = inverse.wrapping_shr(2_u32.wrapping_sub(shift));
    let t = part.wrapping_add(part >> 1);
    polynomials::mills_ratio(t.wrapping_sub(MIDDLE).cast_signed()).cast_unsigned()
}
