//! Coarse normal densities and tails: what sums of many prices need when no price among them is paid.
//!
//! Numbers are in Q23.40: 23 integer and 40 fraction bits beside a sign. A step of a polynomial is one multiplication
//! of 32 bits by 32, so that a whole option price costs a tenth of the exact one.
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
/// `u` of eight deviations: the density beyond is below 2^-47 and counts as 0.
pub const FARTHEST: i64 = 7_470_713_561_123;
/// `log2(sqrt(2 pi))`: minus the logarithm of the density at 0.
pub const LOG2_SQRT_2_PI: i64 = 1_457_675_412_679;

const HALF: i64 = ONE >> 1;
/// The lower half of the fraction.
const LOW: i64 = (1 << 20) - 1;
/// The middle of the Mills ratio's argument.
const MIDDLE: i64 = 753_471_418_931;

/// `a * b`.
/// # Inputs: below 2^43 units, and together below 2^82
/// # Rounding: down, by less than two units
#[inline(always)]
pub const fn times(a: i64, b: i64) -> i64 {
    let low = (a & LOW).wrapping_mul(b) >> 20;
    (a >> 20).wrapping_mul(b).wrapping_add(low) >> 20
}

/// The square of a number from 0 below 2^11.
/// # Rounding: down, by less than two units
#[inline(always)]
pub const fn square(a: i64) -> i64 {
    let (high, low) = (a >> 20, (a & LOW));
    high.wrapping_mul(high).wrapping_add(high.wrapping_mul(low) >> 19)
}

/// The lower of a number and [`FARTHEST`].
#[inline(always)]
pub const fn within_reach(u: i64) -> i64 {
    let over = FARTHEST.wrapping_sub(u);
    u.wrapping_add(over & (over >> 63))
}

/// `2^-(u^2 + offset)`: with an offset of [`LOG2_SQRT_2_PI`] the normal density.
/// # Inputs: `u` from 0 to [`FARTHEST`]; an offset from -7 to 7
/// # Error: below 2^-33 of the result and a unit, enforced by `kernel::coarse::tests`
#[inline(always)]
pub const fn density(u: i64, offset: i64) -> i64 {
    let power = offset.wrapping_add(square(u)).wrapping_neg();
    let whole = power.wrapping_add(HALF) >> PLACES;
    let part = polynomials::exp2(power.wrapping_sub(whole << PLACES));
    // eight places more while it is shifted, so that neither direction needs a branch
    (part << 8) >> 8_i64.wrapping_sub(whole)
}

/// The Mills ratio `Phi(-y) / phi(y)` at `y = u sqrt(2 ln 2)`.
/// # Inputs: `u` from 0 to [`FARTHEST`]
/// # Error: below `2^-34 exp(y^2/2)`, enforced by `kernel::coarse::tests`
#[inline(always)]
pub const fn mills_ratio(u: i64) -> i64 {
    let sum = (ONE << 2).wrapping_add(u);
    // 4 / (4 + u) to 29 places, then by one Newton step to all; a divisor that is visibly not 0 needs no branch
    let short = divide(1 << 63, (sum >> 8).cast_unsigned() | 1).cast_signed();
    // 4 less the product in units of 2^-69: of 4 itself all the bits are beyond the word
    let rest = short.wrapping_mul(sum).wrapping_neg();
    let part = (short << 11).wrapping_add((rest >> 11).wrapping_mul(short) >> 49);
    polynomials::mills_ratio(part.wrapping_sub(MIDDLE))
}

/// A quotient's divisor, prepared for many dividends below 16.
#[derive(Clone, Copy)]
pub struct Rate {
    factor: Factor,
}

impl Rate {
    /// Multiplies by `rate`, which must be below 2^19.
    #[inline(always)]
    pub const fn new(rate: Scaled) -> Self {
        Self { factor: Factor::new(rate.to_word(45)) }
    }

    /// The largest rate: for a divisor of 0.
    pub const LARGEST: Self = Self { factor: Factor::new(u64::MAX) };

    /// `number * rate` for a number between -16 and 16.
    /// # Rounding: down, by at most three units and 2^-43 of the rate's size times the number
    #[inline(always)]
    pub const fn times(self, number: i64) -> i64 {
        self.factor.times(number << 19)
    }
}

/// The argument of a polynomial to the nearest of 32 places.
#[inline(always)]
const fn narrow(z: i64) -> i64 {
    z.wrapping_add(1 << 7) >> 8
}

#[cfg(test)]
mod tests;
