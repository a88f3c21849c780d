//! Parameters stay within their bounds, the defaults included.

use proptest::prelude::*;

use super::*;

fn place_of(parameter: Parameter) -> usize {
    RULES.iter().position(|rule| rule.parameter == parameter).unwrap()
}

fn with(changes: &[(Parameter, u32)]) -> Result<Parameters, ParameterError> {
    let mut millionths = Parameters::default().all_millionths();
    for (parameter, value) in changes {
        millionths[place_of(*parameter)] = *value;
    }
    Parameters::new(millionths)
}

#[test]
fn the_defaults_pass_their_own_checks() {
    let defaults = Parameters::default();
    assert_eq!(Parameters::new(defaults.all_millionths()), Ok(defaults));
}

#[test]
fn every_parameter_has_one_rule_with_ordered_bounds() {
    for (place, rule) in RULES.iter().enumerate() {
        assert_eq!(place_of(rule.parameter), place, "{:?} twice", rule.parameter);
        assert!(rule.min <= rule.default && rule.default <= rule.max, "{:?}", rule.parameter);
        assert!(rule.min < rule.max, "{:?} cannot be tuned", rule.parameter);
    }
}

#[test]
fn a_parameter_is_found_at_the_place_of_its_rule() {
    let places = Parameters::from_stored(core::array::from_fn(|place| u32::try_from(place).unwrap()));
    for (place, rule) in (0..).zip(&RULES) {
        assert_eq!(places.millionths(rule.parameter), place, "{:?}", rule.parameter);
    }
}

#[test]
fn hours_are_whole_seconds_rounded_down() {
    let with = |millionths| with(&[(Parameter::MaxSpotAgeHours, millionths)]).unwrap();
    assert_eq!(with(2_000_000).secs(Parameter::MaxSpotAgeHours, 3_600), 7_200);
    assert_eq!(
        with(10_000).secs(Parameter::MaxSpotAgeHours, 3_600),
        36,
        "a hundredth of an hour, which no binary number is"
    );
    assert_eq!(with(10_277).secs(Parameter::MaxSpotAgeHours, 3_600), 36);
    assert_eq!(Parameters::default().secs(Parameter::FeedLatencySecs, 1), 15);
}

#[test]
fn a_parameter_is_its_millionths() {
    let defaults = Parameters::default();
    assert_eq!(defaults.number(Parameter::Lambda).unwrap(), 20);
    assert_eq!(defaults.number(Parameter::DeltaLimit).unwrap(), 0.25);
    // 0.0007 rounded down to 2^-64
    assert_eq!(defaults.number(Parameter::VolHalfSpread).unwrap().to_bits(), (7 << 64) / 10_000);
    assert_eq!(MILLIONTH_WAD * u128::from(MILLION), 1_000_000_000_000_000_000);
}

#[test]
fn the_correlation_stays_between_minus_one_and_one() {
    let rule = RULES[place_of(Parameter::SpotVolCorrelationPlusOne)];
    assert!(rule.min > 0 && rule.max < 2_000_000);
}

#[test]
fn rebates_may_not_use_a_higher_aversion_than_charges() {
    assert!(with(&[(Parameter::Lambda, 15_000_000)]).is_ok(), "equal passes");
    assert_eq!(with(&[(Parameter::Lambda, 14_999_999)]), Err(ParameterError::FloorAboveLambda));
}

#[test]
fn vega_may_not_be_held_for_a_shorter_time_than_delta() {
    let horizons = |delta, vega| with(&[(Parameter::DeltaHorizonDays, delta), (Parameter::VegaHorizonDays, vega)]);
    assert!(horizons(2_000_000, 2_000_000).is_ok(), "equal passes");
    assert_eq!(horizons(2_000_001, 2_000_000), Err(ParameterError::VegaHorizonBelowDelta));
}

proptest! {
    #[test]
    fn a_number_past_its_bounds_is_refused_and_named(place in 0..COUNT, value in any::<u32>()) {
        let mut millionths = Parameters::default().all_millionths();
        let rule = RULES[place];
        for value in [value, rule.min.wrapping_sub(1), rule.min, rule.max, rule.max + 1] {
            millionths[place] = value;
            let refused = Parameters::new(millionths) == Err(ParameterError::OutOfBounds(place));
            prop_assert_eq!(refused, value < rule.min || value > rule.max);
        }
    }

    #[test]
    fn storage_keeps_every_number(millionths in any::<[u32; COUNT]>()) {
        let stored = Parameters::from_stored(millionths);
        prop_assert_eq!(stored.all_millionths(), millionths);
        for (rule, value) in RULES.iter().zip(millionths) {
            prop_assert_eq!(stored.millionths(rule.parameter), value);
        }
    }
}
