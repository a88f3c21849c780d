//! The surface against floating point, and the arbitrage it refuses.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, float, fx, price_of, slice};

const YEAR: Years = Years::from_fx(Fx::ONE);

fn of(a: f64, b: f64, rho: f64, m: f64, sigma: f64) -> Slice {
    Slice { a: fx(a), b: fx(b), rho: fx(rho), m: fx(m), sigma: fx(sigma) }
}

fn total_in_floats([a, b, rho, m, sigma, years]: [f64; 6], moneyness: f64) -> f64 {
    let offset = moneyness - m;
    years * (a + b * (rho * offset + offset.hypot(sigma)))
}

/// Durrleman's function by differences of total variance: no derivative is written out.
fn density_in_floats(slice: [f64; 6], moneyness: f64) -> f64 {
    let step = 1e-4;
    let [before, here, after] = [-step, 0.0, step].map(|change| total_in_floats(slice, moneyness + change));
    let (slope, curvature) = ((after - before) / (2.0 * step), (after - 2.0 * here + before) / (step * step));
    (1.0 - moneyness * slope / (2.0 * here)).powi(2) - slope * slope / 4.0 * (1.0 / here + 0.25) + curvature / 2.0
}

/// Axel Vogt's slice, from Gatheral and Jacquier (2014): total variance of one year.
fn vogt() -> Slice {
    of(-0.0410, 0.1331, 0.3060, 0.3586, 0.4153)
}

#[test]
fn the_variance_of_known_strikes_is_right() {
    let forward = price_of(3_000.0);
    let flat = of(0.36, 0.0, 0.0, 0.0, 0.1);
    assert_eq!(flat.variance(price_of(5_000.0), forward).unwrap(), flat.a);
    // 0.3 + 0.2 * 0.3
    assert_near(slice().variance(forward, forward).unwrap(), 0.36, 1e-17, "at the money");
    // k = ln(4/3) = 0.28768207245178092744; 0.3 + 0.2 (-0.1 k + sqrt(k^2 + 0.09)), by mpmath at 40 digits
    assert_near(slice().variance(price_of(4_000.0), forward).unwrap(), 0.377_375_408_782_553_5, 2e-16, "above");
}

#[test]
fn vogts_slice_is_refused_for_a_butterfly() {
    assert_eq!(vogt().check(YEAR), Err(SliceError::ButterflyArbitrage.into()));
    // Its density is negative there by the differences, too.
    let floats = [-0.0410, 0.1331, 0.3060, 0.3586, 0.4153, 1.0];
    assert!(density_in_floats(floats, 0.75) < 0.0);
}

#[test]
fn a_slice_out_of_shape_is_refused_for_what_is_wrong() {
    let refused = |slice: Slice, error: SliceError| assert_eq!(slice.check(YEAR), Err(error.into()), "{slice:?}");
    assert_eq!(slice().check(YEAR), Ok(()));
    refused(Slice { b: -Fx::DELTA, ..slice() }, SliceError::ParameterOutOfRange);
    refused(Slice { rho: Fx::ONE, ..slice() }, SliceError::ParameterOutOfRange);
    refused(Slice { rho: -Fx::ONE, ..slice() }, SliceError::ParameterOutOfRange);
    refused(Slice { sigma: Fx::ZERO, ..slice() }, SliceError::ParameterOutOfRange);
    refused(Slice { b: fx(1.9), ..slice() }, SliceError::WingsTooSteep);
    refused(of(0.0, 0.0, 0.0, 0.0, 0.1), SliceError::VarianceOutOfDomain);
    refused(of(0.000_099, 0.0, 0.0, 0.0, 0.1), SliceError::VarianceOutOfDomain);
    refused(of(101.0, 0.0, 0.0, 0.0, 0.1), SliceError::VarianceOutOfDomain);
}

#[test]
fn total_variance_may_not_fall_with_expiry() {
    let half = Years::from_fx(fx(0.5));
    assert_eq!(slice().check_after(YEAR, &slice(), half), Ok(()));
    assert_eq!(slice().check_after(YEAR, &slice(), YEAR), Ok(()), "equal is no arbitrage");
    let refused = Err(SliceError::CalendarArbitrage.into());
    assert_eq!(slice().check_after(half, &slice(), YEAR), refused);
    // Higher at the money but lower in one wing.
    let tilted = Slice { a: fx(0.35), rho: fx(-0.8), ..slice() };
    assert_eq!(tilted.check_after(YEAR, &slice(), YEAR), refused);
}

#[test]
fn a_strike_at_a_variance_out_of_domain_is_refused() {
    let low = of(0.000_099, 0.0, 0.0, 0.0, 0.1);
    let forward = price_of(3_000.0);
    assert_eq!(low.variance(forward, forward), Err(SliceError::VarianceOutOfDomain.into()));
    assert_eq!(slice().variance(Price::ZERO, forward), Err(RiskError::Math));
    assert_eq!(slice().variance(forward, Price::ZERO), Err(RiskError::Math));
}

proptest! {
    #[test]
    fn variance_agrees_with_floating_point(
        (a, b, rho) in (0.01_f64..1.0, 0.0_f64..0.8, -0.99_f64..0.99),
        (m, sigma, strike) in (-0.5_f64..0.5, 0.01_f64..1.0, 600.0_f64..15_000.0),
    ) {
        let own = of(a, b, rho, m, sigma).variance(price_of(strike), price_of(3_000.0)).unwrap();
        let expected = total_in_floats([a, b, rho, m, sigma, 1.0], (strike / 3_000.0).ln());
        prop_assert!((float(own) - expected).abs() < 1e-13, "{own} against {expected}");
    }

    #[test]
    fn a_slice_passes_exactly_if_its_density_is_not_negative_on_the_grid(
        (a, b, rho) in (0.0_f64..0.5, 0.0_f64..1.2, -0.99_f64..0.99),
        (m, sigma, years) in (-0.5_f64..0.5, 0.05_f64..1.0, 0.02_f64..1.0),
    ) {
        let floats = [a, b, rho, m, sigma, years];
        let least = (0..27_u8)
            .map(|point| density_in_floats(floats, f64::from(point) * 0.125 - 1.625))
            .fold(f64::INFINITY, f64::min);
        let checked = of(a, b, rho, m, sigma).check(Years::from_fx(fx(years)));
        prop_assume!(checked != Err(SliceError::WingsTooSteep.into()));
        prop_assume!(checked != Err(SliceError::VarianceOutOfDomain.into()));
        prop_assume!(least.abs() > 1e-5);
        prop_assert_eq!(checked.is_ok(), least > 0.0, "{:?}: {}", checked, least);
    }

    #[test]
    fn no_slice_makes_a_check_panic(
        (a, b, rho) in (any_fx(), any_fx(), any_fx()), (m, sigma) in (any_fx(), any_fx()),
        (years, strike, forward) in (any_fx(), any_fx(), any_fx()),
    ) {
        let (wild, years) = (Slice { a, b, rho, m, sigma }, Years::from_fx(years));
        let _ = wild.check(years);
        let _ = wild.check_after(years, &slice(), YEAR);
        if let Ok(variance) = wild.variance(Price::from_fx(strike), Price::from_fx(forward)) {
            prop_assert!((MIN_VARIANCE..=MAX_VARIANCE).contains(&variance));
        }
    }
}
