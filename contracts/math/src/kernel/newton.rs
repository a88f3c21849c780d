//! Reciprocals and roots of words, by Newton steps from one or a few divisions.

use super::word::{divide, mul_high_below, negate_if, negative_mask};

/// `2^127 / d` for `d` with its top bit set; at most `u64::MAX`.
/// # Error: at most 4.01 units below and 1.01 above, proved by `proofs_words.reciprocals`
#[inline(always)]
pub const fn reciprocal_word(d: u64) -> u64 {
    let (x, e) = short_reciprocal(d);
    // 1 / (1 - e) = 1 + e + e^2 but for e^3 < 2^-89
    let lifted = e << 28;
    let e = e.wrapping_add(mul_high_below(lifted, lifted) >> 55) << 28;
    (x << 32).wrapping_add(mul_high_below(x << 32, e) >> 27)
}

/// `2^127 / d` for `d` with its top bit set, from one step less.
/// # Error: at most 11.5 units below and 1.01 above, proved by `proofs_words.reciprocals`
#[inline(always)]
pub const fn reciprocal_word_below(d: u64) -> u64 {
    let (x, e) = short_reciprocal(d);
    // 1 / (1 - e) = 1 + e but for e^2 <= 2^-60
    (x << 32).wrapping_add(mul_high_below(x << 32, e << 28) >> 27)
}

/// `x <= 2^95 / d` to 31 bits, and `1 - d x / 2^95` in Q63, at most 2^33.
#[inline(always)]
const fn short_reciprocal(d: u64) -> (u64, u64) {
    let (high, low) = (d >> 32, d & 0xffff_ffff);
    let x = divide(1 << 63, high.wrapping_add(1));
    // to the nearest
    let e =
        (1_u64 << 63).wrapping_sub(high.wrapping_mul(x)).wrapping_sub(low.wrapping_mul(x).wrapping_add(1 << 31) >> 32);
    (x, e)
}

/// `sqrt(x / 2^64) * 2^64` for `x >= 2^62`.
/// # Error: at most 4 units below and 0.01 above, proved by `proofs_words.root`
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

/// `2^62 / sqrt(x / 2^64)` for `x >= 2^62`.
/// # Error: relative, below 2^-59, proved by `proofs_words.inverse_root`
#[inline(always)]
pub const fn inverse_sqrt_word(x: u64) -> u64 {
    let m = (x >> 32).cast_signed();
    // the best cubic through 1 / sqrt on [1/4, 1), in units of 2^-28, is within 0.71 %
    let y = (m.wrapping_mul(-654_571_562) >> 32).wrapping_add(1_672_348_545);
    let y = (m.wrapping_mul(y) >> 32).wrapping_sub(1_586_704_822);
    let y = (m.wrapping_mul(y) >> 32).wrapping_add(835_473_528) << 2;
    // two Newton steps in units of 2^-30 leave 9e-9
    let y = closer_inverse_sqrt(m, closer_inverse_sqrt(m, y));
    // lack = e = 1 - x y^2 in units of 2^-60, below 2^35
    let lack = (1_i64 << 60).wrapping_sub(mul_high_below(x, y.wrapping_mul(y).cast_unsigned()).cast_signed());
    // 1 / sqrt(1 - e) = 1 + e / 2 + 3 e^2 / 8 but for e^3
    let part = lack >> 8;
    let correction = (lack >> 1).wrapping_add(part.wrapping_mul(part).wrapping_mul(3) >> 47);
    let excess = y.wrapping_mul(correction >> 8).wrapping_add(y.wrapping_mul(correction & 0xff) >> 8) >> 20;
    (y << 32).wrapping_add(excess).cast_unsigned()
}

/// `y (3 - m y^2) / 2` for `y` in units of 2^-30 and `m` in those of 2^-32.
#[inline(always)]
const fn closer_inverse_sqrt(m: i64, y: i64) -> i64 {
    let product = m.wrapping_mul(y.wrapping_mul(y) >> 30) >> 32;
    y.wrapping_mul((3_i64 << 30).wrapping_sub(product)) >> 31
}

#[cfg(test)]
mod tests;
