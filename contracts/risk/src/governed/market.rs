//! The numbers of a market.

use super::{Binds, Relation, Riskier, Rule, Step, Terms, DAY_SECS};
use crate::parameters::{Parameter, RULES};

const FLOOR: usize = place_of(Parameter::LambdaFloor);
const LAMBDA: usize = place_of(Parameter::Lambda);
const DELTA_HORIZON: usize = place_of(Parameter::DeltaHorizonDays);
const VEGA_HORIZON: usize = place_of(Parameter::VegaHorizonDays);

/// Rebates are paid at the risk aversion of charges at most; vega is held for as long as delta at least.
pub(super) const RELATIONS: [Relation; 2] = [
    Relation { lesser: FLOOR, greater: LAMBDA, is_strict: false },
    Relation { lesser: DELTA_HORIZON, greater: VEGA_HORIZON, is_strict: false },
];

pub(super) fn rule(place: usize) -> Option<Rule> {
    let rule = RULES.get(place)?;
    Some(Rule { min: rule.min, max: rule.max, default: rule.default, terms: terms(rule.parameter) })
}

/// A quarter of what it is.
const QUARTER: Step = Step::Relative(250_000);

/// No two parameters are alike, so each has its line: whoever adds one must say how it may be moved.
const fn terms(parameter: Parameter) -> Terms {
    let (step, days, riskier) = match parameter {
        Parameter::Lambda => (QUARTER, 3, Riskier::Down),
        Parameter::LambdaFloor => (Step::Absolute(5_000_000), 3, Riskier::Up),
        Parameter::JumpLambda => (Step::Absolute(5_000_000), 3, Riskier::Down),
        Parameter::DeltaHorizonDays | Parameter::VegaHorizonDays | Parameter::VolOfVol => (QUARTER, 7, Riskier::Down),
        Parameter::SpotVolCorrelationPlusOne => (Step::Absolute(100_000), 7, Riskier::Either),
        Parameter::VolHalfSpread | Parameter::FeedLatencySecs => (QUARTER, 1, Riskier::Down),
        Parameter::SpreadFloor => (Step::Absolute(100), 1, Riskier::Down),
        Parameter::Deviation => (Step::Absolute(250), 1, Riskier::Down),
        Parameter::Fee => (Step::Absolute(200), 3, Riskier::Either),
        Parameter::FeeCap => (Step::Absolute(25_000), 3, Riskier::Either),
        Parameter::DeltaLimit
        | Parameter::VegaLimit
        | Parameter::StressLimit
        | Parameter::MaxSpotAgeHours
        | Parameter::MaxSurfaceAgeHours
        | Parameter::GammaLimit
        | Parameter::ExpiryVegaLimit
        | Parameter::ShortSeriesLimit
        | Parameter::VolStep
        | Parameter::BasisStep
        | Parameter::StepsPerHour => (QUARTER, 3, Riskier::Up),
    };
    Terms { step, interval_secs: DAY_SECS.saturating_mul(days), riskier, binds: Binds::New }
}

/// Where a parameter is stored.
#[allow(clippy::as_conversions, reason = "discriminants, compared when this is compiled")]
const fn place_of(parameter: Parameter) -> usize {
    let mut place = 0;
    while place < RULES.len() && RULES[place].parameter as usize != parameter as usize {
        place = place.wrapping_add(1);
    }
    place
}
