//! What is measured, and from where on it is too much.

use super::{BreakerError, State, SEQUENCER_GRACE_SECS};
use crate::millionths::Millionths;

/// What is measured. The larger, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Age of the spot price, in seconds.
    SpotAge,
    /// Age of the surface, in seconds.
    SurfaceAge,
    /// How far two sources of the spot price lie apart, as a ratio.
    SourceDeviation,
    /// Seconds for which the sequencer is still not to be relied on: [`super::sequencer_unsafe_secs`].
    SequencerUnsafe,
    /// The last move of spot in standard deviations: [`super::spot_jump_ceil`].
    SpotJump,
    /// The last change of the surface in volatility: 0.1 is ten points.
    SurfaceJump,
    /// The fall of the value per share from its highest: [`super::HighWater`].
    Drawdown,
    /// What the vault's book requires of what it has.
    Utilisation,
    /// |D*| over C.
    Delta,
    /// Time-weighted vega over C.
    Vega,
    /// The floor of the insurance fund over what is in it.
    InsuranceNeed,
    /// Bad debt that nobody has paid, over C.
    BadDebt,
    /// The score of toxicity.
    Toxicity,
    /// How far the stablecoin is from a dollar, either way.
    StablecoinDeviation,
    /// Seconds that an expired board has waited for its settlement.
    SettlementPending,
}

/// How many measures there are.
pub const MEASURES: usize = 15;

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
            Self::SpotAge | Self::SurfaceAge | Self::SequencerUnsafe | Self::SettlementPending => Unit::Seconds,
            _ => Unit::Ratio,
        }
    }

    pub(super) const fn place(self) -> usize {
        match self {
            Self::SpotAge => 0,
            Self::SurfaceAge => 1,
            Self::SourceDeviation => 2,
            Self::SequencerUnsafe => 3,
            Self::SpotJump => 4,
            Self::SurfaceJump => 5,
            Self::Drawdown => 6,
            Self::Utilisation => 7,
            Self::Delta => 8,
            Self::Vega => 9,
            Self::InsuranceNeed => 10,
            Self::BadDebt => 11,
            Self::Toxicity => 12,
            Self::StablecoinDeviation => 13,
            Self::SettlementPending => 14,
        }
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

    fn with(mut self, measure: Measure, unit: Unit, value: u32) -> Result<Self, BreakerError> {
        if measure.unit() != unit {
            return Err(BreakerError::WrongUnit { measure, unit: measure.unit() });
        }
        for (place, reading) in self.values.iter_mut().enumerate() {
            if place == measure.place() {
                *reading = Some(value);
            }
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
pub const RULE_COUNT: usize = 22;

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;
/// Parts of a ratio in its unit.
const PERCENT: u32 = 10_000;
const ONE: u32 = 1_000_000;
/// Closing trades wait for the first five minutes after the sequencer has come back.
const SEQUENCER_HALT_SECS: u32 = 5 * MINUTE;

const fn reduce(measure: Measure, (limit, recovers_below): (u32, u32), cooldown_secs: u32) -> Rule {
    Rule { measure, effect: State::ReduceOnly, limit, recovers_below, cooldown_secs, is_of_price: false }
}

const fn halt(measure: Measure, limits: (u32, u32), cooldown_secs: u32) -> Rule {
    Rule { effect: State::Halted, ..reduce(measure, limits, cooldown_secs) }
}

const fn of_price(rule: Rule) -> Rule {
    Rule { is_of_price: true, ..rule }
}

/// Every rule, in the order of storage.
pub const RULES: [Rule; RULE_COUNT] = [
    of_price(reduce(Measure::SpotAge, (2 * HOUR, 2 * HOUR), 5 * MINUTE)),
    of_price(halt(Measure::SpotAge, (DAY, 2 * HOUR), 5 * MINUTE)),
    reduce(Measure::SurfaceAge, (26 * HOUR, 26 * HOUR), 5 * MINUTE),
    of_price(reduce(Measure::SourceDeviation, (PERCENT * 3 / 2, PERCENT * 3 / 4), 15 * MINUTE)),
    of_price(halt(Measure::SourceDeviation, (5 * PERCENT, PERCENT * 3 / 2), 15 * MINUTE)),
    of_price(reduce(Measure::SequencerUnsafe, (1, 1), MINUTE)),
    of_price(halt(Measure::SequencerUnsafe, (GRACE - SEQUENCER_HALT_SECS, GRACE - SEQUENCER_HALT_SECS), MINUTE)),
    reduce(Measure::SpotJump, (6 * ONE, 4 * ONE), 15 * MINUTE),
    halt(Measure::SpotJump, (12 * ONE, 6 * ONE), 15 * MINUTE),
    reduce(Measure::SurfaceJump, (10 * PERCENT, 5 * PERCENT), HOUR),
    reduce(Measure::Drawdown, (10 * PERCENT, 7 * PERCENT), 6 * HOUR),
    halt(Measure::Drawdown, (25 * PERCENT, 15 * PERCENT), DAY),
    reduce(Measure::Utilisation, (90 * PERCENT, 80 * PERCENT), 15 * MINUTE),
    reduce(Measure::Delta, (25 * PERCENT, 20 * PERCENT), 15 * MINUTE),
    reduce(Measure::Vega, (15 * PERCENT, 12 * PERCENT), 15 * MINUTE),
    reduce(Measure::InsuranceNeed, (ONE, 90 * PERCENT), HOUR),
    reduce(Measure::BadDebt, (1, 1), DAY),
    halt(Measure::BadDebt, (PERCENT, PERCENT / 10), DAY),
    reduce(Measure::Toxicity, (ONE * 3 / 2, ONE), HOUR),
    reduce(Measure::StablecoinDeviation, (PERCENT, PERCENT / 2), HOUR),
    halt(Measure::StablecoinDeviation, (3 * PERCENT, PERCENT * 3 / 2), HOUR),
    reduce(Measure::SettlementPending, (1, 1), MINUTE),
];

const GRACE: u32 = SEQUENCER_GRACE_SECS;
