//! The skew reserve: never negative, released over a week, rebated within its budgets.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, fx, six_decimals, NOW};

const HOUR: u64 = 3_600;
const WEEK: u64 = 7 * 86_400;

fn reserve(balance: i128, budget: i128) -> SkewReserve {
    SkewReserve { balance: Atoms::new(balance), budget: Atoms::new(budget), updated_at: NOW }
}

#[test]
fn the_excess_over_the_penalty_is_released_over_a_week() {
    let full = reserve(1_000_000, 0);
    let balance_after = |secs| full.at(NOW + secs, Atoms::new(300_000)).unwrap().balance.count();
    assert_eq!(balance_after(0), 1_000_000);
    assert_eq!(balance_after(WEEK / 2), 650_000);
    assert_eq!(balance_after(WEEK), 300_000);
    assert_eq!(balance_after(WEEK * 100), 300_000, "not below the penalty");
    assert_eq!(full.at(NOW + WEEK, Atoms::new(2_000_000)).unwrap().balance.count(), 1_000_000, "no excess");
}

#[test]
fn a_reserve_may_pay_all_that_it_has_and_no_more() {
    let full = reserve(500, 500);
    assert_eq!(full.moved(Atoms::new(-500)), Ok(reserve(0, 0)));
    assert_eq!(full.moved(Atoms::new(-501)), Err(RiskError::Overflow));
    assert_eq!(full.moved(Atoms::new(7)), Ok(reserve(507, 500)));
}

#[test]
fn a_rebate_that_nobody_gets_stays_where_it_was() {
    let full = reserve(800, 100);
    let after = full.moved(Atoms::new(-60)).unwrap();
    assert_eq!(after.without(Atoms::new(-60)), Ok(full));
    assert_eq!(full.without(Atoms::ZERO), Ok(full));
}

#[test]
fn the_budget_fills_up_to_an_eighth_in_an_hour() {
    let spent = reserve(1_600, 7);
    let penalty = Atoms::new(1_600);
    let budget_after = |secs| spent.at(NOW + secs, penalty).unwrap().budget.count();
    assert_eq!([0, HOUR / 4, HOUR / 2, HOUR, 10 * HOUR].map(budget_after), [7, 57, 107, 200, 200]);
    assert_eq!(
        reserve(800, 150).at(NOW, penalty).unwrap().budget.count(),
        100,
        "a smaller reserve has a smaller budget"
    );
}

#[test]
fn a_rebate_is_the_share_of_relief_that_is_funded() {
    let scale = six_decimals();
    let rebate = |reserve: SkewReserve, relief, before| {
        reserve.rebate_floor(Money::from_fx(fx(relief)), Money::from_fx(fx(before)), scale).unwrap().count()
    };
    // B = 50 against R = 200: a quarter of a relief of 40.
    assert_eq!(rebate(reserve(50_000_000, 50_000_000), 40.0, 200.0), 10_000_000);
    // B above R: all of it.
    assert_eq!(rebate(reserve(500_000_000, 500_000_000), 40.0, 200.0), 40_000_000);
    // The hour's budget binds.
    assert_eq!(rebate(reserve(500_000_000, 3_000_000), 40.0, 200.0), 3_000_000);
    assert_eq!(rebate(reserve(500_000_000, 500_000_000), -40.0, 200.0), 0);
    assert_eq!(rebate(reserve(500_000_000, 500_000_000), 40.0, 0.0), 0);
}

#[test]
fn a_reserve_below_zero_rebates_nothing_however_large_the_relief() {
    let owed = reserve(-4_722_366_482_868_651_476_165, -1);
    for relief in [Money::from_fx(Fx::ONE), Money::from_fx(Fx::from_bits(i128::MAX))] {
        assert_eq!(owed.rebate_floor(relief, Money::from_fx(Fx::ONE), six_decimals()), Ok(Atoms::ZERO));
    }
}

#[test]
fn a_charge_fills_the_reserve_and_a_rebate_draws_on_the_budget_too() {
    let moved = reserve(100, 25).moved(Atoms::new(40)).unwrap();
    assert_eq!((moved.balance.count(), moved.budget.count()), (140, 25));
    let moved = reserve(100, 25).moved(Atoms::new(-25)).unwrap();
    assert_eq!((moved.balance.count(), moved.budget.count()), (75, 0));
    assert_eq!(reserve(100, 25).moved(Atoms::new(-26)), Err(RiskError::Overflow));
    assert_eq!(reserve(20, 25).moved(Atoms::new(-21)), Err(RiskError::Overflow));
    assert_eq!(reserve(i128::MAX, 25).moved(Atoms::new(1)), Err(RiskError::Overflow));
}

proptest! {
    #[test]
    fn a_rebate_never_exceeds_the_relief_the_budget_or_the_reserve(
        (balance, budget) in (0_i128..1 << 60, 0_i128..1 << 60), relief in any_fx(), before in any_fx(),
    ) {
        let scale = six_decimals();
        let reserve = reserve(balance, budget);
        let Ok(rebate) = reserve.rebate_floor(Money::from_fx(relief), Money::from_fx(before), scale) else {
            return Ok(());
        };
        prop_assert!(Atoms::ZERO <= rebate && rebate <= reserve.balance && rebate <= reserve.budget);
        prop_assert!(rebate <= scale.atoms_floor(Money::from_fx(relief)).unwrap().max(Atoms::ZERO));
        let left = reserve.moved(rebate.negated().unwrap()).unwrap();
        prop_assert!(left.balance >= Atoms::ZERO && left.budget >= Atoms::ZERO);
    }

    #[test]
    fn the_reserve_is_never_negative_and_every_hour_rebates_a_quarter_at_most(
        start in 0_i128..1 << 60,
        steps in prop::collection::vec((0_u64..2_400, 0_i128..1 << 58, 0_i64..1 << 30, 1_i64..1 << 30), 1..60),
    ) {
        let scale = six_decimals();
        let mut reserve = SkewReserve { balance: Atoms::new(start), ..SkewReserve::default() };
        let mut now = NOW;
        // of each step: when, the balance, what was rebated
        let mut steps_done: Vec<(u64, i128, i128)> = Vec::new();
        for (secs, charge, relief, before) in steps {
            now += secs;
            reserve = reserve.at(now, Atoms::new(before.into())).unwrap();
            let [relief, before] = [relief, before].map(|amount| Money::from_fx(Fx::from_num(amount)));
            let rebate = reserve.rebate_floor(relief, before, scale).unwrap();
            steps_done.push((now, reserve.balance.count(), rebate.count()));
            let window = steps_done.iter().filter(|(at, _, _)| now - at <= HOUR);
            let (most, drawn) = window.fold((0, 0), |(most, drawn), (_, balance, rebate)| (most.max(*balance), drawn + rebate));
            prop_assert!(drawn <= most / 4, "{} of {}", drawn, most);
            reserve = reserve.moved(rebate.negated().unwrap()).unwrap().moved(Atoms::new(charge)).unwrap();
            prop_assert!(reserve.balance >= Atoms::ZERO && reserve.budget >= Atoms::ZERO);
        }
    }

    #[test]
    fn a_release_never_takes_more_than_the_excess(
        balance in 0_i128..1 << 90, penalty in 0_i128..1 << 90, secs in any::<u64>(),
    ) {
        let before = reserve(balance, 0);
        let after = before.at(NOW.saturating_add(secs), Atoms::new(penalty)).unwrap().balance.count();
        prop_assert!(balance.min(penalty) <= after && after <= balance);
        let clock_back = before.at(NOW.saturating_sub(secs), Atoms::new(penalty)).unwrap().balance.count();
        prop_assert_eq!(clock_back, balance);
    }

    #[test]
    fn no_reserve_makes_a_step_panic(
        (balance, budget, penalty, skew) in (any::<i128>(), any::<i128>(), any::<i128>(), any::<i128>()),
        (updated_at, now) in (any::<u64>(), any::<u64>()),
    ) {
        let wild = SkewReserve { updated_at, ..reserve(balance, budget) };
        let _ = wild.at(now, Atoms::new(penalty));
        if let Ok(moved) = wild.moved(Atoms::new(skew)) {
            prop_assert!(moved.balance >= Atoms::ZERO && moved.budget >= Atoms::ZERO);
        }
    }
}
