use super::*;

fn slice(a: f64, b: f64, rho: f64, m: f64, sigma: f64) -> Slice {
    Slice { expiry: Timestamp::UNIX_EPOCH, forward: 3000.0, a, b, rho, m, sigma }
}

#[test]
fn flat_slice_is_free_of_arbitrage() {
    assert_eq!(check_slice(&slice(0.04, 0.0, 0.0, 0.0, 0.1)), Ok(()));
}

/// Vogt's example, the standard slice with butterfly arbitrage (Gatheral and Jacquier 2014, 3.1).
#[test]
fn vogt_slice_has_butterfly_arbitrage() {
    let vogt = slice(-0.0410, 0.1331, 0.3060, 0.3586, 0.4153);
    let Err(Arbitrage::Butterfly { k, value }) = check_slice(&vogt) else {
        panic!("accepted");
    };
    assert!(k > 0.5 && k < 1.2 && value < 0.0, "{k} {value}");
}

#[test]
fn parameters_outside_the_domain_are_refused() {
    for bad in [
        slice(0.04, -0.1, 0.0, 0.0, 0.1),
        slice(0.04, 0.1, 1.0, 0.0, 0.1),
        slice(0.04, 0.1, 0.0, 0.0, 0.0),
        slice(f64::NAN, 0.1, 0.0, 0.0, 0.1),
    ] {
        assert_eq!(check_slice(&bad), Err(Arbitrage::Domain), "{bad:?}");
    }
    let steep = check_slice(&slice(0.04, 1.5, -0.5, 0.0, 0.1));
    assert_eq!(steep, Err(Arbitrage::Wing { slope: 2.25 }));
    let negative = check_slice(&slice(-0.1, 0.1, 0.0, 0.0, 0.1));
    assert!(matches!(negative, Err(Arbitrage::Variance { .. })));
}

#[test]
fn falling_variance_is_calendar_arbitrage() {
    let early = slice(0.04, 0.1, -0.2, 0.0, 0.1);
    assert_eq!(check_calendar(&early, &early), Ok(()));
    assert_eq!(check_calendar(&early, &slice(0.05, 0.1, -0.2, 0.0, 0.1)), Ok(()));
    let Err(Arbitrage::Calendar { value, .. }) = check_calendar(&early, &slice(0.039, 0.1, -0.2, 0.0, 0.1)) else {
        panic!("accepted");
    };
    assert!((value + 0.001).abs() < 1e-12);
    assert!(check_calendar(&early, &slice(0.05, 0.09, -0.2, 0.0, 0.1)).is_err());
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
fn checking_grid_spans_the_domain() {
    let mut points: Vec<f64> = grid(0.0, 0.02, CHECK_HALF).collect();
    points.sort_by(f64::total_cmp);
    assert!(points.len() > 400);
    assert_eq!(points.first().copied(), Some(-K_LIMIT));
    assert_eq!(points.last().copied(), Some(K_LIMIT));
    let widest = points.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    assert!(widest < 0.25, "{widest}");
}
