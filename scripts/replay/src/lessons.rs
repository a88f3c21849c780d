//! What spreads learn: the chain's own function, ended on time by a keeper.

use equipoise_risk::conditions::Conditions;
use equipoise_risk::learning::{Epoch, Learner, Takings, Widening, MOST};
use equipoise_risk::toxicity::{Amount, Toxicity};
use equipoise_risk::units::Money;

use crate::guard::Reading;

/// What is learned, and what it is learned from.
#[derive(Clone, Copy, Debug)]
pub struct Lessons {
    /// Nothing is learned without one.
    learner: Option<Learner>,
    takings: Takings,
    /// What flow had gained when it was marked out, in quote units.
    markouts: f64,
    /// Rounds, and the sum of their factors.
    factors: (u32, f64),
}

impl Lessons {
    /// # Inputs: whether anything is learned; unix seconds
    pub fn new(learns: bool, now: u64) -> Self {
        let learner = learns.then(|| Learner::start(now));
        Self { learner, takings: Takings::default(), markouts: 0.0, factors: (0, 0.0) }
    }

    /// Traders have bought so much dollar delta, for so much of half spread and fee.
    pub fn traded(&mut self, flow: Money, paid: Money) {
        let [earned, bought] = [paid, flow].map(Amount::from_money_floor);
        self.takings = self.takings.plus(earned, bought);
    }

    /// Ends the epoch if it is over.
    pub fn learn(&mut self, conditions: &Conditions, reading: &Reading) {
        if let Some(learner) = self.learner {
            let epoch = Epoch {
                takings: self.takings,
                toxicity: conditions.toxicity.score,
                variance: reading.variance,
                capital: reading.capital,
                secs: reading.now.saturating_sub(learner.epoch_at),
            };
            let reward = epoch.outcome().ok().map(|outcome| outcome.reward);
            if let Ok(next) = learner.after_epoch(reward, MOST, reading.now) {
                (self.learner, self.takings) = (Some(next), Takings::default());
            }
        }
        self.factors.0 += 1;
        self.factors.1 += f64::from(self.widening().factor().raw()) / 1e6;
    }

    /// By how much spreads are wider.
    pub fn widening(&self) -> Widening {
        self.learner.map_or(Widening::NONE, |learner| learner.widening())
    }

    /// An epoch of toxicity may have ended, and the flow before it been marked out.
    pub fn marked(&mut self, before: &Toxicity, after: &Toxicity) {
        if before.epoch_at == after.epoch_at || before.price == 0 {
            return;
        }
        let number = |amount: Amount| amount.money().fx().to_num::<f64>();
        let moved = after.price.to_num::<f64>() / before.price.to_num::<f64>() - 1.0;
        self.markouts += number(before.ripe.gain) + number(before.ripe.held) * moved;
    }

    /// What traders' flow had gained when it was marked out, in quote units.
    pub const fn markouts(&self) -> f64 {
        self.markouts
    }

    /// The mean factor that spreads have learned.
    pub fn mean_factor(&self) -> f64 {
        self.factors.1 / f64::from(self.factors.0.max(1))
    }
}
