//! What the insurance fund must hold for a market to open trades.

use super::{Binds, Riskier, Rule, Step, Terms, DAY_SECS};

/// The floor is at most 20 million of the currency.
pub const MOST_FLOOR: u32 = 20_000_000;

/// The floor, in millions of the currency: a millionth is one of it. An amount, and no share of capital, so that what LPs
/// bring in makes nothing short. None at the start, for the fund begins empty.
///
/// Below it a market only closes: nobody who holds something is asked for more, so a guardian may raise it. He may go
/// above what the fund holds, and so stop a market for good: then whoever gives to the fund opens it, or votes take
/// the floor down again, from anywhere within three weeks.
pub const INSURANCE_RULES: [Rule; 1] = [Rule {
    min: 0,
    max: MOST_FLOOR,
    default: 0,
    terms: Terms {
        step: Step::Absolute(1_000_000),
        interval_secs: DAY_SECS,
        riskier: Riskier::Down,
        binds: Binds::New,
    },
}];
