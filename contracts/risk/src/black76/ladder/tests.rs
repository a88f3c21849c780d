//! The ladder against the whole formula: within its bounds where it is exact and where it is coarse.
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "errors are measured in floating point")]

use std::vec::Vec;

use super::*;
use crate::black76::{evaluate, Inputs};

const MONEYNESS: [f64; 13] = [0.001, 0.01, 0.2, 0.5, 0.9, 0.999, 1.0, 1.001, 1.1, 1.7, 4.0, 90.0, 999.0];
const VOLS: [f64; 6] = [0.01, 0.1, 0.6, 0.9, 2.5, 10.0];
const YEARS: [f64; 6] = [3.2e-8, 1e-5, 7.0 / 365.0, 0.3, 1.0, 3.0];
const SHARES: [f64; 9] = [0.02, 0.5, 0.7, 0.85, 0.999, 1.0, 1.15, 1.3, 4.0];

fn fx(number: f64) -> Fx {
    Fx::from_num(number)
}

fn float(number: Fx) -> f64 {
    number.to_num()
}

struct Case {
    forward: Fx,
    strike: Fx,
    vol: Fx,
    years: Fx,
}

impl Case {
    fn ladder(&self) -> Ladder {
        Ladder::new(&Forward::new(self.forward).unwrap(), self.strike).unwrap()
    }

    fn total_vol(&self) -> TotalVol {
        TotalVol::new(vol_bits(self.vol), &Tenor::new(self.years).unwrap())
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for forward in [0.000_1, 3_000.0, 1e9] {
        for moneyness in MONEYNESS {
            for vol in VOLS {
                for years in YEARS {
                    let strike = fx(forward * moneyness).max(Fx::DELTA);
                    cases.push(Case { forward: fx(forward), strike, vol: fx(vol), years: fx(years) });
                }
            }
        }
    }
    cases
}

#[test]
fn a_price_at_the_forward_is_the_evaluation() {
    for case in cases() {
        let Case { forward, strike, vol, years } = case;
        let exact = evaluate(&Inputs::new(forward, strike, vol, years).unwrap()).call;
        let (call, tenor) = (case.ladder().call(&case.total_vol()), Tenor::new(years).unwrap());
        let (root, inverse) = vol_bits(vol).times(vol_bits(vol)).sqrt_and_inverse();
        let by_parts = case.ladder().call(&TotalVol::from_parts(root, inverse, &tenor));
        for own in [call, by_parts] {
            let error = float(own - exact).abs();
            assert!(
                error <= 2_f64.powi(-56) * float(forward) + 2_f64.powi(-64),
                "{forward} {strike} {vol} {years}: {error:e}"
            );
            assert!(
                own >= (forward - strike).max(Fx::ZERO) && own <= forward,
                "{forward} {strike} {vol} {years}: {own}"
            );
        }
    }
}

#[test]
fn a_price_at_a_multiple_is_the_evaluation_there() {
    for case in cases() {
        for share in SHARES {
            let multiple = Multiple::new(fx(share)).unwrap();
            let moved = equipoise_math::mul_floor(case.forward, multiple.share()).unwrap();
            let (call, forward_value) = case.ladder().call_at(&multiple, &case.total_vol());
            assert_eq!(forward_value, moved - case.strike);
            let Ok(inputs) = Inputs::new(moved, case.strike, case.vol, case.years) else { continue };
            let error = float(call - evaluate(&inputs).call).abs();
            let bound = 1e-16 * float(moved) + 2_f64.powi(-63);
            assert!(
                error <= bound,
                "{share} x {} {} {} {}: {error:e}",
                case.forward,
                case.strike,
                case.vol,
                case.years
            );
        }
    }
}

#[test]
fn coarse_prices_are_within_their_bound() {
    for case in cases().into_iter().filter(|case| case.forward == 3_000) {
        let (ladder, vol) = (case.ladder(), case.total_vol());
        for share in SHARES {
            let multiple = Multiple::new(fx(share)).unwrap();
            let exact = float(ladder.call_at(&multiple, &vol).0) / 3_000.0;
            let coarse = float(Fx::from_bits(i128::from(ladder.coarse_call(&multiple, &CoarseVol::new(&vol))) << 24));
            let error = (coarse - exact).abs() / share.max(float(case.strike) / 3_000.0).max(1.0);
            assert!(error <= 2_f64.powi(-28), "{share} {} {} {}: {error:e}", case.strike, case.vol, case.years);
        }
    }
}

#[test]
fn coarse_prices_are_within_their_bound_on_a_dense_grid() {
    let forward = Forward::new(fx(3_000.0)).unwrap();
    let mut worst = 0_f64;
    for step in 0..4_000_u32 {
        let share = f64::from(step) / 4_000.0;
        let strike = fx(3_000.0 * (0.3 + 3.0 * share));
        let vol = fx(0.2 + 1.3 * (share * 7.3).fract());
        let ladder = Ladder::new(&forward, strike).unwrap();
        let vol = TotalVol::new(vol_bits(vol), &Tenor::new(fx(0.005 + (share * 31.7).fract())).unwrap());
        for share in [0.7, 1.0, 1.3] {
            let multiple = Multiple::new(fx(share)).unwrap();
            let exact = float(ladder.call_at(&multiple, &vol).0) / 3_000.0;
            let coarse = float(Fx::from_bits(i128::from(ladder.coarse_call(&multiple, &CoarseVol::new(&vol))) << 24));
            worst = worst.max((coarse - exact).abs());
        }
    }
    assert!(worst <= 2_f64.powi(-28), "{worst:e}");
}

#[test]
fn coarse_greeks_are_within_their_bound() {
    for case in cases().into_iter().filter(|case| case.forward == 3_000) {
        let exact = evaluate(&Inputs::new(case.forward, case.strike, case.vol, case.years).unwrap());
        let greeks = case.ladder().coarse_greeks(&CoarseVol::new(&case.total_vol()));
        let of = |bits: i64| bits as f64 / 2_f64.powi(40);
        let density = float(exact.vega) / 3_000.0 / float(case.years).sqrt();
        for (coarse, exact) in [(of(greeks.delta), float(exact.call_delta)), (of(greeks.density), density)] {
            let error = (coarse - exact).abs();
            let total_vol = float(case.vol) * float(case.years).sqrt();
            let bound = 2_f64.powi(-28) + 2_f64.powi(-40) / total_vol;
            assert!(error <= bound, "{} {} {}: {error:e}", case.strike, case.vol, case.years);
        }
    }
}

#[test]
fn constant_multiples_are_computed_ones() {
    for share in [Fx::ONE, fx(0.5), fx(3.0)] {
        let log = equipoise_math::ln(share).unwrap();
        assert_eq!(Multiple::new(share), Ok(Multiple::with_log(share, log)));
    }
    assert_eq!(Multiple::new(Fx::ONE), Ok(Multiple::ONE));
}

#[test]
fn no_time_leaves_the_intrinsic_value() {
    let forward = Forward::new(fx(3_000.0)).unwrap();
    let vol = TotalVol::new(vol_bits(fx(0.6)), &Tenor::new(Fx::ZERO).unwrap());
    for (strike, intrinsic) in [(2_000.0, 1_000.0), (3_000.0, 0.0), (4_000.0, 0.0)] {
        let ladder = Ladder::new(&forward, fx(strike)).unwrap();
        assert_eq!(ladder.call(&vol), fx(intrinsic));
        assert_eq!(ladder.call_at(&Multiple::new(fx(1.5)).unwrap(), &vol).0, fx((4_500.0 - strike).max(0.0)));
        let coarse = ladder.coarse_call(&Multiple::ONE, &CoarseVol::new(&vol));
        assert!((coarse as f64 / 2_f64.powi(40) * 3_000.0 - intrinsic).abs() < 1e-8);
    }
}

#[test]
fn what_is_outside_the_domain_is_named() {
    assert_eq!(Forward::new(fx(2e9)).err(), Some(PricingError::ForwardOutOfDomain { forward: fx(2e9) }));
    assert_eq!(Forward::new(Fx::ZERO).err(), Some(PricingError::ForwardOutOfDomain { forward: Fx::ZERO }));
    assert_eq!(Tenor::new(fx(3.1)).err(), Some(PricingError::YearsOutOfDomain { years: fx(3.1) }));
    assert_eq!(Tenor::new(fx(1e-9)).err(), Some(PricingError::YearsOutOfDomain { years: fx(1e-9) }));
    let forward = Forward::new(fx(3_000.0)).unwrap();
    for strike in [fx(2.9), fx(3_000_001.0), Fx::ZERO, fx(-1.0)] {
        let expected = PricingError::StrikeOutOfDomain { strike, forward: fx(3_000.0) };
        assert_eq!(Ladder::new(&forward, strike).err(), Some(expected));
    }
    for share in [fx(0.015), fx(4.001), Fx::ZERO, fx(-1.0)] {
        assert_eq!(Multiple::new(share), Err(PricingError::ForwardOutOfDomain { forward: share }));
    }
}

#[test]
fn a_coarse_tenor_gives_the_coarse_volatilities() {
    for case in cases().into_iter().filter(|case| case.forward == 3_000) {
        let tenor = Tenor::new(case.years).unwrap();
        let vol = vol_bits(case.vol);
        let (ladder, parts) = (case.ladder(), CoarseTenor::new(&tenor).vol(vol, vol.reciprocal()));
        let (own, other) = (
            ladder.coarse_call(&Multiple::ONE, &parts),
            ladder.coarse_call(&Multiple::ONE, &CoarseVol::new(&case.total_vol())),
        );
        assert!((own - other).abs() <= 1 << 10, "{} {} {}: {own} {other}", case.strike, case.vol, case.years);
    }
    let vol = vol_bits(fx(0.6));
    let expired = CoarseTenor::new(&Tenor::new(Fx::ZERO).unwrap()).vol(vol, vol.reciprocal());
    let ladder = Ladder::new(&Forward::new(fx(3_000.0)).unwrap(), fx(2_000.0)).unwrap();
    let third = 2_f64.powi(40) / 3.0;
    assert!((ladder.coarse_call(&Multiple::ONE, &expired) as f64 - third).abs() < 1e5);
}
