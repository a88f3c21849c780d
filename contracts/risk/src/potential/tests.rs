//! The risk penalty: a potential that is never negative and nothing for an empty book.

use proptest::prelude::*;

use super::*;
use crate::book::{Bucket, NUMBERS};
use crate::fixtures::{any_fx, assert_near, book_of, float, fx, money};
use crate::parameters::{COUNT, RULES};

fn with(changes: &[(Parameter, u32)]) -> Parameters {
    let mut millionths = Parameters::default().all_millionths();
    for (parameter, value) in changes {
        millionths[RULES.iter().position(|rule| rule.parameter == *parameter).unwrap()] = *value;
    }
    Parameters::new(millionths).unwrap()
}

fn state(capital: f64, parameters: &Parameters) -> RiskState {
    RiskState::new(money(capital), fx(0.36), parameters).unwrap()
}

fn books() -> impl Strategy<Value = [f64; NUMBERS]> {
    prop::collection::vec(-3e6_f64..3e6, NUMBERS).prop_map(|numbers| numbers.try_into().unwrap())
}

/// R with the default parameters, at a risk aversion of 20 and a variance of 0.36.
fn penalty_in_floats(numbers: &[f64; NUMBERS], capital: f64) -> f64 {
    let [value, delta, gamma, _, jumped @ ..] = *numbers;
    let (jumped, buckets) = jumped.split_at(4);
    let of_expiries = |place: usize| buckets.chunks(4).map(move |bucket| bucket[place] / capital);
    let squares = |place: usize| of_expiries(place).map(|number| number * number).sum::<f64>();
    let (d, g, v) = (delta / capital, gamma / capital, of_expiries(1).sum::<f64>());
    let (variance, n, h_d, h_v, rho) = (0.36, 0.4, 2.0 / 365.0, 15.0 / 365.0, -0.3);
    let by_expiry = squares(1) + 0.25 * squares(2) + 0.17 * 0.17 * squares(3);
    let quadratic = d * d * variance * h_d
        + (g * variance * h_d).powi(2) / 2.0
        + (v * v + by_expiry) * n * n * h_v
        + squares(0) * 0.02 * 0.02 * h_d
        + 2.0 * rho * d * v * 0.6 * n * h_d;
    let jumps: f64 = jumped
        .iter()
        .zip([0.5, 6.0, 5.5, 0.5])
        .map(|(jumped, frequency)| frequency * ((value - jumped) / capital).max(0.0).powi(2))
        .sum();
    capital / 2.0 * (20.0 * quadratic + 20.0 * h_d * jumps)
}

#[test]
fn a_share_of_capital_keeps_its_sign_and_refuses_what_no_word_holds() {
    let state = state(2.0, &Parameters::default());
    for (amount, share) in [(3.0, 1.5), (-3.0, -1.5), (0.0, 0.0)] {
        assert_near(state.per_capital(money(amount)).unwrap(), share, 1e-17, "share");
    }
    let large = |power: u32| Money::from_fx(Fx::from_bits(1 << (64 + power)));
    let half = state.per_capital(large(62)).unwrap();
    assert_near(half, 2_f64.powi(61), 2.0, "a share of 2^61");
    let most = state.per_capital(Money::from_fx(Fx::from_bits(3 << (64 + 61)))).unwrap();
    assert_near(most, 1.5 * 2_f64.powi(61), 2.0, "a share with a last place of a quarter");
    let one = self::state(1.0, &Parameters::default());
    assert_eq!(one.per_capital(Money::from_fx(Fx::MAX)), Err(RiskError::Overflow));
}

#[test]
fn an_empty_book_has_no_penalty() {
    let penalty = state(1e6, &Parameters::default()).penalty(&Exposure::default()).unwrap();
    assert_eq!((penalty.charged, penalty.rebated), (Money::ZERO, Money::ZERO));
}

#[test]
fn a_delta_alone_is_charged_by_hand() {
    let mut numbers = [0.0; NUMBERS];
    numbers[1] = 100_000.0;
    // 1e6 / 2 * 20 * 0.1^2 * 0.36 * 2 / 365 = 197.26
    let charged = state(1e6, &Parameters::default()).penalty(&book_of(&numbers)).unwrap().charged;
    assert!((float(charged.fx()) - 72_000.0 / 365.0).abs() < 1e-9);
}

#[test]
fn a_vault_without_capital_cannot_quote() {
    let refused = |capital| RiskState::new(capital, fx(0.36), &Parameters::default()).err();
    assert_eq!(refused(Money::ZERO), Some(RiskError::NoCapital));
    assert_eq!(refused(money(-1.0)), Some(RiskError::NoCapital));
}

/// R of a book with one board's numbers only.
fn penalty_of(bucket: Bucket) -> f64 {
    let mut book = Exposure::default();
    book.buckets[3] = bucket;
    float(state(1e6, &Parameters::default()).penalty(&book).unwrap().charged.fx())
}

#[test]
fn each_bucket_is_charged_by_hand() {
    // 1e6 / 2 * 20 * 0.1^2 * 0.02^2 * 2 / 365
    let delta = penalty_of(Bucket { delta: money(100_000.0), ..Bucket::default() });
    assert!((delta - 80.0 / 365.0).abs() < 1e-9, "{delta}");
    // 1e6 / 2 * 20 * 0.1^2 * (share 0.4)^2 * 15 / 365: once for the whole, too, if it is no wing
    let vega = 240_000.0 / 365.0;
    assert!((penalty_of(Bucket { vega: money(100_000.0), ..Bucket::default() }) - 2.0 * vega).abs() < 1e-6);
    let wing = |wing_vegas: [f64; 2]| penalty_of(Bucket { wing_vegas: wing_vegas.map(money), ..Bucket::default() });
    assert!((wing([100_000.0, 0.0]) - 0.25 * vega).abs() < 1e-6);
    assert!((wing([0.0, -100_000.0]) - 0.0289 * vega).abs() < 1e-6);
    // A risk reversal is not nothing.
    assert!((wing([100_000.0, -100_000.0]) - 0.2789 * vega).abs() < 1e-6);
}

proptest! {
    #[test]
    fn the_penalty_is_convex(first in books(), second in books(), share in 0.0_f64..1.0) {
        let state = state(1e7, &Parameters::default());
        let charged = |numbers: [f64; NUMBERS]| float(state.penalty(&book_of(&numbers)).unwrap().charged.fx());
        let between = charged(core::array::from_fn(|place| share * first[place] + (1.0 - share) * second[place]));
        let chord = share * charged(first) + (1.0 - share) * charged(second);
        prop_assert!(between <= chord + 1e-6 * chord, "{} > {}", between, chord);
    }

    #[test]
    fn the_penalty_is_homogeneous(numbers in books(), factor in 0.1_f64..10.0) {
        let at = |capital: f64, factor: f64| {
            let state = state(capital, &Parameters::default());
            float(state.penalty(&book_of(&numbers.map(|number| factor * number))).unwrap().charged.fx())
        };
        let whole = at(1e7, 1.0);
        let near = |actual: f64, expected: f64| (actual - expected).abs() <= 1e-6 * expected + 1e-6;
        prop_assert!(near(at(1e7, factor), factor * factor * whole), "of degree two in the book");
        prop_assert!(near(at(1e7 * factor, factor), factor * whole), "of degree one in book and capital");
    }

    #[test]
    fn the_penalty_agrees_with_floating_point(numbers in books(), capital in 1e5_f64..1e8) {
        let charged = float(state(capital, &Parameters::default()).penalty(&book_of(&numbers)).unwrap().charged.fx());
        let expected = penalty_in_floats(&numbers, capital);
        prop_assert!((charged - expected).abs() <= 1e-9 * expected + 1e-9 * capital, "{charged} is not {expected}");
    }

    #[test]
    fn the_penalty_is_not_negative_and_rebates_are_the_smaller(
        numbers in books(), capital in 1e4_f64..1e8, correlation in 200_000_u32..1_500_000, floor in 0_u32..20_000_000,
    ) {
        let parameters =
            with(&[(Parameter::SpotVolCorrelationPlusOne, correlation), (Parameter::LambdaFloor, floor)]);
        let penalty = state(capital, &parameters).penalty(&book_of(&numbers)).unwrap();
        prop_assert!(Money::ZERO <= penalty.rebated && penalty.rebated <= penalty.charged);
    }

    #[test]
    fn the_penalty_rises_with_each_risk_aversion(
        numbers in books(), lambdas in (15_000_000_u32..60_000_000, 15_000_000_u32..60_000_000),
        jumps in (0_u32..60_000_000, 0_u32..60_000_000),
    ) {
        let at = |lambda, jump| {
            let parameters = with(&[(Parameter::Lambda, lambda), (Parameter::JumpLambda, jump)]);
            state(1e6, &parameters).penalty(&book_of(&numbers)).unwrap().charged
        };
        let (low, high) = (lambdas.0.min(lambdas.1), lambdas.0.max(lambdas.1));
        prop_assert!(at(low, jumps.0) <= at(high, jumps.0));
        let (low, high) = (jumps.0.min(jumps.1), jumps.0.max(jumps.1));
        prop_assert!(at(lambdas.0, low) <= at(lambdas.0, high));
    }

    #[test]
    fn the_penalty_of_a_sum_does_not_depend_on_the_order(first in books(), second in books(), third in books()) {
        let state = state(1e7, &Parameters::default());
        let [a, b, c] = [first, second, third].map(|numbers| book_of(&numbers));
        let one = a.plus(&b).unwrap().plus(&c).unwrap();
        let other = c.plus(&a).unwrap().plus(&b).unwrap();
        prop_assert_eq!(state.penalty(&one).unwrap(), state.penalty(&other).unwrap());
    }

    #[test]
    fn what_relief_earns_is_never_more_than_its_risk_is_charged(
        first in books(), second in books(), floor in 0_u32..20_000_000, jump in 0_u32..60_000_000,
    ) {
        let parameters = with(&[(Parameter::LambdaFloor, floor), (Parameter::JumpLambda, jump)]);
        let state = state(1e6, &parameters);
        let (out, back) = (state.penalty(&book_of(&first)).unwrap(), state.penalty(&book_of(&second)).unwrap());
        let (charge, relief) = (out.charged.minus(back.charged).unwrap(), out.rebated.minus(back.rebated).unwrap());
        let rounding = Money::from_fx(Fx::DELTA);
        let (charge, relief) = (charge.magnitude().unwrap(), relief.magnitude().unwrap());
        prop_assert!(relief <= charge.plus(rounding).unwrap(), "{relief:?} for {charge:?}");
    }

    #[test]
    fn no_book_or_market_makes_the_penalty_wrap(
        numbers in prop::collection::vec(any_fx(), NUMBERS), (capital, variance) in (any_fx(), any_fx()),
        millionths in any::<[u32; COUNT]>(),
    ) {
        let parameters = Parameters::from_stored(millionths);
        if let Ok(state) = RiskState::new(Money::from_fx(capital), variance, &parameters) {
            if let Ok(penalty) = state.penalty(&Exposure::from_array(core::array::from_fn(|place| Money::from_fx(numbers[place])))) {
                prop_assert!(penalty.charged >= Money::ZERO && penalty.rebated >= Money::ZERO);
            }
        }
    }
}

#[test]
fn the_delta_to_hedge_is_that_at_which_r_is_least() {
    let state = state(1e7, &Parameters::default());
    let with_delta = |delta: f64| {
        let mut numbers = [0.0; NUMBERS];
        (numbers[1], numbers[9]) = (delta, -6e5);
        book_of(&numbers)
    };
    let (book, vega) = (with_delta(1e5), money(-6e5));
    assert_eq!(book.weighted_vega(), Ok(vega));
    let to_hedge = state.delta_to_hedge(book.of(Measure::DollarDelta), vega).unwrap();
    assert_near(to_hedge.fx(), 1e5 + 0.3 * 0.4 / 0.6 * 6e5, 1e-6, "D + r n V / s");
    let charged = |delta: f64| state.penalty(&with_delta(delta)).unwrap().charged;
    let least = 1e5 - float(to_hedge.fx());
    assert!(charged(least) < charged(least + 1e4) && charged(least) < charged(least - 1e4));
}
