//! Powers of two and the normal density.

use super::polynomials::half_exp2_slope;
use super::scaled::Scaled;
use super::word::{add_wide, low_half_signed, mul_high_below, mul_high_nearest, mul_wide, shift_right_wide, sub_wide};

/// `log2(e) / 2` in Q0.64.
const HALF_LOG2_E: u64 = 0xb8aa_3b29_5c17_f0bc;
/// `log2(sqrt(2 pi))` in Q7.121, as words.
const LOG2_SQRT_2_PI: (u64, u64) = (0x02a6_c873_498d_df75, 0xb0db_2e4f_080a_88e3);

/// `2^(whole + fraction / 2^64)`.
/// # Inputs: `whole` within +-2^30, any fraction
/// # Returns: the power with 64 significant bits
/// # Error: relative, below 2^-61.5, proved by `proofs_kernels.power_of_two` and enforced by
/// `kernel::tests::exp2_is_accurate`
#[inline(always)]
pub const fn exp2(whole: i32, fraction: u64) -> Scaled {
    let slope = half_exp2_slope(fraction).cast_unsigned();
    let significand = (1_u64 << 63).wrapping_add(mul_high_nearest(fraction, slope));
    // the top bit is set already; `new` would look for it
    Scaled::from_significand(significand, whole.wrapping_sub(63))
}

/// The standard normal density `exp(-y^2 / 2) / sqrt(2 pi)`.
/// # Inputs: `y` in Q`WHOLE`.(64 - `WHOLE`), `WHOLE` from 4 to 6
/// # Returns: the density with 64 significant bits
/// # Error: relative, below `2^-61 (1 + y^2 / 16)`, proved by `proofs_kernels.density` and enforced by
/// `kernel::tests::gaussian_is_accurate`
#[inline(always)]
pub const fn gaussian<const WHOLE: u32>(y: u64) -> Scaled {
    // y^2 log2(e) / 2 with 2 WHOLE integer bits; the density's binary logarithm is minus that and
    // minus log2(sqrt(2 pi))
    let (high, low) = mul_wide(y, y);
    let power = add_wide(mul_wide(high, HALF_LOG2_E), (0, mul_high_below(low, HALF_LOG2_E)));
    let scale = shift_right_wide(LOG2_SQRT_2_PI, WHOLE.wrapping_mul(2).wrapping_sub(7));
    let (high, low) = sub_wide(sub_wide((0, 0), scale), power);
    let whole = WHOLE.wrapping_mul(2);
    let places = 64_u32.wrapping_sub(whole);
    let fraction = high.wrapping_shl(whole) | low.wrapping_shr(places);
    exp2(low_half_signed(high.cast_signed().wrapping_shr(places)), fraction)
}
