//! How far learning may widen spreads.

use super::{Binds, Riskier, Rule, Step, Terms, DAY_SECS};
use crate::learning::MOST;
use crate::millionths::Millionths;

/// The largest factor that learning may reach: one, where nothing is learned, at the start.
///
/// More of it is riskier, for flow trains what is learned: a guardian may take it away at once, and spreads are then what they
/// would be without. Nobody who holds something is asked for more.
pub const LEARNING_RULES: [Rule; 1] = [Rule {
    min: Millionths::ONE.raw(),
    max: MOST.raw(),
    default: Millionths::ONE.raw(),
    terms: Terms {
        step: Step::Absolute(250_000),
        interval_secs: 3 * DAY_SECS,
        riskier: Riskier::Up,
        binds: Binds::New,
    },
}];
