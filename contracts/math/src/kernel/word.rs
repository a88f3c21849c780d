//! Products of 64-bit words by 32-bit halves.
//!
//! WASM has no wide multiplication: `u128` products compile to library calls. Four 32-bit products
//! cost a fraction of that, and three suffice where the last places do not matter.
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "this is the one place where words are cut into limbs: every cast is a deliberate \
              reinterpretation or truncation of bits"
)]

const LOW: u64 = 0xffff_ffff;

/// The high 64 bits of `a * b`, exactly.
#[inline(always)]
pub const fn mul_high(a: u64, b: u64) -> u64 {
    mul_wide(a, b).0
}

/// `a * b` as (high, low) words, exactly.
#[inline(always)]
pub const fn mul_wide(a: u64, b: u64) -> (u64, u64) {
    let (a1, a0, b1, b0) = (a >> 32, a & LOW, b >> 32, b & LOW);
    let low = a0.wrapping_mul(b0);
    // (2^32 - 1)^2 + 2 (2^32 - 1) < 2^64: neither sum wraps
    let cross = a1.wrapping_mul(b0).wrapping_add(low >> 32);
    let middle = a0.wrapping_mul(b1).wrapping_add(cross & LOW);
    let high = a1.wrapping_mul(b1).wrapping_add(cross >> 32).wrapping_add(middle >> 32);
    (high, (middle << 32) | (low & LOW))
}

/// The high 64 bits of `a * b`, at most two units low.
#[inline(always)]
pub const fn mul_high_below(a: u64, b: u64) -> u64 {
    let (a1, a0, b1, b0) = (a >> 32, a & LOW, b >> 32, b & LOW);
    a1.wrapping_mul(b1)
        .wrapping_add(a1.wrapping_mul(b0) >> 32)
        .wrapping_add(a0.wrapping_mul(b1) >> 32)
}

/// The high and the low word of 128 bits.
#[inline(always)]
pub const fn split(x: u128) -> (u64, u64) {
    ((x >> 64) as u64, x as u64)
}

/// 128 bits from their words.
#[inline(always)]
pub const fn join(high: u64, low: u64) -> u128 {
    ((high as u128) << 64) | low as u128
}

/// The word with the same bits, read as signed.
#[inline(always)]
pub const fn signed(x: u64) -> i64 {
    x as i64
}

/// The word with the same bits, read as unsigned.
#[inline(always)]
pub const fn unsigned(x: i64) -> u64 {
    x as u64
}

/// A fixed-point factor in [0, 1), cut in halves once for a whole Horner chain.
#[derive(Clone, Copy)]
pub struct Factor {
    high: i64,
    low: u64,
}

impl Factor {
    /// The factor `z / 2^64`.
    #[inline(always)]
    pub const fn new(z: u64) -> Self {
        Self { high: (z >> 32) as i64, low: z & LOW }
    }

    /// `acc * z / 2^64`, at most three units low.
    #[inline(always)]
    pub const fn times(self, acc: i64) -> i64 {
        let (a1, a0) = (acc >> 32, acc as u64 & LOW);
        // |a1| <= 2^31 and high, low, a0 < 2^32: no product leaves its word
        a1.wrapping_mul(self.high)
            .wrapping_add(a1.wrapping_mul(self.low as i64) >> 32)
            .wrapping_add((a0.wrapping_mul(self.high as u64) >> 32) as i64)
    }

    /// `acc * z / 2^64` for `|acc| < 2^31`, at most two units low.
    #[inline(always)]
    pub const fn times_narrow(self, acc: i64) -> i64 {
        acc.wrapping_mul(self.high) >> 32
    }
}

/// The low 32 bits.
#[inline(always)]
pub const fn low_half(x: u64) -> u32 {
    x as u32
}

/// A non-zero `x` shifted left until bit 126 is its top bit, and by how much; `x` below 2^127.
#[inline(always)]
pub const fn align(x: u128) -> (u128, u32) {
    let (high, low) = split(x);
    let (high, low, words) = if high == 0 { (low, 0, 64) } else { (high, low, 0_u32) };
    let zeros = high.leading_zeros();
    // to bit 127 in two steps, so that no shift is by 64, then back by one
    let carried = (low >> 1).wrapping_shr(63_u32.wrapping_sub(zeros));
    let (high, low) = (high.wrapping_shl(zeros) | carried, low.wrapping_shl(zeros));
    let aligned = join(high >> 1, (high << 63) | (low >> 1));
    (aligned, words.wrapping_add(zeros).wrapping_sub(1))
}

/// The word with the same value.
#[inline(always)]
pub const fn widen(x: u32) -> u64 {
    x as u64
}
