//! `equipoise_risk::{limits, parameters}`: limits bind exactly where they say, and parameters stay in their bounds.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::market::parameters;
use equipoise_fuzz::{wide, Magnitude, Share, Wide};
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure, FIRST_JUMP, JUMPS, MAX_BOARDS, MEASURES, NUMBERS};
use equipoise_risk::limits::{breach, most_owed_ceil, required_capital, Limited};
use equipoise_risk::parameters::{Parameter, ParameterError, Parameters, COUNT, RULES};
use equipoise_risk::settlement::{payoff_money_floor, Holding};
use equipoise_risk::units::{Lots, Money, Price};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    parameters: [Share; COUNT],
    millionths: [u32; COUNT],
    places: (u8, u8),
    capital: Magnitude,
    books: [[(Magnitude, bool); NUMBERS]; 2],
    held: [(Magnitude, i32, i32); 3],
    spot: Magnitude,
}

fuzz_target!(|input: Input| {
    let parameters = parameters(input.parameters);
    rules(&parameters, &input);
    let books = input.books.map(|numbers| {
        Exposure::from_array(numbers.map(|(size, is_negative)| {
            let size = size.between(Fx::DELTA, Fx::lit("1000000000000"));
            Money::from_fx(if is_negative { -size } else { size })
        }))
    });
    let capital = Money::from_fx(input.capital.between(Fx::lit("1"), Fx::lit("1000000000000")));
    limited(&books[0], &books[1], capital, &parameters);
    required(&books[0], &parameters);
    owed(&input);
});

fn rules(sound: &Parameters, input: &Input) {
    let mut millionths = sound.all_millionths();
    assert_eq!(Parameters::new(millionths), Ok(*sound));
    for (rule, value) in RULES.iter().zip(millionths) {
        assert_eq!(sound.millionths(rule.parameter), value);
        let number = (Wide::from(value) << 64_u32).div_euclid(Wide::from(1_000_000));
        assert_eq!(wide(sound.number(rule.parameter).expect("a word over a million")), number);
    }
    // two of them out of line
    for place in [input.places.0, input.places.1].map(|place| usize::from(place) % COUNT) {
        millionths[place] = input.millionths[place];
    }
    let outside = RULES.iter().zip(millionths).position(|(rule, value)| value < rule.min || value > rule.max);
    let of = |parameter| Parameters::from_stored(millionths).millionths(parameter);
    let expected = if let Some(place) = outside {
        Err(ParameterError::OutOfBounds(place))
    } else if of(Parameter::LambdaFloor) > of(Parameter::Lambda) {
        Err(ParameterError::FloorAboveLambda)
    } else if of(Parameter::VegaHorizonDays) < of(Parameter::DeltaHorizonDays) {
        Err(ParameterError::VegaHorizonBelowDelta)
    } else {
        Ok(Parameters::from_stored(millionths))
    };
    assert_eq!(Parameters::new(millionths), expected);
}

/// The measures with a limit, from a book's own numbers.
fn sizes(book: &Exposure, parameters: &Parameters) -> [(Limited, Fx, Fx); 3] {
    let numbers = book.to_array().map(Money::fx);
    // of each board its delta, its vega and its wings' vegas
    let boards = numbers[MEASURES..].chunks((NUMBERS - MEASURES) / MAX_BOARDS);
    let vega: Fx = boards.fold(Fx::ZERO, |sum, board| sum + board[1]);
    let value = book.of(Measure::Value).fx();
    let losses = numbers[FIRST_JUMP..FIRST_JUMP + JUMPS.len()].iter().map(|jumped| value - jumped);
    let loss = losses.fold(Fx::ZERO, Fx::max);
    [
        (Limited::Delta, book.of(Measure::DollarDelta).fx(), Parameter::DeltaLimit),
        (Limited::Vega, vega, Parameter::VegaLimit),
        (Limited::Stress, loss, Parameter::StressLimit),
    ]
    .map(|(limited, value, parameter)| (limited, value, parameters.number(parameter).expect("it fits")))
}

fn limited(before: &Exposure, after: &Exposure, capital: Money, parameters: &Parameters) {
    let found = breach(before, after, capital, parameters).expect("sums of trillions fit");
    let sizes = sizes(before, parameters).into_iter().zip(sizes(after, parameters));
    let expected = sizes.into_iter().find_map(|((limited, before, share), (_, after, _))| {
        let limit = capital.scaled_floor(share).expect("less than capital").fx();
        (after.abs() > limit && after.abs() > before.abs()).then_some((limited, after, limit))
    });
    assert_eq!(found.map(|found| (found.limit_of, found.value.fx(), found.limit.fx())), expected);
    assert_eq!(breach(after, after, capital, parameters), Ok(None), "staying is always possible");
}

fn required(book: &Exposure, parameters: &Parameters) {
    let required = required_capital(book, parameters).expect("a hundred times trillions fits");
    let empty = Exposure::default();
    assert_eq!(breach(&empty, book, required, parameters), Ok(None), "too little is asked for");
    // a share is at least a hundredth: a unit of measure is at most a hundred of capital
    let less = required.minus(Money::from_fx(Fx::from_bits(300))).expect("far from the type's end");
    if less > Money::ZERO {
        assert_ne!(breach(&empty, book, less, parameters), Ok(None), "too much is asked for");
    }
}

fn owed(input: &Input) {
    let held = input.held.map(|(strike, calls, puts)| Holding {
        strike: Price::from_fx(strike.between(Fx::DELTA, Fx::lit("1000000000"))),
        calls: Lots::new(calls),
        puts: Lots::new(puts),
    });
    let spot = Price::from_fx(input.spot.between(Fx::lit("0.0001"), Fx::lit("1000000000")));
    let most = most_owed_ceil(&held, spot).expect("three strikes stay within the type");
    let places = JUMPS.map(|jump| spot.scaled_floor(jump).expect("it fits")).into_iter().chain([spot]);
    let payoffs = places.map(|price| payoff_money_floor(&held, price).expect("it fits").fx());
    assert_eq!(most.fx(), -payoffs.fold(Fx::ZERO, Fx::min));
}
