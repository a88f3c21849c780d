//! Hard limits: refused past them, but never on the way back.

use proptest::prelude::*;

use super::*;
use crate::book::{FIRST_JUMP, MEASURES, NUMBERS};
use crate::fixtures::{any_fx, assert_near, book_of, float, money, price_of};
use crate::units::Lots;

const CAPITAL: f64 = 1_000_000.0;

/// A book with a dollar delta, a vega over all expiries and a loss when spot falls by 30 %.
fn book(delta: f64, vega: f64, loss: f64) -> Exposure {
    let mut numbers = [0.0; NUMBERS];
    (numbers[1], numbers[FIRST_JUMP]) = (delta, -loss);
    for expiry in 0..4 {
        numbers[MEASURES + 4 * expiry + 1] = vega / 4.0;
    }
    book_of(&numbers)
}

/// A book with a dollar gamma, and vegas of opposite sign in two expiries.
fn bent(gamma: f64, vega: f64) -> Exposure {
    let mut numbers = [0.0; NUMBERS];
    numbers[2] = gamma;
    [numbers[MEASURES + 1], numbers[MEASURES + 5]] = [vega, -vega];
    book_of(&numbers)
}

fn any_numbers<T: core::fmt::Debug>(number: impl Strategy<Value = T>) -> impl Strategy<Value = [T; NUMBERS]> {
    prop::collection::vec(number, NUMBERS).prop_map(|numbers| numbers.try_into().unwrap())
}

fn breach_of(before: &Exposure, after: &Exposure) -> Option<Limited> {
    let found = breach((before, after), money(CAPITAL), &Parameters::default());
    found.unwrap().map(|breach| breach.limit_of)
}

#[test]
fn what_ends_with_nothing_is_within_every_limit_even_without_capital() {
    assert_eq!(stays_within(money(5.0), Money::ZERO, money(-1.0)), Ok(true));
    let held = |calls| [Holding { strike: price_of(3_000.0), calls: Lots::new(calls), puts: Lots::ZERO }];
    let parameters = Parameters::default();
    let breach =
        |from, to| short_breach((&held(from), &held(to)), price_of(3_000.0), money(-1.0), &parameters).unwrap();
    assert_eq!(breach(5, 0), None, "all that it was long is sold");
    assert!(breach(0, -1).is_some());
}

#[test]
fn each_limit_holds_at_its_share_of_capital() {
    let empty = Exposure::default();
    for sign in [1.0, -1.0] {
        assert_eq!(breach_of(&empty, &book(sign * 250_000.0, 0.0, 0.0)), None);
        assert_eq!(breach_of(&empty, &book(sign * 250_001.0, 0.0, 0.0)), Some(Limited::Delta));
        assert_eq!(breach_of(&empty, &book(0.0, sign * 149_999.0, 0.0)), None);
        assert_eq!(breach_of(&empty, &book(0.0, sign * 150_001.0, 0.0)), Some(Limited::Vega));
    }
    assert_eq!(breach_of(&empty, &book(0.0, 0.0, 299_999.0)), None);
    assert_eq!(breach_of(&empty, &book(0.0, 0.0, 300_001.0)), Some(Limited::Stress));
    assert_eq!(breach_of(&empty, &book(0.0, 0.0, -900_000.0)), None, "a gain is no loss");
    for sign in [1.0, -1.0] {
        assert_eq!(breach_of(&empty, &bent(sign * 4_999_999.0, sign * 99_999.0)), None);
        assert_eq!(breach_of(&empty, &bent(sign * 5_000_001.0, 0.0)), Some(Limited::Gamma));
        assert_eq!(
            breach_of(&empty, &bent(0.0, sign * 100_001.0)),
            Some(Limited::ExpiryVega),
            "though the sum is nothing"
        );
    }
}

#[test]
fn what_the_vault_sells_of_one_series_is_limited_and_what_it_buys_back_is_not() {
    let held = |lots: [i32; 4]| {
        [(lots[0], lots[1]), (lots[2], lots[3])].map(|(calls, puts)| Holding {
            strike: price_of(3_000.0),
            calls: Lots::new(calls),
            puts: Lots::new(puts),
        })
    };
    let found = |before, after| {
        let books = (&held(before)[..], &held(after)[..]);
        short_breach(books, price_of(2_000.0), money(CAPITAL), &Parameters::default()).unwrap()
    };
    // a million over two thousand: 500 contracts
    assert_eq!(found([0; 4], [-500_000, -500_000, -500_000, -500_000]), None);
    let expected = Breach { limit_of: Limited::ShortSeries, value: money(1_000_002.0), limit: money(1_000_000.0) };
    for place in 0..4 {
        let mut after = [-500_000; 4];
        after[place] = -500_001;
        assert_eq!(found([0; 4], after), Some(expected));
        assert_eq!(found(after, after), None, "nothing is sold");
        let mut less = after;
        less[place] = -500_002;
        assert_eq!(found(less, after), None, "bought back");
    }
    assert_eq!(found([900_000; 4], [600_000; 4]), None, "still long");
}

#[test]
fn what_is_used_is_the_required_capital_over_what_there_is() {
    let used = |capital: f64| {
        utilisation((&book(125_000.0, 0.0, 0.0), &book(125_000.0, 0.0, 0.0)), money(capital), &Parameters::default())
            .unwrap()
    };
    assert_near(used(1e6), 0.5, 1e-15, "of a delta limit of a quarter");
    assert_near(used(1e5), 5.0, 1e-14, "past it");
    assert_eq!([used(0.0), used(-1.0)], [Fx::MAX; 2]);
}

#[test]
fn a_breach_says_what_and_by_how_much() {
    let books = (&Exposure::default(), &book(-400_000.0, 0.0, 0.0));
    let found = breach(books, money(CAPITAL), &Parameters::default());
    let expected = Breach { limit_of: Limited::Delta, value: money(-400_000.0), limit: money(250_000.0) };
    assert_eq!(found, Ok(Some(expected)));
}

#[test]
fn a_book_past_its_limit_may_come_closer_to_it() {
    let far = book(400_000.0, 0.0, 0.0);
    assert_eq!(breach_of(&far, &book(399_999.0, 0.0, 0.0)), None);
    assert_eq!(breach_of(&far, &far), None, "or stay");
    assert_eq!(breach_of(&far, &book(-250_000.0, 0.0, 0.0)), None, "or be within it on the other side");
    assert_eq!(breach_of(&far, &book(-300_000.0, 0.0, 0.0)), Some(Limited::Delta), "but not past it there");
    assert_eq!(breach_of(&far, &book(400_001.0, 0.0, 0.0)), Some(Limited::Delta));
    assert_eq!(breach_of(&far, &book(300_000.0, 200_000.0, 0.0)), Some(Limited::Vega), "not past another limit");
}

#[test]
fn most_that_is_owed_is_at_the_worst_of_spot_and_every_jump() {
    let holding =
        |strike, calls, puts| Holding { strike: price_of(strike), calls: Lots::new(calls), puts: Lots::new(puts) };
    let owed = |held: &[Holding], expected| {
        let owed = most_owed_ceil(held, price_of(100.0)).unwrap();
        assert!(owed >= Money::ZERO);
        assert_near(owed.fx(), expected, 1e-12, "what is owed");
    };
    owed(&[], 0.0);
    owed(&[holding(100.0, 1_000, 1_000)], 0.0);
    owed(&[holding(100.0, -1_000, 0)], 30.0);
    owed(&[holding(100.0, 0, -2_000)], 60.0);
    owed(&[holding(120.0, -1_000, 0)], 10.0);
    // Owed now, and less after every jump: a short call between two long ones.
    owed(&[holding(90.0, -1_000, 0), holding(100.0, 1_000, 1_000), holding(120.0, 0, 0)], 10.0);
    owed(&[holding(90.0, -1_000, 0), holding(100.0, 2_000, 0)], 10.0);
}

proptest! {
    #[test]
    fn what_only_shrinks_every_measure_is_never_refused(numbers in any_numbers(-1e7_f64..1e7), left in 0.0_f64..1.0) {
        let before = book_of(&numbers);
        prop_assert_eq!(breach_of(&before, &book_of(&numbers.map(|number| number * left))), None);
    }

    #[test]
    fn the_required_capital_is_the_least_without_a_breach(numbers in any_numbers(-1e7_f64..1e7)) {
        let (book, parameters) = (book_of(&numbers), Parameters::default());
        let required = required_capital((&book, &book), &parameters).unwrap();
        let books = (&Exposure::default(), &book);
        let found = |capital: Money| breach(books, capital, &parameters).unwrap();
        prop_assert_eq!(found(required), None);
        // The limit's share, rounded down to 2^-64, hides as much of the capital as the measure times that.
        let less = required.minus(required.scaled_floor(Fx::from_bits(1 << 14)).unwrap()).unwrap();
        prop_assert!(found(less).is_some(), "{}", float(required.fx()));
    }

    #[test]
    fn no_book_or_capital_makes_a_limit_wrap(
        before in any_numbers(any_fx()), after in any_numbers(any_fx()), capital in any_fx(),
    ) {
        let [before, after] = [before, after].map(|numbers| Exposure::from_array(numbers.map(Money::from_fx)));
        let parameters = Parameters::default();
        let _ = utilisation((&after, &after), Money::from_fx(capital), &parameters);
        if let Ok(Some(breach)) = breach((&before, &after), Money::from_fx(capital), &parameters) {
            prop_assert!(breach.value.magnitude().unwrap() > breach.limit);
        }
        if let Ok(required) = required_capital((&after, &after), &parameters) {
            prop_assert!(required > Money::ZERO);
        }
    }
}
