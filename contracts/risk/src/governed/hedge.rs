//! The terms of rebalances.

use super::{Binds, Relation, Riskier, Rule, Step, Terms, DAY_SECS};
use crate::rebalance::{HedgeTerm, TERM_RULES};

/// The place of the inner band; the outer one follows it.
const INNER_BAND: usize = 0;
/// Millionths of a second in a second.
const SECOND: u32 = 1_000_000;

/// Nobody need hedge what lies within the band that he must pass.
pub(super) const RELATIONS: [Relation; 1] = [Relation { lesser: INNER_BAND, greater: INNER_BAND + 1, is_strict: true }];

pub(super) fn rule(place: usize) -> Option<Rule> {
    let rule = TERM_RULES.get(place)?;
    Some(Rule { min: rule.min, max: rule.max, default: rule.default, terms: terms(rule.term) })
}

/// No two terms are alike, so each has its line. What solvers are paid, what fills may cost and how much may be held is riskier
/// upwards; what they must prove, upwards safer. All bind the next rebalance, and nobody who holds something.
const fn terms(term: HedgeTerm) -> Terms {
    let (step, days, riskier) = match term {
        HedgeTerm::InnerBand => (10_000, 1, Riskier::Up),
        HedgeTerm::OuterBand => (20_000, 1, Riskier::Up),
        HedgeTerm::Theta | HedgeTerm::Kappa => (100_000, 3, Riskier::Up),
        HedgeTerm::RampSecs => (120 * SECOND, 1, Riskier::Down),
        HedgeTerm::CheckpointSecs => (60 * SECOND, 3, Riskier::Down),
        HedgeTerm::Slippage | HedgeTerm::DayBudget => (2_500, 3, Riskier::Up),
        HedgeTerm::AverageBand => (10_000, 3, Riskier::Up),
        HedgeTerm::AverageSecs => (300 * SECOND, 3, Riskier::Either),
        HedgeTerm::LeastGain => (500, 1, Riskier::Down),
        HedgeTerm::RebalanceBudget => (1_000, 3, Riskier::Up),
        HedgeTerm::PriceAgeSecs => (600 * SECOND, 3, Riskier::Up),
        HedgeTerm::HedgeLimit => (250_000, 3, Riskier::Up),
        HedgeTerm::CollateralRatio => (250_000, 3, Riskier::Down),
    };
    let interval_secs = DAY_SECS.saturating_mul(days);
    Terms { step: Step::Absolute(step), interval_secs, riskier, binds: Binds::New }
}
