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

/// Three thousand points, dense about a bend and out to where only wings are left.
fn dense(centre: f64, width: f64) -> impl Iterator<Item = f64> {
    let reach = (40.0 / width).asinh();
    (-1_500_i32..=1_500).map(move |step| centre + width * (reach * f64::from(step) / 1_500.0).sinh())
}

/// Durrleman's function by the formula: the differences above lose the narrow bends.
fn density_by_formula([a, b, rho, m, sigma, years]: [f64; 6], k: f64) -> f64 {
    let root = (k - m).hypot(sigma);
    let total = years * (a + b * (rho * (k - m) + root));
    let slope = years * b * (rho + (k - m) / root);
    let curvature = years * b * sigma * sigma / root.powi(3);
    (1.0 - k * slope / (2.0 * total)).powi(2) - slope * slope / 4.0 * (1.0 / total + 0.25) + curvature / 2.0
}

fn least_density(slice: [f64; 6]) -> f64 {
    let points = dense(slice[3], slice[4]).chain(dense(0.0, 0.02));
    points.map(|k| density_by_formula(slice, k)).fold(f64::INFINITY, f64::min)
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
    refused(Slice { sigma: fx(16.0) + Fx::DELTA, ..slice() }, SliceError::ParameterOutOfRange);
    refused(Slice { m: fx(16.0) + Fx::DELTA, ..slice() }, SliceError::ParameterOutOfRange);
    refused(Slice { m: -fx(16.0) - Fx::DELTA, ..slice() }, SliceError::ParameterOutOfRange);
    for at_the_edge in
        [Slice { sigma: fx(16.0), ..slice() }, Slice { m: fx(16.0), ..slice() }, Slice { m: fx(-16.0), ..slice() }]
    {
        assert_ne!(at_the_edge.check(YEAR), Err(SliceError::ParameterOutOfRange.into()), "{at_the_edge:?}");
    }
    refused(Slice { b: fx(1.9), ..slice() }, SliceError::WingsTooSteep);
    refused(of(0.0, 0.0, 0.0, 0.0, 0.1), SliceError::VarianceOutOfDomain);
    refused(of(0.000_099, 0.0, 0.0, 0.0, 0.1), SliceError::VarianceOutOfDomain);
    refused(of(101.0, 0.0, 0.0, 0.0, 0.1), SliceError::VarianceOutOfDomain);
    assert_eq!(slice().check(Years::ZERO), Err(SliceError::ParameterOutOfRange.into()));
}

#[test]
fn lees_bound_itself_is_accepted_and_a_unit_more_is_not() {
    let steepest = of(2.0, 2.0, 0.0, 0.0, 1.0);
    let refused = Err(SliceError::WingsTooSteep.into());
    assert_ne!(steepest.check(YEAR), refused);
    assert_eq!(Slice { b: steepest.b + Fx::DELTA, ..steepest }.check(YEAR), refused);
    assert_eq!(Slice { rho: Fx::DELTA, ..steepest }.check(YEAR), refused);
    assert_eq!(Slice { rho: -Fx::DELTA, ..steepest }.check(YEAR), refused);
    assert_eq!(Slice { b: fx(1.999), ..steepest }.check(YEAR), Ok(()));
}

#[test]
fn the_least_variance_is_that_of_the_bend() {
    // a + b sigma sqrt(1 - rho^2), at k = m - rho sigma / sqrt(1 - rho^2): 0.3 + 0.2 * 0.3 * 0.8
    let tilted = Slice { rho: fx(0.6), ..slice() };
    assert_near(tilted.least_variance().unwrap(), 0.348, 1e-16, "least");
    assert_near(tilted.variance_at(fx(-0.225)).unwrap(), 0.348, 1e-16, "at the bend");
}

#[test]
fn a_butterfly_between_the_points_of_any_coarse_grid_is_refused() {
    // The density is negative only for log-moneyness from -0.4776 to -0.3855.
    let (narrow, years) = (of(0.05, 0.3, -0.6, -0.3, 0.05), 0.1);
    let floats = [0.05, 0.3, -0.6, -0.3, 0.05, years];
    let eighths = |step: i32| density_by_formula(floats, f64::from(step) / 8.0);
    assert!((-13..=13).map(eighths).fold(f64::INFINITY, f64::min) > 0.0);
    assert!(density_by_formula(floats, -0.43) < -0.01 && least_density(floats) < -0.01);
    assert_eq!(narrow.check(Years::from_fx(fx(years))), Err(SliceError::ButterflyArbitrage.into()));
}

#[test]
fn the_curve_of_a_slice_has_the_derivatives_of_its_variance() {
    let step = fx(1e-6);
    for k in [-1.5, -0.2, 0.0, 0.4, 2.0] {
        let curve = slice().curve_at(fx(k)).unwrap();
        let [low, here, high] = [fx(k) - step, fx(k), fx(k) + step].map(|k| slice().variance_at(k).unwrap());
        assert_eq!(curve.variance, here);
        assert_near(curve.slope, float(high - low) / 2e-6, 1e-11, "slope");
        assert_near(curve.curvature, float(high - here - (here - low)) / 1e-12, 1e-5, "curvature");
        let density = density_in_floats([0.3, 0.2, -0.1, 0.0, 0.3, 1.0], k);
        assert_near(curve.durrleman(fx(k), YEAR).unwrap(), density, 1e-6, "density");
    }
}

#[test]
fn what_was_checked_holds_as_time_passes_but_not_after_any_move_of_the_forward() {
    let (smile, years) = (of(0.2, 0.6, -0.6, 0.05, 0.12), 300.0 / 365.0);
    assert_eq!(smile.check(Years::from_fx(fx(years))), Ok(()));
    // The lowest density that strikes kept at their volatilities imply once the forward has moved.
    let least = |moved: f64, left: f64| {
        let density = |step: i32| {
            let k = f64::from(step) / 100.0;
            smile.curve_at(fx(k)).unwrap().durrleman(fx(k - moved.ln()), Years::from_fx(fx(years * left))).unwrap()
        };
        (-150..=150).map(density).min().unwrap()
    };
    for left in [1.0, 0.9, 0.5, 0.1, 0.01] {
        assert!(least(1.0, left) > 0.1, "{left}");
    }
    for moved in [0.7, 0.85, 1.15] {
        assert!(least(moved, 1.0) > 0.05, "{moved}");
    }
    assert!(least(1.35, 1.0) < -0.01, "a third higher, a butterfly below the money has a negative price");
}

#[test]
fn total_variance_must_rise_with_expiry() {
    let half = Years::from_fx(fx(0.5));
    assert_eq!(slice().check_after(YEAR, &slice(), half), Ok(()));
    let sooner = Years::from_fx(Fx::ONE - fx(1e-9));
    assert_eq!(slice().check_after(YEAR, &slice(), sooner), Ok(()), "a thirtieth of a second");
    let refused = Err(SliceError::CalendarArbitrage.into());
    assert_eq!(slice().check_after(YEAR, &slice(), YEAR), refused, "no rise");
    assert_eq!(slice().check_after(half, &slice(), YEAR), refused);
    // Higher at the money but lower in one wing.
    let tilted = Slice { a: fx(0.35), rho: fx(-0.8), ..slice() };
    assert_eq!(tilted.check_after(YEAR, &slice(), YEAR), refused);
    // Flat slices have no wings.
    let flat = |level: f64| of(level, 0.0, 0.0, 0.0, 0.1);
    assert_eq!(flat(0.36).check_after(YEAR, &flat(0.36), half), Ok(()));
    assert_eq!(flat(0.36).check_after(YEAR, &flat(0.73), half), refused);
    assert_eq!(flat(0.36).check_after(YEAR, &slice(), half), refused, "the wings of the earlier are steeper");
    assert_eq!(slice().check_after(YEAR, &flat(0.71), half), Ok(()), "its least variance is 0.359699");
    assert_eq!(slice().check_after(YEAR, &flat(0.72), half), refused);
}

#[test]
fn slices_that_cross_twice_within_a_hundredth_are_refused() {
    // The later slice has its least variance, 0.36, at 0.06, where the earlier is flatter.
    let later = of(0.3, 0.2, 0.0, 0.06, 0.3);
    let flatter = |level: f64| of(level - 0.000_3, 0.001, 0.0, 0.06, 0.3);
    let refused = Err(SliceError::CalendarArbitrage.into());
    assert_eq!(later.check_after(YEAR, &flatter(0.360_01), YEAR), refused);
    assert_eq!(later.check_after(YEAR, &flatter(0.360_000_001), YEAR), refused);
    assert_eq!(later.check_after(YEAR, &flatter(0.359_999_999), YEAR), Ok(()));
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
    fn an_accepted_slice_has_a_density_nowhere_negative(
        (least, b, gap) in (-13.0_f64..2.0, -14.0_f64..3.0, -20.0_f64..0.0),
        (m, sigma, years, share) in (-4.0_f64..4.0, -13.3_f64..2.0, -20.0_f64..1.0, 0.0_f64..1.0),
        (is_left, is_central) in (any::<bool>(), any::<bool>()),
    ) {
        let (b, gap, sigma, years) = (b.exp2(), gap.exp2(), sigma.exp2(), years.exp2());
        let rho = if is_left { gap - 1.0 } else { 1.0 - gap };
        let m = if is_central { m * 0.05 } else { m };
        let a = least.exp2() - share * b * sigma * (1.0 - rho * rho).sqrt();
        let years = years.min(1.999 / (b * (1.0 + rho.abs())));
        let slice = of(a, b, rho, m, sigma);
        match slice.check(Years::from_fx(fx(years))) {
            Ok(()) => {
                let worst = least_density([a, b, rho, m, sigma, years]);
                prop_assert!(worst >= -1e-9, "{slice:?} {years}: {worst}");
            }
            Err(error) => prop_assert!(
                [SliceError::ButterflyArbitrage.into(), SliceError::VarianceOutOfDomain.into()].contains(&error)
            ),
        }
    }

    #[test]
    fn a_slice_is_accepted_exactly_if_its_density_is_nowhere_negative(
        (a, b, rho) in (0.0_f64..0.5, 0.0_f64..1.2, -0.99_f64..0.99),
        (m, sigma, years) in (-0.5_f64..0.5, 0.02_f64..1.0, 0.02_f64..1.0),
    ) {
        let checked = of(a, b, rho, m, sigma).check(Years::from_fx(fx(years)));
        prop_assume!(checked != Err(SliceError::WingsTooSteep.into()));
        prop_assume!(checked != Err(SliceError::VarianceOutOfDomain.into()));
        let least = least_density([a, b, rho, m, sigma, years]);
        prop_assume!(least.abs() > 1e-6);
        prop_assert_eq!(checked.is_ok(), least > 0.0, "{:?}: {}", checked, least);
    }

    #[test]
    fn a_later_slice_is_accepted_exactly_if_it_is_nowhere_below(
        (rise, b, rho) in (-0.05_f64..0.2, 0.01_f64..0.8, -0.9_f64..0.9),
        (m, sigma, share) in (-0.5_f64..0.5, 0.001_f64..1.0, 0.1_f64..1.0),
        (turn, steeper, shift, wider) in (-0.2_f64..0.2, -0.02_f64..0.2, -0.2_f64..0.2, 0.2_f64..2.0),
    ) {
        let earlier = [0.3, b, rho, m, sigma, share];
        let later = [0.3 * share + rise, b * share + steeper, (rho + turn).clamp(-0.95, 0.95), m + shift, sigma * wider, 1.0];
        prop_assume!(later[1] > 0.0);
        let slice = |[a, b, rho, m, sigma, _]: [f64; 6]| of(a, b, rho, m, sigma);
        let checked = slice(later).check_after(YEAR, &slice(earlier), Years::from_fx(fx(share)));
        let gap = |k: f64| total_in_floats(later, k) - total_in_floats(earlier, k);
        let least = dense(m, sigma).chain(dense(later[3], later[4])).map(gap).fold(f64::INFINITY, f64::min);
        // and far out
        let wing = |[_, b, rho, _, _, years]: [f64; 6], side: f64| years * b * (1.0 + side * rho);
        let least = [-1.0, 1.0].map(|side| wing(later, side) - wing(earlier, side)).into_iter().fold(least, f64::min);
        prop_assume!(least.abs() > 1e-7);
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
