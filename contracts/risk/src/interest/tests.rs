//! Matched open interest: counted by parts, limited by what a jump may cost.

use proptest::prelude::*;

use super::*;
use crate::book::JUMPS;
use crate::fixtures::{money, price_of};

fn sum_of(part: fn(Lots) -> i64, held: &[i32]) -> i64 {
    held.iter().map(|held| part(Lots::new(*held))).sum()
}

#[test]
fn the_largest_jump_is_the_largest_of_the_jumps() {
    let sizes = JUMPS.iter().map(|jump| (*jump - Fx::ONE).abs());
    let largest = sizes.max().unwrap();
    assert!((largest - LARGEST_JUMP).abs() <= Fx::DELTA, "{largest}");
}

#[test]
fn a_book_at_its_stress_limit_bears_the_jump_of_all_that_is_matched() {
    // A million of capital, three tenths of it the stress limit: seven tenths are left, of which a contract takes 900.
    let (spot, capital, parameters) = (price_of(3_000.0), money(1_000_000.0), Parameters::default());
    let of = |matched| excess(matched, spot, capital, &parameters).unwrap();
    assert_eq!(of(0), None);
    assert_eq!(of(777_700), None);
    let past = of(777_800).unwrap();
    assert!((past.loss.fx() - Fx::lit("700020")).abs() < Fx::lit("0.001"), "{}", past.loss.fx());
    assert!((past.limit.fx() - Fx::lit("700000")).abs() < Fx::lit("0.001"), "{}", past.limit.fx());
}

#[test]
fn without_capital_nothing_may_be_matched() {
    let found = excess(1, price_of(3_000.0), Money::ZERO, &Parameters::default()).unwrap();
    assert_eq!(found.map(|excess| excess.limit), Some(Money::ZERO));
}

#[test]
fn what_no_number_holds_is_an_error() {
    assert!(excess(u64::MAX, price_of(3_000.0), money(1.0), &Parameters::default()).is_err());
    assert!(excess(1 << 62, price_of(3_000.0), money(1.0), &Parameters::default()).is_err());
}

proptest! {
    #[test]
    fn the_parts_add_up_to_the_lesser_side_of_each_series(
        traders in prop::collection::vec(prop::collection::vec(-1_000i32..1_000, 4), 0..6)
    ) {
        let mut sums = [(0i64, 0i64); 4];
        for held in &traders {
            for (sum, lots) in sums.iter_mut().zip(held) {
                sum.0 += i64::from(*lots.max(&0));
                sum.1 -= i64::from(*lots.min(&0));
            }
        }
        let vault = sums.map(|(long, short)| i32::try_from(short - long).unwrap());
        let parts: i64 = traders.iter().map(|held| sum_of(of_trader, held)).sum();
        let matched: i64 = sums.iter().map(|(long, short)| long.min(short)).sum();
        prop_assert_eq!(parts + sum_of(of_vault, &vault), matched);
    }

    #[test]
    fn more_is_never_allowed_where_less_is_not(matched in 0u64..2_000_000, more in 0u64..1_000_000) {
        let of = |matched| excess(matched, price_of(3_000.0), money(1_000_000.0), &Parameters::default()).unwrap();
        prop_assert!(of(matched).is_none() || of(matched + more).is_some());
    }
}

#[test]
fn what_is_just_at_its_limit_may_be_matched() {
    let (spot, parameters) = (price_of(3_000.0), Parameters::default());
    let of = |capital: Money| excess(777_000, spot, capital, &parameters).unwrap();
    let loss = of(Money::ZERO).unwrap().loss;
    let share = Fx::ONE - parameters.number(Parameter::StressLimit).unwrap();
    // The least capital whose limit is the loss, to the last bit.
    let limit = |bits: i128| Money::from_fx(Fx::from_bits(bits)).scaled_floor(share).unwrap();
    let around = loss.fx().checked_div(share).unwrap().to_bits();
    let least = (around - 4..around + 4).find(|bits| limit(*bits) == loss).unwrap();
    assert_eq!(of(Money::from_fx(Fx::from_bits(least))), None);
    let below = of(Money::from_fx(Fx::from_bits(least - 4))).unwrap();
    assert!(below.loss == loss && below.limit < loss);
}
