//! The regime: what raises and lowers it, and what does not.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, float, fx, NOW};

const IMPLIED: f64 = 0.36;
const HOUR: u64 = 3_600;

fn observed(price: f64, at: u64) -> Observation {
    Observation { price: Price::from_fx(fx(price)), at }
}

fn start() -> RegimeState {
    RegimeState::start(observed(3_000.0, NOW), fx(IMPLIED)).unwrap()
}

/// Samples prices that go up and down by turns by `sigmas` of the implied volatility over each gap, in twos, which the
/// median keeps.
fn shaken(mut state: RegimeState, sigmas: f64, gap: u32, samples: usize) -> RegimeState {
    let step = sigmas * (IMPLIED * f64::from(gap) / 31_536_000.0).sqrt();
    let begin = state.times[1];
    let low = state.logs[1];
    for place in 1..=samples {
        let log = float(low) + if place % 4 < 2 { 0.0 } else { step };
        let at = begin + u64::from(gap) * u64::try_from(place).unwrap();
        state = state.sampled(observed(log.exp(), at), fx(IMPLIED)).unwrap();
    }
    state
}

#[test]
fn quiet_samples_count_anew_after_one_that_is_not() {
    let stressed = RegimeState { regime: Regime::Stressed, quiet_samples: 5, quiet_since: NOW, ..start() };
    let after = |ratio: f64| {
        let state = RegimeState { variance: fx(IMPLIED * ratio), ..stressed };
        state.classified(NOW + HOUR, fx(IMPLIED)).unwrap()
    };
    // Stressed from 2.5 on, and quiet below 1.75.
    assert_eq!((after(2.0).regime, after(2.0).quiet_samples), (Regime::Stressed, 0));
    assert_eq!((after(1.7).quiet_samples, after(1.7).quiet_since), (6, NOW));
    assert_eq!((after(6.5).regime, after(6.5).quiet_samples), (Regime::Crisis, 0));
    // The next step down has to wait as long again.
    let about = RegimeState { quiet_samples: DWELL_SAMPLES - 1, quiet_since: NOW - DWELL_SECS, ..stressed };
    let lower = RegimeState { variance: fx(IMPLIED * 0.1), ..about }.classified(NOW, fx(IMPLIED)).unwrap();
    assert_eq!((lower.regime, lower.quiet_samples), (Regime::Normal, 0));
}

#[test]
fn more_movement_is_a_higher_regime_and_less_a_lower_one() {
    let (gap, samples) = (300, 12 * 48);
    let regime = |sigmas| shaken(start(), sigmas, gap, samples).regime;
    // Half of the steps move, and the median's share is a half of a walk's: sigmas squared is V / i.
    assert_eq!([regime(0.0), regime(0.8)], [Regime::Calm, Regime::Calm]);
    assert_eq!([regime(1.2), regime(1.8)], [Regime::Normal, Regime::Stressed]);
    assert_eq!(regime(3.0), Regime::Crisis);
    let crisis = shaken(start(), 3.0, gap, samples);
    assert_eq!(shaken(crisis, 0.0, gap, samples * 3).regime, Regime::Calm, "and back");
}

#[test]
fn the_median_keeps_the_stated_share_of_a_walk() {
    // Midpoint rule over the sizes b, x, y of normal numbers.
    let (step, count) = (0.02, 400);
    let place = |i: u32| (f64::from(i) + 0.5) * step;
    let density = |x: f64| (2.0 / core::f64::consts::PI).sqrt() * (-x * x / 2.0).exp() * step;
    let mut both = 0.0;
    for b in (0..count).map(place) {
        let mean = |power: i32| (0..count).map(place).map(|x| b.min(x).powi(power) * density(x)).sum::<f64>();
        let (first, second) = (mean(1), mean(2));
        both += density(b) * (b * b - 4.0 * b * first + 2.0 * second + 2.0 * first * first);
    }
    let share = 0.25 + (1.0 - 2.0 / core::f64::consts::PI) / 2.0 + both / 4.0;
    assert_near(MEDIAN_SHARE, share, 1e-5, "share");
}

#[test]
fn a_fall_of_an_eighth_within_an_hour_is_a_crisis_within_that_hour() {
    let mut state = start();
    for place in 1..=14_u32 {
        let price = 3_000.0 * 0.99_f64.powi(i32::try_from(place.min(12)).unwrap());
        state = state.sampled(observed(price, NOW + u64::from(place) * 300), fx(IMPLIED)).unwrap();
        if place <= 2 {
            assert_eq!(state.regime, Regime::Normal, "not by the first samples");
        }
    }
    assert!(state.regime >= Regime::Stressed, "{state:?}");
    assert!(float(state.variance) / IMPLIED > 4.0);
}

#[test]
fn a_gap_is_one_return_over_all_of_it() {
    // Three hours without a sample, then one standard deviation of three hours: V stays what is implied.
    let step = (IMPLIED * 10_800.0 / 31_536_000.0 * 0.499_37).sqrt();
    let price = 3_000.0 * step.exp();
    let state = [1, 2]
        .iter()
        .fold(start(), |state, times| state.sampled(observed(price, NOW + times * 3 * HOUR), fx(IMPLIED)).unwrap());
    assert_near(state.variance, IMPLIED, 1e-9, "one return, scaled");
    let weight = 1.0 - (-1.0_f64 / 6.0).exp();
    let quiet = [1, 2]
        .iter()
        .fold(start(), |state, days| state.sampled(observed(3_000.0, NOW + days * 24 * HOUR), fx(IMPLIED)).unwrap());
    assert_near(quiet.variance, IMPLIED * (1.0 - weight), 1e-9, "a gap weighs an hour at most");
}

#[test]
fn what_cannot_be_is_refused_with_its_value() {
    let sample = observed(3_000.0, NOW);
    let error = RegimeError::ImpliedVarianceNotPositive { implied: Fx::ZERO };
    assert_eq!(RegimeState::start(sample, Fx::ZERO), Err(error));
    assert_eq!(start().sampled(sample, Fx::ZERO), Err(error));
    let worthless = Observation { price: Price::ZERO, at: NOW + HOUR };
    assert_eq!(start().sampled(worthless, fx(IMPLIED)), Err(RegimeError::PriceNotPositive { price: Price::ZERO }));
}

/// The first of the classifications, `gap` apart, after which a quiet market is in a lower regime.
fn falls_after(state: RegimeState, gap: u64) -> u64 {
    let mut state = state;
    let fallen = (0..20).find(|place| {
        let before = state.regime;
        state = state.classified(NOW + HOUR + place * gap, fx(IMPLIED)).unwrap();
        state.regime < before
    });
    fallen.unwrap()
}

#[test]
fn a_lower_regime_takes_six_hours_and_three_samples() {
    assert_eq!((DWELL_SECS, DWELL_SAMPLES), (21_600, 3));
    let quiet = RegimeState { regime: Regime::Stressed, variance: Fx::ZERO, ..start() };
    assert_eq!(falls_after(quiet, 2 * HOUR), 3, "six hours");
    assert_eq!(falls_after(quiet, 2 * HOUR - 1), 4, "six hours, and not less");
    assert_eq!(falls_after(quiet, 3 * HOUR), 2, "both");
    assert_eq!(falls_after(quiet, 9 * HOUR), 2, "three samples");
}

#[test]
fn a_higher_regime_begins_the_dwell_anew() {
    let wait = |state: RegimeState, at| state.classified(NOW + at * HOUR, fx(IMPLIED)).unwrap();
    let quiet = RegimeState { regime: Regime::Stressed, variance: Fx::ZERO, ..start() };
    let nearly = wait(wait(quiet, 1), 4);
    assert_eq!((nearly.regime, nearly.quiet_samples, nearly.quiet_since), (Regime::Stressed, 2, NOW + HOUR));
    let wild = wait(RegimeState { variance: fx(7.0 * IMPLIED), ..nearly }, 6);
    assert_eq!((wild.regime, wild.quiet_samples), (Regime::Crisis, 0));
    let calmed = wait(RegimeState { variance: Fx::ZERO, ..wild }, 8);
    assert_eq!((calmed.regime, calmed.quiet_samples, calmed.quiet_since), (Regime::Crisis, 1, NOW + 8 * HOUR));
}

#[test]
fn a_market_is_quiet_below_seven_tenths_of_its_own_threshold() {
    let of = |regime, variance| RegimeState { regime, variance, ..start() };
    let is_quiet = |state: RegimeState| state.classified(NOW + HOUR, fx(IMPLIED)).unwrap().quiet_samples == 1;
    for (regime, _, leave) in THRESHOLDS {
        let edge = mul_floor(fx(IMPLIED), leave).unwrap();
        assert!(!is_quiet(of(regime, edge)) && is_quiet(of(regime, edge - Fx::DELTA)), "{regime:?}");
    }
}

/// A market that moves as its options price in: steps of the implied deviation, up or down.
fn walks() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(any::<bool>(), 20..120).prop_map(|ups| {
        let step = 0.7 * (IMPLIED * 300.0 / 31_536_000.0).sqrt();
        let mut log = 3_000.0_f64.ln();
        ups.iter()
            .map(|up| {
                log += if *up { step } else { -step };
                log.exp()
            })
            .collect()
    })
}

fn path(prices: &[f64]) -> Vec<RegimeState> {
    let mut state = start();
    let step = |(place, price): (usize, &f64)| {
        let at = NOW + 300 * (u64::try_from(place).unwrap() + 1);
        state = state.sampled(observed(*price, at), fx(IMPLIED)).unwrap();
        state
    };
    prices.iter().enumerate().map(step).collect()
}

proptest! {
    #[test]
    fn one_wrong_price_of_any_size_raises_no_regime(prices in walks(), place in 0_usize..120, wrong in 1e-3_f64..1e8) {
        let honest = path(&prices);
        let mut spoofed = prices.clone();
        let place = place % prices.len();
        spoofed[place] = wrong;
        for (with, without) in path(&spoofed).iter().zip(&honest) {
            prop_assert!(with.regime <= Regime::Normal && without.regime <= Regime::Normal);
            // Three medians differ, each by two honest steps at most.
            prop_assert!(float(with.variance) - float(without.variance) < 0.25 * IMPLIED, "{:?} {:?}", with, without);
        }
    }

    #[test]
    fn one_quiet_sample_lowers_no_regime(sigmas in 0.0_f64..4.0, samples in 10_usize..400, gap in 300_u64..1 << 30) {
        let before = shaken(start(), sigmas, 300, samples);
        // Where no run of quiet samples has begun.
        let before = RegimeState { quiet_samples: 0, ..before };
        let quiet = Observation { price: Price::from_fx(fx(float(before.filtered).exp())), at: before.times[1] + gap };
        prop_assert!(before.sampled(quiet, fx(IMPLIED)).unwrap().regime >= before.regime);
    }

    #[test]
    fn sampling_more_often_than_the_grid_changes_nothing(
        prices in walks(), extras in prop::collection::vec((0_usize..120, 0_u64..300, 1e-3_f64..1e8), 0..40),
    ) {
        let mut state = start();
        for (place, price) in prices.iter().enumerate() {
            let at = NOW + 300 * (u64::try_from(place).unwrap() + 1);
            state = state.sampled(observed(*price, at), fx(IMPLIED)).unwrap();
            for (_, after, price) in extras.iter().filter(|extra| extra.0 == place) {
                prop_assert_eq!(state.sampled(observed(*price, at + after), fx(IMPLIED)).unwrap(), state);
                prop_assert_eq!(state.sampled(observed(*price, at - after), fx(IMPLIED)).unwrap(), state, "nor an old one");
            }
        }
        prop_assert_eq!(Some(state), path(&prices).last().copied());
    }

    #[test]
    fn no_choice_of_samples_lowers_a_regime_faster_than_its_dwell(
        samples in prop::collection::vec((300_u64..20_000, 0.9_f64..1.1), 10..150), wild in 0_usize..3,
    ) {
        let mut state = RegimeState { regime: [Regime::Crisis, Regime::Stressed, Regime::Normal][wild], ..start() };
        let (mut at, mut price, mut since, mut count) = (NOW, 3_000.0, NOW, 0);
        for (gap, change) in samples {
            (at, price, count) = (at + gap, price * change, count + 1);
            let next = state.sampled(observed(price, at), fx(IMPLIED)).unwrap();
            if next.regime < state.regime {
                prop_assert_eq!(next.regime, state.regime.one_lower());
                prop_assert!(at - since >= DWELL_SECS && count >= DWELL_SAMPLES);
            }
            if next.regime != state.regime {
                (since, count) = (at, 0);
            }
            state = next;
        }
    }

    #[test]
    fn one_sample_moves_the_variance_by_no_more_than_its_bound(
        price in 1e-4_f64..1e9, gap in 300_u64..1 << 40, other in 1e-4_f64..1e9,
    ) {
        let state = start().sampled(observed(other, NOW + 300), fx(IMPLIED)).unwrap();
        let after = state.sampled(observed(price, state.times[1] + gap), fx(IMPLIED)).unwrap();
        prop_assert!(float(after.variance) <= IMPLIED * (1.0 + 25.0 * (1.0 - (-1.0_f64 / 6.0).exp())) + 1e-12);
        prop_assert!(after.variance >= 0);
    }

    #[test]
    fn no_sample_makes_the_state_wrap(
        (price, implied, variance) in (any_fx(), any_fx(), any_fx()), (at, old, older) in (any::<u64>(), any::<u64>(), any::<u64>()),
    ) {
        let wild = RegimeState { variance, times: [older, old], ..start() };
        let _ = wild.sampled(Observation { price: Price::from_fx(price), at }, implied);
    }
}
