//! Butterfly and calendar arbitrage as polynomials: none of them negative for `s > 0`, no arbitrage at any strike.
//!
//! With `k = m + sigma (s - 1/s) / 2` the square root of a slice is rational: `sigma (s + 1/s) / 2`. So are its
//! total variance, `w = P(s) / s` with `P = p0 + p1 s + p2 s^2`, and its slope, `w' = Q(s) / (s^2 + 1)` with
//! `Q = q2 s^2 - q0`, where q0 and q2 are the slopes of the wings. All strikes are `s > 0`.
//!
//! Polynomials are computed times a power of two that brings total variance near 2^20, for the weight of a wing
//! is as small as the square of `sigma`.

use equipoise_math::Fx;

use super::bernstein::is_never_negative;
use super::Slice;
use crate::arithmetic::{abs, add, div_floor, mul_floor, neg, square_floor, sub};
use crate::units::Years;
use crate::RiskError;

/// The place of the top bit of what sets the scale: 2^19.
const TOP_PLACE: u32 = 64 + 19;
/// Curvature over that of the variance counts up to this: less of it only proves less, and more would not fit.
const CURVATURE_CAP: Fx = Fx::lit("512");
const CURVATURE_FACTOR: Fx = Fx::lit("64");
const FOUR: Fx = Fx::lit("4");
const TWO: Fx = Fx::lit("2");
const HALF: Fx = Fx::lit("0.5");

/// In inverse proportion to the binomials of 10, of 4 and of 2.
const WEIGHTS_10: [u16; 11] = [2_520, 252, 56, 21, 12, 10, 12, 21, 56, 252, 2_520];
const WEIGHTS_4: [u16; 5] = [12, 3, 2, 3, 12];
const WEIGHTS_2: [u16; 3] = [2, 1, 2];

/// Whether Durrleman's function is shown not to be negative at any strike.
/// # Inputs: a slice inside its domain and Lee's bound, with positive variance
/// # Errors: Overflow
pub(super) fn is_free_of_butterflies(slice: &Slice, years: Years) -> Result<bool, RiskError> {
    is_never_negative(&durrleman_numerator(slice, years)?, &WEIGHTS_10)
}

/// Whether total variance is shown to be higher at every strike than that of an earlier slice.
/// # Inputs: slices inside their domains, neither of them flat, the wings of the first at least as steep
/// # Errors: Overflow
pub(super) fn is_above(slice: &Slice, years: Years, earlier: &Slice, earlier_years: Years) -> Result<bool, RiskError> {
    let (centre, product) = distances(slice, years, earlier, earlier_years)?;
    Ok(is_never_negative(&centre, &WEIGHTS_2)? && is_never_negative(&product, &WEIGHTS_4)?)
}

/// How far total variance is above that of an earlier slice, as two polynomials of which neither may be negative.
fn distances(
    slice: &Slice,
    years: Years,
    earlier: &Slice,
    earlier_years: Years,
) -> Result<([Fx; 3], [Fx; 5]), RiskError> {
    let scale = Scale::of(slice, years)?.min(Scale::of(earlier, earlier_years)?);
    let above = Rational::new(slice, years, scale)?;
    let below = Rational::new(earlier, earlier_years, scale)?;
    // (k - m') s, with the bend of the earlier slice
    let offset = [neg(slice.sigma)?, mul_floor(TWO, sub(slice.m, earlier.m)?)?, slice.sigma];
    // twice (w - a') s
    let mut gap = [Fx::ZERO, mul_floor(neg(TWO)?, below.level)?, Fx::ZERO];
    add_product(&mut gap, &above.total, &[TWO])?;
    // how far w is above each asymptote of the earlier slice, which lies above their mean by b' root'
    let (mut left, mut right) = (gap, gap);
    add_product(&mut left, &offset, &[below.left])?;
    add_product(&mut right, &offset, &[neg(below.right)?])?;
    let mut centre = left;
    add_at(&mut centre, 0, &right)?;
    // so w is above that slice where it is above the mean and the product of the gaps above (b' sigma')^2
    let mut product = [Fx::ZERO; 5];
    add_product(&mut product, &left, &right)?;
    let bend = mul_floor(mul_floor(TWO, below.steepness)?, earlier.sigma)?;
    add_at(&mut product, 2, &[neg(square_floor(bend)?)?])?;
    Ok((centre, product))
}

/// `16 g(k) P^2 (s^2 + 1)^3` times the square of the scale, where g is Durrleman's function:
/// `4 (s^2 + 1) (N^2 - Q^2 P (s + P/4)) + 64 (b / sigma) s^3 P^2` with `N = 2 (s^2 + 1) P - k s Q`.
fn durrleman_numerator(slice: &Slice, years: Years) -> Result<[Fx; 11], RiskError> {
    let scale = Scale::of(slice, years)?;
    let Rational { total, left, right, .. } = Rational::new(slice, years, scale)?;
    let mut tilt = [Fx::ZERO; 5];
    add_product(&mut tilt, &total, &[FOUR, Fx::ZERO, FOUR])?;
    let double_moneyness = [neg(slice.sigma)?, mul_floor(TWO, slice.m)?, slice.sigma];
    add_product(&mut tilt, &double_moneyness, &[left, Fx::ZERO, neg(right)?])?;

    let mut total_squared = [Fx::ZERO; 5];
    add_product(&mut total_squared, &total, &total)?;
    let mut weight = [Fx::ZERO; 5];
    add_at(&mut weight, 1, &total)?;
    add_product(&mut weight, &total_squared, &[scale.over(2)])?;
    let mut slope_squared = [Fx::ZERO; 5];
    let slope = [neg(left)?, Fx::ZERO, right];
    add_product(&mut slope_squared, &slope, &slope)?;
    let mut spread = [Fx::ZERO; 5];
    add_product(&mut spread, &slope_squared, &[neg(scale.over(-2))?])?;

    let mut rest = [Fx::ZERO; 9];
    add_product(&mut rest, &tilt, &tilt)?;
    add_product(&mut rest, &weight, &spread)?;
    let mut numerator = [Fx::ZERO; 11];
    add_at(&mut numerator, 0, &rest)?;
    add_at(&mut numerator, 2, &rest)?;
    let curvature = mul_floor(CURVATURE_FACTOR, curvature_floor(slice, years)?)?;
    add_product(&mut numerator, &total_squared, &[Fx::ZERO, Fx::ZERO, Fx::ZERO, curvature])?;
    Ok(numerator)
}

/// `b / sigma` of total variance, at most [`CURVATURE_CAP`]; down, for it multiplies what is never negative.
fn curvature_floor(slice: &Slice, years: Years) -> Result<Fx, RiskError> {
    let steepness = mul_floor(slice.b, years.fx())?;
    if steepness >= mul_floor(slice.sigma, CURVATURE_CAP)? {
        return Ok(CURVATURE_CAP);
    }
    div_floor(steepness, slice.sigma)
}

/// A slice's total variance as rational functions of s, times a power of two.
struct Rational {
    /// P.
    total: [Fx; 3],
    /// The level a.
    level: Fx,
    /// The slope b.
    steepness: Fx,
    /// The slopes of the wings, both positive: q0 and q2.
    left: Fx,
    right: Fx,
}

impl Rational {
    fn new(slice: &Slice, years: Years, scale: Scale) -> Result<Self, RiskError> {
        let scaled = |number: Fx| mul_floor(mul_floor(number, scale.up)?, years.fx());
        let (level, steepness) = (scaled(slice.a)?, scaled(slice.b)?);
        let left = mul_floor(steepness, sub(Fx::ONE, slice.rho)?)?;
        let right = mul_floor(steepness, add(Fx::ONE, slice.rho)?)?;
        let half = |wing: Fx| mul_floor(mul_floor(wing, slice.sigma)?, HALF);
        Ok(Self { total: [half(left)?, level, half(right)?], level, steepness, left, right })
    }
}

/// A power of two and its reciprocal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Scale {
    up: Fx,
    power: u32,
}

impl Scale {
    /// The scale that brings the largest of a slice's terms to the top place.
    /// # Errors: Overflow if they are past it, or too small for any price
    fn of(slice: &Slice, years: Years) -> Result<Self, RiskError> {
        let reach = add(add(Fx::ONE, slice.sigma)?, abs(slice.m)?)?;
        let size = abs(slice.a)?.max(mul_floor(slice.b, reach)?);
        let size = mul_floor(size, years.fx())?.to_bits();
        let place = 127_u32.saturating_sub(size.leading_zeros());
        let power = TOP_PLACE.checked_sub(place).filter(|power| *power < 62).ok_or(RiskError::Overflow)?;
        Ok(Self { up: Fx::from_bits(1 << 64_u32.saturating_add(power)), power })
    }

    /// One over the scale, and over 2^`more`.
    fn over(self, more: i32) -> Fx {
        Fx::from_bits(1 << 64_u32.saturating_sub(self.power).saturating_add_signed(more.wrapping_neg()))
    }
}

/// Adds a polynomial times `s^offset`.
fn add_at(sum: &mut [Fx], offset: usize, terms: &[Fx]) -> Result<(), RiskError> {
    for (entry, term) in sum.iter_mut().skip(offset).zip(terms) {
        *entry = add(*entry, *term)?;
    }
    Ok(())
}

/// Adds the product of two polynomials.
fn add_product(sum: &mut [Fx], left: &[Fx], right: &[Fx]) -> Result<(), RiskError> {
    for (offset, factor) in right.iter().enumerate() {
        if *factor == 0 {
            continue;
        }
        for (entry, term) in sum.iter_mut().skip(offset).zip(left) {
            *entry = add(*entry, mul_floor(*term, *factor)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
