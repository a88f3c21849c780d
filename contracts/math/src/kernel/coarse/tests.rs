//! The coarse kernels against the exact ones, whose own errors are a thousandth of the bounds.
#![allow(clippy::as_conversions, clippy::cast_precision_loss, clippy::cast_sign_loss, clippy::cast_possible_truncation)]

use super::super::{gaussian, mills_ratio as exact_mills_ratio};
use super::*;

const STEPS: i64 = 20_000;

fn float(coarse: i64) -> f64 {
    coarse as f64 / ONE as f64
}

fn size(number: Scaled) -> f64 {
    number.significand() as f64 * 2_f64.powi(number.exponent())
}

/// `y` of a `u`, in deviations.
fn deviations(u: i64) -> f64 {
    float(u) * (2.0 * core::f64::consts::LN_2).sqrt()
}

fn places() -> impl Iterator<Item = i64> {
    (0..=STEPS).map(|step| FARTHEST / STEPS * step)
}

#[test]
fn constants_are_what_they_stand_for() {
    assert!((float(LOG2_SQRT_2_PI) - (2.0 * core::f64::consts::PI).sqrt().log2()).abs() < 1e-12);
    assert!((float(FARTHEST) - 6.5 * (core::f64::consts::LOG2_E / 2.0).sqrt()).abs() < 1e-11);
    assert!((size(UNIT) - (core::f64::consts::LOG2_E / 2.0).sqrt()).abs() < 1e-12);
    assert!((size(SQUARED_DEVIATION) - 2.0 * core::f64::consts::LN_2).abs() < 1e-12);
}

#[test]
fn densities_are_accurate() {
    for u in places() {
        let y = deviations(u);
        let exact = size(gaussian::<6>((y * 2_f64.powi(58)) as u64));
        let error = (float(density(u, LOG2_SQRT_2_PI)) - exact).abs();
        assert!(
            error <= 2_f64.powi(-29) * (1.0 + 2.0 * float(u)) * exact + 2_f64.powi(-40),
            "density({y}): {error:e} of {exact:e}"
        );
    }
}

#[test]
fn mills_ratios_are_accurate_where_there_is_density() {
    for u in places() {
        let y = deviations(u);
        let exact = exact_mills_ratio((y * 2_f64.powi(59)) as u64) as f64 * 2_f64.powi(-61);
        let error = (float(mills_ratio(u)) - exact).abs();
        assert!(error * (-y * y / 2.0).exp() <= 2_f64.powi(-28), "mills({y}): {error:e} of {exact:e}");
    }
}

#[test]
fn products_and_squares_lose_less_than_two_units() {
    let numbers = [0, 1, ONE - 1, ONE, -ONE, 3 * ONE + 12_345, -5 * ONE - 987_654_321, 7 * ONE + 1_000_003];
    for a in numbers {
        for b in [0, 1, 999_999_999_999, HALF, -HALF, ONE - 1] {
            let exact = i128::from(a) * i128::from(b);
            let lost = exact - (i128::from(times(a, b)) << PLACES);
            assert!((0..2 << PLACES).contains(&lost), "{a} * {b}");
        }
        let exact = i128::from(a.abs()) * i128::from(a.abs());
        let lost = exact - (i128::from(square(a.abs())) << PLACES);
        assert!((0..2 << PLACES).contains(&lost), "{a}^2: {lost}");
    }
}

#[test]
fn reach_ends_at_the_farthest() {
    for (u, kept) in [(0, 0), (FARTHEST - 1, FARTHEST - 1), (FARTHEST, FARTHEST), ((1 << 62) - 1, FARTHEST)] {
        assert_eq!(within_reach(u), kept);
    }
}

#[test]
fn rates_divide() {
    for (rate, number) in [(1.0_f64, 3.5_f64), (500_000.0, -6.5), (0.05, 15.9), (524_287.0, 15.9), (3.0, 0.0)] {
        let quotient = float(Rate::new((rate * 2_f64.powi(Rate::PLACES)) as u64).times((number * ONE as f64) as i64));
        assert!(
            (quotient - rate * number).abs() <= 1e-11 * (1.0 + rate * number.abs()),
            "{rate} * {number}: {quotient}"
        );
    }
}

#[test]
fn an_instant_rate_is_two_to_the_18() {
    assert_eq!(Rate::new(Rate::INSTANT).times(ONE), ONE << 18);
}
