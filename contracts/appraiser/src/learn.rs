//! What the market's flow was worth, and how wide its spreads are for it.

use equipoise_interfaces::{
    Learning, LearningSet, MarketLearningOff, MarketLearningOutOfBounds, MarketLearningTooEarly, SpreadsLearned,
};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::{registry, Revert};
use equipoise_market_state::convert::unsigned_wad;
use equipoise_market_state::errors::pricing_error;
use equipoise_market_state::layout::{decode_conditions, decode_learner};
use equipoise_market_state::store::Place;
use equipoise_market_state::takings::takings;
use equipoise_risk::learning::{Epoch, Learner, LearningError, Outcome, Takings, MOST};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::units::Money;
use stylus_sdk::prelude::*;

use crate::program::Appraiser;

impl Appraiser {
    /// Says how far learning may widen spreads. Registry only, or before one is named the owner.
    /// # Errors: CallerNotAllowed, CallerNotOwner, NotWired, ProgramsLocked, MarketLearningOutOfBounds
    pub(crate) fn set_learning(&mut self, most_millionths: u32) -> Result<(), Revert> {
        registry::require(self.store.vm(), &self.ownership)?;
        self.require_open()?;
        let (one, most) = (Millionths::ONE, Millionths::from_raw(most_millionths));
        if !(one..=MOST).contains(&most) {
            let (least, greatest) = (one.raw(), MOST.raw());
            return Err(revert(&MarketLearningOutOfBounds {
                mostMillionths: most_millionths,
                leastAllowed: least,
                mostAllowed: greatest,
            }));
        }
        let now = self.store.vm().block_timestamp();
        match (most == one, self.store.learning_most() == Millionths::ZERO) {
            // What was learned is forgotten, and every slot is as it was before.
            (true, _) => self.store.set_learning(Millionths::ZERO, &Learner::default())?,
            (false, true) => self.store.set_learning(most, &Learner::start(now))?,
            (false, false) => {
                let takings = self.store.get(Place::Takings);
                self.store.set_learning(most, &self.learner().within(most))?;
                self.store.set(Place::Takings, takings);
            }
        }
        log(self.store.vm(), &LearningSet { mostMillionths: most_millionths });
        Ok(())
    }

    /// Ends an epoch that is over.
    /// # Errors: NotWired, ProgramsLocked, MarketLearningOff, MarketLearningTooEarly, MarketNumberOutOfDomain
    pub(crate) fn learn(&mut self) -> Result<(), Revert> {
        self.require_open()?;
        let (most, now) = (self.store.learning_most(), self.store.vm().block_timestamp());
        let conditions = decode_conditions(&self.store.conditions()).filter(|_| most != Millionths::ZERO);
        let conditions = conditions.ok_or_else(|| revert(&MarketLearningOff {}))?;
        let (learner, takings) = (self.learner(), self.takings()?);
        let epoch = Epoch {
            takings,
            toxicity: conditions.toxicity.score,
            variance: self.store.directory().variance,
            capital: self.store.frozen().capital.frozen,
            secs: now.saturating_sub(learner.epoch_at),
        };
        // Without capital nothing can be scored, and still the epoch ends.
        let outcome = epoch.outcome().ok();
        let reward = outcome.map(|outcome| outcome.reward);
        let next = learner.after_epoch(reward, most, now);
        let next = next.map_err(|LearningError::TooEarly { due_at }| {
            revert(&MarketLearningTooEarly { dueAt: due_at, nowAt: now })
        })?;
        self.store.set_learning(most, &next)?;
        self.tell(&next, takings, outcome.unwrap_or(Outcome { lost: Money::ZERO, reward: 0 }));
        Ok(())
    }

    fn tell(&self, next: &Learner, takings: Takings, outcome: Outcome) {
        let event = SpreadsLearned {
            epochs: next.epochs,
            factorMillionths: next.widening().factor().raw(),
            rewardMillionths: outcome.reward.into(),
            earnedWad: unsigned_wad(takings.earned.money().fx()),
            lostWad: unsigned_wad(outcome.lost.fx()),
        };
        log(self.store.vm(), &event);
    }

    /// What has been learned.
    /// # Errors: MarketNumberOutOfDomain
    pub(crate) fn learning(&self) -> Result<Learning, Revert> {
        let (learner, takings) = (self.learner(), self.takings()?);
        Ok(Learning {
            mostMillionths: self.store.learning_most().max(Millionths::ONE).raw(),
            factorMillionths: learner.widening().factor().raw(),
            epochs: learner.epochs,
            epochAt: learner.epoch_at,
            dueAt: learner.due_at(),
            earnedWad: unsigned_wad(takings.earned.money().fx()),
            grossWad: unsigned_wad(takings.gross.money().fx()),
            chanceMillionths: learner.chance,
            gainsMillionths: learner.gains.map(i128::from),
            baselineMillionths: learner.baseline.into(),
        })
    }

    fn takings(&self) -> Result<Takings, Revert> {
        takings(&self.store.get(Place::Takings), self.store.scale()?).map_err(pricing_error)
    }

    fn learner(&self) -> Learner {
        decode_learner(&self.store.get(Place::Learner))
    }
}
