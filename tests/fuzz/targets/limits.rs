//! `equipoise_risk::{limits, interest, parameters}`: limits bind exactly where they say, and parameters stay in their bounds.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::market::parameters;
use equipoise_fuzz::{ceil_shift, fitted, wide, Magnitude, Share, Wide};
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure, FIRST_JUMP, JUMPS, MAX_BOARDS, MEASURES, NUMBERS};
use equipoise_risk::interest::excess;
use equipoise_risk::limits::{breach, most_owed_ceil, required_capital, short_breach, Limited};
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
    matched: (u64, u8),
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
    short(&input, capital, &parameters);
    matched(&input, capital, &parameters);
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
fn sizes(book: &Exposure, parameters: &Parameters) -> Vec<(Limited, Fx, Fx)> {
    let numbers = book.to_array().map(Money::fx);
    // of each board its delta, its vega and its wings' vegas
    let boards = numbers[MEASURES..].chunks((NUMBERS - MEASURES) / MAX_BOARDS);
    let vegas: Vec<Fx> = boards.map(|board| board[1]).collect();
    let vega: Fx = vegas.iter().sum();
    let value = book.of(Measure::Value).fx();
    let losses = numbers[FIRST_JUMP..FIRST_JUMP + JUMPS.len()].iter().map(|jumped| value - jumped);
    let loss = losses.fold(Fx::ZERO, Fx::max);
    let sums = [
        (Limited::Delta, book.of(Measure::DollarDelta).fx(), Parameter::DeltaLimit),
        (Limited::Vega, vega, Parameter::VegaLimit),
        (Limited::Stress, loss, Parameter::StressLimit),
        (Limited::Gamma, book.of(Measure::DollarGamma).fx(), Parameter::GammaLimit),
    ];
    let expiries = vegas.into_iter().map(|vega| (Limited::ExpiryVega, vega, Parameter::ExpiryVegaLimit));
    let all = sums.into_iter().chain(expiries);
    all.map(|(limited, value, parameter)| (limited, value, parameters.number(parameter).expect("it fits"))).collect()
}

fn limited(before: &Exposure, after: &Exposure, capital: Money, parameters: &Parameters) {
    let breach = |books| breach(books, capital, parameters).expect("sums of trillions fit");
    let found = breach((before, after));
    let sizes = sizes(before, parameters).into_iter().zip(sizes(after, parameters));
    let expected = sizes.into_iter().find_map(|((limited, before, share), (_, after, _))| {
        let limit = capital.scaled_floor(share).expect("less than capital").fx();
        let comes_closer = (before < 0) == (after < 0) && after.abs() <= before.abs();
        (after.abs() > limit && !comes_closer).then_some((limited, after, limit))
    });
    assert_eq!(found.map(|found| (found.limit_of, found.value.fx(), found.limit.fx())), expected);
    assert_eq!(breach((after, after)), None, "staying is always possible");
}

fn required(book: &Exposure, parameters: &Parameters) {
    let required = required_capital((book, book), parameters).expect("a hundred times trillions fits");
    let empty = Exposure::default();
    let breach = |capital| breach((&empty, book), capital, parameters);
    assert_eq!(breach(required), Ok(None), "too little is asked for");
    // a share is at least a two hundredth: a unit of measure is at most two hundred of capital
    let less = required.minus(Money::from_fx(Fx::from_bits(600))).expect("far from the type's end");
    if less > Money::ZERO {
        assert_ne!(breach(less), Ok(None), "too much is asked for");
    }
}

/// A short series is refused exactly where its notional is past the limit and some more of it is sold.
fn short(input: &Input, capital: Money, parameters: &Parameters) {
    let spot = Price::from_fx(input.spot.between(Fx::lit("0.0001"), Fx::lit("1000000")));
    let share = parameters.number(Parameter::ShortSeriesLimit).expect("a word over a million");
    let limit = wide(capital.scaled_floor(share).expect("at most ten times capital").fx());
    let held = |at: usize| {
        let (strike, calls, puts) = input.held[at];
        Holding {
            strike: Price::from_fx(strike.between(Fx::DELTA, Fx::ONE)),
            calls: Lots::new(calls),
            puts: Lots::new(puts),
        }
    };
    let (before, after) = (held(0), held(1));
    let pairs = [(before.calls, after.calls), (before.puts, after.puts)];
    let is_past = pairs.into_iter().any(|(was, is)| {
        let notional = wide(spot.fx()) * Wide::from(-i64::from(is.count()));
        is < was && is < Lots::ZERO && notional > limit * Wide::from(1_000)
    });
    let found = short_breach((&[before], &[after]), spot, capital, parameters).expect("a few trillions");
    assert_eq!(found.map(|found| found.limit_of), is_past.then_some(Limited::ShortSeries));
}

fn matched(input: &Input, capital: Money, parameters: &Parameters) {
    let spot = Price::from_fx(input.spot.between(Fx::lit("0.0001"), Fx::lit("1000000000")));
    let lots = input.matched.0 >> (input.matched.1 & 63);
    let share = Fx::ONE - parameters.number(Parameter::StressLimit).expect("a word over a million");
    let limit = wide(capital.scaled_floor(share).expect("at most all capital").fx());
    let whole = ceil_shift(wide(spot.fx()) * wide(Fx::lit("0.3")), 64) * Wide::from(lots);
    let loss = (whole + Wide::from(999)).div_euclid(Wide::from(1_000));
    match excess(lots, spot, capital, parameters) {
        Ok(None) => assert!(loss <= limit),
        Ok(Some(found)) => assert!(wide(found.loss.fx()) == loss && loss > limit && wide(found.limit.fx()) == limit),
        Err(_) => assert!(fitted(whole).is_none() || i64::try_from(lots).is_err()),
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
