//! The Mills ratio: what turns one normal density into both tails that an option price needs.

use super::polynomials;
use super::scaled::reciprocal_word;

/// `2/3` in Q0.64: the middle of the argument's interval.
const MIDDLE: u64 = 0xaaaa_aaaa_aaaa_aaaa;
/// `0.55` in Q0.64, for the far tail.
const MIDDLE_FAR: u64 = 0x8ccc_cccc_cccc_d000;

/// The Mills ratio `Phi(-y) / phi(y)`.
/// # Inputs: `y` in Q5.59; beyond 12 the result means nothing, but is some word
/// # Returns: the ratio in Q3.61, from 1.2533 at 0 down to 0.08 at 12
/// # Error: below `2^-58 exp(y^2 / 2)`, enforced by `kernel::tests::mills_ratio_is_accurate`
#[inline]
pub const fn mills_ratio(y: u64) -> u64 {
    // 6 + y, its top bit among the first three
    let sum = (6_u64 << 59).wrapping_add(y);
    let shift = sum.leading_zeros();
    let inverse = reciprocal_word(sum.wrapping_shl(shift));
    // 6 / (6 + y) in Q0.64; it wraps to 0 where it is 1, and the difference is right again
    let part = inverse.wrapping_shr(2_u32.wrapping_sub(shift));
    let t = part.wrapping_add(part >> 1);
    polynomials::mills_ratio(t.wrapping_sub(MIDDLE).cast_signed()).cast_unsigned()
}

/// The Mills ratio in the far tail, to more places.
/// # Inputs: `y` in Q5.59, from 25/16 to 9.2
/// # Returns: the ratio in Q0.64
/// # Error: below `2^-61 exp(y^2 / 2)`, enforced by `kernel::tests::mills_ratio_is_accurate`
#[inline(always)]
pub const fn mills_ratio_far(y: u64) -> u64 {
    // 5 + y in [6.5, 14.2]: its top bit is the second or the third
    let sum = (5_u64 << 59).wrapping_add(y);
    let shift = sum.leading_zeros();
    let inverse = reciprocal_word(sum.wrapping_shl(shift));
    // 5 / (5 + y) in Q0.64; its parts are two units low on average
    let part = inverse.wrapping_shr(2_u32.wrapping_sub(shift));
    let t = part.wrapping_add(part >> 2).wrapping_add(2);
    polynomials::mills_ratio_far(t.wrapping_sub(MIDDLE_FAR).cast_signed())
}
