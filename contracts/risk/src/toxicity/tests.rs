//! Toxicity: what raises the score, and that no trade lowers it within an epoch.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, float, fx, money, NOW};

const REFERENCE: f64 = 100_000.0;

fn factor(round: u64, price: f64) -> Factor {
    Factor { round, price: fx(price), variance: fx(0.36) }
}

fn start() -> Toxicity {
    at(Toxicity::default(), NOW, 1, 3_000.0)
}

fn at(state: Toxicity, now: u64, round: u64, price: f64) -> Toxicity {
    state.at(now, factor(round, price), money(REFERENCE)).unwrap()
}

/// Epochs in which traders buy `flow` at 3,000 and the price is then `after`, until they are marked out, and back.
fn epochs(count: u64, flow: f64, after: f64) -> Toxicity {
    let mut state = start();
    let mut now = NOW;
    for epoch in 0..count {
        state = at(state, now, 10 * epoch + 2, 3_000.0).traded(money(flow)).unwrap();
        state = at(state, now + EPOCH_SECS, 10 * epoch + 3, after);
        state = at(state, now + 2 * EPOCH_SECS, 10 * epoch + 4, after);
        now += 2 * EPOCH_SECS;
    }
    state
}

#[test]
fn the_markout_is_the_gain_over_the_deviation_of_the_flow() {
    // Bought 100,000 of delta, then the price rises by 1 %: weight 1/20, over one and a half hours.
    let markout = 0.01 / (0.36 * 5_400.0 / 31_536_000.0_f64).sqrt();
    assert_near(epochs(1, REFERENCE, 3_030.0).score().number().unwrap(), markout / 20.0, 2e-6, "bought");
    assert_near(epochs(1, -REFERENCE, 2_970.0).score().number().unwrap(), markout / 20.0, 2e-6, "sold");
    assert_eq!(epochs(1, REFERENCE, 2_970.0).score(), Millionths::ZERO, "whoever is wrong is not toxic");
    assert_eq!(epochs(1, 0.0, 3_030.0).score(), Millionths::ZERO, "nobody traded");
}

#[test]
fn informed_flow_widens_and_its_absence_narrows_again() {
    let factor = |state: &Toxicity| float(state.factor_ceil().unwrap().number().unwrap());
    let informed = epochs(60, 50.0 * REFERENCE, 3_060.0);
    assert!(factor(&informed) > 2.0, "{informed:?}");
    assert_eq!(epochs(60, 50.0 * REFERENCE, 3_000.0).factor_ceil(), Ok(Millionths::ONE));
    let later =
        (1..=72).fold(informed, |state, hour| at(state, NOW + 600 * EPOCH_SECS + hour * EPOCH_SECS, 9_999, 3_060.0));
    assert_eq!(later.factor_ceil(), Ok(Millionths::ONE), "{later:?}");
}

#[test]
fn dust_weighs_nothing() {
    let informed = epochs(60, 50.0 * REFERENCE, 3_060.0);
    let now = NOW + 120 * EPOCH_SECS;
    let marked = |flow: f64| {
        let state = at(informed, now, 10_000, 3_060.0).traded(money(flow)).unwrap();
        let state = at(state, now + EPOCH_SECS, 10_001, 2_900.0);
        at(state, now + 2 * EPOCH_SECS, 10_002, 2_900.0).score().raw()
    };
    assert!(marked(0.0).abs_diff(marked(1.0)) <= 8, "a dollar that loses");
    assert!(marked(REFERENCE) < marked(0.0), "a real flow that loses");
}

#[test]
fn what_is_bought_and_sold_in_one_round_weighs_nothing() {
    let informed = epochs(60, 50.0 * REFERENCE, 3_060.0);
    let now = NOW + 120 * EPOCH_SECS;
    let marked = |flow: f64| {
        let state = at(informed, now, 10_000, 3_060.0).traded(money(flow)).unwrap().traded(money(-flow)).unwrap();
        let state = at(state, now + EPOCH_SECS, 10_001, 2_900.0);
        at(state, now + 2 * EPOCH_SECS, 10_002, 2_900.0).score()
    };
    assert_eq!(marked(0.0), marked(1e9));
}

#[test]
fn a_round_trip_over_two_rounds_is_marked_though_nothing_is_left_of_it() {
    let state = start().traded(money(REFERENCE)).unwrap();
    let state = at(state, NOW + 60, 2, 3_030.0).traded(money(-1.01 * REFERENCE)).unwrap();
    let state = at(state, NOW + EPOCH_SECS, 3, 2_500.0);
    let state = at(state, NOW + 2 * EPOCH_SECS, 4, 3_500.0);
    // 1,000 gained on twice 100,000, and nothing after.
    let markout = 1_000.0 / 201_000.0 / (0.36 * 5_400.0 / 31_536_000.0_f64).sqrt();
    let weight = 0.1 * 201.0 / 301.0;
    assert_near(state.score().number().unwrap(), markout * weight, 5e-6, "score");
}

#[test]
fn what_cannot_be_is_refused_with_its_value() {
    for wrong in [factor(1, 0.0), factor(1, -1.0), Factor { variance: Fx::ZERO, ..factor(1, 1.0) }] {
        assert_eq!(start().at(NOW, wrong, money(1.0)), Err(ToxicityError::FactorNotPositive { factor: wrong }));
    }
    assert_eq!(start().traded(money(1e15)), Err(RiskError::Overflow));
}

#[test]
fn the_factor_is_one_up_to_the_noise_and_three_at_most() {
    let factor = |score| Toxicity { score: Millionths::from_raw(score), ..start() }.factor_ceil().unwrap().raw();
    assert_eq!([factor(0), factor(250_000), factor(1_000_000)], [1_000_000, 1_000_000, 2_000_000]);
    assert_eq!([factor(1_750_000), factor(u32::MAX)], [3_000_000, 3_000_000]);
}

type Steps = Vec<(u64, f64, f64)>;

fn steps() -> impl Strategy<Value = Steps> {
    prop::collection::vec((0_u64..2_000, -1e7_f64..1e7, 0.9_f64..1.1), 1..40)
}

fn live(steps: &Steps, mut each: impl FnMut(u64, &Toxicity, &Toxicity)) -> Toxicity {
    let (mut state, mut now, mut price) = (start(), NOW, 3_000.0);
    for (place, (gap, flow, change)) in steps.iter().enumerate() {
        (now, price) = (now + gap, price * change);
        let round = u64::try_from(place).unwrap() + 2;
        let next = at(state, now, round, price);
        each(now, &state, &next);
        assert_eq!(at(next, now, round, price), next, "twice in a round is once");
        let traded = next.traded(money(*flow)).unwrap();
        assert_eq!(traded.score(), next.score(), "no trade moves the score");
        state = traded;
    }
    state
}

proptest! {
    #[test]
    fn within_an_epoch_the_score_stays_and_it_is_always_bounded(steps in steps()) {
        live(&steps, |now, before, after| {
            if now - before.epoch_at < EPOCH_SECS {
                assert_eq!(before.score(), after.score());
            }
            assert!(after.score().raw() <= 4_000_000);
            let factor = after.factor_ceil().unwrap();
            assert!(Millionths::ONE <= factor && factor <= MOST_TOXICITY);
        });
    }

    #[test]
    fn one_epoch_of_flow_lowers_the_score_by_a_tenth_at_most_beside_its_fading_and_the_bound_of_a_markout(
        score in 0_u32..4_000_000, flow in -1e9_f64..1e9, change in 0.5_f64..2.0,
    ) {
        let state = Toxicity { score: Millionths::from_raw(score), ..start() }.traded(money(flow)).unwrap();
        let state = at(state, NOW + EPOCH_SECS, 2, 3_000.0);
        let after = at(state, NOW + 2 * EPOCH_SECS, 3, 3_000.0 * change).score();
        let fade = (-1.0_f64 / 24.0).exp();
        let least = 0.9 * f64::from(score) / 1e6 * fade * fade - 0.4;
        prop_assert!(float(after.number().unwrap()) >= least - 1e-5);
    }

    #[test]
    fn calling_without_trading_within_an_epoch_lowers_no_later_score(
        steps in steps(), calls in prop::collection::vec((0_usize..40, 0_u64..2_000), 0..20),
    ) {
        // More calls at prices that come anyway round gains up a little more often.
        let (mut rare, mut often, mut now, mut price) = (start(), start(), NOW, 3_000.0);
        for (place, (gap, flow, change)) in steps.iter().enumerate() {
            let round = u64::try_from(place).unwrap() + 2;
            for (_, after) in calls.iter().filter(|call| call.0 == place) {
                if now + after.min(gap) < often.epoch_at + EPOCH_SECS {
                    often = at(often, now + after.min(gap), often.round, price);
                }
            }
            (now, price) = (now + gap, price * change);
            [rare, often] = [rare, often].map(|state| at(state, now, round, price).traded(money(*flow)).unwrap());
        }
        prop_assert_eq!(rare, often);
    }

    #[test]
    fn storage_keeps_every_bit(words in prop::array::uniform12(any::<u64>()), steps in steps()) {
        let state = live(&steps, |_, _, _| ());
        prop_assert_eq!(Toxicity::from_words(state.to_words()), state);
        let mut expected = words;
        expected[11] = words[11].min(u64::from(u32::MAX));
        prop_assert_eq!(Toxicity::from_words(words).to_words(), expected);
    }

    #[test]
    fn no_state_or_number_makes_a_step_wrap(
        words in prop::array::uniform12(any::<u64>()), now in any::<u64>(), round in any::<u64>(),
        (price, variance, reference, flow) in (any_fx(), any_fx(), any_fx(), any_fx()),
    ) {
        let state = Toxicity::from_words(words);
        let _ = state.factor_ceil();
        let _ = state.traded(Money::from_fx(flow));
        if let Ok(next) = state.at(now, Factor { round, price, variance }, Money::from_fx(reference)) {
            prop_assert!(next.score().raw() <= u32::try_from(words[11]).unwrap_or(u32::MAX).max(4_000_001));
        }
    }
}
