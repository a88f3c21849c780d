//! Toxicity: what raises the score, and that no trade lowers it within an epoch.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, float, fx, money, NOW};

const REFERENCE: f64 = 100_000.0;

fn factor(price: f64) -> Factor {
    Factor { price: fx(price), variance: fx(0.36) }
}

/// A state, the round it is in and what has been traded in that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Live {
    state: Toxicity,
    round: u64,
    net: Money,
}

impl Live {
    /// The market looks at it: nothing happens but in a new round.
    fn at(self, now: u64, round: u64, price: f64) -> Self {
        if round == self.round {
            return self;
        }
        let flow = Amount::from_money_floor(self.net);
        let state = self.state.after_round(flow, now, factor(price), money(REFERENCE)).unwrap();
        Self { state, round, net: Money::ZERO }
    }

    fn traded(self, flow: f64) -> Self {
        Self { net: self.net.plus(money(flow)).unwrap(), ..self }
    }

    fn score(&self) -> Millionths {
        self.state.score
    }

    fn factor(&self) -> Millionths {
        self.state.factor_ceil().unwrap()
    }
}

fn start() -> Live {
    Live { state: Toxicity::default(), round: 0, net: Money::ZERO }.at(NOW, 1, 3_000.0)
}

fn at(state: Live, now: u64, round: u64, price: f64) -> Live {
    state.at(now, round, price)
}

/// Epochs in which traders buy `flow` at 3,000 and the price is then `after`, until they are marked out, and back.
fn epochs(count: u64, flow: f64, after: f64) -> Live {
    let mut state = start();
    let mut now = NOW;
    for epoch in 0..count {
        state = at(state, now, 10 * epoch + 2, 3_000.0).traded(flow);
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
    let factor = |state: &Live| float(state.factor().number().unwrap());
    let informed = epochs(60, 50.0 * REFERENCE, 3_060.0);
    assert!(factor(&informed) > 2.0, "{informed:?}");
    assert_eq!(epochs(60, 50.0 * REFERENCE, 3_000.0).factor(), Millionths::ONE);
    let later = (1..=72)
        .fold(informed, |state, hour| at(state, NOW + 600 * EPOCH_SECS + hour * EPOCH_SECS, 9_999 + hour, 3_060.0));
    assert_eq!(later.factor(), Millionths::ONE, "{later:?}");
}

#[test]
fn dust_weighs_nothing() {
    let informed = epochs(60, 50.0 * REFERENCE, 3_060.0);
    let now = NOW + 120 * EPOCH_SECS;
    let marked = |flow: f64| {
        let state = at(informed, now, 10_000, 3_060.0).traded(flow);
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
        let state = at(informed, now, 10_000, 3_060.0).traded(flow).traded(-flow);
        let state = at(state, now + EPOCH_SECS, 10_001, 2_900.0);
        at(state, now + 2 * EPOCH_SECS, 10_002, 2_900.0).score()
    };
    assert_eq!(marked(0.0), marked(1e9));
}

#[test]
fn a_round_trip_over_two_rounds_is_marked_though_nothing_is_left_of_it() {
    let state = start().traded(REFERENCE);
    let state = at(state, NOW + 60, 2, 3_030.0).traded(-1.01 * REFERENCE);
    let state = at(state, NOW + EPOCH_SECS, 3, 2_500.0);
    let state = at(state, NOW + 2 * EPOCH_SECS, 4, 3_500.0);
    // 1,000 gained on twice 100,000, and nothing after.
    let markout = 1_000.0 / 201_000.0 / (0.36 * 5_400.0 / 31_536_000.0_f64).sqrt();
    let weight = 0.1 * 201.0 / 301.0;
    assert_near(state.score().number().unwrap(), markout * weight, 5e-6, "score");
}

#[test]
fn what_cannot_be_is_refused_with_its_value() {
    for wrong in [factor(0.0), factor(-1.0), Factor { variance: Fx::ZERO, ..factor(1.0) }] {
        let refused = start().state.after_round(Amount::ZERO, NOW, wrong, money(1.0));
        assert_eq!(refused, Err(ToxicityError::FactorNotPositive { factor: wrong }));
    }
}

#[test]
fn a_markout_past_every_number_counts_as_its_bound() {
    let score = |flow: f64| {
        let calm = |price| Factor { price: fx(price), variance: Fx::DELTA };
        let next = |state: Toxicity, flow, hour, price| {
            state.after_round(flow, NOW + hour * EPOCH_SECS, calm(price), money(REFERENCE)).unwrap()
        };
        let state = next(Toxicity::default(), Amount::ZERO, 0, 1.0);
        let state = next(state, Amount::from_money_floor(money(flow)), 1, 1_000.0);
        next(state, Amount::ZERO, 2, 1_000.0).score
    };
    // a weight of a twentieth
    assert_near(score(REFERENCE).number().unwrap(), 0.2, 2e-6, "4 at most");
    assert_eq!(score(-REFERENCE), Millionths::ZERO, "and -4");
}

#[test]
fn amounts_past_their_range_count_as_its_ends() {
    assert_eq!(Amount::MOST.raw(), 140_737_488_355_327, "48 bits with a sign");
    let least = Amount::from_raw(-Amount::MOST.raw());
    assert_eq!(Amount::from_money_floor(money(1e15)), Amount::MOST);
    assert_eq!(Amount::from_money_floor(money(-1e15)), least);
    assert_eq!([Amount::from_raw(i64::MAX), Amount::from_raw(i64::MIN)], [Amount::MOST, least]);
    assert_eq!([Amount::MOST.plus(Amount::MOST), least.plus(least)], [Amount::MOST, least]);
    for (factor, of_most, of_least) in [(1e9, Amount::MOST, least), (-1e9, least, Amount::MOST)] {
        assert_eq!([Amount::MOST.times_ceil(fx(factor)), least.times_ceil(fx(factor))], [of_most, of_least]);
    }
    assert_eq!(least.magnitude(), Amount::MOST);
    assert_eq!(Amount::from_raw(1).times_ceil(fx(0.5)), Amount::from_raw(1), "up");
    assert_eq!(Amount::from_raw(-1).times_ceil(fx(0.5)), Amount::ZERO, "up");
    assert_eq!(Amount::from_raw(-3).money(), money(-3.0 / 256.0));
    assert_eq!(Amount::from_money_floor(money(-0.001)), Amount::from_raw(-1), "down");
}

#[test]
fn the_factor_is_one_up_to_the_noise_and_three_at_most() {
    let factor = |score| Toxicity { score: Millionths::from_raw(score), ..start().state }.factor_ceil().unwrap().raw();
    assert_eq!([factor(0), factor(250_000), factor(1_000_000)], [1_000_000, 1_000_000, 2_000_000]);
    assert_eq!([factor(1_750_000), factor(u32::MAX)], [3_000_000, 3_000_000]);
}

type Steps = Vec<(u64, f64, f64)>;

fn steps() -> impl Strategy<Value = Steps> {
    prop::collection::vec((0_u64..2_000, -1e7_f64..1e7, 0.9_f64..1.1), 1..40)
}

fn live(steps: &Steps, mut each: impl FnMut(u64, &Live, &Live)) -> Live {
    let (mut state, mut now, mut price) = (start(), NOW, 3_000.0);
    for (place, (gap, flow, change)) in steps.iter().enumerate() {
        (now, price) = (now + gap, price * change);
        let round = u64::try_from(place).unwrap() + 2;
        let next = at(state, now, round, price);
        each(now, &state, &next);
        assert_eq!(at(next, now, round, price), next, "twice in a round is once");
        state = next.traded(*flow);
    }
    state
}

proptest! {
    #[test]
    fn within_an_epoch_the_score_stays_and_it_is_always_bounded(steps in steps()) {
        live(&steps, |now, before, after| {
            if now - before.state.epoch_at < EPOCH_SECS {
                assert_eq!(before.score(), after.score());
            }
            assert!(after.score().raw() <= 4_000_000);
            let factor = after.factor();
            assert!(Millionths::ONE <= factor && factor <= MOST_TOXICITY);
        });
    }

    #[test]
    fn one_epoch_of_flow_lowers_the_score_by_a_tenth_at_most_beside_its_fading_and_the_bound_of_a_markout(
        score in 0_u32..4_000_000, flow in -1e9_f64..1e9, change in 0.5_f64..2.0,
    ) {
        let begun = start();
        let state = Toxicity { score: Millionths::from_raw(score), ..begun.state };
        let state = Live { state, ..begun }.traded(flow);
        let state = at(state, NOW + EPOCH_SECS, 2, 3_000.0);
        let after = at(state, NOW + 2 * EPOCH_SECS, 3, 3_000.0 * change).score();
        let fade = (-1.0_f64 / 24.0).exp();
        let least = 0.9 * f64::from(score) / 1e6 * fade * fade - 0.4;
        prop_assert!(float(after.number().unwrap()) >= least - 1e-5);
    }

    #[test]
    fn no_state_or_number_makes_a_step_wrap(
        units in prop::array::uniform7(any::<i64>()), (score, epoch_at, now) in (any::<u32>(), any::<u64>(), any::<u64>()),
        (before, price, variance, reference) in (any_fx(), any_fx(), any_fx(), any_fx()),
    ) {
        let [held, gain, gross, ripe_held, ripe_gain, ripe_gross, flow] = units.map(Amount::from_raw);
        let state = Toxicity {
            score: Millionths::from_raw(score),
            epoch_at,
            price: before,
            open: Flow { held, gain, gross },
            ripe: Flow { held: ripe_held, gain: ripe_gain, gross: ripe_gross },
        };
        let _ = state.factor_ceil();
        if let Ok(next) = state.after_round(flow, now, Factor { price, variance }, Money::from_fx(reference)) {
            prop_assert!(next.score.raw() <= score.max(4_000_001));
        }
    }
}
