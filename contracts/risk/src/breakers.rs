//! When the market stops itself, and when it goes on.
//!
//! Each [`Rule`] watches one [`Measure`]. It trips when a reading reaches its limit, at once and always: there is no
//! pause after a recovery in which it could not. While it is tripped a reading is bad from the lower threshold up, and it recovers
//! by itself with the first good reading at least its cool-down after the last bad one. So more readings never open a market
//! earlier than that: a good one within the cool-down changes nothing, a bad one starts it anew.
//!
//! A measure that is not read leaves its rules as they are.
//!
//! Ages and the sequencer do not wait for somebody to look: [`live_state`] is what they ask for at any moment.
//!
//! A guardian may tighten, for 72 hours, and nothing else. The market's [`State`] is the tightest of all. What each state
//! permits is [`PERMISSIONS`].

use crate::RiskError;

mod actions;
mod measures;
mod rules;

pub use actions::{allows, Action, Permission, PERMISSIONS};
pub use measures::{
    insurance_short_ceil, jump_of_regime_ceil, sequencer_unsafe_secs, spot_jump_ceil, SEQUENCER_GRACE_SECS,
};
pub use rules::{
    live_state, rules, Measure, Readings, Rule, Unit, MEASURES, RULES, RULE_COUNT, SOURCES_APART, SPOT_HALT_SECS,
};

/// What a guardian tightens lapses after 72 hours.
pub const GUARDIAN_SECS: u64 = 72 * 3_600;
/// A bad debt counts for so long; what it has tripped recovers by its own cool-down after that.
pub const BAD_DEBT_SECS: u64 = 3_600;
/// Storage words of 64 bits: four slots.
pub const WORDS: usize = 16;
/// Both orders of the guardian, since when prices are safe, and what each rule keeps.
const TIMES: usize = RULE_COUNT + 3;

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

impl State {
    /// Its number: the tighter, the larger.
    pub const fn number(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::ReduceOnly => 1,
            Self::Halted => 2,
        }
    }

    /// The state of a number.
    pub const fn of_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Open),
            1 => Some(Self::ReduceOnly),
            2 => Some(Self::Halted),
            _ => None,
        }
    }
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

/// All breakers of a market, in four storage slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breakers {
    /// When each rule's reading was last bad, in unix seconds; 0 if it is not tripped.
    bad_at: [u32; RULE_COUNT],
    /// Until when the guardian keeps the market from opening trades, and from all trades.
    reduced_until: u32,
    halted_until: u32,
    /// When prices were last found safe again after they had not been.
    safe_since: u32,
}

impl Default for Breakers {
    fn default() -> Self {
        Self { bad_at: [0; RULE_COUNT], reduced_until: 0, halted_until: 0, safe_since: 0 }
    }
}

impl Breakers {
    /// After a look at the readings.
    /// # Inputs: unix seconds; the rules at the market's parameters: [`rules`]
    #[must_use]
    pub fn observed(self, now: u64, readings: &Readings, rules: &[Rule; RULE_COUNT]) -> Self {
        let at = seconds(now).max(1);
        let mut next = self;
        for (bad_at, rule) in next.bad_at.iter_mut().zip(rules) {
            let Some(reading) = readings.of(rule.measure) else { continue };
            let is_tripped = *bad_at != 0;
            let bad_from = if is_tripped { rule.recovers_below } else { rule.limit };
            if reading >= bad_from {
                *bad_at = at.max(*bad_at);
            } else if is_tripped && at.saturating_sub(*bad_at) >= rule.cooldown_secs {
                *bad_at = 0;
            }
        }
        if next.is_price_safe() && !self.is_price_safe() {
            next.safe_since = at;
        }
        next
    }

    /// Whether a look would trip a rule: nothing does that none of these readings reaches.
    pub fn would_trip(readings: &Readings, rules: &[Rule; RULE_COUNT]) -> bool {
        rules.iter().any(|rule| readings.of(rule.measure).is_some_and(|reading| reading >= rule.limit))
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

    /// The rules that are tripped, bit by bit in the order of [`RULES`].
    pub fn tripped_bits(&self) -> u32 {
        self.bad_at.iter().rev().fold(0, |bits, bad_at| bits << 1 | u32::from(*bad_at != 0))
    }

    /// Since when prices have been safe, in unix seconds, as far as anybody has looked; 0 if they always have.
    pub fn safe_since(&self) -> u64 {
        u64::from(self.safe_since)
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
    pub fn conditions(&self, readings: &Readings, rules: &[Rule; RULE_COUNT]) -> [Condition; RULE_COUNT] {
        let mut bad_at = self.bad_at.iter();
        rules.map(|rule| {
            let bad_at = bad_at.next().copied().unwrap_or(0);
            Condition {
                rule,
                reading: readings.of(rule.measure),
                is_tripped: bad_at != 0,
                recovers_at: recovers_at(bad_at, &rule),
            }
        })
    }

    /// For storage: two times to a word, the earlier one in the high half. Rules come last, so that another one moves nothing.
    pub fn to_words(&self) -> [u64; WORDS] {
        let mut times = [self.reduced_until, self.halted_until, self.safe_since].into_iter().chain(self.bad_at);
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
        let [reduced_until, halted_until, safe_since, bad_at @ ..] = times;
        Self { bad_at, reduced_until, halted_until, safe_since }
    }

    /// The rules that are tripped.
    pub fn tripped(&self) -> impl Iterator<Item = &'static Rule> + '_ {
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
