//! Coarse normal densities and tails: what sums of many prices need when no price among them is paid.
//!
//! Numbers are in Q23.40: 23 integer and 40 fraction bits beside a sign. Each step of a polynomial is one
//! multiplication of 32 bits by 32, so that a whole option price costs a tenth of the exact one.
//!
//! Distances are measured in units of `sqrt(2 ln 2)` deviations: a density is then a power of two of a square,
//! `phi(y) = 2^-(u^2 + log2(sqrt(2 pi)))` with `y = u sqrt(2 ln 2)`.

use super::word::{divide, Factor};
use super::Scaled;

mod polynomials;

/// Fraction bits of all numbers here.
pub const PLACES: u32 = 40;
/// One.
pub const ONE: i64 = 1 << PLACES;
/// `u` of one deviation, `sqrt(log2(e) / 2)`.
pub const UNIT: Scaled = Scaled::new(0xd96d_274c_0452_9621, -64);
/// What turns a square of `u` into one of deviations, `2 ln 2`.
pub const SQUARED_DEVIATION: Scaled = Scaled::new(0xb172_17f7_d1cf_79ac, -63);
/// `u` of 6.5 deviations: the density beyond is below 2^-31.7.
pub const FARTHEST: i64 = 6_069_954_768_412;
/// `log2(sqrt(2 pi))`: minus the logarithm of the density at 0.
pub const LOG2_SQRT_2_PI: i64 = 1_457_675_412_679;

const HALF: i64 = ONE >> 1;
/// The lower half of the fraction.
const LOW: i64 = (1 << 20) - 1;
/// The middle of the Mills ratio's argument, in units of 2^-32.
const MIDDLE: i64 = 3_049_731_624;

/// `a * b`.
/// # Inputs: below 2^43 units, and together below 2^82
/// # Rounding: down, by less than two units, proved by `proofs_coarse.products`
#[inline(always)]
pub const fn times(a: i64, b: i64) -> i64 {
    let low = (a & LOW).wrapping_mul(b) >> 20;
    (a >> 20).wrapping_mul(b).wrapping_add(low) >> 20
}

/// The square of a number from 0 below 2^11.
/// # Rounding: down, by less than two units, proved by `proofs_coarse.products`
#[inline(always)]
pub const fn square(a: i64) -> i64 {
    let (high, low) = (a >> 20, (a & LOW));
    high.wrapping_mul(high).wrapping_add(high.wrapping_mul(low) >> 19)
}

/// The lower of a number below 2^62 and [`FARTHEST`].
#[inline(always)]
pub const fn within_reach(u: i64) -> i64 {
    let over = FARTHEST.wrapping_sub(u);
    // a shift by 63 would become a conditional move
    u.wrapping_add(over & (over >> 62))
}

/// `2^-(u^2 + offset)`: with an offset of [`LOG2_SQRT_2_PI`] the normal density.
/// # Inputs: `u` from 0 to [`FARTHEST`]; an offset from -7 to 7
/// # Error: below `2^-30 (1 + 3 u)` of the result and a unit, proved by `proofs_coarse.density`;
/// `kernel::coarse::tests` enforces `2^-29 (1 + 2 u)`
#[inline(always)]
pub const fn density(u: i64, offset: i64) -> i64 {
    // 31 bits to the nearest: their square fits a word
    let short = u.wrapping_add(1 << 11) >> 12;
    let power = (short.wrapping_mul(short) >> 16).wrapping_add(offset).wrapping_neg();
    let whole = power.wrapping_add(HALF) >> PLACES;
    let part = polynomials::exp2(power.wrapping_sub(whole << PLACES) >> 8);
    // eight places more while it is shifted, so that neither direction needs a branch
    (part << 8) >> 8_i64.wrapping_sub(whole)
}

/// The Mills ratio `Phi(-y) / phi(y)` at `y = u sqrt(2 ln 2)`.
/// # Inputs: `u` from 0 to [`FARTHEST`]
/// # Error: below `2^-27.9 exp(y^2/2)`, proved by `proofs_coarse.ratios`; below `2^-28 exp(y^2/2)` wherever
/// `kernel::coarse::tests` looks
#[inline(always)]
pub const fn mills_ratio(u: i64) -> i64 {
    // 4 + u to 29 places; a divisor that is visibly not 0 needs no branch
    let sum = (4_i64 << 29).wrapping_add(u >> 11) | 1;
    // 4 / (4 + u) to 32 places
    let part = divide(1 << 63, sum.cast_unsigned()).cast_signed();
    polynomials::mills_ratio(part.wrapping_sub(MIDDLE))
}

/// A quotient's divisor, prepared for many dividends below 16.
#[derive(Clone, Copy)]
pub struct Rate {
    factor: Factor,
}

impl Rate {
    /// Multiplies by a rate in units of 2^-45, below 2^19.
    #[inline(always)]
    pub const fn new(rate: u64) -> Self {
        Self { factor: Factor::new(rate) }
    }

    /// Fraction bits of a rate.
    pub const PLACES: i32 = 45;
    /// `2^18`, in units of 2^-45: the rate that stands for a divisor of 0.
    pub const INSTANT: u64 = 1 << 63;

    /// `number * rate` for a number between -16 and 16.
    /// # Rounding: down, by at most three units, proved by `rounding.products`
    #[inline(always)]
    pub const fn times(self, number: i64) -> i64 {
        self.factor.times(number << 19)
    }
}

#[cfg(test)]
mod tests;
