//! `equipoise_risk::breakers`: a market is as tight as its worst rule, recovers by its cool-down, and no guardian
//! loosens it.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{AnyFx, Magnitude};
use equipoise_math::Fx;
use equipoise_risk::breakers::{
    allows, insurance_short_ceil, live_state, rules, sequencer_unsafe_secs, spot_jump_ceil, BreakerError, Breakers,
    Measure, Readings, Rule, State, Unit, GUARDIAN_SECS, PERMISSIONS, RULES, RULE_COUNT, SEQUENCER_GRACE_SECS, WORDS,
};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::parameters::{self, Parameters};
use equipoise_risk::regime::Observation;
use equipoise_risk::units::{Money, Price};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    words: [u64; WORDS],
    steps: Vec<Step>,
    prices: (Magnitude, Magnitude, u32, Magnitude),
    values: Vec<(Magnitude, u32)>,
    parameters: Vec<u32>,
    wild: (AnyFx, u64, u64, bool),
}

#[derive(Arbitrary, Debug)]
struct Step {
    secs: u32,
    readings: Vec<(u8, u32)>,
    guardian: Option<u8>,
}

fuzz_target!(|input: Input| {
    live(&input);
    let stored = Breakers::from_words(input.words);
    assert_eq!(Breakers::from_words(stored.to_words()), stored, "stored as it is read");
    governed(&input.parameters);
    jump(input.prices);
    drawdown(&input);
    insurance(&input);
    actions();
    let (is_up, since) = (input.wild.3, input.wild.1);
    let left = sequencer_unsafe_secs(is_up, since);
    assert_eq!(left == 0, is_up && since >= u64::from(SEQUENCER_GRACE_SECS));
    live_states(input.wild.2, left);
});

/// A reading near a rule's limits, or any.
fn reading(rule: &Rule, value: u32) -> u32 {
    match value % 4 {
        0 => rule.limit.saturating_sub(1),
        1 => rule.limit,
        2 => rule.recovers_below.saturating_sub(1),
        _ => value,
    }
}

fn live(input: &Input) {
    let mut now = 1_800_000_000;
    let mut breakers = Breakers::default();
    assert_eq!((breakers.state(now), breakers.is_price_safe()), (State::Open, true));
    for step in input.steps.iter().take(10) {
        now += u64::from(step.secs % 200_000);
        let mut readings = Readings::default();
        for (place, value) in &step.readings {
            let rule = &RULES[usize::from(*place) % RULE_COUNT];
            let value = reading(rule, *value);
            let (good, bad) = match rule.measure.unit() {
                Unit::Seconds => (
                    readings.with_secs(rule.measure, value.into()),
                    readings.with_ratio(rule.measure, Millionths::from_raw(value)),
                ),
                Unit::Ratio => (
                    readings.with_ratio(rule.measure, Millionths::from_raw(value)),
                    readings.with_secs(rule.measure, value.into()),
                ),
            };
            assert_eq!(bad, Err(BreakerError::WrongUnit { measure: rule.measure, unit: rule.measure.unit() }));
            readings = good.expect("its own unit");
            assert_eq!(readings.of(rule.measure), Some(value));
        }
        breakers = observe(breakers, now, &readings);
        if let Some(choice) = step.guardian {
            breakers = guard(breakers, now, [State::Open, State::ReduceOnly, State::Halted][usize::from(choice) % 3]);
        }
    }
}

fn observe(before: Breakers, now: u64, readings: &Readings) -> Breakers {
    let after = before.observed(now, readings, &RULES);
    assert_eq!(after.observed(now, readings, &RULES), after, "a second look at the same time changes nothing");
    assert_eq!(Breakers::from_words(after.to_words()), after);
    let (was, is) = (before.conditions(readings, &RULES), after.conditions(readings, &RULES));
    let mut tightest = State::Open;
    let mut is_safe = true;
    for (was, is) in was.iter().zip(&is) {
        let rule = is.rule;
        match is.reading {
            None => assert_eq!(was.is_tripped, is.is_tripped, "what is not read changes nothing"),
            Some(reading) if reading >= rule.limit => {
                assert!(is.is_tripped, "{rule:?} does not trip");
                assert_eq!(is.recovers_at, Some(now + u64::from(rule.cooldown_secs)));
            }
            Some(reading) => {
                assert!(was.is_tripped || !is.is_tripped, "{rule:?} trips below its limit");
                if was.is_tripped && !is.is_tripped {
                    assert!(reading < rule.recovers_below, "{rule:?} recovers on a bad reading");
                    assert!(was.recovers_at.is_some_and(|at| at <= now), "{rule:?} recovers too early");
                }
                if reading < rule.recovers_below && was.recovers_at.is_some_and(|at| at <= now) {
                    assert!(!is.is_tripped, "{rule:?} does not recover");
                }
            }
        }
        if is.is_tripped {
            tightest = tightest.max(rule.effect);
            is_safe &= !rule.is_of_price;
        }
    }
    assert!(after.state(now) >= tightest, "looser than its rules");
    assert_eq!(after.is_price_safe(), is_safe);
    match after.earliest_recovery(now) {
        Some(at) => assert!(at >= now && after.state(now) != State::Open),
        None => assert_eq!(after.state(now), State::Open),
    }
    // no guardian's order outlives its time
    assert_eq!(after.state(now + GUARDIAN_SECS), tightest);
    after
}

fn guard(before: Breakers, now: u64, to: State) -> Breakers {
    match before.tightened(now, to) {
        Ok(after) => {
            assert!(to != State::Open && after.state(now) == before.state(now).max(to));
            for later in [now, now + GUARDIAN_SECS - 1, now + GUARDIAN_SECS] {
                assert!(after.state(later) >= before.state(later), "a guardian loosens");
            }
            assert!(after.state(now + GUARDIAN_SECS - 1) >= to);
            after
        }
        Err(error) => {
            assert!(to == State::Open && error == BreakerError::GuardianOnlyTightens { to });
            before
        }
    }
}

fn jump((before, after, secs, variance): (Magnitude, Magnitude, u32, Magnitude)) {
    let of = |price: Magnitude| Price::from_fx(price.between(Fx::lit("0.0001"), Fx::lit("1000000000")));
    let observed = |price, at| Observation { price: of(price), at };
    let variance = variance.between(Fx::lit("0.0001"), Fx::lit("100"));
    let moved = |first, second| spot_jump_ceil(first, second, variance).expect("prices of the domain");
    let (first, second) = (observed(before, 1_000), observed(after, 1_000 + u64::from(secs)));
    let sigmas = moved(first, second);
    assert_eq!(moved(Observation { at: 1_000, ..second }, Observation { at: second.at, ..first }), sigmas);
    let still = moved(first, Observation { price: first.price, ..second });
    assert!(still <= Millionths::from_raw(1) && sigmas >= still, "no move is no jump");
    let slower = moved(first, Observation { at: second.at.saturating_add(1 << 20), ..second });
    assert!(slower <= sigmas, "the same move in more time is a larger jump");
}

fn drawdown(input: &Input) {
    let (mut now, mut round) = (1_800_000_000, 1);
    let mut capital = RiskCapital::default();
    for (value, secs) in input.values.iter().take(10) {
        now += u64::from(secs % 200_000);
        round += 1;
        let value = Money::from_fx(value.between(Fx::lit("0.000001"), Fx::lit("1000000")));
        capital = capital.at(round, now, value).expect("it fits");
        let fall = capital.drawdown_ceil().expect("it fits");
        assert!(fall <= Millionths::ONE);
        assert_eq!(fall == Millionths::ZERO, value >= capital.average, "below the average and only there");
    }
    let wild = RiskCapital { frozen: Money::from_fx(input.wild.0.fx()), ..capital };
    let _ = wild.drawdown_ceil();
}

fn insurance(input: &Input) {
    let held = input.wild.0.fx();
    for (amount, floor) in &input.values {
        for held in [held, amount.between(Fx::ZERO, Fx::from_num(u32::MAX))] {
            let short = insurance_short_ceil(Money::from_fx(held), *floor);
            assert_eq!(
                short == Millionths::ZERO,
                *floor == 0 || held >= Fx::from_num(*floor),
                "short of it and only then"
            );
            assert!(short <= Millionths::ONE);
            assert!(
                short <= insurance_short_ceil(Money::from_fx(held), floor.saturating_add(1)),
                "a floor that is raised"
            );
        }
    }
}

/// Whatever the parameters, the order of rules and of their thresholds holds, and trades cannot carry the book to where
/// a rule trips.
fn governed(given: &[u32]) {
    let mut millionths = parameters::RULES.map(|rule| rule.default);
    for ((millionths, rule), given) in millionths.iter_mut().zip(parameters::RULES).zip(given) {
        *millionths = rule.min + given % (rule.max - rule.min + 1);
    }
    let Ok(parameters) = Parameters::new(millionths) else { return };
    let governed = rules(&parameters);
    for (rule, default) in governed.iter().zip(RULES) {
        assert!(0 < rule.recovers_below && rule.recovers_below <= rule.limit, "{rule:?}");
        assert_eq!((rule.measure, rule.effect), (default.measure, default.effect));
        if matches!(rule.measure, Measure::Delta | Measure::Vega) {
            assert!(rule.limit >= rule.recovers_below + rule.recovers_below / 5, "{rule:?}");
        }
    }
}

fn live_states(age: u64, unsafe_secs: u64) {
    let state = live_state(age, unsafe_secs);
    assert!(live_state(age, unsafe_secs.saturating_add(1)) >= state, "less grace");
    assert!(live_state(age.saturating_add(1), unsafe_secs) >= state, "an older price");
    assert_eq!(live_state(0, 0), State::Open);
}

fn actions() {
    for row in PERMISSIONS {
        assert!(allows(State::Open, row.action));
        assert_eq!(allows(State::ReduceOnly, row.action), row.in_reduce_only);
        assert_eq!(allows(State::Halted, row.action), row.in_halt);
        assert!(row.in_reduce_only || !row.in_halt, "a halt allows more than reduce-only");
    }
}
