//! Marks of one strike: known prices and Greeks, the feed's band, the last day and the edges of the domain.

#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "errors are measured in floating point")]

use proptest::prelude::*;

use super::*;
use crate::black76::{evaluate, Inputs};
use crate::fixtures::{any_fx, assert_near, float, fx, price_of, slice, spread, terms, DAY, LAG, NOW};
use crate::parameters::Parameters;
use crate::spread::WIDEST_BAND;

fn of_secs(secs: u64) -> BoardTerms {
    terms(3_000.0, secs)
}

fn board(terms: &BoardTerms) -> PreparedBoard {
    PreparedBoard::new(terms).unwrap()
}

fn marks(terms: &BoardTerms, strike: f64) -> Marks {
    Marks::of(&board(terms), price_of(strike)).unwrap()
}

/// A mark in units of 2^-`places` times its unit.
fn times(unit: Fx, mark: i64, places: i32) -> Fx {
    fx(float(unit) * mark as f64 / 2_f64.powi(places))
}

#[test]
fn a_month_at_the_money_is_worth_what_the_formula_says() {
    // Black at F = K = 3000, vol 0.6, 30 days; Greeks at 32 days: by mpmath at 40 digits.
    let terms = terms(3_000.0, 30 * DAY + LAG);
    let (marks, units) = (marks(&terms, 3_000.0), board(&terms).units);
    // of a contract, without the places of marks
    let unit = |unit: Scaled, places: i32| unit.times(Scaled::new(1_000, 0)).times_power_of_two(places).to_fixed();
    assert_near(marks.call, 205.618_221_547_606_4, 1e-12, "value");
    let coarse = 3_000.0 * 2_f64.powi(-28);
    assert_near(times(units.forward, marks.delta, 40), 1_606.172_075_091_517_5, coarse, "dollar delta");
    assert_near(times(unit(units.gamma, 33), marks.gamma, 33), 6_710.241_216_474_239, 20.0 * coarse, "dollar gamma");
    assert_near(times(unit(units.decay, 38), marks.decay, 38), 1_207.843_418_965_363, 10.0 * coarse, "theta");
    assert_near(times(unit(units.vega, 40), marks.vega, 40), 352.977_072_209_055_85, coarse, "vega");
    assert_eq!(marks.wings, [0, 0], "at the money there is no wing");
}

#[test]
fn the_spread_grows_with_what_the_feed_may_lag_and_the_shortness_of_the_expiry() {
    let terms = of_secs(30 * DAY);
    assert_near(terms.spread.floor, 0.15, 1e-12, "half a bp of spot");
    assert_near(terms.spread.fee, 0.9, 1e-12, "3 bp of spot");
    // 5 bp and two deviations of a quarter of a minute at 60 %, until the feed's heartbeat of two hours has passed.
    assert_near(terms.spread.band, 0.000_5 + 1.2 * (15.0_f64 / 31_536_000.0).sqrt(), 1e-15, "band");
    let aged = |secs| SpreadTerms::new(price_of(3_000.0), secs, fx(0.36), &Parameters::default()).unwrap().band;
    assert_eq!([aged(0), aged(7_200)], [terms.spread.band; 2]);
    assert_near(aged(7_201), 1.2 * (7_201.0_f64 / 31_536_000.0).sqrt(), 1e-15, "overdue");
    assert_near(terms.vol_half_spread, 0.000_7, 1e-15, "at 30 days");
    assert_near(of_secs(9 * DAY).vol_half_spread, 0.000_7 * (30.0_f64 / 9.0).sqrt(), 1e-15, "at 9 days");
    assert_near(of_secs(DAY).vol_half_spread, 0.000_7 * 10.0_f64.sqrt(), 1e-15, "under 3 days");
    assert_eq!(aged(100_000_000), WIDEST_BAND);
}

#[test]
fn vega_fades_over_the_last_day() {
    assert_near(of_secs(30 * DAY).vega_weight, 1.0, 1e-18, "a month");
    assert_near(of_secs(2 * DAY).vega_weight, 10.0_f64.sqrt(), 1e-15, "under 3 days");
    assert_near(of_secs(DAY / 4).vega_weight, 10.0_f64.sqrt() / 4.0, 1e-15, "the last 6 hours");
    assert_eq!(of_secs(0).vega_weight, Fx::ZERO);
}

#[test]
fn the_band_moves_the_forward_by_its_share() {
    let terms = of_secs(30 * DAY);
    let [up, down] = board(&terms).banded(price_of(2_900.0), &band_edges(&terms).unwrap()).unwrap();
    let band = terms.spread.band;
    for (shifted, share) in [(up, band), (down, -band)] {
        let forward = terms.forward.fx() + terms.forward.fx() * share;
        // the volatility stays the strike's
        let vol = terms.slice.variance(price_of(2_900.0), terms.reference_forward).unwrap().sqrt();
        let there = evaluate(&Inputs::new(forward, fx(2_900.0), vol, terms.years.fx()).unwrap());
        assert_near(shifted.call, float(there.call), 1e-12, "call");
        assert_near(shifted.put().unwrap(), float(there.put), 1e-12, "put");
    }
    assert!(down.call < marks(&terms, 2_900.0).call && marks(&terms, 2_900.0).call < up.call);
}

#[test]
fn values_after_jumps_are_values_at_the_jumped_forward() {
    let terms = of_secs(30 * DAY);
    for strike in [1_200.0, 2_900.0, 7_000.0] {
        let vol = terms.slice.variance(price_of(strike), terms.reference_forward).unwrap().sqrt();
        let own = marks(&terms, strike).jumped;
        for (jumped, jump) in own.into_iter().zip(crate::book::JUMPS) {
            let there = evaluate(&Inputs::new(terms.forward.fx() * jump, fx(strike), vol, terms.years.fx()).unwrap());
            assert_near(
                times(terms.forward.fx(), jumped, 40),
                float(there.call),
                strike.max(3_900.0) * 2_f64.powi(-28),
                "jumped",
            );
        }
    }
}

#[test]
fn jumps_are_their_logarithms() {
    for (multiple, jump) in JUMP_MULTIPLES.into_iter().zip(crate::book::JUMPS) {
        let exact = Multiple::new(jump).unwrap();
        assert_eq!((multiple.share(), multiple.coarse_share()), (exact.share(), exact.coarse_share()));
        let strike = Ladder::new(&Forward::new(fx(3_000.0)).unwrap(), fx(3_100.0)).unwrap();
        let tenor = Tenor::new(fx(0.1)).unwrap();
        let (value, inverse) = Scaled::from_bits(fx(0.36).to_bits().cast_unsigned()).sqrt_and_inverse();
        let (vol, coarse) =
            (TotalVol::from_parts(value, inverse, &tenor), CoarseTenor::new(&tenor).vol(value, inverse));
        assert_eq!(strike.call_at(&multiple, &vol), strike.call_at(&exact, &vol));
        assert_eq!(strike.coarse_call(&multiple, &coarse), strike.coarse_call(&exact, &coarse),);
    }
}

#[test]
fn an_expired_strike_is_worth_its_intrinsic_value() {
    let terms = of_secs(0);
    assert_eq!(marks(&terms, 2_900.0).call, 100);
    assert_eq!(marks(&terms, 3_100.0).call, 0);
    let [up, _] = board(&terms).banded(price_of(3_100.0), &[Multiple::ONE; 2]).unwrap();
    assert_eq!(up.put().unwrap(), 100);
}

#[test]
fn a_strike_far_from_the_forward_is_worth_its_intrinsic_value() {
    let terms = of_secs(30 * DAY);
    let deep = marks(&terms, 3.0);
    assert_eq!((deep.call, deep.delta, deep.vega, deep.wings), (fx(2_997.0), coarse::ONE, 0, [0, 0]));
    assert_near(times(fx(3_000.0), deep.jumped[0], 40), 2_097.0, 1e-8, "after a fall");
    let far = marks(&terms, 2_000_000.0);
    assert_eq!(far, Marks::default());
    let edges = band_edges(&terms).unwrap();
    let [up, down] = board(&terms).banded(price_of(3.0), &edges).unwrap();
    assert!(up.call > deep.call && deep.call > down.call);
    assert_eq!(up.call, up.forward_value);
}

proptest! {
    #[test]
    fn a_value_is_the_evaluation(
        strike in 300.0_f64..30_000.0, spot in 300.0_f64..30_000.0, secs in 2_400_u64..900 * DAY,
    ) {
        let terms = terms(spot, secs);
        let prepared = board(&terms);
        let ladder = Ladder::inside(&prepared.forward, fx(strike));
        let vol = prepared.smile.vol(ladder.log()).unwrap().0.to_fixed();
        let exact = evaluate(&Inputs::new(terms.forward.fx(), fx(strike), vol, terms.years.fx()).unwrap());
        let call = marks(&terms, strike).call;
        // half a unit of the volatility that is rounded here, times vega, beside the price's own error
        let error = float(call - exact.call).abs();
        prop_assert!(error <= 2_f64.powi(-56) * spot + float(exact.vega) * 2_f64.powi(-58), "{}", error);
        prop_assert!(call >= (terms.forward.fx() - fx(strike)).max(Fx::ZERO) && call <= terms.forward.fx());
    }

    #[test]
    fn a_call_less_a_put_is_a_forward_and_neither_is_negative(
        strike in 300.0_f64..30_000.0, spot in 300.0_f64..30_000.0, secs in 0_u64..900 * DAY,
    ) {
        let terms = terms(spot, secs);
        for shifted in board(&terms).banded(price_of(strike), &band_edges(&terms).unwrap()).unwrap() {
            prop_assert_eq!(shifted.call - shifted.put().unwrap(), shifted.forward_value);
            prop_assert!(shifted.call >= 0 && shifted.put().unwrap() >= 0);
        }
    }

    #[test]
    fn wings_are_of_the_strikes_on_their_side(strike in 1_000.0_f64..9_000.0, secs in DAY..300 * DAY) {
        let [low, high] = marks(&of_secs(secs), strike).wings;
        prop_assert!(low >= 0 && high >= 0);
        let other = if strike < 3_000.0 { high } else { low };
        prop_assert_eq!(other, 0);
    }

    #[test]
    fn no_market_makes_marks_wrap(
        (spot, basis, strike) in (any_fx(), any_fx(), any_fx()), (reference, variance) in (any_fx(), any_fx()),
        (now, expiry, age) in (any::<u64>(), any::<u64>(), any::<u64>()),
    ) {
        let spot = Price::from_fx(spot);
        let spread = SpreadTerms::new(spot, age, variance, &Parameters::default()).unwrap_or(spread(3_000.0));
        let reference = (Price::from_fx(reference), slice());
        for now in [now, NOW] {
            if let Ok(terms) = BoardTerms::new(spot, basis, reference, (now, expiry), spread) {
                let Ok(prepared) = PreparedBoard::new(&terms) else { continue };
                if let Ok(marks) = Marks::of(&prepared, Price::from_fx(strike)) {
                    prop_assert!(marks.call >= 0 && marks.vega >= 0);
                    let largest = [marks.delta, marks.gamma, marks.decay, marks.vega].into_iter().chain(marks.jumped);
                    prop_assert!(largest.map(i64::abs).max() < Some(1 << 41), "what a sum takes");
                }
            }
        }
    }
}
