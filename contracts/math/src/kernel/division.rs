//! Division of double words by a precomputed reciprocal.
//!
//! Source: N. Möller and T. Granlund, "Improved division by invariant integers" (2011), algorithms
//! 4 and 6; the reciprocal comes from a Newton step instead of a table.

use super::newton::reciprocal_word;
use super::word::{add_wide, mul_wide, sub_wide};

/// `dividend * 2^64 / divisor` rounded down, and whether that is exact; nothing from 2^128 on.
/// # Inputs: double words (high, low); the divisor is not 0
#[inline(always)]
pub const fn divide_shifted(dividend: (u64, u64), divisor: (u64, u64)) -> Option<((u64, u64), bool)> {
    let is_short = divisor.0 == 0;
    let (top, bottom) = if is_short { (divisor.1, 0) } else { divisor };
    let shift = top.leading_zeros();
    let (_, top, bottom) = shift_left((top, bottom), shift);
    // the dividend moves as the divisor did
    let (over, high, low) = shift_left(dividend, shift);
    let (spilled, rest, next) = if is_short { (over, (high, low), 0) } else { (0, (over, high), low) };
    if spilled != 0 || !is_less(rest, (top, bottom)) {
        return None;
    }
    let divisor = Divisor { top, bottom, reciprocal: reciprocal(top, bottom) };
    let (high, rest) = divisor.digit(rest, next);
    let (low, rest) = divisor.digit(rest, 0);
    Some(((high, low), rest.0 | rest.1 == 0))
}

/// A divisor with its top bit set, and `(2^192 - 1) / divisor - 2^64`.
struct Divisor {
    top: u64,
    bottom: u64,
    reciprocal: u64,
}

impl Divisor {
    /// One digit of the quotient of `(rest, next)` with `rest` below the divisor, and the new rest.
    #[inline(always)]
    const fn digit(&self, rest: (u64, u64), next: u64) -> (u64, (u64, u64)) {
        let divisor = (self.top, self.bottom);
        let estimate = add_wide(mul_wide(self.reciprocal, rest.0), rest);
        // modulo 2^64 and 2^128: the true rest is below twice the divisor
        let upper = rest.1.wrapping_sub(estimate.0.wrapping_mul(self.top));
        let left = sub_wide(sub_wide((upper, next), mul_wide(self.bottom, estimate.0)), divisor);
        let digit = estimate.0.wrapping_add(1);
        let (digit, left) =
            if left.0 >= estimate.1 { (digit.wrapping_sub(1), add_wide(left, divisor)) } else { (digit, left) };
        if is_less(left, divisor) {
            (digit, left)
        } else {
            (digit.wrapping_add(1), sub_wide(left, divisor))
        }
    }
}

/// `(2^192 - 1) / (top, bottom) - 2^64` for a divisor with its top bit set.
#[inline(always)]
const fn reciprocal(top: u64, bottom: u64) -> u64 {
    let value = reciprocal_single(top);
    let mut value = value;
    let mut part = top.wrapping_mul(value).wrapping_add(bottom);
    if part < bottom {
        value = value.wrapping_sub(1);
        if part >= top {
            value = value.wrapping_sub(1);
            part = part.wrapping_sub(top);
        }
        part = part.wrapping_sub(top);
    }
    let (high, low) = mul_wide(value, bottom);
    part = part.wrapping_add(high);
    if part < high {
        value = value.wrapping_sub(1);
        if !is_less((part, low), (top, bottom)) {
            value = value.wrapping_sub(1);
        }
    }
    value
}

/// `(2^128 - 1) / top - 2^64`, exactly, for `top` with its top bit set.
#[inline(always)]
const fn reciprocal_single(top: u64) -> u64 {
    // a number in [2^63, 2^64), doubled less the 2^64 that leaves the word
    let half = reciprocal_word(top);
    let mut value = if half >> 63 == 0 { 0 } else { half << 1 };
    // what is left of 2^128 - 1 after (2^64 + value) * top
    let mut rest = sub_wide((!top, u64::MAX), mul_wide(value, top));
    while rest.0 >> 63 != 0 {
        value = value.wrapping_sub(1);
        rest = add_wide(rest, (0, top));
    }
    while !is_less(rest, (0, top)) {
        value = value.wrapping_add(1);
        rest = sub_wide(rest, (0, top));
    }
    value
}

/// `x * 2^shift` for a shift below 64, in three words.
#[inline(always)]
const fn shift_left(x: (u64, u64), shift: u32) -> (u64, u64, u64) {
    (
        (x.0 >> 1).wrapping_shr(!shift),
        x.0.wrapping_shl(shift) | (x.1 >> 1).wrapping_shr(!shift),
        x.1.wrapping_shl(shift),
    )
}

#[inline(always)]
const fn is_less(x: (u64, u64), y: (u64, u64)) -> bool {
    x.0 < y.0 || (x.0 == y.0 && x.1 < y.1)
}

#[cfg(test)]
mod tests;
