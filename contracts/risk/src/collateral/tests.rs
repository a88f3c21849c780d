//! The worst loss of a position, against brute force over settlement prices.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, fx, money, price_of};
use crate::settlement::payoff_floor;
use crate::units::{Lots, Price, TokenScale};

fn holding(strike: f64, calls: i32, puts: i32) -> Holding {
    Holding { strike: price_of(strike), calls: Lots::new(calls), puts: Lots::new(puts) }
}

/// Up to eight holdings by rising strike, of whole strikes.
fn holdings() -> impl Strategy<Value = Vec<Holding>> {
    prop::collection::btree_map(1_u32..200, (-5_000_i32..5_000, -5_000_i32..5_000), 1..8).prop_map(|held| {
        held.into_iter().map(|(strike, (calls, puts))| holding(f64::from(strike), calls, puts)).collect()
    })
}

/// The payoff in lots times price, in whole numbers.
fn payoff_in_lots(held: &[Holding], settlement: i64) -> i64 {
    held.iter()
        .map(|each| {
            let above = settlement - each.strike.fx().to_num::<i64>();
            above.max(0) * i64::from(each.calls.count()) + (-above).max(0) * i64::from(each.puts.count())
        })
        .sum()
}

#[test]
fn a_cash_secured_put_locks_its_strike() {
    assert_eq!(worst_loss_ceil(&[holding(2_500.0, 0, -1_000)]), Ok(WorstLoss::Bounded(money(2_500.0))));
}

#[test]
fn a_covered_call_locks_what_the_cover_lacks() {
    let spread = |long, short| worst_loss_ceil(&[holding(100.0, long, 0), holding(120.0, short, 0)]);
    assert_eq!(spread(1_000, -1_000), Ok(WorstLoss::Bounded(Money::ZERO)), "the long strike is lower");
    assert_eq!(spread(-1_000, 1_000), Ok(WorstLoss::Bounded(money(20.0))), "the long strike is higher");
}

#[test]
fn a_short_call_without_a_long_one_is_unbounded() {
    assert_eq!(worst_loss_ceil(&[holding(100.0, -1, 0)]), Ok(WorstLoss::Unbounded(-1)));
    let puts_do_not_cover = [holding(100.0, -7, 5_000), holding(110.0, 3, 5_000)];
    assert_eq!(worst_loss_ceil(&puts_do_not_cover), Ok(WorstLoss::Unbounded(-4)));
}

#[test]
fn long_options_and_no_options_lock_nothing() {
    assert_eq!(worst_loss_ceil(&[]), Ok(WorstLoss::Bounded(Money::ZERO)));
    let straddle = [holding(100.0, 3, 4), holding(120.0, 1, 2)];
    assert_eq!(worst_loss_ceil(&straddle), Ok(WorstLoss::Bounded(Money::ZERO)));
}

#[test]
fn a_fraction_of_a_unit_is_locked_in_full() {
    let one_unit = Holding { strike: Price::from_fx(Fx::DELTA), calls: Lots::ZERO, puts: Lots::new(-1) };
    assert_eq!(worst_loss_ceil(&[one_unit]), Ok(WorstLoss::Bounded(Money::from_fx(Fx::DELTA))));
}

proptest! {
    #[test]
    fn the_worst_loss_is_the_minimum_over_every_price(held in holdings()) {
        let lowest = (0..=210).map(|price| payoff_in_lots(&held, price)).min().unwrap().min(0);
        let falls = payoff_in_lots(&held, 210) - payoff_in_lots(&held, 209);
        match worst_loss_ceil(&held).unwrap() {
            WorstLoss::Unbounded(net) => {
                prop_assert!(net < 0);
                prop_assert_eq!(net, falls);
            }
            WorstLoss::Bounded(loss) => {
                prop_assert!(falls >= 0);
                // Up to the next 2^-64.
                let lots = i128::from(lowest.unsigned_abs()) << 64;
                prop_assert_eq!(loss.fx().to_bits(), lots.div_euclid(1_000) + i128::from(lots % 1_000 != 0));
            }
        }
    }

    #[test]
    fn what_is_locked_covers_the_payoff_at_every_price(held in holdings(), settlement in 0.0_f64..1_000.0) {
        let scale = TokenScale::from_decimals(6).unwrap();
        if let WorstLoss::Bounded(loss) = worst_loss_ceil(&held).unwrap() {
            let owed = payoff_floor(&held, price_of(settlement), scale).unwrap().negated().unwrap();
            prop_assert!(owed <= scale.atoms_ceil(loss).unwrap());
        }
    }

    #[test]
    fn no_position_makes_the_loss_wrap(held in prop::collection::vec((any_fx(), any::<i32>(), any::<i32>()), 0..8)) {
        let mut held: Vec<_> = held
            .into_iter()
            .map(|(strike, calls, puts)| Holding {
                strike: Price::from_fx(strike.saturating_abs()), calls: Lots::new(calls), puts: Lots::new(puts),
            })
            .collect();
        held.sort_by_key(|each| each.strike);
        match worst_loss_ceil(&held) {
            Ok(WorstLoss::Bounded(loss)) => {
                prop_assert!(loss >= Money::ZERO);
                for settlement in held.iter().map(|each| each.strike).chain([Price::ZERO, price_of(1e9)]) {
                    if let Ok(paid) = payoff_floor(&held, settlement, TokenScale::from_decimals(0).unwrap()) {
                        prop_assert!(fx(0.0) <= loss.fx() && -paid.count() <= i128::from(loss.fx().ceil().to_num::<i64>()));
                    }
                }
            }
            Ok(WorstLoss::Unbounded(net)) => prop_assert!(net < 0),
            Err(error) => prop_assert_eq!(error, RiskError::Overflow),
        }
    }
}
