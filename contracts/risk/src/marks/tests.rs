//! Marks of one strike: known prices and Greeks, the feed's band, the last day and the edges of the domain.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, float, fx, price_of, slice, spread, terms, DAY, LAG, NOW};
use crate::parameters::Parameters;
use crate::spread::WIDEST_BAND;
use crate::units::Money;

fn of_secs(secs: u64) -> BoardTerms {
    terms(3_000.0, secs)
}

fn marks(terms: &BoardTerms, strike: f64) -> Marks {
    Marks::of(terms, price_of(strike), Needs::Trade).unwrap()
}

#[test]
fn a_month_at_the_money_is_worth_what_the_formula_says() {
    // Black at F = K = 3000, vol 0.6, 30 days; Greeks at 32 days: by mpmath at 40 digits.
    let marks = marks(&terms(3_000.0, 30 * DAY + LAG), 3_000.0);
    let [value, delta, gamma, theta, ..] = marks.call;
    assert_near(value, 205.618_221_547_606_4, 1e-12, "value");
    assert_near(delta, 1_606.172_075_091_517_5, 1e-11, "dollar delta");
    assert_near(gamma, 6_710.241_216_474_239, 1e-11, "dollar gamma");
    assert_near(theta, -1_207.843_418_965_363, 1e-11, "theta");
    assert_near(marks.vega, 352.977_072_209_055_85, 1e-12, "vega");
}

#[test]
fn the_spread_grows_with_the_age_of_the_feed_and_the_shortness_of_the_expiry() {
    let terms = of_secs(30 * DAY);
    assert_near(terms.spread.floor, 0.6, 1e-12, "2 bp of spot");
    assert_near(terms.spread.fee, 0.9, 1e-12, "3 bp of spot");
    // 5 bp and two deviations of a minute at 60 %.
    assert_near(terms.spread.band, 0.000_5 + 1.2 * (60.0_f64 / 31_536_000.0).sqrt(), 1e-15, "band");
    assert_near(terms.vol_half_spread, 0.003, 1e-15, "at 30 days");
    assert_near(of_secs(9 * DAY).vol_half_spread, 0.003 * (30.0_f64 / 9.0).sqrt(), 1e-15, "at 9 days");
    assert_near(of_secs(DAY).vol_half_spread, 0.003 * 10.0_f64.sqrt(), 1e-15, "under 3 days");
    let ancient = SpreadTerms::new(price_of(3_000.0), 100_000_000, fx(0.36), &Parameters::default()).unwrap();
    assert_eq!(ancient.band, WIDEST_BAND);
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
    let [now, up, down] = marks(&terms, 2_900.0).banded;
    let band = terms.spread.band;
    for (shifted, share) in [(now, Fx::ZERO), (up, band), (down, -band)] {
        let moved = Price::from_fx(terms.forward.fx() + terms.forward.fx() * share);
        let there = marks(&BoardTerms { forward: moved, ..terms }, 2_900.0).banded[0];
        assert_near(shifted.call, float(there.call), 1e-12, "call");
        assert_near(shifted.put().unwrap(), float(there.put().unwrap()), 1e-12, "put");
    }
    assert!(down.call < now.call && now.call < up.call);
}

#[test]
fn a_strike_that_is_not_traded_needs_no_band() {
    let terms = of_secs(30 * DAY);
    let [now, up, down] = Marks::of(&terms, price_of(2_900.0), Needs::Book).unwrap().banded;
    assert_eq!((up, down), (now, now));
}

#[test]
fn values_after_jumps_are_values_at_the_jumped_forward() {
    let terms = of_secs(30 * DAY);
    let marks_now = marks(&terms, 2_900.0);
    for (place, jump) in JUMPS.into_iter().enumerate() {
        let jumped = BoardTerms { forward: terms.forward.scaled_floor(jump).unwrap(), ..terms };
        let there = marks(&jumped, 2_900.0);
        assert_eq!(marks_now.call[FIRST_JUMP + place], there.call[0]);
        assert_eq!(marks_now.forward[FIRST_JUMP + place], there.forward[0]);
    }
}

#[test]
fn an_expired_strike_is_worth_its_intrinsic_value() {
    let terms = of_secs(0);
    assert_eq!(marks(&terms, 2_900.0).call[0], 100);
    assert_eq!(marks(&terms, 3_100.0).call[0], 0);
    assert_eq!(marks(&terms, 3_100.0).banded[0].put().unwrap(), 100);
}

#[test]
fn a_strike_far_from_the_forward_is_worth_its_intrinsic_value() {
    let deep = marks(&of_secs(30 * DAY), 3.0);
    assert_eq!((deep.call[0], deep.call[1], deep.vega), (fx(2_997.0), fx(3_000.0), Fx::ZERO));
    let far = marks(&of_secs(30 * DAY), 2_000_000.0);
    assert_eq!((far.call[0], far.call[1], far.vega), (Fx::ZERO, Fx::ZERO, Fx::ZERO));
}

proptest! {
    #[test]
    fn a_call_less_a_put_is_a_forward_and_neither_is_negative(
        strike in 300.0_f64..30_000.0, spot in 300.0_f64..30_000.0, secs in 0_u64..900 * DAY,
    ) {
        for shifted in marks(&terms(spot, secs), strike).banded {
            prop_assert_eq!(shifted.call - shifted.put().unwrap(), shifted.forward_value);
            prop_assert!(shifted.call >= 0 && shifted.put().unwrap() >= 0);
        }
    }

    #[test]
    fn dollar_delta_is_the_change_of_value_at_the_smoothed_time(
        strike in 2_000.0_f64..4_500.0, secs in DAY..300 * DAY,
    ) {
        let terms = terms(3_000.0, secs);
        // Priced with the time of the Greeks, the forward a little up and down.
        let smoothed = BoardTerms { years: terms.smoothed_years, ..terms };
        let value = |forward| marks(&BoardTerms { forward: price_of(forward), ..smoothed }, strike).call[0];
        let slope = float(value(3_000.1) - value(2_999.9)) / 0.2;
        let delta = float(marks(&terms, strike).call[1]) / 3_000.0;
        prop_assert!((slope - delta).abs() < 1e-6, "{} is not {}", delta, slope);
    }

    #[test]
    fn the_uncertainty_of_a_position_is_its_half_spread(strike in 2_000.0_f64..4_500.0, calls in any::<i32>(), puts in any::<i32>()) {
        let terms = of_secs(30 * DAY);
        let marks = marks(&terms, strike);
        let lots = f64::from(calls).abs() + f64::from(puts).abs();
        let each = float(marks.vega) * 0.003 + 0.6;
        let uncertainty = float(marks.uncertainty(Lots::new(calls), Lots::new(puts)).unwrap());
        prop_assert!((uncertainty - lots * each).abs() <= 1e-9 * lots * each);
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
                if let Ok(marks) = Marks::of(&terms, Price::from_fx(strike), Needs::Trade) {
                    prop_assert!(marks.banded.iter().all(|shifted| shifted.call >= 0));
                    prop_assert!(Money::from_fx(marks.vega) >= Money::ZERO);
                }
            }
        }
    }
}
