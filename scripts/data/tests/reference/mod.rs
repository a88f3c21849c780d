//! Static arbitrage by dense grids in floating point: a reference for the chain's proof that shares nothing with it
//! but the formulas' source, Gatheral and Jacquier, "Arbitrage-free SVI volatility surfaces" (2014).

use equipoise_data::Slice;

/// Log-moneyness covered: strike/forward from 1e-3 to 1e3.
const K_LIMIT: f64 = 6.907_755_278_982_137;
const HALF: i32 = 1_000;

/// Total variance and its first two derivatives in log-moneyness.
fn total_variance(slice: &Slice, k: f64) -> [f64; 3] {
    let offset = k - slice.m;
    let root = offset.hypot(slice.sigma);
    [
        slice.a + slice.b * (slice.rho * offset + root),
        slice.b * (slice.rho + offset / root),
        slice.b * slice.sigma * slice.sigma / root.powi(3),
    ]
}

/// Points dense about the money and about the bend.
fn points(slice: &Slice) -> impl Iterator<Item = f64> {
    [(0.0, 0.02), (slice.m, slice.sigma)].into_iter().flat_map(|(centre, width)| {
        let reach = (2.0 * K_LIMIT / width).asinh();
        (-HALF..=HALF).map(move |step| centre + width * (reach * f64::from(step) / f64::from(HALF)).sinh())
    })
}

/// The least value of Durrleman's function, and where: negative for a butterfly that costs nothing.
pub fn least_density(slice: &Slice) -> (f64, f64) {
    let density = |k: f64| {
        let [total, slope, curvature] = total_variance(slice, k);
        let tilt = 1.0 - k * slope / (2.0 * total);
        tilt * tilt - slope * slope / 4.0 * (1.0 / total + 0.25) + curvature / 2.0
    };
    points(slice).map(|k| (density(k), k)).min_by(|x, y| x.0.total_cmp(&y.0)).unwrap()
}

/// The least rise of total variance from one expiry to the next, far out included.
pub fn least_rise(earlier: &Slice, later: &Slice) -> f64 {
    let rise = |k: f64| total_variance(later, k)[0] - total_variance(earlier, k)[0];
    let wing = |slice: &Slice, side: f64| slice.b * (1.0 + side * slice.rho);
    let inside = points(earlier).chain(points(later)).map(rise);
    let wings = [-1.0, 1.0].map(|side| wing(later, side) - wing(earlier, side));
    inside.chain(wings).fold(f64::INFINITY, f64::min)
}

/// Whether Lee's bound holds, the density is nowhere negative and total variance nowhere falls.
pub fn assert_arbitrage_free(slices: &[Slice]) {
    for slice in slices {
        assert!(slice.b * (1.0 + slice.rho.abs()) <= 2.0 && slice.least_variance() > 0.0, "{slice:?}");
        let (least, k) = least_density(slice);
        assert!(least >= 0.0, "{slice:?}: {least} at {k}");
    }
    for pair in slices.windows(2) {
        let least = least_rise(&pair[0], &pair[1]);
        assert!(least >= 0.0, "{pair:?}: {least}");
    }
}
