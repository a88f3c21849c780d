//! The numbers of a market's margin.

use super::{Binds, Relation, Riskier, Rule, Step, Terms, DAY_SECS};
use crate::margin::{MarginParameter, RULES};

const SPOT_SHOCK: usize = place_of(MarginParameter::SpotShock);
const NEAR_TAIL: usize = place_of(MarginParameter::NearTail);
const FAR_TAIL_DOWN: usize = place_of(MarginParameter::FarTailDown);
const FAR_TAIL_UP: usize = place_of(MarginParameter::FarTailUp);

/// The grid ends before the near tail, and that before the far ones.
pub(super) const RELATIONS: [Relation; 3] = [
    Relation { lesser: SPOT_SHOCK, greater: NEAR_TAIL, is_strict: true },
    Relation { lesser: NEAR_TAIL, greater: FAR_TAIL_DOWN, is_strict: true },
    Relation { lesser: NEAR_TAIL, greater: FAR_TAIL_UP, is_strict: true },
];

pub(super) fn rule(place: usize) -> Option<Rule> {
    let rule = RULES.get(place)?;
    let terms = terms(rule.parameter);
    Some(Rule { min: rule.min, max: rule.max, default: rule.default, terms })
}

/// A tenth of what it is, since it is asked of who holds something already.
const TENTH: Step = Step::Relative(100_000);

const fn terms(parameter: MarginParameter) -> Terms {
    let (days, binds) = match parameter {
        MarginParameter::SpotShock
        | MarginParameter::NearTail
        | MarginParameter::FarTailDown
        | MarginParameter::FarTailUp
        | MarginParameter::VolShockUp
        | MarginParameter::VolShockDown
        | MarginParameter::ShortMinimum => (7, Binds::Existing),
        // Nobody is liquidated below his initial margin.
        MarginParameter::InitialFactor => (3, Binds::New),
    };
    Terms { step: TENTH, interval_secs: DAY_SECS.saturating_mul(days), riskier: Riskier::Down, binds }
}

/// Where a parameter is stored.
#[allow(clippy::as_conversions, reason = "discriminants, compared when this is compiled")]
const fn place_of(parameter: MarginParameter) -> usize {
    let mut place = 0;
    while place < RULES.len() && RULES[place].parameter as usize != parameter as usize {
        place = place.wrapping_add(1);
    }
    place
}
