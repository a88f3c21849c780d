//! Black-76 in double precision, for the host tools: reading the market's prices and judging fits.
//! What the programs charge is computed by the fixed-point crates, never here.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Implied vols searched, fraction per sqrt(year).
const VOL_LOW: f64 = 1e-4;
const VOL_HIGH: f64 = 50.0;
const MAX_STEPS: usize = 200;

/// Φ, the standard normal distribution function.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

fn normal_pdf(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt()
}

fn d1(forward: f64, strike: f64, deviation: f64) -> f64 {
    libm::log(forward / strike) / deviation + 0.5 * deviation
}

/// Undiscounted Black-76 price, USD per option.
/// # Inputs: forward, strike > 0 (USD per coin); `deviation` = vol·sqrt(tau), 0 means intrinsic
pub fn undiscounted_price(forward: f64, strike: f64, deviation: f64, is_put: bool) -> f64 {
    let sign = if is_put { -1.0 } else { 1.0 };
    if deviation <= 0.0 {
        return (sign * (forward - strike)).max(0.0);
    }
    let upper = d1(forward, strike, deviation);
    let lower = upper - deviation;
    let price = sign * (forward * normal_cdf(sign * upper) - strike * normal_cdf(sign * lower));
    price.max(0.0)
}

/// Black-76 price in coin, as inverse options are quoted: the undiscounted price over the forward.
/// # Inputs: forward, strike > 0 (USD per coin); vol per sqrt(year); tau in years (ACT/365)
pub fn coin_price(forward: f64, strike: f64, vol: f64, tau: f64, is_put: bool) -> f64 {
    undiscounted_price(forward, strike, vol * tau.max(0.0).sqrt(), is_put) / forward
}

/// Delta of the call with respect to the forward, undiscounted, in 0..1; the put's is this less 1.
pub fn call_delta(forward: f64, strike: f64, vol: f64, tau: f64) -> f64 {
    normal_cdf(d1(forward, strike, vol * tau.max(0.0).sqrt()))
}

/// Undiscounted vega, USD per option and unit of vol (1.00 = 100 vol points).
pub fn vega(forward: f64, strike: f64, vol: f64, tau: f64) -> f64 {
    let root = tau.max(0.0).sqrt();
    forward * root * normal_pdf(d1(forward, strike, vol * root))
}

/// Vol per sqrt(year) at which [`coin_price`] gives `price`.
///
/// Works on the out-of-the-money side (an in-the-money price is reduced by its intrinsic value), by
/// Newton steps kept inside a shrinking bracket.
/// # Returns: none for a price outside the no-arbitrage bounds or the vols searched (0.0001 to 50)
pub fn implied_vol(forward: f64, strike: f64, price: f64, tau: f64, is_put: bool) -> Option<f64> {
    if !(forward > 0.0 && strike > 0.0 && tau > 0.0 && price.is_finite()) {
        return None;
    }
    let sign = if is_put { -1.0 } else { 1.0 };
    let intrinsic = (sign * (forward - strike)).max(0.0);
    let target = price * forward - intrinsic;
    let as_put = strike < forward;
    let root = tau.sqrt();
    let value = |vol: f64| undiscounted_price(forward, strike, vol * root, as_put) - target;
    let (mut low, mut high) = (VOL_LOW, VOL_HIGH);
    if target <= 0.0 || value(low) > 0.0 || value(high) < 0.0 {
        return None;
    }
    let mut vol = f64::midpoint(low, 1.0);
    for _ in 0..MAX_STEPS {
        let miss = value(vol);
        if miss > 0.0 {
            high = vol;
        } else {
            low = vol;
        }
        let newton = vol - miss / vega(forward, strike, vol, tau);
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        let settled = (next - vol).abs() <= 1e-13 * vol;
        vol = next;
        if settled {
            break;
        }
    }
    Some(vol)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strike, vol, tau, and the call on a forward of 3000 computed with 50 digits (mpmath).
    const REFERENCE: [(f64, f64, f64, f64); 6] = [
        (2000.0, 0.6, 0.25, 1_029.717_876_596_405_8),
        (3000.0, 0.6, 0.002_739_726_027_397_260_3, 37.585_323_384_386_37),
        (3000.0, 0.6, 0.08, 202.864_783_179_925_32),
        (4500.0, 0.8, 0.5, 282.141_435_951_394_26),
        (3050.0, 0.35, 0.01, 21.859_663_566_921_013),
        (12_000.0, 1.1, 1.0, 294.781_517_898_563_1),
    ];

    #[test]
    fn price_matches_high_precision_values() {
        for (strike, vol, tau, expected) in REFERENCE {
            let price = undiscounted_price(3000.0, strike, vol * f64::sqrt(tau), false);
            assert!((price - expected).abs() < 2e-12 * 3000.0, "{strike} {vol} {tau}: {price}");
        }
    }

    #[test]
    fn parity_holds() {
        for strike in [300.0, 2900.0, 3000.0, 3100.0, 30_000.0] {
            let call = coin_price(3000.0, strike, 0.6, 0.1, false);
            let put = coin_price(3000.0, strike, 0.6, 0.1, true);
            assert!((call - put - (1.0 - strike / 3000.0)).abs() < 1e-15 * (1.0 + strike / 3000.0));
        }
    }

    #[test]
    fn implied_vol_inverts_price() {
        for vol in [0.05, 0.4, 1.0, 3.0] {
            for tau in [0.0005, 0.02, 0.5, 2.0] {
                for moneyness in [-2.0, -1.0, -0.1, 0.0, 0.3, 1.5] {
                    let strike = 3000.0 * libm::exp(moneyness * vol * f64::sqrt(tau));
                    for is_put in [false, true] {
                        let price = coin_price(3000.0, strike, vol, tau, is_put);
                        let found = implied_vol(3000.0, strike, price, tau, is_put).unwrap();
                        assert!((found / vol - 1.0).abs() < 1e-9, "{vol} {tau} {moneyness}: {found}");
                    }
                }
            }
        }
    }

    #[test]
    fn prices_outside_the_bounds_have_no_vol() {
        assert_eq!(implied_vol(3000.0, 3500.0, 0.0, 0.1, false), None);
        assert_eq!(implied_vol(3000.0, 3500.0, 1.0, 0.1, false), None);
        assert_eq!(implied_vol(3000.0, 2500.0, 0.16, 0.1, false), None);
        assert_eq!(implied_vol(3000.0, 2500.0, f64::NAN, 0.1, false), None);
        assert_eq!(implied_vol(3000.0, 2500.0, 0.2, 0.0, false), None);
    }
}
