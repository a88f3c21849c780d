//! What is measured, and from where on it is too much.

use super::{BreakerError, State, SEQUENCER_GRACE_SECS};
use crate::millionths::Millionths;
use crate::parameters::{Parameter, Parameters};

/// What is measured. The larger, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Age of the spot price, in seconds.
    SpotAge,
    /// Age of the surface, in seconds.
    SurfaceAge,
    /// Age of the second source's price, in seconds.
    SourceAge,
    /// How far the two sources of the spot price may lie apart, of the first.
    SourceDeviation,
    /// Seconds for which the sequencer is still not to be relied on: [`super::sequencer_unsafe_secs`].
    SequencerUnsafe,
    /// The last move of spot in standard deviations: [`super::spot_jump_ceil`].
    SpotJump,
    /// How far the last surface lies from what its keepers would have posted, in volatility: 0.1 is ten points.
    SurfaceJump,
    /// The fall of risk capital below its day's average: [`crate::capital::RiskCapital::drawdown_ceil`].
    Drawdown,
    /// The capital that the book needs to stand within every limit, of what there is: [`crate::limits::utilisation`].
    Utilisation,
    /// |D*| over C.
    Delta,
    /// Time-weighted vega over C.
    Vega,
    /// Bad debt that the vault has borne in the last hour or that nobody has paid, over C.
    BadDebt,
    /// The score of toxicity.
    Toxicity,
    /// Age of the stablecoin's price, in seconds.
    StablecoinAge,
    /// How far the stablecoin is from a dollar, either way.
    StablecoinDeviation,
    /// Seconds that an expired board has waited for its settlement.
    SettlementPending,
    /// What the insurance fund lacks of its floor, of the floor: [`super::insurance_short_ceil`].
    InsuranceShort,
    /// Seconds for which nobody has hedged a book that somebody should: [`crate::neglect`].
    Unhedged,
}

/// How many measures there are.
pub const MEASURES: usize = 18;

/// The unit of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Whole seconds.
    Seconds,
    /// Millionths of a ratio.
    Ratio,
}

impl Measure {
    /// The unit it is read in.
    pub const fn unit(self) -> Unit {
        match self {
            Self::SpotAge
            | Self::SurfaceAge
            | Self::SourceAge
            | Self::SequencerUnsafe
            | Self::StablecoinAge
            | Self::SettlementPending
            | Self::Unhedged => Unit::Seconds,
            _ => Unit::Ratio,
        }
    }

    /// Its number: the order above.
    pub const fn place(self) -> usize {
        // A discriminant far below the type's end.
        #[allow(clippy::as_conversions)]
        let place = self as usize;
        place
    }
}

/// The readings of one moment. What is not read is nothing, not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    values: [Option<u32>; MEASURES],
}

impl Readings {
    /// With a number of seconds.
    /// # Errors: WrongUnit
    pub fn with_secs(self, measure: Measure, secs: u64) -> Result<Self, BreakerError> {
        self.with(measure, Unit::Seconds, u32::try_from(secs).unwrap_or(u32::MAX))
    }

    /// With a ratio.
    /// # Errors: WrongUnit
    pub fn with_ratio(self, measure: Measure, ratio: Millionths) -> Result<Self, BreakerError> {
        self.with(measure, Unit::Ratio, ratio.raw())
    }

    /// The reading of a measure, in its unit.
    pub fn of(&self, measure: Measure) -> Option<u32> {
        self.values.get(measure.place()).copied().flatten()
    }

    #[inline(never)]
    fn with(mut self, measure: Measure, unit: Unit, value: u32) -> Result<Self, BreakerError> {
        if measure.unit() != unit {
            return Err(BreakerError::WrongUnit { measure, unit: measure.unit() });
        }
        if let Some(reading) = self.values.get_mut(measure.place()) {
            *reading = Some(value);
        }
        Ok(self)
    }
}

/// From where on a measure is too much, what that does, and when it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The measure.
    pub measure: Measure,
    /// What it does to the market.
    pub effect: State,
    /// It trips from here on, in the measure's unit.
    pub limit: u32,
    /// While it is tripped a reading is good below this only, at most the limit.
    pub recovers_below: u32,
    /// It recovers when readings have been good for so long.
    pub cooldown_secs: u32,
    /// Whether prices may not be relied on while it is tripped.
    pub is_of_price: bool,
}

/// How many rules there are.
pub const RULE_COUNT: usize = 25;

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;
/// Parts of a ratio in its unit.
const PERCENT: u32 = 10_000;
const ONE: u32 = 1_000_000;
/// Two sources this far apart disagree: only closing trades pass.
pub const SOURCES_APART: Millionths = Millionths::from_raw(PERCENT * 3 / 2);
/// Not even closing trades pass on a price of so long ago,
pub const SPOT_HALT_SECS: u32 = DAY;
/// nor in the first five minutes after the sequencer has come back: with so long a grace left.
const SEQUENCER_HALT_SECS: u32 = SEQUENCER_GRACE_SECS - 5 * MINUTE;

const fn reduce(measure: Measure, (limit, recovers_below): (u32, u32), cooldown_secs: u32) -> Rule {
    Rule { measure, effect: State::ReduceOnly, limit, recovers_below, cooldown_secs, is_of_price: false }
}

const fn halt(measure: Measure, limits: (u32, u32), cooldown_secs: u32) -> Rule {
    Rule { effect: State::Halted, ..reduce(measure, limits, cooldown_secs) }
}

/// For an age: it may be so old, and no older.
const fn past(secs: u32) -> (u32, u32) {
    (secs.saturating_add(1), secs.saturating_add(1))
}

/// For the book: where no trade can carry it, for trades stop at the limit, and only moves of the market do. Back within the limit
/// it is good again.
const fn beyond(limit: u32) -> (u32, u32) {
    (limit.saturating_add(limit / 5), limit)
}

const fn of_price(rule: Rule) -> Rule {
    Rule { is_of_price: true, ..rule }
}

/// Every rule, in the order of storage.
pub const RULES: [Rule; RULE_COUNT] = [
    of_price(reduce(Measure::SpotAge, past(2 * HOUR), 5 * MINUTE)),
    of_price(halt(Measure::SpotAge, (SPOT_HALT_SECS, 2 * HOUR + 1), 5 * MINUTE)),
    reduce(Measure::SurfaceAge, past(26 * HOUR), 5 * MINUTE),
    reduce(Measure::SourceAge, past(6 * HOUR), 5 * MINUTE),
    of_price(reduce(Measure::SourceDeviation, (SOURCES_APART.raw(), PERCENT * 3 / 4), 15 * MINUTE)),
    of_price(halt(Measure::SourceDeviation, (5 * PERCENT, PERCENT * 3 / 2), 15 * MINUTE)),
    of_price(reduce(Measure::SequencerUnsafe, (1, 1), MINUTE)),
    of_price(halt(Measure::SequencerUnsafe, (SEQUENCER_HALT_SECS, SEQUENCER_HALT_SECS), MINUTE)),
    reduce(Measure::SpotJump, (6 * ONE, 4 * ONE), 15 * MINUTE),
    halt(Measure::SpotJump, (12 * ONE, 6 * ONE), 15 * MINUTE),
    reduce(Measure::SurfaceJump, (10 * PERCENT, 5 * PERCENT), HOUR),
    reduce(Measure::Drawdown, (10 * PERCENT, 7 * PERCENT), 6 * HOUR),
    halt(Measure::Drawdown, (25 * PERCENT, 15 * PERCENT), DAY),
    reduce(Measure::Utilisation, beyond(ONE), 15 * MINUTE),
    reduce(Measure::Delta, beyond(25 * PERCENT), 15 * MINUTE),
    reduce(Measure::Vega, beyond(15 * PERCENT), 15 * MINUTE),
    reduce(Measure::BadDebt, (PERCENT / 10, 1), DAY),
    halt(Measure::BadDebt, (PERCENT, PERCENT / 10), DAY),
    reduce(Measure::Toxicity, (ONE * 3 / 2, ONE), HOUR),
    reduce(Measure::StablecoinAge, past(26 * HOUR), 5 * MINUTE),
    reduce(Measure::StablecoinDeviation, (PERCENT, PERCENT / 2), HOUR),
    halt(Measure::StablecoinDeviation, (3 * PERCENT, PERCENT * 3 / 2), HOUR),
    reduce(Measure::SettlementPending, past(HOUR), MINUTE),
    // What is given to the fund nobody takes back, so that only another debt makes it short again; those come together,
    // and an hour is what bad debts are counted over. Who fills the fund amid them opens nothing until they are over.
    reduce(Measure::InsuranceShort, (1, 1), HOUR),
    // A day after spreads are at their widest.
    reduce(Measure::Unhedged, (36 * HOUR, 1), MINUTE),
];

/// Every rule where a market's parameters are these: votes move how old prices may be and how large the book.
pub fn rules(parameters: &Parameters) -> [Rule; RULE_COUNT] {
    let secs = |hours| u32::try_from(parameters.secs(hours, HOUR)).unwrap_or(u32::MAX);
    RULES.map(|rule| {
        let (limit, recovers_below) = match (rule.measure, rule.effect) {
            (Measure::SpotAge, State::Halted) => {
                let (first, good) = past(secs(Parameter::MaxSpotAgeHours));
                (rule.limit.max(first), good)
            }
            (Measure::SpotAge, _) => past(secs(Parameter::MaxSpotAgeHours)),
            (Measure::SurfaceAge, _) => past(secs(Parameter::MaxSurfaceAgeHours)),
            (Measure::Delta, _) => beyond(parameters.millionths(Parameter::DeltaLimit)),
            (Measure::Vega, _) => beyond(parameters.millionths(Parameter::VegaLimit)),
            _ => (rule.limit, rule.recovers_below),
        };
        Rule { limit, recovers_below, ..rule }
    })
}

/// What the age of the spot price and the sequencer ask for at a moment, whether or not anybody has looked.
///
/// A price that is too old to open on, but not to close on, is the quote's own business: it is priced as old.
/// # Inputs: seconds; for how many more the sequencer is not to be relied on
pub const fn live_state(spot_age_secs: u64, sequencer_unsafe_secs: u64) -> State {
    if spot_age_secs >= widened(SPOT_HALT_SECS) || sequencer_unsafe_secs >= widened(SEQUENCER_HALT_SECS) {
        State::Halted
    } else if sequencer_unsafe_secs > 0 {
        State::ReduceOnly
    } else {
        State::Open
    }
}

const fn widened(secs: u32) -> u64 {
    // `From` is not const.
    #[allow(clippy::as_conversions)]
    let secs = secs as u64;
    secs
}
