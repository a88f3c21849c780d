use proptest::prelude::*;

use super::*;
use crate::rebalance::{HedgeTerm, HedgeTerms};

const NEAR: f64 = 0.005;

fn number(number: f64) -> Fx {
    Fx::from_num(number)
}

fn money(amount: f64) -> Money {
    Money::from_fx(number(amount))
}

fn price(amount: f64) -> Price {
    Price::from_fx(number(amount))
}

fn position(units: f64, cash: f64) -> Hedge {
    Hedge { units: number(units), cash: money(cash) }
}

fn order(units: f64, cost: f64) -> Order {
    Order { units: number(units), cost: money(cost) }
}

fn near() -> Fx {
    HedgeTerms::default().number(HedgeTerm::Slippage).unwrap()
}

fn is_near(found: Money, expected: f64) {
    let found = found.fx().to_num::<f64>();
    assert!((found - expected).abs() < 1e-6, "{found} for {expected}");
}

#[test]
fn an_order_loses_its_limit_and_its_fee_at_the_worst_and_never_gains() {
    // Ten bought at 3,010 with a fee of 18 dollars.
    let buy = order(10.0, 30_118.0);
    is_near(buy.worst_ceil(price(3_000.0)).unwrap(), 118.0);
    is_near(buy.worst_ceil(price(2_900.0)).unwrap(), 1_118.0);
    assert_eq!(buy.worst_ceil(price(3_011.8)), Ok(Money::ZERO));
    assert_eq!(buy.worst_ceil(price(3_100.0)), Ok(Money::ZERO));
    let sale = order(-10.0, -29_882.0);
    is_near(sale.worst_ceil(price(3_000.0)).unwrap(), 118.0);
    is_near(sale.worst_ceil(price(3_100.0)).unwrap(), 1_118.0);
    assert_eq!(sale.worst_ceil(price(2_900.0)), Ok(Money::ZERO));
    assert_eq!(Order::default().worst_ceil(price(3_000.0)), Ok(Money::ZERO));
}

#[test]
fn a_position_becomes_what_is_asked_for_or_is_liquidated_and_nothing_else() {
    let (short, more) = (position(-20.0, 0.0), order(-10.0, 0.0));
    for units in [-30.0, -25.0, -20.0, -1.0, 0.0] {
        assert!(short.may_become(number(units), &more), "{units}");
    }
    let beyond = Fx::DELTA;
    for units in [number(-30.0) - beyond, beyond] {
        assert!(!short.may_become(units, &more), "{units}");
    }
    // One that turns it round.
    let turn = order(25.0, 0.0);
    assert!(short.may_become(number(5.0), &turn) && short.may_become(number(-20.0), &turn));
    assert!(!short.may_become(number(5.0) + beyond, &turn) && !short.may_become(number(-20.0) - beyond, &turn));
    let still = Order::default();
    assert!(short.may_become(number(-20.0), &still) && !short.may_become(number(-20.0) - beyond, &still));
    assert!(!position(0.0, 5.0).may_become(beyond, &still));
    assert!(!Hedge { units: Fx::MAX, cash: Money::ZERO }.may_become(Fx::MAX, &more) || more.units < 0);
    assert!(!Hedge { units: Fx::MAX, cash: Money::ZERO }.may_become(Fx::MAX, &order(1.0, 0.0)), "no sum that wraps");
}

#[test]
fn a_change_is_believed_at_the_best_price_near_the_oracles() {
    let bought = position(0.0, 50_000.0).moved_floor(number(10.0), price(3_000.0), near()).unwrap();
    is_near(bought.cash, 50_000.0 - 10.0 * 3_000.0 * (1.0 - NEAR));
    let sold = bought.moved_floor(number(-10.0), price(3_000.0), near()).unwrap();
    is_near(sold.cash, 50_000.0 - 29_850.0 + 60_300.0);
    let still = sold.moved_floor(sold.units, price(1.0), near()).unwrap();
    assert_eq!(still, sold);
}

#[test]
fn half_of_what_a_position_is_worth_lies_with_it_whichever_way_it_goes() {
    for units in [-10.0, 10.0] {
        assert_eq!(margin_ceil(number(units), price(3_000.0)), Ok(money(15_000.0)));
        assert_eq!(notional_ceil(number(units), price(3_000.0)), Ok(money(30_000.0)));
    }
    // A short of ten with its margin carries the largest jump that risk is measured at.
    let jumped = position(-10.0, 15_000.0 + 30_000.0).value_floor(price(3_900.0)).unwrap();
    assert_eq!(jumped, money(6_000.0));
    assert_eq!(margin_ceil(Fx::ZERO, price(3_000.0)), Ok(Money::ZERO));
}

fn any_position() -> impl Strategy<Value = Hedge> {
    (-1e3_f64..1e3, -1e6_f64..1e6).prop_map(|(units, cash)| position(units, cash))
}

proptest! {
    /// At any price what counts is worth no more than the venue says and no more than is believed.
    #[test]
    fn what_counts_is_the_lesser(told in any_position(), cash in -1e6_f64..1e6, spot in 1.0_f64..1e4) {
        let believed = Hedge { units: told.units, cash: money(cash) };
        let worth = told.at_most(&believed).value_floor(price(spot)).unwrap();
        prop_assert!(worth <= told.value_floor(price(spot)).unwrap());
        prop_assert!(worth <= believed.value_floor(price(spot)).unwrap());
        prop_assert!(worth == told.value_floor(price(spot)).unwrap() || worth == believed.value_floor(price(spot)).unwrap());
    }

    /// What was debited when an order was asked for is the worst: no fill within the limit leaves less, and none adds nothing.
    #[test]
    fn no_fill_within_its_limit_leaves_less_than_was_counted(
        start in any_position(), units in -1e3_f64..1e3, limit in 1_000.0_f64..5_000.0, better in 0.0_f64..0.5, fee in 0.0_f64..1e3,
        spot in 1_000.0_f64..5_000.0,
    ) {
        let spot = price(spot);
        let asked = order(units, units * limit + fee);
        let counted = start.value_floor(spot).unwrap().minus(asked.worst_ceil(spot).unwrap()).unwrap();
        prop_assert!(counted <= start.value_floor(spot).unwrap());
        let executed = if units > 0.0 { limit * (1.0 - better) } else { limit * (1.0 + better) };
        let filled = number(units) + start.units;
        prop_assert!(start.may_become(filled, &asked) && start.may_become(start.units, &asked));
        let told = Hedge { units: filled, cash: start.cash.minus(money(units * executed + fee)).unwrap() };
        let believed = start.moved_floor(filled, spot, near()).unwrap();
        let after = told.at_most(&believed).value_floor(spot).unwrap();
        // Binary fractions of decimals, and a change that is believed down to a unit of 2^-64.
        prop_assert!(after >= counted.minus(money(1e-6)).unwrap(), "{after:?} < {counted:?}");
    }

    /// Whatever a venue says it has filled, nothing is gained by it but how far prices of fills may be off.
    #[test]
    fn no_word_of_a_venues_gains_more_than_fills_may_be_off(
        start in any_position(), units in -1e3_f64..1e3, told in -1e9_f64..1e9, spot in 1.0_f64..5_000.0,
    ) {
        let spot = price(spot);
        let units = number(units);
        let believed = start.moved_floor(units, spot, near()).unwrap();
        let after = Hedge { units, cash: money(told) }.at_most(&believed).value_floor(spot).unwrap();
        let moved = notional_ceil(units - start.units, spot).unwrap();
        let most = start.value_floor(spot).unwrap().plus(moved.scaled_floor(near()).unwrap()).unwrap();
        prop_assert!(after <= most.plus(money(1e-9)).unwrap());
    }

    /// There and back again believes in no more than twice how far fills may be off; at the oracle's price in nothing.
    #[test]
    fn round_trips_are_not_believed_to_gain(start in any_position(), units in -1e3_f64..1e3, spot in 1.0_f64..5_000.0) {
        let spot = price(spot);
        let there = |near| start.moved_floor(number(units), spot, near).unwrap().moved_floor(start.units, spot, near).unwrap();
        prop_assert!(there(Fx::ZERO).cash <= start.cash);
        let off = notional_ceil(number(units) - start.units, spot).unwrap().scaled_floor(near() * 2).unwrap();
        prop_assert!(there(near()).cash <= start.cash.plus(off).unwrap().plus(money(1e-9)).unwrap());
    }
}
