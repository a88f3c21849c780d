//! Proves that a polynomial is nowhere negative for positive arguments.
//!
//! With `s = u / (1 - u)` a polynomial over `s > 0` becomes, times a positive factor, one over `0 < u < 1`
//! whose Bernstein coefficients are its own over the binomials. Where none of them is negative, neither is the
//! polynomial: it lies in their convex hull. Where some are, the interval is halved, by sums and shifts alone.
//! All roundings are downwards, so what is proved of the rounded polynomial holds for the exact one.
//!
//! Source: Farouki, "The Bernstein polynomial basis: a centennial retrospective" (2012).

use core::cell::Cell;

use equipoise_math::Fx;

use crate::arithmetic::mul_floor;
use crate::RiskError;

/// Halvings of an interval at most. Slices fitted to markets need three.
const HALVINGS: u8 = 32;
/// Places of a coefficient: the sum of two fits a word.
const PLACES: u32 = 61;
/// Coefficients times their weights are known to one unit of this many places of [`Fx`]: a unit of 2^-13.
pub(super) const KNOWN_FROM: u32 = 51;

/// Coefficients of a polynomial at most.
const MOST: usize = 11;

/// Whether a polynomial is nowhere negative for positive arguments; false also where that cannot be shown.
/// # Inputs: at most 11 coefficients, the constant first, with an error below 2^-13 over their weight, of which the
/// first and the last are known not to be negative; whole weights in inverse proportion to the binomials
/// # Errors: Overflow
pub(super) fn is_never_negative(coefficients: &[Fx], weights: &[u16]) -> Result<bool, RiskError> {
    let mut weighted = [0; MOST];
    let mut size = 0;
    for ((entry, coefficient), weight) in weighted.iter_mut().zip(coefficients).zip(weights) {
        *entry = mul_floor(*coefficient, Fx::from_bits(i128::from(*weight) << 64))?.to_bits();
        size |= *entry ^ (*entry >> 127);
    }
    let unit = 128_u32.saturating_sub(size.leading_zeros()).saturating_sub(PLACES).max(KNOWN_FROM);
    let mut rounded = [0; MOST];
    for (entry, exact) in rounded.iter_mut().zip(weighted) {
        // one unit less than the floor: the error of the coefficient
        let floor = i64::try_from(exact >> unit).map_err(|_| RiskError::Overflow)?;
        *entry = floor.wrapping_sub(1);
    }
    for end in [0, coefficients.len().wrapping_sub(1)] {
        if let Some(entry) = rounded.get_mut(end) {
            *entry = (*entry).max(0);
        }
    }
    Ok(holds(rounded, coefficients.len(), HALVINGS))
}

/// Whether the polynomial of the first `count` Bernstein coefficients is shown not to be negative within so many
/// halvings.
fn holds(mut all: [i64; MOST], count: usize, halvings: u8) -> bool {
    let mut left = all;
    let Some(right) = all.get_mut(..count) else { return false };
    if right.iter().all(|coefficient| *coefficient >= 0) {
        return true;
    }
    // the outer coefficients are values of the polynomial
    let is_negative = |end: Option<&i64>| end.is_some_and(|value| *value < 0);
    if is_negative(right.first()) || is_negative(right.last()) || halvings == 0 {
        return false;
    }
    let cells = Cell::from_mut(right).as_slice_of_cells();
    for (level, kept) in left.iter_mut().enumerate().take(count).skip(1) {
        for pair in cells.windows(2).take(count.wrapping_sub(level)) {
            if let [low, high] = pair {
                low.set(low.get().wrapping_add(high.get()) >> 1);
            }
        }
        if let Some(first) = cells.first() {
            *kept = first.get();
        }
    }
    let halvings = halvings.wrapping_sub(1);
    holds(left, count, halvings) && holds(all, count, halvings)
}

#[cfg(test)]
mod tests;
