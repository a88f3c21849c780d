//! Polynomials whose sign is known.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::fx;

const WEIGHTS: [u16; 5] = [12, 3, 2, 3, 12];

/// In units of 2^20, where the accuracy that is assumed of coefficients matters little.
fn is_shown(coefficients: [f64; 5]) -> bool {
    is_never_negative(&coefficients.map(|number| fx(number * 1_048_576.0)), &WEIGHTS).unwrap()
}

fn product(left: &[f64], right: &[f64]) -> Vec<f64> {
    let mut product = std::vec![0.0; left.len() + right.len() - 1];
    for (i, x) in left.iter().enumerate() {
        for (j, y) in right.iter().enumerate() {
            product[i + j] += x * y;
        }
    }
    product
}

/// `((s - x)^2 + c) ((s - y)^2 + d)`.
fn quartic([x, c]: [f64; 2], [y, d]: [f64; 2]) -> [f64; 5] {
    let factor = |x: f64, c: f64| [x * x + c, -2.0 * x, 1.0];
    product(&factor(x, c), &factor(y, d)).try_into().unwrap()
}

#[test]
fn a_polynomial_is_shown_positive_however_near_to_zero_it_comes() {
    assert!(is_shown([1.0, 0.0, 0.0, 0.0, 1.0]));
    assert!(is_shown(quartic([1.0, 0.1], [1.0, 0.1])));
    assert!(is_shown(quartic([0.3, 1e-6], [5.0, 0.5])));
    assert!(is_shown(quartic([700.0, 1e-3], [0.01, 1e-3])));
}

#[test]
fn a_polynomial_that_touches_zero_or_goes_below_is_not_shown_positive() {
    assert!(!is_shown(quartic([1.0, 0.0], [2.0, 0.5])));
    assert!(!is_shown(quartic([0.3, -1e-6], [5.0, 0.5])));
    assert!(!is_shown(quartic([0.3, 0.0], [5.0, 0.5])));
    assert!(!is_shown([0.0; 5]));
    assert!(!is_shown([1.0, -5.0, 1.0, 1.0, 1.0]));
}

#[test]
fn the_least_error_that_is_assumed_is_taken_off() {
    let unit = Fx::from_bits(1 << KNOWN_FROM);
    let zero_but = |inner: Fx| is_never_negative(&[Fx::ZERO, inner, Fx::ZERO], &[1, 1, 1]).unwrap();
    assert!(zero_but(unit));
    assert!(!zero_but(unit - Fx::DELTA));
}

#[test]
fn coefficients_past_the_range_are_refused() {
    assert_eq!(is_never_negative(&[Fx::MAX; 5], &WEIGHTS), Err(RiskError::Overflow));
    assert_eq!(is_never_negative(&[Fx::MIN; 5], &[1; 5]), Ok(false));
    assert_eq!(is_never_negative(&[Fx::ONE; 12], &[1; 12]), Ok(false), "more coefficients than are read");
}

proptest! {
    #[test]
    fn what_is_shown_is_so(
        (x, y) in (0.8_f64..10.0, -10.0_f64..10.0), (c, d) in (-0.5_f64..0.5, 0.0_f64..0.5),
    ) {
        let coefficients = quartic([x, c], [y, d]);
        // its values at the roots' real parts and between
        let value = |s: f64| coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * s + coefficient);
        let least = (0..2_000_u32).map(|step| f64::from(step) * 0.01).map(value).fold(f64::INFINITY, f64::min);
        if is_shown(coefficients) {
            prop_assert!(least >= -1e-9 && c >= 0.0, "{coefficients:?}");
        } else {
            prop_assert!(c * d <= 1e-5, "{coefficients:?}");
        }
    }
}
