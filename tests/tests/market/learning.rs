//! What spreads learn: off at first, once a day, a step at a time, within the most, and as the pure crate says.

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_chain::BlockSelector;
use equipoise_interfaces::{
    CallerNotOwner, ILearning, IMarket, Learning, LearningSet, MarketLearningOff, MarketLearningOutOfBounds,
    MarketLearningTooEarly, SpreadsLearned,
};
use equipoise_market_state::layout::{decode_conditions, Directory, Frozen};
use equipoise_market_state::store::{Place, ROOT};
use equipoise_risk::learning::{Epoch, Learner, Takings, Widening, EPOCH_SECS};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::spread::SpreadMultiplier;
use equipoise_risk::toxicity::Amount;
use equipoise_tests::{World, TOKEN};

use crate::differential::{pair, repost};
use crate::fixture::{call_of, leg, put_of, Market, CONTRACT, FAR, HOUR, K2400, K3000, SPOT};

const RICH: u128 = 10_000_000 * TOKEN;
const ONE: u32 = 1_000_000;
const MOST: u32 = 2_000_000;

fn learner_of(told: &Learning) -> Learner {
    Learner {
        epoch_at: told.epochAt,
        epochs: told.epochs,
        arm: [1_000_000, 1_250_000, 1_500_000, 2_000_000].iter().position(|arm| *arm == told.factorMillionths).unwrap()
            as u8,
        chance: told.chanceMillionths,
        gains: told.gainsMillionths.map(|gain| i32::try_from(gain).unwrap()),
        baseline: i32::try_from(told.baselineMillionths).unwrap(),
    }
}

impl Market {
    fn learning(&mut self) -> Learning {
        self.read(&ILearning::learningCall {})
    }

    fn set_learning(&mut self, most: u32) {
        let owner = self.world.owner;
        let receipt = self.send(owner, &ILearning::setLearningCall { mostMillionths: most }).unwrap();
        assert_eq!(World::events::<LearningSet>(&receipt)[0].mostMillionths, most);
    }

    /// Anybody ends the epoch.
    fn learn(&mut self) -> SpreadsLearned {
        let anybody = self.keeper;
        let receipt = self.send(anybody, &ILearning::learnCall {}).unwrap();
        World::events::<SpreadsLearned>(&receipt).remove(0)
    }

    fn slot(&mut self, place: Place, offset: u64) -> [u8; 32] {
        let at = ROOT + U256::from(place as u8) + U256::from(offset);
        self.world.chain.storage(self.market, at, BlockSelector::latest()).unwrap().0
    }

    /// The epoch as the pure crate would score it at this moment.
    fn epoch(&mut self, now: u64) -> Epoch {
        let told = self.learning();
        let slots = [0, 1, 2].map(|offset| self.slot(Place::Conditions, offset));
        let amount = |wad: U256| Amount::from_raw((wad * U256::from(256) / U256::from(CONTRACT)).to::<i64>());
        Epoch {
            takings: Takings { earned: amount(told.earnedWad), gross: amount(told.grossWad) },
            toxicity: decode_conditions(&slots).unwrap().toxicity.score,
            variance: Directory::decode(&self.slot(Place::Directory, 0)).variance,
            capital: Frozen::decode(&self.slot(Place::Frozen, 0)).capital.frozen,
            secs: now - told.epochAt,
        }
    }

    /// Goes to the end of the epoch.
    fn finish_epoch(&mut self) {
        let due = self.learning().dueAt;
        self.world.go_to(due);
    }

    /// Ends epochs until spreads have learned to be wider.
    fn widen(&mut self) -> u32 {
        for _ in 0..20 {
            self.finish_epoch();
            self.learn();
            let factor = self.learning().factorMillionths;
            if factor > ONE {
                return factor;
            }
        }
        panic!("twenty epochs of equal chances, and no step up")
    }

    /// The next round's multiplier, by a trade in it.
    fn next_multiplier(&mut self, trader: Address) -> u32 {
        self.pass(60);
        self.push(SPOT);
        self.post_surface().unwrap();
        self.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
        self.multiplier()
    }

    /// That, as if nothing had been learned.
    fn next_multiplier_without(&mut self, trader: Address) -> u32 {
        let before = self.world.chain.snapshot();
        self.set_learning(ONE);
        let multiplier = self.next_multiplier(trader);
        assert!(self.world.chain.revert(before));
        multiplier
    }
}

#[test]
fn nothing_is_learned_before_votes_allow_it_and_allowing_it_changes_no_price() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = [leg(call_of(3, K3000), CONTRACT)];
    market.trade(trader, &legs).unwrap();
    market.pass(2 * EPOCH_SECS);
    market.refuse(trader, &ILearning::learnCall {}, &MarketLearningOff {});
    let off = market.learning();
    assert_eq!((off.mostMillionths, off.factorMillionths, off.earnedWad), (ONE, ONE, U256::ZERO));
    market.push(SPOT);
    market.post_surface().unwrap();
    let quoted = market.quote(&legs).unwrap();

    let allowed = market.world.owner;
    let call = ILearning::setLearningCall { mostMillionths: MOST };
    market.refuse(trader, &call, &CallerNotOwner { caller: trader, owner: allowed });
    for most in [0, ONE - 1, MOST + 1, u32::MAX] {
        let refused = MarketLearningOutOfBounds { mostMillionths: most, leastAllowed: ONE, mostAllowed: MOST };
        market.refuse(allowed, &ILearning::setLearningCall { mostMillionths: most }, &refused);
    }
    market.set_learning(MOST);
    let on = market.learning();
    assert_eq!((on.mostMillionths, on.factorMillionths, on.epochs), (MOST, ONE, 0));
    assert_eq!((on.epochAt, on.dueAt), (market.now(), market.now() + EPOCH_SECS));
    assert_eq!(market.quote(&legs).unwrap(), quoted, "to the atom");
}

#[test]
fn before_anybody_has_traded_nothing_can_be_learned() {
    let mut market = Market::listed();
    market.set_learning(MOST);
    market.finish_epoch();
    market.refuse(market.keeper, &ILearning::learnCall {}, &MarketLearningOff {});
}

#[test]
fn an_epoch_ends_at_its_second_and_not_one_earlier() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    market.set_learning(MOST);
    let due = market.learning().dueAt;
    market.world.go_to(due - 1);
    market.refuse(trader, &ILearning::learnCall {}, &MarketLearningTooEarly { dueAt: due, nowAt: due - 1 });
    market.world.go_to(due);
    assert_eq!(market.learn().epochs, 1);
    let next = market.learning();
    assert_eq!((next.epochs, next.epochAt, next.dueAt), (1, due, due + EPOCH_SECS));
    market.refuse(trader, &ILearning::learnCall {}, &MarketLearningTooEarly { dueAt: due + EPOCH_SECS, nowAt: due });
}

#[test]
fn what_trades_pay_and_move_is_counted_and_only_while_the_market_learns() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let round_trip = [2, -2].map(|size| [leg(call_of(3, K3000), size * CONTRACT)]);
    market.trade(trader, &round_trip[0]).unwrap();
    market.trade(trader, &round_trip[1]).unwrap();
    assert_eq!(market.slot(Place::Takings, 0), [0; 32]);
    market.set_learning(MOST);
    let mut paid = U256::ZERO;
    for legs in &round_trip {
        let quoted = market.trade(trader, legs).unwrap().quoted;
        paid += quoted.spreadAtoms + quoted.feeAtoms;
    }
    let told = market.learning();
    let earned = told.earnedWad / U256::from(CONTRACT as u128 / TOKEN);
    assert!(paid >= earned && paid - earned < U256::from(TOKEN >> 8), "{paid} is told as {earned}, to a 256th");
    // Four contracts of a delta of a half and a bit, and buying and selling do not cancel.
    let gross = (told.grossWad / U256::from(CONTRACT)).to::<u64>();
    assert!((6_000..8_000).contains(&gross), "{gross}");
    market.finish_epoch();
    let learned = market.learn();
    assert_eq!(learned.earnedWad, told.earnedWad);
    let next = market.learning();
    assert_eq!((next.earnedWad, next.grossWad), (U256::ZERO, U256::ZERO), "each epoch begins with nothing");
}

#[test]
fn each_epoch_teaches_what_the_pure_crate_says() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    market.set_learning(MOST);
    let mut seen = Vec::new();
    for day in 0..6_u64 {
        for hour in 0..3 {
            market.pass(HOUR);
            market.push(SPOT + 7 * i64::from(day.is_multiple_of(2)) * hour);
            market.post_surface().unwrap();
            let size = if hour == 2 { -CONTRACT } else { CONTRACT };
            market.trade(trader, &[leg(call_of(3, K3000), size)]).unwrap();
        }
        market.finish_epoch();
        let (before, due) = (learner_of(&market.learning()), market.now());
        let outcome = market.epoch(due).outcome().unwrap();
        let expected = before.after_epoch(Some(outcome.reward), Millionths::from_raw(MOST), due).unwrap();
        let told = market.learn();
        assert_eq!(learner_of(&market.learning()), expected, "day {day}");
        assert_eq!((told.rewardMillionths, told.epochs), (i128::from(outcome.reward), expected.epochs));
        assert_eq!(told.factorMillionths, expected.widening().factor().raw());
        seen.push(told.factorMillionths);
    }
    assert!(seen.iter().any(|factor| *factor > ONE), "{seen:?}");
    let steps = seen.windows(2).map(|pair| (pair[0], pair[1]));
    for (before, after) in steps {
        assert!(after.abs_diff(before) <= if before.max(after) == MOST { 500_000 } else { 250_000 });
    }
}

#[test]
fn a_learned_factor_multiplies_the_next_rounds_spreads_and_not_this_ones() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = [leg(call_of(3, K3000), CONTRACT)];
    market.trade(trader, &legs).unwrap();
    market.set_learning(MOST);
    market.widen();
    market.next_multiplier(trader);
    let frozen = market.multiplier();
    market.finish_epoch();
    let fresh = market.last_round();
    market.learn();
    assert_eq!((market.last_round(), market.multiplier()), (fresh, frozen), "this round is frozen");
    let factor = market.widen();
    let without = market.next_multiplier_without(trader);
    let with = market.next_multiplier(trader);
    let expected =
        SpreadMultiplier::from_stored(Millionths::from_raw(without)).times_ceil(Millionths::from_raw(factor));
    assert_eq!(with, expected.stored().raw());
    assert!(with > without);
}

#[test]
fn quotes_of_a_market_that_has_learned_are_the_pure_crates_to_the_last_atom() {
    let (mut market, mut native) = pair();
    let trader = market.trader("trader", RICH);
    let legs = [leg(call_of(3, K3000), 2 * CONTRACT), leg(put_of(2, K2400), CONTRACT)];
    let mut trade = |market: &mut Market, widening: Widening| {
        market.pass(60);
        market.push(SPOT);
        repost(market, &mut native);
        native.widening = widening;
        let moment = market.moment();
        native.look_again(moment).unwrap();
        let offer = native.offer(moment, &legs);
        assert_eq!(market.quote(&legs).unwrap(), offer.quote);
        assert_eq!(market.trade(trader, &legs).unwrap().quoted, offer.quote);
        native.trade(&legs, &offer);
        offer.quote.spreadAtoms
    };
    trade(&mut market, Widening::NONE);
    market.set_learning(MOST);
    let factor = market.widen();
    let widening = Widening::from_stored(u8::try_from((factor - ONE) / 250_000).unwrap());
    assert_eq!(widening.factor().raw(), factor);
    trade(&mut market, widening);
}

#[test]
fn nothing_that_is_traded_within_an_epoch_moves_what_was_learned() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    market.set_learning(MOST);
    let factor = market.widen();
    let due = market.learning().dueAt;
    for hour in 0..20_i64 {
        market.pass(HOUR);
        // He buys before it rises and sells before it falls.
        market.push(SPOT + if hour % 2 == 0 { 0 } else { 15 });
        market.post_surface().unwrap();
        let size = if hour % 2 == 0 { 4 } else { -4 };
        market.trade(trader, &[leg(call_of(3, K3000), size * CONTRACT)]).unwrap();
        let told = market.learning();
        assert_eq!((told.factorMillionths, told.dueAt), (factor, due));
        let now = market.now();
        market.refuse(trader, &ILearning::learnCall {}, &MarketLearningTooEarly { dueAt: due, nowAt: now });
    }
}

#[test]
fn a_lower_most_binds_with_the_next_round_and_the_least_leaves_no_trace() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    market.set_learning(MOST);
    assert_eq!(market.widen(), 1_250_000);
    let due = market.learning().dueAt;
    market.set_learning(1_300_000);
    let told = market.learning();
    assert_eq!((told.mostMillionths, told.factorMillionths, told.dueAt), (1_300_000, 1_250_000, due));
    let without = market.next_multiplier_without(trader);
    assert_eq!(market.next_multiplier(trader), (without * 5).div_ceil(4));
    market.set_learning(1_200_000);
    let told = market.learning();
    assert_eq!((told.mostMillionths, told.factorMillionths, told.dueAt), (1_200_000, ONE, due));
    let without = market.next_multiplier_without(trader);
    assert_eq!(market.next_multiplier(trader), without);
    // It is held to the new most from then on.
    market.set_learning(1_250_000);
    for _ in 0..10 {
        market.finish_epoch();
        assert!(market.learn().factorMillionths <= 1_250_000);
    }
    let clearing = market.slot(Place::Clearing, 0);
    market.set_learning(ONE);
    assert_eq!([Place::Learner, Place::Takings].map(|place| market.slot(place, 0)), [[0; 32]; 2]);
    assert_eq!((market.slot(Place::Conditions, 2)[31], &market.slot(Place::Clearing, 0)[4..]), (0, &clearing[4..]));
    assert_eq!(B256::new(market.slot(Place::Clearing, 0))[..4], [0; 4]);
    market.refuse(trader, &ILearning::learnCall {}, &MarketLearningOff {});
}

#[test]
fn a_trade_that_is_counted_costs_a_slot_and_no_more() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = vec![leg(call_of(3, K3000), CONTRACT)];
    let trade = IMarket::tradeCall { legs: legs.clone(), maxCostAtoms: I256::MAX, deadline: FAR };
    market.trade(trader, &legs).unwrap();
    let mut gas = |most: u32| {
        let before = market.world.chain.snapshot();
        market.set_learning(most);
        market.trade(trader, &legs).unwrap();
        let used = market.send(trader, &trade).unwrap().gas_used;
        assert!(market.world.chain.revert(before));
        used
    };
    let (off, on) = (gas(ONE), gas(MOST));
    // A slot that is read and written again is 5,000.
    assert!((5_000..5_600).contains(&(on - off)), "{on} and {off}");
}
