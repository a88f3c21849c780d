//! `equipoise_risk::{regime, toxicity}`: states stay in their bounds whatever is observed, and only what may move
//! them does.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{AnyFx, Magnitude};
use equipoise_math::Fx;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::regime::{Observation, Regime, RegimeError, RegimeState, GRID_SECS};
use equipoise_risk::spread::MOST_TOXICITY;
use equipoise_risk::toxicity::{Amount, Factor, Flow, Toxicity, ToxicityError, EPOCH_SECS};
use equipoise_risk::units::{Money, Price};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    first: (Magnitude, Magnitude, u32),
    samples: Vec<Step>,
    wild: (AnyFx, AnyFx, AnyFx, u64),
    stored: ([i64; 7], u32, u64),
}

#[derive(Arbitrary, Debug)]
struct Step {
    price: Magnitude,
    implied: Magnitude,
    secs: u32,
    flow: (Magnitude, bool),
}

fuzz_target!(|input: Input| {
    follow(&input);
    mark(&input);
    refuse(&input);
});

const PRICE: (Fx, Fx) = (Fx::lit("0.0001"), Fx::lit("1000000000"));
const VARIANCE: (Fx, Fx) = (Fx::lit("0.0001"), Fx::lit("100"));

fn next_secs(now: &mut u64, secs: u32) {
    *now += u64::from(secs % 100_000);
}

fn follow(input: &Input) {
    let of = |price: Magnitude, at| Observation { price: Price::from_fx(price.between(PRICE.0, PRICE.1)), at };
    let mut now = u64::from(input.first.2);
    let implied = input.first.1.between(VARIANCE.0, VARIANCE.1);
    let mut state = RegimeState::start(of(input.first.0, now), implied).expect("a price and a variance above zero");
    let mut most = implied;
    for step in input.samples.iter().take(12) {
        next_secs(&mut now, step.secs);
        let implied = step.implied.between(VARIANCE.0, VARIANCE.1);
        most = most.max(implied * 25);
        let next = state.sampled(of(step.price, now), implied).expect("prices and variances of the domain");
        if now < state.times[1] + GRID_SECS {
            assert_eq!(next, state, "a sample too soon changes nothing");
            continue;
        }
        assert_eq!(next.times, [state.times[1], now]);
        // rounded down by a few units
        assert!(next.variance >= -Fx::from_bits(1 << 4) && next.variance <= most, "{} of {most}", next.variance);
        let (low, high) = (next.logs[0].min(next.logs[1]), next.logs[0].max(next.logs[1]));
        assert!(next.filtered >= low.min(state.logs[0]) && next.filtered <= high.max(state.logs[0]), "a median");
        if next.regime < state.regime {
            assert!(next.regime.factor() < state.regime.factor() && next.quiet_samples == 0);
            assert!(now >= next.quiet_since + 6 * 3_600, "it falls after six hours");
            assert!(next.variance < implied * 5, "it falls only where it is quiet");
        }
        if next.regime > state.regime {
            assert!(next.variance >= implied, "it rises past a threshold");
        }
        if state.times[0] < state.times[1] && next.variance >= implied * 6 {
            assert_eq!(next.regime, Regime::Crisis, "it rises at once");
        }
        state = next;
    }
}

fn mark(input: &Input) {
    let mut now = u64::from(input.first.2);
    let reference = Money::from_fx(input.first.1.between(Fx::ONE, Fx::lit("1000000000")));
    let mut state = Toxicity::default();
    for step in input.samples.iter().take(12) {
        next_secs(&mut now, step.secs % 7_200);
        let price = step.price.between(Fx::lit("1"), Fx::lit("10"));
        let factor = Factor { price, variance: step.implied.between(VARIANCE.0, VARIANCE.1) };
        let size = step.flow.0.between(Fx::DELTA, Fx::lit("100000000"));
        let flow = Amount::from_money_floor(Money::from_fx(if step.flow.1 { -size } else { size }));
        let next = state.after_round(flow, now, factor, reference).expect("prices and variances that fit");
        assert!(next.score <= Millionths::from_raw(4_000_001));
        let widens = next.factor_ceil().expect("none in range");
        assert!(widens >= Millionths::ONE && widens <= MOST_TOXICITY);
        if now < state.epoch_at + EPOCH_SECS {
            assert_eq!((next.score, next.epoch_at), (state.score, state.epoch_at), "no trade moves the score");
        } else {
            assert_eq!((next.epoch_at, next.open), (now, Flow::default()));
        }
        state = next;
    }
}

/// Refused exactly where a number is not above zero; any other error is of a number that does not fit.
fn refuse(input: &Input) {
    let (price, implied, other) = (input.wild.0.fx(), input.wild.1.fx(), input.wild.2.fx());
    let sample = Observation { price: Price::from_fx(price), at: input.wild.3 };
    match RegimeState::start(sample, implied) {
        Ok(state) => {
            assert!(price > Fx::ZERO && implied > Fx::ZERO);
            let later = Observation { price: Price::from_fx(other), at: input.wild.3.saturating_add(1 << 20) };
            match state.sampled(later, implied) {
                Err(RegimeError::PriceNotPositive { price }) => assert!(price <= Price::ZERO && other <= Fx::ZERO),
                outcome => assert!(other > Fx::ZERO, "{outcome:?}"),
            }
        }
        Err(RegimeError::ImpliedVarianceNotPositive { .. }) => assert!(implied <= Fx::ZERO),
        Err(RegimeError::PriceNotPositive { .. }) => assert!(implied > Fx::ZERO && price <= Fx::ZERO),
        Err(error) => panic!("{error:?}"),
    }
    let factor = Factor { price, variance: implied };
    let (units, score, epoch_at) = input.stored;
    let [held, gain, gross, ripe_held, ripe_gain, ripe_gross, flow] = units.map(Amount::from_raw);
    let state = Toxicity {
        score: Millionths::from_raw(score),
        epoch_at,
        price: other,
        open: Flow { held, gain, gross },
        ripe: Flow { held: ripe_held, gain: ripe_gain, gross: ripe_gross },
    };
    let outcome = state.after_round(flow, input.wild.3, factor, Money::from_fx(other));
    let is_refused = matches!(outcome, Err(ToxicityError::FactorNotPositive { .. }));
    assert_eq!(is_refused, price <= Fx::ZERO || implied <= Fx::ZERO);
}
