//! Reciprocals and roots of words, by Newton steps from one or a few divisions.

use super::word::{divide, mul_high_below, negate_if, negative_mask};

/// `2^127 / d` for `d` with its top bit set, within 2 units; at most `u64::MAX`.
#[inline(always)]
pub const fn reciprocal_word(d: u64) -> u64 {
    let (high, low) = (d >> 32, d & 0xffff_ffff);
    // 31 bits from below: x <= 2^95 / d
    let x = divide(1 << 63, high.wrapping_add(1));
    // e = 1 - d x / 2^95 in Q63, at most 2^33, to the nearest
    let e =
        (1_u64 << 63).wrapping_sub(high.wrapping_mul(x)).wrapping_sub(low.wrapping_mul(x).wrapping_add(1 << 31) >> 32);
    // 1 / (1 - e) = 1 + e + e^2 but for e^3 < 2^-89
    let lifted = e << 28;
    let e = e.wrapping_add(mul_high_below(lifted, lifted) >> 55) << 28;
    (x << 32).wrapping_add(mul_high_below(x << 32, e) >> 27)
}

/// `sqrt(x / 2^64) * 2^64` for `x >= 2^62`, within 5 units.
#[inline(always)]
pub const fn sqrt_word(x: u64) -> u64 {
    // the best line through sqrt on [1/4, 1) is within 2.95 %; three Heron steps leave 4e-15
    let s = 1_473_838_000_u64.wrapping_add((x >> 32).wrapping_mul(2_947_667_000) >> 32);
    let s = divide(x, s).wrapping_add(s) >> 1;
    let s = divide(x, s).wrapping_add(s) >> 1;
    let s = divide(x, s).wrapping_add(s) >> 1;
    // |x - s^2| < 2^33, also where s = 2^32 and its square wraps to 0
    let rest = x.wrapping_sub(s.wrapping_mul(s)).cast_signed() << 30;
    let sign = negative_mask(rest);
    let half = divide(negate_if(sign, rest.cast_unsigned()), s);
    // two units less, lest the largest root wraps to 0
    (s << 32).wrapping_add(negate_if(sign, half) << 1).wrapping_sub(2)
}
