use super::*;
use crate::reference;

const YEAR: f64 = 1.0;

fn slice(a: f64, b: f64, rho: f64, m: f64, sigma: f64) -> Slice {
    Slice { expiry: Timestamp::UNIX_EPOCH, forward: 3000.0, a, b, rho, m, sigma }
}

#[test]
fn flat_slice_is_free_of_arbitrage() {
    assert_eq!(check_slice(&slice(0.04, 0.0, 0.0, 0.0, 0.1), YEAR), Ok(()));
}

/// Vogt's example, the standard slice with butterfly arbitrage (Gatheral and Jacquier 2014, 3.1).
#[test]
fn vogt_slice_has_butterfly_arbitrage() {
    let vogt = slice(-0.0410, 0.1331, 0.3060, 0.3586, 0.4153);
    assert_eq!(check_slice(&vogt, YEAR), Err(SliceError::ButterflyArbitrage.into()));
    let (least, k) = reference::least_density(&vogt);
    assert!(least < 0.0 && k > 0.5 && k < 1.2, "{least} at {k}");
}

#[test]
fn parameters_outside_the_domain_are_refused() {
    for bad in [slice(0.04, -0.1, 0.0, 0.0, 0.1), slice(0.04, 0.1, 1.0, 0.0, 0.1), slice(0.04, 0.1, 0.0, 0.0, 0.0)] {
        assert_eq!(check_slice(&bad, YEAR), Err(SliceError::ParameterOutOfRange.into()), "{bad:?}");
    }
    assert_eq!(check_slice(&slice(f64::NAN, 0.1, 0.0, 0.0, 0.1), YEAR), Err(RiskError::Overflow));
    let steep = check_slice(&slice(0.04, 1.7, -0.5, 0.0, 0.1), YEAR);
    assert_eq!(steep, Err(SliceError::WingsTooSteep.into()));
    let negative = check_slice(&slice(-0.1, 0.1, 0.0, 0.0, 0.1), YEAR);
    assert_eq!(negative, Err(SliceError::VarianceOutOfDomain.into()));
}

#[test]
fn falling_variance_is_calendar_arbitrage() {
    let early = slice(0.04, 0.1, -0.2, 0.0, 0.1);
    let check = |later: Slice| check_calendar((&early, 0.9), (&later, YEAR));
    assert_eq!(check(slice(0.040_001, 0.100_001, -0.2, 0.0, 0.1)), Ok(()));
    let refused = Err(SliceError::CalendarArbitrage.into());
    assert_eq!(check(slice(0.039, 0.1, -0.2, 0.0, 0.1)), refused);
    assert_eq!(check(slice(0.05, 0.09, -0.2, 0.0, 0.1)), refused);
}

#[test]
fn numbers_are_stored_annualised_and_rounded_down() {
    let stored = slice(0.01, 0.03, -0.2, 0.0, 0.1).stored(0.5).unwrap();
    let grain = (-40.0_f64).exp2();
    for (number, exact) in
        [(stored.a, 0.02), (stored.b, 0.06), (stored.rho, -0.2), (stored.m, 0.0), (stored.sigma, 0.1)]
    {
        let number = number.to_num::<f64>();
        assert!(number <= exact && exact - number < grain && (number / grain).fract() == 0.0, "{number} {exact}");
    }
}

#[test]
fn derivatives_in_g_agree_with_differences() {
    let slice = slice(0.02, 0.15, -0.3, 0.05, 0.2);
    for k in [-1.0, -0.2, 0.0, 0.05, 0.4, 2.0] {
        let h = 1e-4;
        let (low, mid, high) = (slice.total_variance(k - h), slice.total_variance(k), slice.total_variance(k + h));
        let (slope, curvature) = ((high - low) / (2.0 * h), (high - 2.0 * mid + low) / (h * h));
        let tilt = 1.0 - k * slope / (2.0 * mid);
        let g = tilt * tilt - 0.25 * slope * slope * (1.0 / mid + 0.25) + 0.5 * curvature;
        assert!((slice.durrleman(k) - g).abs() < 1e-5, "{k}");
    }
}

#[test]
fn searching_grid_spans_the_domain() {
    let mut points: Vec<f64> = grid(0.0, 0.02, 250).collect();
    points.sort_by(f64::total_cmp);
    assert!(points.len() > 400);
    assert_eq!(points.first().copied(), Some(-K_LIMIT));
    assert_eq!(points.last().copied(), Some(K_LIMIT));
    // dense where strikes are
    let near: Vec<f64> = points.into_iter().filter(|k| k.abs() < 7.0).collect();
    let widest = near.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    assert!(widest < 0.3, "{widest}");
}
