//! Powers of two and the normal density.

use super::polynomials::half_exp2_slope;
use super::scaled::Scaled;
use super::word::{mul_high, mul_high_below, mul_wide, low_half, unsigned};

/// `log2(e) / 2` in Q0.64.
const HALF_LOG2_E: u64 = 0xb8aa_3b29_5c17_f0bc;
/// `log2(sqrt(2 pi))` in Q8.120, as words.
const LOG2_SQRT_2_PI: (u64, u64) = (0x0153_6439_a4c6_efba, 0xd86d_9727_8405_4471);

/// `2^(whole + fraction / 2^64)`.
/// # Inputs: `whole` within +-2^30, any fraction
/// # Returns: the power with 64 significant bits
/// # Error: relative, below 2^-61, enforced by `kernel::exp2::tests`
#[inline]
pub const fn exp2(whole: i32, fraction: u64) -> Scaled {
    let slope = unsigned(half_exp2_slope(fraction));
    let significand = (1_u64 << 63).wrapping_add(mul_high(fraction, slope << 1));
    Scaled::new(significand, whole.wrapping_sub(63))
}

/// `2^-(whole + fraction / 2^64)`; as [`exp2`].
#[inline(always)]
pub const fn exp2_negative(whole: i32, fraction: u64) -> Scaled {
    // -(w + f) = -(w + 1) + (1 - f), and -w where f = 0
    let borrow = if fraction == 0 { 0 } else { 1 };
    exp2(0_i32.wrapping_sub(whole).wrapping_sub(borrow), fraction.wrapping_neg())
}

/// The standard normal density `exp(-y^2 / 2) / sqrt(2 pi)`.
/// # Inputs: `y` in Q4.60
/// # Returns: the density with 64 significant bits, relative error growing with `y^2`
#[inline]
pub const fn gaussian(y: u64) -> Scaled {
    // y^2 in Q8.120, then its binary logarithm's exponent in the same format
    let (high, low) = mul_wide(y, y);
    let (w_high, w_low) = mul_wide(high, HALF_LOG2_E);
    let (w_low, carry) = w_low.overflowing_add(mul_high_below(low, HALF_LOG2_E));
    let (w_low, carry_2) = w_low.overflowing_add(LOG2_SQRT_2_PI.1);
    let w_high = w_high
        .wrapping_add(LOG2_SQRT_2_PI.0)
        .wrapping_add(if carry { 1 } else { 0 })
        .wrapping_add(if carry_2 { 1 } else { 0 });
    exp2_negative(low_half(w_high >> 56).cast_signed(), (w_high << 8) | (w_low >> 56))
}
