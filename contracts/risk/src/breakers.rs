//! When the market stops itself, and when it goes on.
//!
//! Each [`Rule`] watches one [`Measure`]. It trips when a reading reaches its limit, at once and always: there is no
//! pause after a recovery in which it could not. While it is tripped a reading is bad from the lower threshold up, and it recovers
//! by itself with the first good reading at least its cool-down after the last bad one. So more readings never open a market
//! earlier than that: a good one within the cool-down changes nothing, a bad one starts it anew.
//!
//! A measure that is not read leaves its rules as they are.
//!
//! A guardian may tighten, for 72 hours, and nothing else. The market's [`State`] is the tightest of all. What each state
//! permits is [`PERMISSIONS`].

use crate::RiskError;

mod actions;
mod measures;
mod rules;

pub use actions::{allows, Action, Permission, PERMISSIONS};
pub use measures::{sequencer_unsafe_secs, spot_jump_ceil, HighWater, SEQUENCER_GRACE_SECS, WINDOW_SECS};
pub use rules::{Measure, Readings, Rule, Unit, MEASURES, RULES, RULE_COUNT};

/// What a guardian tightens lapses after 72 hours.
pub const GUARDIAN_SECS: u64 = 72 * 3_600;
/// Storage words of 64 bits: three slots.
pub const WORDS: usize = 12;
const TIMES: usize = RULE_COUNT + 2;

/// Whether a market trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It does.
    #[default]
    Open,
    /// Trades that only close.
    ReduceOnly,
    /// No trades.
    Halted,
}

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerError {
    /// A guardian may only tighten: name reduce-only or halted.
    GuardianOnlyTightens {
        /// What was asked for.
        to: State,
    },
    /// A measure was read in the wrong unit.
    WrongUnit {
        /// The measure.
        measure: Measure,
        /// The unit that it has.
        unit: Unit,
    },
    /// A number does not fit.
    Risk(RiskError),
}

impl From<RiskError> for BreakerError {
    fn from(error: RiskError) -> Self {
        Self::Risk(error)
    }
}

/// One rule at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The rule: its measure, limit and cool-down.
    pub rule: Rule,
    /// The present reading, in the measure's unit.
    pub reading: Option<u32>,
    /// Whether it is tripped.
    pub is_tripped: bool,
    /// The earliest it recovers, in unix seconds, if all readings from now on are good.
    pub recovers_at: Option<u64>,
}

/// All breakers of a market, in three storage slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breakers {
    /// When each rule's reading was last bad, in unix seconds; 0 if it is not tripped.
    bad_at: [u32; RULE_COUNT],
    /// Until when the guardian keeps the market from opening trades, and from all trades.
    reduced_until: u32,
    halted_until: u32,
}

impl Default for Breakers {
    fn default() -> Self {
        Self { bad_at: [0; RULE_COUNT], reduced_until: 0, halted_until: 0 }
    }
}

impl Breakers {
    /// After a look at the readings.
    /// # Inputs: unix seconds
    #[must_use]
    pub fn observed(self, now: u64, readings: &Readings) -> Self {
        let at = seconds(now).max(1);
        let mut next = self;
        for (bad_at, rule) in next.bad_at.iter_mut().zip(&RULES) {
            let Some(reading) = readings.of(rule.measure) else { continue };
            let is_tripped = *bad_at != 0;
            let bad_from = if is_tripped { rule.recovers_below } else { rule.limit };
            if reading >= bad_from {
                *bad_at = at.max(*bad_at);
            } else if is_tripped && at.saturating_sub(*bad_at) >= rule.cooldown_secs {
                *bad_at = 0;
            }
        }
        next
    }

    /// The state of the market: the tightest of all.
    /// # Inputs: unix seconds; observe first, for a rule recovers with a reading only
    pub fn state(&self, now: u64) -> State {
        let tripped = self.tripped().map(|rule| rule.effect).max().unwrap_or_default();
        tripped.max(self.guarded(now))
    }

    /// Whether prices may be relied on: for liquidations and for what LPs enter and leave at.
    pub fn is_price_safe(&self) -> bool {
        !self.tripped().any(|rule| rule.is_of_price)
    }

    /// After the guardian has tightened: for [`GUARDIAN_SECS`], and never for less than before.
    /// # Errors: GuardianOnlyTightens
    pub fn tightened(self, now: u64, to: State) -> Result<Self, BreakerError> {
        let until = seconds(now.saturating_add(GUARDIAN_SECS));
        match to {
            State::Open => Err(BreakerError::GuardianOnlyTightens { to }),
            State::ReduceOnly => Ok(Self { reduced_until: until.max(self.reduced_until), ..self }),
            State::Halted => Ok(Self { halted_until: until.max(self.halted_until), ..self }),
        }
    }

    /// The earliest the market is open again, in unix seconds, if all readings from now on are good; nothing if it is open.
    pub fn earliest_recovery(&self, now: u64) -> Option<u64> {
        if self.state(now) == State::Open {
            return None;
        }
        let rules = self.bad_at.iter().zip(&RULES).filter_map(|(bad_at, rule)| recovers_at(*bad_at, rule));
        let guardian = [self.reduced_until, self.halted_until].map(u64::from);
        rules.chain(guardian).max().map(|at| at.max(now))
    }

    /// Every rule at this moment, in the order of [`RULES`].
    pub fn conditions(&self, readings: &Readings) -> [Condition; RULE_COUNT] {
        let mut bad_at = self.bad_at.iter();
        RULES.map(|rule| {
            let bad_at = bad_at.next().copied().unwrap_or(0);
            Condition {
                rule,
                reading: readings.of(rule.measure),
                is_tripped: bad_at != 0,
                recovers_at: recovers_at(bad_at, &rule),
            }
        })
    }

    /// For storage: two times to a word, the earlier one in the high half.
    pub fn to_words(&self) -> [u64; WORDS] {
        let mut times = self.bad_at.iter().chain([&self.reduced_until, &self.halted_until]).copied();
        let mut next = || u64::from(times.next().unwrap_or(0));
        core::array::from_fn(|_| next() << 32 | next())
    }

    /// From storage.
    pub fn from_words(words: [u64; WORDS]) -> Self {
        let halves = words.into_iter().flat_map(|word| [word >> 32, word & u64::from(u32::MAX)]);
        let mut times = [0; TIMES];
        for (time, half) in times.iter_mut().zip(halves) {
            *time = seconds(half);
        }
        let [bad_at @ .., reduced_until, halted_until] = times;
        Self { bad_at, reduced_until, halted_until }
    }

    fn tripped(&self) -> impl Iterator<Item = &'static Rule> + '_ {
        self.bad_at.iter().zip(&RULES).filter_map(|(bad_at, rule)| (*bad_at != 0).then_some(rule))
    }

    fn guarded(&self, now: u64) -> State {
        if now < u64::from(self.halted_until) {
            State::Halted
        } else if now < u64::from(self.reduced_until) {
            State::ReduceOnly
        } else {
            State::Open
        }
    }
}

fn recovers_at(bad_at: u32, rule: &Rule) -> Option<u64> {
    (bad_at != 0).then(|| u64::from(bad_at).saturating_add(u64::from(rule.cooldown_secs)))
}

/// Unix seconds in 32 bits: until the year 2106.
fn seconds(time: u64) -> u32 {
    u32::try_from(time).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
