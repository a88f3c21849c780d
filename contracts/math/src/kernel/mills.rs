//! The Mills ratio: what turns one normal density into both tails that an option price needs.

use super::polynomials;
use super::scaled::reciprocal_word;
use super::word::unsigned;

/// `floor(2^64 * 3/11) - 16`: the argument's offset, a little low so that it never turns negative.
const OFFSET: u64 = 5_030_930_201_920_786_788;

/// The Mills ratio `Phi(-y) / phi(y)`.
/// # Inputs: `y` in Q4.60
/// # Returns: the ratio in Q2.62, from 1.2533 at 0 down to 0.0623 at 16
#[inline]
pub const fn mills_ratio(y: u64) -> u64 {
    // 6 + y in Q5.59, its top bit among the first three
    let sum = (6_u64 << 59).wrapping_add(y >> 1);
    let shift = sum.leading_zeros();
    let inverse = reciprocal_word(sum.wrapping_shl(shift));
    // 6 / (6 + y) in Q0.64; the sum wraps to 0 where it is 1, and the difference is right again
    let quarter = inverse.wrapping_shr(2_u32.wrapping_sub(shift));
    let t = quarter.wrapping_add(quarter >> 1);
    unsigned(polynomials::mills_ratio(t.wrapping_sub(OFFSET)))
}
