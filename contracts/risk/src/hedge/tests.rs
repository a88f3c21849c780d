use proptest::prelude::*;

use super::*;
use crate::book::JUMPS;

fn money(number: f64) -> Money {
    Money::from_fx(Fx::from_num(number))
}

fn book(numbers: [f64; 3]) -> Exposure {
    let [value, delta, jumped] = numbers;
    let mut book = Exposure::default();
    book.add(Measure::Value, money(value)).unwrap();
    book.add(Measure::DollarDelta, money(delta)).unwrap();
    for place in 0..JUMPS.len() {
        book.add_after_jump(place, money(jumped)).unwrap();
    }
    book
}

#[test]
fn a_hedge_of_the_delta_takes_it_away_and_gains_what_spot_does() {
    let (spot, hedge) = (Price::from_fx(Fx::lit("3000")), Hedge { units: Fx::lit("-10"), cash: money(31_000.0) });
    let hedged = book([500.0, 30_000.0, 100.0]).hedged(&hedge, spot).unwrap();
    assert_eq!(hedged.of(Measure::DollarDelta), Money::ZERO);
    assert_eq!(hedged.of(Measure::Value), money(1_500.0));
    assert_eq!(hedged.of(Measure::DollarGamma), Money::ZERO);
    // At 0.7, 0.85, 1.15 and 1.3 of spot, ten units owed cost 21,000, 25,500, 34,500 and 39,000.
    let losses = hedged.jump_losses().unwrap().map(|loss| loss.fx().to_num::<f64>());
    let expected = [1_500.0 - 10_100.0, 1_500.0 - 5_600.0, 1_500.0 + 3_400.0, 1_500.0 + 7_900.0];
    for (loss, expected) in losses.into_iter().zip(expected) {
        assert!((loss - expected).abs() < 1e-9, "{loss} for {expected}");
    }
}

#[test]
fn no_hedge_changes_nothing() {
    let book = book([1.5, -2.5, 3.5]);
    assert_eq!(book.hedged(&Hedge::default(), Price::from_fx(Fx::lit("3000"))), Ok(book));
}

#[test]
fn a_hedge_too_large_is_an_error() {
    let hedge = Hedge { units: Fx::MAX, cash: Money::ZERO };
    assert_eq!(book([0.0; 3]).hedged(&hedge, Price::from_fx(Fx::lit("2"))), Err(RiskError::Overflow));
}

proptest! {
    /// One hedge after another is both at once, but for the rounding of each.
    #[test]
    fn hedges_add_up(first in -1e4_f64..1e4, second in -1e4_f64..1e4, spot in 1.0_f64..1e5) {
        let spot = Price::from_fx(Fx::from_num(spot));
        let hedge = |units: f64| Hedge { units: Fx::from_num(units), cash: Money::ZERO };
        let one = Hedge { units: Fx::from_num(first) + Fx::from_num(second), cash: Money::ZERO };
        let both = book([1.0; 3]).hedged(&hedge(first), spot).unwrap().hedged(&hedge(second), spot).unwrap();
        let one = book([1.0; 3]).hedged(&one, spot).unwrap();
        for (both, one) in both.to_array().into_iter().zip(one.to_array()) {
            prop_assert!(both.minus(one).unwrap().magnitude().unwrap().fx() <= Fx::DELTA * 2);
        }
    }
}
