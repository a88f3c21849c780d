//! Risk capital: the lower of value and average, frozen within a round.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, money, NOW};

fn capital(average: f64) -> RiskCapital {
    RiskCapital { round: 1, frozen: money(average), average: money(average), averaged_at: NOW }
}

#[test]
fn a_gain_counts_slowly_and_a_loss_at_once() {
    let gained = capital(1_000_000.0).at(2, NOW + 86_400, money(1_500_000.0)).unwrap();
    // A day moves the average by half: t / (t + day).
    assert_near(gained.average.fx(), 1_250_000.0, 1e-9, "average");
    assert_eq!(gained.frozen, gained.average);
    let lost = capital(1_000_000.0).at(2, NOW + 60, money(400_000.0)).unwrap();
    assert_eq!(lost.frozen, money(400_000.0));
    // 1,000,000 - 600,000 * 60 / 86,460
    assert_near(lost.average.fx(), 1e6 - 6e5 * 60.0 / 86_460.0, 1e-9, "average");
}

#[test]
fn capital_is_frozen_within_a_round() {
    let frozen = capital(1_000_000.0);
    assert_eq!(frozen.at(1, NOW + 999_999, money(1.0)), Ok(frozen));
    assert_ne!(frozen.at(2, NOW + 1, money(1.0)), Ok(frozen));
}

#[test]
fn a_clock_that_goes_back_counts_no_second_twice() {
    let frozen = capital(1_000_000.0);
    let back = frozen.at(2, NOW - 86_400, money(2_000_000.0)).unwrap();
    assert_eq!((back.average, back.averaged_at), (frozen.average, NOW));
    assert_eq!(back.at(3, NOW, money(2_000_000.0)).unwrap().average, frozen.average);
}

#[test]
fn the_first_round_starts_near_the_value() {
    let first = RiskCapital::default().at(7, NOW, money(1_000_000.0)).unwrap();
    // The average has had all of unix time to come from zero: 86,400 / 1,800,086,400 of it is missing.
    assert_near(first.frozen.fx(), 1e6 * (1.0 - 86_400.0 / 1_800_086_400.0), 1e-6, "capital");
}

#[test]
fn lps_move_capital_at_once_but_not_below_zero() {
    let moved = capital(1_000.0).after_lp_flow(money(500.0)).unwrap();
    assert_eq!((moved.frozen, moved.average, moved.round), (money(1_500.0), money(1_500.0), 1));
    let moved = capital(1_000.0).after_lp_flow(money(-1_500.0)).unwrap();
    assert_eq!((moved.frozen, moved.average), (Money::ZERO, Money::ZERO));
}

proptest! {
    #[test]
    fn capital_is_never_above_value_or_average_and_the_average_stays_between(
        average in -1_i64 << 40..1 << 40, nav in -1_i64 << 40..1 << 40, secs in 0_u64..1 << 62,
    ) {
        let [average, nav] = [average, nav].map(|amount| Money::from_fx(Fx::from_num(amount)));
        let before = RiskCapital { average, ..capital(0.0) };
        let after = before.at(2, NOW + secs, nav).unwrap();
        prop_assert_eq!(after.frozen, nav.min(after.average));
        let unit = Money::from_fx(Fx::DELTA);
        prop_assert!(average.min(nav).minus(unit).unwrap() <= after.average, "stable for any time");
        prop_assert!(after.average <= average.max(nav));
    }

    #[test]
    fn splitting_the_time_never_moves_the_average_less(
        average in 0_i64..1 << 40, nav in 0_i64..1 << 40, (first, second) in (1_u64..1 << 20, 1_u64..1 << 20),
    ) {
        let [average, nav] = [average, nav].map(|amount| Money::from_fx(Fx::from_num(amount)));
        let start = RiskCapital { average, ..capital(0.0) };
        let once = start.at(2, NOW + first + second, nav).unwrap().average;
        let twice = start.at(2, NOW + first, nav).unwrap().at(3, NOW + first + second, nav).unwrap().average;
        let distance = |average: Money| nav.minus(average).unwrap().magnitude().unwrap();
        let rounding = Money::from_fx(Fx::from_bits(1 << 42));
        prop_assert!(distance(twice) <= distance(once).plus(rounding).unwrap());
    }

    #[test]
    fn no_amount_or_time_makes_capital_panic(
        (frozen, average, nav) in (any_fx(), any_fx(), any_fx()), (at, now) in (any::<u64>(), any::<u64>()),
    ) {
        let [frozen, average, nav] = [frozen, average, nav].map(Money::from_fx);
        let wild = RiskCapital { round: 1, frozen, average, averaged_at: at };
        if let Ok(next) = wild.at(2, now, nav) {
            prop_assert!(next.frozen <= nav && next.frozen <= next.average);
        }
        let _ = wild.after_lp_flow(nav);
    }
}

#[test]
fn the_drawdown_is_the_loss_below_the_average_and_no_flow_of_lps() {
    let drawdown = |capital: RiskCapital| capital.drawdown_ceil().unwrap().raw();
    assert_eq!(drawdown(capital(1_000_000.0)), 0);
    let lost = capital(1_000_000.0).at(2, NOW, money(900_000.0)).unwrap();
    assert_eq!(drawdown(lost), 100_001, "rounded up");
    assert_eq!(drawdown(capital(1_000_000.0).after_lp_flow(money(-400_000.0)).unwrap()), 0);
    assert_eq!(drawdown(capital(1_000_000.0).at(2, NOW, money(-5.0)).unwrap()), 1_000_000);
    assert_eq!(drawdown(RiskCapital::default()), 0, "nothing was there");
}
