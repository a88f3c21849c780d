//! What the clearing house credits between markets.

use super::{Binds, Riskier, Rule, Step, Terms, DAY_SECS};
use crate::margin::Correlation;

/// The correlation that is trusted. Less of it asks more of every account that is hedged over markets.
pub const OFFSET_RULES: [Rule; 1] = [Rule {
    min: Correlation::MIN,
    max: Correlation::MAX,
    default: Correlation::DEFAULT.millionths(),
    terms: Terms {
        step: Step::Absolute(50_000),
        interval_secs: 7 * DAY_SECS,
        riskier: Riskier::Up,
        binds: Binds::Existing,
    },
}];
