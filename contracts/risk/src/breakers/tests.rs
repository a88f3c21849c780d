//! Breakers: each rule trips, holds and recovers as it says; guardians only tighten; nobody opens a market by calling often.

use std::vec::Vec;

use equipoise_math::Fx;
use proptest::prelude::*;

use super::Action::{Claim, RequestLp, Settle, TopUp, Update, WithdrawFree};
use super::*;
use crate::fixtures::{any_fx, assert_near, fx, price_of, NOW};
use crate::millionths::Millionths;
use crate::parameters::{Parameter, Parameters, RULES as RULES_OF_PARAMETERS};
use crate::regime::Observation;
use crate::units::Money;

fn read(measure: Measure, value: u32) -> Readings {
    let readings = Readings::default();
    match measure.unit() {
        Unit::Seconds => readings.with_secs(measure, value.into()).unwrap(),
        Unit::Ratio => readings.with_ratio(measure, Millionths::from_raw(value)).unwrap(),
    }
}

fn is_tripped(breakers: &Breakers, place: usize) -> bool {
    breakers.conditions(&Readings::default(), &RULES)[place].is_tripped
}

#[test]
fn states_have_the_numbers_that_are_stored() {
    let numbers = [State::Open, State::ReduceOnly, State::Halted].map(State::number);
    assert_eq!(numbers, [0, 1, 2]);
    let read = [0, 1, 2, 3].map(State::of_number);
    assert_eq!(read, [Some(State::Open), Some(State::ReduceOnly), Some(State::Halted), None]);
}

#[test]
fn every_rule_trips_at_its_limit_and_recovers_after_its_cool_down() {
    for (place, rule) in RULES.iter().enumerate() {
        let observed = |breakers: Breakers, after: u64, value: u32| {
            breakers.observed(NOW + after, &read(rule.measure, value), &RULES)
        };
        let calm = observed(Breakers::default(), 0, rule.limit - 1);
        assert!(!is_tripped(&calm, place), "{rule:?}");
        let tripped = observed(calm, 1, rule.limit);
        assert!(is_tripped(&tripped, place) && tripped.state(NOW + 1) >= rule.effect, "{rule:?}");
        assert_eq!(tripped.is_price_safe(), !tripped.tripped().any(|rule| rule.is_of_price));
        // In the band between it stays tripped, and the cool-down starts anew.
        let held = observed(tripped, 10, rule.recovers_below);
        let cooldown = u64::from(rule.cooldown_secs);
        let good = rule.recovers_below - 1;
        assert!(is_tripped(&observed(held, 9 + cooldown, good), place), "{rule:?}");
        assert_eq!(held.conditions(&read(rule.measure, 7), &RULES)[place].recovers_at, Some(NOW + 10 + cooldown));
        let recovered = observed(held, 10 + cooldown, good);
        assert!(!is_tripped(&recovered, place), "{rule:?}");
        assert!(is_tripped(&observed(recovered, 10 + cooldown, rule.limit), place), "no pause before it trips again");
    }
}

/// Limit, below what it recovers, and for how long readings must be good, of every rule at the default parameters.
const TABLE: [(u32, u32, u32); RULE_COUNT] = [
    (7_201, 7_201, 300),
    (86_400, 7_201, 300),
    (93_601, 93_601, 300),
    (21_601, 21_601, 300),
    (15_000, 7_500, 900),
    (50_000, 15_000, 900),
    (1, 1, 60),
    (3_300, 3_300, 60),
    (6_000_000, 4_000_000, 900),
    (12_000_000, 6_000_000, 900),
    (100_000, 50_000, 3_600),
    (100_000, 70_000, 21_600),
    (250_000, 150_000, 86_400),
    (1_200_000, 1_000_000, 900),
    (300_000, 250_000, 900),
    (180_000, 150_000, 900),
    (1_000, 1, 86_400),
    (10_000, 1_000, 86_400),
    (1_500_000, 1_000_000, 3_600),
    (93_601, 93_601, 300),
    (10_000, 5_000, 3_600),
    (30_000, 15_000, 3_600),
    (3_601, 3_601, 60),
    (1, 1, 3_600),
    (129_600, 1, 60),
];

#[test]
fn rules_have_the_numbers_of_the_table() {
    let numbers = |rule: Rule| (rule.limit, rule.recovers_below, rule.cooldown_secs);
    assert_eq!(RULES.map(numbers), TABLE);
    assert_eq!(rules(&Parameters::default()).map(numbers), TABLE);
}

#[test]
fn rules_are_consistent() {
    const { assert!(TIMES <= WORDS * 2, "every time has its place") };
    for rule in RULES {
        assert!(0 < rule.recovers_below && rule.recovers_below <= rule.limit, "{rule:?}");
        assert!(rule.cooldown_secs >= 60 && rule.effect > State::Open, "{rule:?}");
    }
    let of = |measure, effect| RULES.iter().find(|rule| rule.measure == measure && rule.effect == effect).unwrap();
    for rule in RULES.iter().filter(|rule| rule.effect == State::Halted) {
        let first = of(rule.measure, State::ReduceOnly);
        assert!(
            first.limit < rule.limit && first.recovers_below <= rule.recovers_below,
            "reduce-only comes first: {rule:?}"
        );
    }
    assert_eq!(of(Measure::StablecoinDeviation, State::ReduceOnly).limit, 10_000, "1 %");
    assert_eq!(of(Measure::StablecoinDeviation, State::Halted).limit, 30_000, "3 %");
    let default = |parameter| RULES_OF_PARAMETERS.iter().find(|rule| rule.parameter == parameter).unwrap().default;
    let limit = |measure| of(measure, State::ReduceOnly).limit;
    assert_eq!(limit(Measure::Delta), default(Parameter::DeltaLimit) / 5 * 6, "where no trade can carry it");
    assert_eq!(limit(Measure::Vega), default(Parameter::VegaLimit) / 5 * 6);
    assert_eq!(limit(Measure::SpotAge), default(Parameter::MaxSpotAgeHours) / 1_000_000 * 3_600 + 1);
    assert_eq!(limit(Measure::SurfaceAge), default(Parameter::MaxSurfaceAgeHours) / 1_000_000 * 3_600 + 1);
}

#[test]
fn what_is_not_read_stays_as_it_is_and_what_is_read_has_a_unit() {
    let tripped = Breakers::default().observed(NOW, &read(Measure::SpotAge, 7_201), &RULES);
    assert_eq!(tripped.observed(NOW + 1_000_000, &Readings::default(), &RULES), tripped);
    let wrong = Readings::default().with_secs(Measure::Delta, 1);
    assert_eq!(wrong, Err(BreakerError::WrongUnit { measure: Measure::Delta, unit: Unit::Ratio }));
    let readings = Readings::default().with_secs(Measure::SpotAge, u64::MAX).unwrap();
    assert_eq!(readings.of(Measure::SpotAge), Some(u32::MAX));
    let mut places: Vec<usize> = RULES.iter().map(|rule| rule.measure.place()).collect();
    places.dedup();
    assert_eq!(places, (0..MEASURES).collect::<Vec<_>>(), "every measure has a rule");
}

#[test]
fn a_guardian_tightens_for_three_days_and_never_loosens() {
    assert_eq!(GUARDIAN_SECS, 3 * 86_400);
    let halted = Breakers::default().tightened(NOW, State::Halted).unwrap();
    assert_eq!([halted.state(NOW), halted.state(NOW + GUARDIAN_SECS - 1)], [State::Halted; 2]);
    assert_eq!(halted.state(NOW + GUARDIAN_SECS), State::Open);
    assert_eq!(halted.earliest_recovery(NOW), Some(NOW + GUARDIAN_SECS));
    let both = halted.tightened(NOW + 100, State::ReduceOnly).unwrap();
    assert_eq!([both.state(NOW + 100), both.state(NOW + GUARDIAN_SECS)], [State::Halted, State::ReduceOnly]);
    let error = BreakerError::GuardianOnlyTightens { to: State::Open };
    assert_eq!(halted.tightened(NOW, State::Open), Err(error));
    assert_eq!(Breakers::default().earliest_recovery(NOW), None);
}

#[test]
fn the_state_is_the_tightest_and_the_recovery_the_latest() {
    let breakers = Breakers::default().observed(NOW, &read(Measure::SurfaceJump, 100_000), &RULES);
    assert_eq!((breakers.state(NOW), breakers.earliest_recovery(NOW)), (State::ReduceOnly, Some(NOW + 3_600)));
    let breakers = breakers.observed(NOW + 60, &read(Measure::StablecoinDeviation, 30_000), &RULES);
    assert_eq!((breakers.state(NOW + 60), breakers.earliest_recovery(NOW + 60)), (State::Halted, Some(NOW + 3_660)));
    assert!(breakers.is_price_safe());
    assert_eq!(breakers.earliest_recovery(NOW + 9_999), Some(NOW + 9_999), "at the next good reading");
}

#[test]
fn a_halt_leaves_what_protects_people_open() {
    let open_in =
        |state| PERMISSIONS.iter().filter(|row| allows(state, row.action)).map(|row| row.action).collect::<Vec<_>>();
    assert_eq!(open_in(State::Open).len(), PERMISSIONS.len());
    let reduced = open_in(State::ReduceOnly);
    assert!(!reduced.contains(&Action::OpenTrade) && reduced.len() == PERMISSIONS.len() - 1);
    assert_eq!(open_in(State::Halted), [Update, TopUp, WithdrawFree, RequestLp, Settle, Claim]);
    for row in PERMISSIONS {
        assert!(!row.in_halt || row.in_reduce_only, "nothing is closed by loosening");
        assert_eq!(PERMISSIONS.iter().filter(|other| other.action == row.action).count(), 1);
    }
}

#[test]
fn the_sequencer_is_unsafe_while_it_is_down_and_an_hour_after() {
    assert_eq!(sequencer_unsafe_secs(false, 9_999), u64::MAX);
    assert_eq!([sequencer_unsafe_secs(true, 0), sequencer_unsafe_secs(true, 3_599)], [3_600, 1]);
    assert_eq!(sequencer_unsafe_secs(true, 3_600), 0);
    let state = |since| {
        let readings = Readings::default().with_secs(Measure::SequencerUnsafe, sequencer_unsafe_secs(true, since));
        Breakers::default().observed(NOW, &readings.unwrap(), &RULES).state(NOW)
    };
    assert_eq!(
        [state(0), state(300), state(301), state(3_599), state(3_600)],
        [State::Halted, State::Halted, State::ReduceOnly, State::ReduceOnly, State::Open,]
    );
}

#[test]
fn a_jump_is_measured_in_deviations_of_its_time() {
    let at = |price: f64, at: u64| Observation { price: price_of(price), at };
    let hour = 0.6 * (1.0 / 8_760.0_f64).sqrt();
    let jump = spot_jump_ceil(at(3_000.0, NOW), at(3_000.0 * (5.0 * hour).exp(), NOW + 3_600), fx(0.36)).unwrap();
    assert_near(jump.number().unwrap(), 5.0, 2e-6, "up");
    let fall = spot_jump_ceil(at(3_000.0, NOW), at(3_000.0 * (-5.0 * hour).exp(), NOW + 3_600), fx(0.36)).unwrap();
    assert_near(fall.number().unwrap(), 5.0, 2e-6, "down");
    let instant = spot_jump_ceil(at(3_000.0, NOW), at(1_500.0, NOW), fx(0.36)).unwrap();
    assert!(instant > Millionths::from_raw(12_000_000), "half within a block");
    assert!(spot_jump_ceil(at(0.0, NOW), at(1.0, NOW), fx(0.36)).is_err());
}

#[test]
fn insurance_is_short_by_its_share_of_the_floor_from_the_least_amount_on() {
    let short = |held: f64, floor| insurance_short_ceil(Money::from_fx(fx(held)), floor).raw();
    assert_eq!([short(0.0, 0), short(-1.0, 0), short(5.0, 0)], [0; 3], "no floor, nothing short");
    assert_eq!([short(100_000.0, 100_000), short(1e9, 100_000)], [0; 2], "at the floor and above it");
    assert_eq!([short(75_000.0, 100_000), short(0.0, 100_000), short(-1.0, 1)], [250_001, 1_000_000, 1_000_000]);
    let atom = Money::from_fx(Fx::from_num(u32::MAX) - Fx::DELTA);
    assert_eq!(insurance_short_ceil(atom, u32::MAX).raw(), 1, "the least that can be missing of the largest floor");
    for extreme in [Fx::MIN, Fx::MAX] {
        let told = insurance_short_ceil(Money::from_fx(extreme), u32::MAX);
        assert_eq!(told, if extreme < 0 { Millionths::ONE } else { Millionths::ZERO });
    }
}

#[test]
fn insurance_below_its_floor_stops_openings_until_it_has_held_for_an_hour() {
    let read = |held: u32| {
        let short = insurance_short_ceil(Money::from_fx(Fx::from_num(held)), 1_000);
        Readings::default().with_ratio(Measure::InsuranceShort, short).unwrap()
    };
    let look = |breakers: Breakers, after: u64, held: u32| breakers.observed(NOW + after, &read(held), &RULES);
    let tripped = look(Breakers::default(), 0, 999);
    assert_eq!((tripped.state(NOW), tripped.is_price_safe()), (State::ReduceOnly, true));
    assert_eq!(look(tripped, 3_599, 1_000).state(NOW + 3_599), State::ReduceOnly);
    assert_eq!(look(tripped, 3_600, 1_000).state(NOW + 3_600), State::Open);
    assert_eq!(look(tripped, 3_600, 999).earliest_recovery(NOW + 3_600), Some(NOW + 7_200));
}

#[test]
fn parameters_move_ages_and_the_size_of_the_book_and_nothing_else() {
    assert_eq!(rules(&Parameters::default()).map(|rule| rule.limit), RULES.map(|rule| rule.limit));
    let mut millionths = RULES_OF_PARAMETERS.map(|rule| rule.default);
    for (rule, millionths) in RULES_OF_PARAMETERS.iter().zip(&mut millionths) {
        match rule.parameter {
            Parameter::MaxSpotAgeHours
            | Parameter::MaxSurfaceAgeHours
            | Parameter::DeltaLimit
            | Parameter::VegaLimit => {
                *millionths = rule.max;
            }
            _ => {}
        }
    }
    let moved = rules(&Parameters::new(millionths).unwrap());
    for (is, was) in moved.iter().zip(RULES) {
        let limit = match (is.measure, is.effect) {
            (Measure::SpotAge, _) => 48 * 3_600 + 1,
            (Measure::SurfaceAge, _) => 200 * 3_600 + 1,
            (Measure::Delta | Measure::Vega, _) => 1_200_000,
            _ => was.limit,
        };
        assert_eq!((is.measure, is.limit, is.cooldown_secs), (was.measure, limit, was.cooldown_secs));
        let good = match is.measure {
            Measure::Delta | Measure::Vega => 1_000_000,
            Measure::SpotAge | Measure::SurfaceAge => is.limit,
            _ => was.recovers_below,
        };
        assert_eq!(is.recovers_below, good, "{is:?}");
    }
}

#[test]
fn what_ages_ask_for_at_any_moment_is_what_their_rules_would_do() {
    let rules_of_age = |age: u64, unsafe_secs: u64| {
        let readings = Readings::default().with_secs(Measure::SequencerUnsafe, unsafe_secs).unwrap();
        let readings = readings.with_secs(Measure::SpotAge, age).unwrap();
        let halts = |rule: &Rule| rule.measure != Measure::SpotAge || rule.effect == State::Halted;
        let tripped = RULES.iter().filter(|rule| halts(rule));
        let tripped = tripped.filter(|rule| readings.of(rule.measure).is_some_and(|reading| reading >= rule.limit));
        tripped.map(|rule| rule.effect).max().unwrap_or_default()
    };
    for age in [0, 7_200, 86_399, 86_400, u64::MAX] {
        for unsafe_secs in [0, 1, 3_299, 3_300, 3_600, u64::MAX] {
            assert_eq!(live_state(age, unsafe_secs), rules_of_age(age, unsafe_secs), "{age} {unsafe_secs}");
        }
    }
}

#[test]
fn prices_are_safe_since_the_look_that_found_them_so() {
    let bad = Breakers::default().observed(NOW, &read(Measure::SourceDeviation, 15_000), &RULES);
    assert_eq!((bad.is_price_safe(), bad.safe_since(), bad.tripped_bits()), (false, 0, 1 << 4));
    let good = bad.observed(NOW + 900, &read(Measure::SourceDeviation, 0), &RULES);
    assert_eq!((good.is_price_safe(), good.safe_since(), good.tripped_bits()), (true, NOW + 900, 0));
    let later = good.observed(NOW + 5_000, &read(Measure::SourceDeviation, 0), &RULES);
    assert_eq!(later.safe_since(), NOW + 900);
    assert!(Breakers::would_trip(&read(Measure::SpotJump, 6_000_000), &RULES));
    assert!(!Breakers::would_trip(&read(Measure::SpotJump, 5_999_999), &RULES));
}

/// Looks at one measure: seconds since the last, and a reading around the limits of its rules.
fn looks(measure: Measure) -> impl Strategy<Value = Vec<(u64, u32)>> {
    let limits: Vec<u32> = RULES
        .iter()
        .filter(|rule| rule.measure == measure)
        .flat_map(|rule| [rule.limit, rule.recovers_below])
        .collect();
    let value = (0..limits.len(), -1_i64..2)
        .prop_map(move |(place, off)| u32::try_from((i64::from(limits[place]) + off).max(0)).unwrap());
    prop::collection::vec((0_u64..40_000, prop_oneof![Just(0), value]), 1..40)
}

fn measured() -> impl Strategy<Value = (Measure, Vec<(u64, u32)>)> {
    (0..RULE_COUNT)
        .prop_flat_map(|place| looks(RULES[place].measure).prop_map(move |looks| (RULES[place].measure, looks)))
}

proptest! {
    #[test]
    fn no_rule_recovers_within_its_cool_down_of_a_bad_reading((measure, looks) in measured()) {
        let (mut breakers, mut now) = (Breakers::default(), NOW);
        let mut last_bad = [0_u64; RULE_COUNT];
        for (gap, value) in looks {
            now += gap;
            breakers = breakers.observed(now, &read(measure, value), &RULES);
            prop_assert_eq!(breakers.observed(now, &read(measure, value), &RULES), breakers, "twice is once");
            for (place, rule) in RULES.iter().enumerate().filter(|(_, rule)| rule.measure == measure) {
                if value >= rule.limit {
                    last_bad[place] = now;
                    prop_assert!(is_tripped(&breakers, place), "it trips at once");
                }
                if now < last_bad[place] + u64::from(rule.cooldown_secs) {
                    prop_assert!(is_tripped(&breakers, place));
                }
            }
        }
    }

    #[test]
    fn good_readings_within_the_cool_down_change_nothing(
        (measure, looks) in measured(), extras in prop::collection::vec(0_u64..100_000, 1..10),
    ) {
        let (mut breakers, mut now) = (Breakers::default(), NOW);
        for (gap, value) in looks {
            now += gap;
            breakers = breakers.observed(now, &read(measure, value), &RULES);
            let before = breakers.conditions(&Readings::default(), &RULES);
            for after in &extras {
                let later = breakers.observed(now + after, &read(measure, 0), &RULES).conditions(&Readings::default(), &RULES);
                for (was, is) in before.iter().zip(later) {
                    let is_cooling = was.recovers_at.is_some_and(|at| now + after < at);
                    prop_assert!(!is_cooling || *was == is);
                }
            }
        }
    }

    #[test]
    fn a_worse_reading_never_loosens((measure, looks) in measured(), worse in any::<u32>()) {
        let (mut breakers, mut tighter, mut now) = (Breakers::default(), Breakers::default(), NOW);
        for (gap, value) in looks {
            now += gap;
            breakers = breakers.observed(now, &read(measure, value), &RULES);
            tighter = tighter.observed(now, &read(measure, value.saturating_add(worse % 3)), &RULES);
            prop_assert!(tighter.state(now) >= breakers.state(now));
            prop_assert!(tighter.earliest_recovery(now) >= breakers.earliest_recovery(now));
        }
    }

    #[test]
    fn a_guardian_never_makes_the_state_looser(
        (measure, looks) in measured(), calls in prop::collection::vec((0_usize..40, any::<bool>()), 0..6),
    ) {
        let (mut free, mut guarded, mut now) = (Breakers::default(), Breakers::default(), NOW);
        for (place, (gap, value)) in looks.into_iter().enumerate() {
            now += gap;
            (free, guarded) = (free.observed(now, &read(measure, value), &RULES), guarded.observed(now, &read(measure, value), &RULES));
            for (_, is_halt) in calls.iter().filter(|call| call.0 == place) {
                let before = guarded.state(now);
                guarded = guarded.tightened(now, if *is_halt { State::Halted } else { State::ReduceOnly }).unwrap();
                prop_assert!(guarded.state(now) >= before);
            }
            prop_assert!(guarded.state(now) >= free.state(now));
            prop_assert_eq!(guarded.state(now + GUARDIAN_SECS), free.state(now), "and its part lapses");
        }
    }

    #[test]
    fn storage_keeps_every_bit_and_no_state_makes_a_step_wrap(
        mut words in prop::array::uniform16(any::<u64>()), now in any::<u64>(), value in any::<u32>(),
        (before, after, variance) in (any_fx(), any_fx(), any_fx()),
    ) {
        // What no time uses is zero.
        for place in TIMES..2 * WORDS {
            words[place / 2] &= if place % 2 == 0 { u64::from(u32::MAX) } else { u64::MAX << 32 };
        }
        let breakers = Breakers::from_words(words);
        prop_assert_eq!(breakers.to_words(), words);
        for rule in RULES {
            let next = breakers.observed(now, &read(rule.measure, value), &RULES);
            let _ = (next.state(now), next.earliest_recovery(now), next.tightened(now, State::Halted));
        }
        let observed = |price: Fx| Observation { price: crate::units::Price::from_fx(price), at: now };
        let _ = spot_jump_ceil(observed(before), observed(after), variance);
    }
}
