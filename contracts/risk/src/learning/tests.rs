//! What is learned stays in its bounds, moves at epochs' ends by a step, and follows what has paid.
#![allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "factors are quarters, which floats have exactly"
)]

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, fx, money, NOW};

const DAY: u64 = EPOCH_SECS;
const ALL: Millionths = MOST;

fn millionths(number: f64) -> i32 {
    (number * 1e6) as i32
}

fn factor(learner: &Learner) -> f64 {
    f64::from(learner.widening().factor().raw()) / 1e6
}

fn epoch(earned: f64, gross: f64, toxicity: u32) -> Epoch {
    let amount = |number| Amount::from_money_floor(money(number));
    let takings = Takings { earned: amount(earned), gross: amount(gross) };
    Epoch {
        takings,
        toxicity: Millionths::from_raw(toxicity),
        variance: fx(0.365),
        capital: money(1e6),
        secs: EPOCH_SECS,
    }
}

/// Lives through epochs whose rewards follow from the factor in use.
/// # Returns: the sum of the rewards, and the factors
fn live(learner: &mut Learner, epochs: u32, most: Millionths, reward: impl Fn(u32, f64) -> f64) -> (f64, Vec<f64>) {
    let mut factors = Vec::new();
    let mut sum = 0.0;
    for epoch in 0..epochs {
        let used = factor(learner);
        let earned = reward(epoch, used);
        sum += earned;
        factors.push(used);
        *learner = learner.after_epoch(Some(millionths(earned)), most, learner.due_at()).unwrap();
    }
    (sum, factors)
}

/// Traders who go elsewhere as spreads widen, and nobody informed.
fn calm(factor: f64) -> f64 {
    (1.0 - 0.9 * (factor - 1.0)) * factor * 0.4
}

/// Traders who know, and hardly mind the price.
fn toxic(factor: f64) -> f64 {
    (1.0 - 0.2 * (factor - 1.0)) * (factor * 0.4 - 0.6)
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

#[test]
fn a_reward_is_what_was_earned_beyond_markouts_in_deviations_of_a_hundredth_of_capital() {
    // a day's deviation is a root of 0.001, an hour and a half's a quarter of that
    let unit = 10_000.0 * 0.001_f64.sqrt();
    let quiet = epoch(unit, 1e6, 250_000).outcome().unwrap();
    assert_eq!(quiet.lost, Money::ZERO, "a toxicity of a quarter is noise");
    assert!((999_950..=1_000_000).contains(&quiet.reward), "{quiet:?}");
    let toxic = epoch(unit, 100_000.0, 1_250_000).outcome().unwrap();
    let lost = 100_000.0 * 0.001_f64.sqrt() / 4.0;
    assert!((toxic.lost.fx().to_num::<f64>() - lost).abs() < 0.01, "{toxic:?}");
    assert!((toxic.reward - millionths(1.0 - lost / unit)).abs() < 60, "{toxic:?}");
    let long = Epoch { secs: 2 * EPOCH_SECS, ..epoch(unit, 0.0, 0) }.outcome().unwrap();
    assert!((long.reward - 500_000).abs() < 60, "per day: {long:?}");
    assert_eq!(epoch(1e9, 0.0, 0).outcome().unwrap().reward, 4_000_000);
    assert_eq!(epoch(0.0, 1e9, 4_000_000).outcome().unwrap().reward, -4_000_000);
}

#[test]
fn without_capital_or_variance_there_is_no_reward() {
    for wrong in
        [Epoch { capital: Money::ZERO, ..epoch(1.0, 1.0, 0) }, Epoch { variance: Fx::ZERO, ..epoch(1.0, 1.0, 0) }]
    {
        assert_eq!(wrong.outcome(), Err(RiskError::Math));
    }
    let learner = Learner::start(NOW);
    let next = learner.after_epoch(None, ALL, NOW + DAY).unwrap();
    assert_eq!(
        (next.gains, next.baseline),
        (learner.gains, learner.baseline),
        "and nothing is learned of such an epoch"
    );
}

#[test]
fn a_reward_past_all_numbers_is_the_most_or_the_least() {
    // What capital of a hundredth of a billionth earns of a billiard.
    let tiny = |earned, gross| Epoch { capital: money(1e-11), variance: fx(1e-6), ..epoch(earned, gross, 4_000_000) };
    assert_eq!(tiny(1e15, 0.0).outcome().unwrap().reward, 4_000_000);
    assert_eq!(tiny(0.0, 1e15).outcome().unwrap().reward, -4_000_000);
    assert_eq!(tiny(0.0, 0.0).outcome().unwrap().reward, 0);
}

#[test]
fn gains_fade_and_what_surprises_is_credited_to_the_factor_in_use_by_its_chance() {
    let gains = [6_400_000, -6_400_000, 0, 64];
    let before = Learner { epochs: 1, arm: 1, chance: 500_000, gains, baseline: 160_000, ..Learner::start(NOW) };
    let after = |learner: Learner| learner.after_epoch(Some(1_760_000), ALL, NOW + DAY).unwrap();
    assert_eq!(after(before).gains, [6_300_000, 3_200_000 - 6_300_000, 0, 63]);
    assert_eq!(after(before).baseline, 260_000, "a sixteenth of the way");
    let unlikely = Learner { chance: 0, ..before };
    assert_eq!(after(unlikely).gains[1], 32_000_000 - 6_300_000, "no chance counts as less than a twentieth");
    let first = Learner { epochs: 0, ..before };
    assert_eq!((after(first).gains[1], after(first).baseline), (-6_300_000, 1_760_000), "the first is no surprise");
}

#[test]
fn a_learner_begins_with_the_narrowest_factor_for_certain() {
    let learner = Learner::start(NOW);
    assert_eq!((learner.arm, learner.chance, learner.epoch_at), (0, 1_000_000, NOW));
}

#[test]
fn takings_count_each_trade_whatever_its_side() {
    let amount = Amount::from_raw;
    let takings = Takings::default().plus(amount(3), amount(-5)).plus(amount(4), amount(5));
    assert_eq!(takings, Takings { earned: amount(7), gross: amount(10) });
    let full = Takings { earned: Amount::MOST, gross: Amount::MOST };
    assert_eq!(full.plus(amount(1), amount(1)), full);
}

#[test]
fn an_epoch_ends_after_a_day_and_not_a_second_earlier() {
    let learner = Learner::start(NOW);
    assert_eq!(learner.widening(), Widening::NONE);
    let early = learner.after_epoch(Some(0), ALL, NOW + DAY - 1);
    assert_eq!(early, Err(LearningError::TooEarly { due_at: NOW + DAY }));
    let late = learner.after_epoch(Some(0), ALL, NOW + 3 * DAY + 5).unwrap();
    assert_eq!((late.epoch_at, late.epochs), (NOW + 3 * DAY + 5, 1), "a late end lengthens the epoch");
}

#[test]
fn factors_are_a_small_grid_within_the_most() {
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(|quarters| Widening::from_stored(quarters).factor().raw()),
        [1_000_000, 1_250_000, 1_500_000, 1_750_000, 2_000_000, 2_000_000]
    );
    let reached = |most| {
        let mut learner = Learner::start(NOW);
        let (_, factors) = live(&mut learner, 300, Millionths::from_raw(most), |_, _| 0.0);
        factors.into_iter().fold(0.0, f64::max)
    };
    assert_eq!([1_000_000, 1_249_999, 1_250_000, 1_750_000, 2_000_000].map(reached), [1.0, 1.0, 1.25, 1.5, 2.0]);
}

#[test]
fn a_lower_most_binds_at_once_and_a_higher_one_moves_nothing() {
    let wide = Learner { arm: 3, ..Learner::start(NOW) };
    let factors =
        [2_000_000, 1_999_999, 1_400_000, 1_000_000].map(|most| factor(&wide.within(Millionths::from_raw(most))));
    assert_eq!(factors, [2.0, 1.5, 1.25, 1.0]);
    let narrow = Learner::start(NOW);
    assert_eq!(narrow.within(ALL), narrow);
}

#[test]
fn factors_that_earn_alike_are_all_used_and_a_better_one_more() {
    let mut learner = Learner::start(NOW);
    let (_, factors) = live(&mut learner, 4_000, ALL, |_, _| 0.3);
    // A walk of single steps between equal chances is at the ends an eighth of the time each.
    for (used, eighths) in [(1.0, 1), (1.25, 3), (1.5, 3), (2.0, 1)] {
        let count = factors.iter().filter(|factor| **factor == used).count();
        assert!(count.abs_diff(500 * eighths) < 100, "{used}: {count}");
    }
    // One factor is much better, and the others are still tried.
    let (_, factors) = live(&mut learner, 2_000, ALL, |_, factor| if factor == 1.0 { 1.0 } else { 0.0 });
    let late = &factors[500..];
    assert!(late.iter().filter(|factor| **factor == 1.0).count() > 1_000);
    assert!(late.contains(&1.25), "else nobody would know when that changes");
}

#[test]
fn it_narrows_for_those_who_would_go_elsewhere_and_widens_for_those_who_know() {
    let mut learner = Learner::start(NOW);
    let (_, narrow) = live(&mut learner, 400, ALL, |_, factor| calm(factor));
    let (_, wide) = live(&mut learner, 400, ALL, |_, factor| toxic(factor));
    let (narrow, wide) = (mean(&narrow[200..]), mean(&wide[200..]));
    assert!(narrow < 1.35 && wide > 1.7, "{narrow} {wide}");
}

#[test]
fn over_two_regimes_it_earns_more_than_any_fixed_factor() {
    let reward = |epoch: u32, factor: f64| if (epoch / 500).is_multiple_of(2) { calm(factor) } else { toxic(factor) };
    let mut learner = Learner::start(NOW);
    let (learned, _) = live(&mut learner, 4_000, ALL, reward);
    let fixed = [1.0, 1.25, 1.5, 2.0].map(|factor| (0..4_000).map(|epoch| reward(epoch, factor)).sum::<f64>());
    let best = fixed.into_iter().fold(f64::MIN, f64::max);
    let hindsight: f64 =
        (0..4_000).map(|epoch| reward(epoch, if (epoch / 500).is_multiple_of(2) { 1.0 } else { 2.0 })).sum();
    assert!(learned > best, "{learned} {fixed:?}");
    assert!(hindsight - learned < 0.3 * hindsight, "{learned} {hindsight}");
}

#[test]
fn who_trades_to_train_it_down_changes_nothing_before_the_epoch_ends_and_then_a_step() {
    let wide = Learner { arm: 3, epochs: 7, ..Learner::start(NOW) };
    for secs in [0, 1, DAY / 2, DAY - 1] {
        for reward in [-4_000_000, 4_000_000] {
            assert!(wide.after_epoch(Some(reward), ALL, NOW + secs).is_err(), "nothing can be learned yet");
        }
    }
    let next = wide.after_epoch(Some(-4_000_000), ALL, NOW + DAY).unwrap();
    assert!(factor(&next) >= 1.5);
    // And he pays for it: trades that net to nothing raise what the wide factor has earned.
    let quiet = epoch(100.0, 50_000.0, 0).outcome().unwrap();
    let washed = epoch(100.0 + 40.0, 50_000.0 + 20_000.0, 0).outcome().unwrap();
    assert!(washed.reward > quiet.reward);
}

#[test]
fn bad_luck_long_ago_is_forgotten() {
    let mut unlucky = Learner { gains: [-900_000_000, 0, 0, 0], ..Learner::start(NOW) };
    let (_, factors) = live(&mut unlucky, 1_000, ALL, |_, factor| calm(factor));
    assert!(mean(&factors[600..]) < 1.4, "{:?}", unlucky.gains);
}

fn learners() -> impl Strategy<Value = Learner> {
    let gains = prop::array::uniform4(-1_000_000_000_i32..=1_000_000_000);
    (any::<u32>(), 0_u8..4, 0_u32..=1_000_000, gains, -4_000_000_i32..=4_000_000).prop_map(
        |(epochs, arm, chance, gains, baseline)| Learner { epoch_at: NOW, epochs, arm, chance, gains, baseline },
    )
}

proptest! {
    #[test]
    fn whatever_is_learned_stays_in_its_bounds_and_moves_a_step_at_most(
        learner in learners(), rewards in prop::collection::vec((any::<i32>(), any::<bool>()), 1..20), most in 1_000_000_u32..=2_000_000,
    ) {
        let most = Millionths::from_raw(most);
        let mut learner = learner.within(most);
        for (reward, is_scored) in rewards {
            let next = learner.after_epoch(is_scored.then_some(reward), most, learner.due_at()).unwrap();
            let factor = next.widening().factor();
            prop_assert!(Millionths::ONE <= factor && factor <= most);
            prop_assert!(next.arm.abs_diff(learner.arm) <= 1);
            prop_assert!((1..=1_000_000).contains(&next.chance), "{next:?}");
            prop_assert!(next.gains.iter().all(|gain| gain.abs() <= 1_000_000_000));
            prop_assert!(next.baseline.abs() <= 4_000_000);
            learner = next;
        }
    }

    #[test]
    fn chances_add_up_and_none_is_less_than_its_part(learner in learners(), most in 1_000_000_u32..=2_000_000) {
        let most = Millionths::from_raw(most);
        let chances = learner.chances(most);
        let count = usize::from(top(most)) + 1;
        prop_assert_eq!(chances.iter().sum::<i64>(), 1_000_000);
        prop_assert!(chances[..count].iter().all(|chance| *chance >= 200_000 / i64::try_from(count).unwrap()));
        prop_assert!(chances[count..].iter().all(|chance| *chance == 0));
    }

    #[test]
    fn the_more_a_factor_has_gained_the_greater_its_chance(learner in learners(), place in 0_usize..4, more in 0_i32..1_000_000_000) {
        let mut luckier = learner;
        luckier.gains[place] = luckier.gains[place].saturating_add(more).min(1_000_000_000);
        // Rounding is the narrowest one's, a millionth for each.
        prop_assert!(luckier.chances(ALL)[place] + 4 >= learner.chances(ALL)[place]);
    }

    #[test]
    fn more_earned_never_lowers_a_reward_and_more_lost_never_raises_it(
        earned in 0.0_f64..1e6, gross in 0.0_f64..1e9, toxicity in 0_u32..4_000_000, more in 0.0_f64..1e6, worse in 0_u32..1_000_000,
    ) {
        let reward = |earned, gross, toxicity| epoch(earned, gross, toxicity).outcome().unwrap().reward;
        let own = reward(earned, gross, toxicity);
        prop_assert!(reward(earned + more, gross, toxicity) >= own);
        prop_assert!(reward(earned, gross + more, toxicity) <= own);
        prop_assert!(reward(earned, gross, toxicity + worse) <= own);
    }

    #[test]
    fn nothing_panics(
        earned in any::<i64>(), gross in any::<i64>(), toxicity in any::<u32>(), variance in any_fx(), capital in any_fx(),
        secs in any::<u64>(), stored in any::<u8>(),
    ) {
        let takings = Takings { earned: Amount::from_raw(earned), gross: Amount::from_raw(gross) };
        let toxicity = Millionths::from_raw(toxicity);
        let _ = Epoch { takings, toxicity, variance, capital: Money::from_fx(capital), secs }.outcome();
        let factor = Widening::from_stored(stored).factor();
        prop_assert!(Millionths::ONE <= factor && factor <= MOST);
        prop_assert_eq!(Widening::from_stored(stored).stored(), stored);
    }
}

#[test]
fn numbers_are_mixed_as_the_source_mixes_them() {
    let known = [(0, 0), (1, 0x514e_28b7), (2, 0x30f4_c306), (0x1234_5678, 0xe37c_d1bc), (u32::MAX, 0x81f1_6f39)];
    for (number, expected) in known {
        assert_eq!(mixed(number), expected, "{number:#x}");
    }
}

#[test]
fn a_share_at_the_end_of_a_chance_is_the_next_factors() {
    let mut chances = [0; ARMS];
    [chances[0], chances[1]] = [ONE / 2; 2];
    let drawn = |share| Learner::default().drawn(&chances, share).0;
    assert_eq!([drawn(0), drawn((1 << 31) - 5_000), drawn(1 << 31), drawn(u32::MAX)], [0, 0, 1, 1]);
}
