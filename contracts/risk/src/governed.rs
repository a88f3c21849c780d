//! What a vote, or a guardian, may do to a tunable number: pure, and the same for every group of them.
//!
//! Each number has hard bounds, a largest step, a shortest time between two changes by vote, and a direction in which
//! it is riskier. A vote may move it anywhere within them. A guardian may move it only away from risk, at once and as
//! often as he must, each time by a step at most: he is there for the hour in which a vote would come too late.
//!
//! **Who is bound.** Some numbers bind only who comes after the change: a charge, a spread, a limit, the initial margin.
//! Others ask more of who has come before: the shocks of the maintenance margin, the credit for offsets. A change of
//! these must have been seen for as long as it takes to act on it, so only a vote may make it, which has waited in the
//! timelock. A guardian who wants more margin at once raises the initial over the maintenance margin: that binds new
//! positions and makes nobody liquidatable.
//!
//! **Who gains.** Fees, the senior's rate and the junior's coverage are riskier in neither direction: they move value
//! between the parties. These are matters of votes alone.
//!
//! A guardian's change does not start the interval of votes anew, or he could keep them from ever undoing it.

mod hedge;
mod insurance;
mod learning;
mod margin;
mod market;
mod offset;
mod vault;

pub use insurance::{INSURANCE_RULES, MOST_FLOOR};
pub use learning::LEARNING_RULES;
pub use offset::OFFSET_RULES;
pub use vault::{VaultRule, VaultTerm, MOST_MANAGEMENT_FEE, MOST_PERFORMANCE_FEE, VAULT_RULES};

use crate::parameters::MILLION;

/// The most numbers that a group can have.
pub const MOST: usize = 32;

const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 24 * HOUR_SECS;

/// Numbers that are stored, checked and set together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A market's [`crate::parameters::RULES`].
    Market,
    /// A market's [`crate::margin::RULES`].
    Margin,
    /// What the clearing house credits between markets: [`OFFSET_RULES`].
    Offset,
    /// What the vault's tranches have agreed: [`VAULT_RULES`].
    Vault,
    /// What the insurance fund must hold for a market to open trades: [`INSURANCE_RULES`].
    Insurance,
    /// What is ruled of a hedger's rebalances: [`crate::rebalance::TERM_RULES`].
    Hedge,
    /// How far learning may widen a market's spreads: [`LEARNING_RULES`].
    Learning,
}

/// How far one change may move a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// By so many millionths.
    Absolute(u32),
    /// By so many millionths of what it is.
    Relative(u32),
}

/// The direction in which a number is riskier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Riskier {
    /// More of it is.
    Up,
    /// Less of it is.
    Down,
    /// Neither is safe: only a vote may say.
    Either,
}

/// Whom a tighter number binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binds {
    /// Who trades from then on.
    New,
    /// Who holds something, too.
    Existing,
}

/// How a number may be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// At most so far at a time.
    pub step: Step,
    /// By votes not more often than this.
    pub interval_secs: u64,
    /// Where it is riskier.
    pub riskier: Riskier,
    /// Whom it binds when it is tightened.
    pub binds: Binds,
}

/// All that is ruled about one number. Numbers are millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
    /// At the start.
    pub default: u32,
    /// How it may be moved.
    pub terms: Terms,
}

/// One number of a group must not be above, or must be below, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The place of the lesser.
    pub lesser: usize,
    /// The place of the greater.
    pub greater: usize,
    /// Whether they may not be equal.
    pub is_strict: bool,
}

/// Who wants a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// A vote that has waited in the timelock.
    Governor,
    /// The guardian, at once.
    Guardian,
}

/// One number to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its place in the group.
    pub parameter: usize,
    /// In millionths.
    pub value: u32,
}

/// The numbers of a group, in millionths, and when votes changed them last, in unix seconds, 0 for never. What is past the
/// group's count is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// In millionths.
    pub values: [u32; MOST],
    /// In unix seconds.
    pub changed_at: [u64; MOST],
}

/// Why a change is refused. Values are millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is to be changed.
    Nothing,
    /// The group has no such number, or the changes do not come by rising place.
    OutOfOrder {
        /// The place.
        parameter: usize,
        /// How many there are.
        count: usize,
    },
    /// It is so already.
    Unchanged {
        /// The place.
        parameter: usize,
        /// What it is.
        value: u32,
    },
    /// It would be outside its bounds.
    OutOfBounds {
        /// The place.
        parameter: usize,
        /// What it would be.
        value: u32,
        /// At least.
        min: u32,
        /// At most.
        max: u32,
    },
    /// It would move too far at a time.
    StepTooLarge {
        /// The place.
        parameter: usize,
        /// What it would be.
        value: u32,
        /// What it is.
        current: u32,
        /// How far it may move.
        step: u32,
    },
    /// A vote has changed it only just now.
    TooEarly {
        /// The place.
        parameter: usize,
        /// The next change is possible from then on, in unix seconds.
        earliest: u64,
    },
    /// A guardian would make it riskier, or neither direction is safe.
    Loosening {
        /// The place.
        parameter: usize,
        /// What it would be.
        value: u32,
        /// What it is.
        current: u32,
    },
    /// A guardian would ask more of who holds something already.
    BindsExisting {
        /// The place.
        parameter: usize,
    },
    /// Two numbers would contradict each other.
    Inconsistent {
        /// The place of the one that must be less.
        lesser: usize,
        /// The place of the one that must be more.
        greater: usize,
    },
}

impl Step {
    /// How far a number may move.
    /// # Rounding: down, but a millionth at least, so that no number can get stuck
    pub fn most_floor(self, current: u32) -> u32 {
        let most = match self {
            Self::Absolute(step) => step,
            Self::Relative(share) => {
                // Two numbers of 32 bits.
                let product = u64::from(current).wrapping_mul(share.into());
                u32::try_from(product.checked_div(MILLION).unwrap_or(0)).unwrap_or(u32::MAX)
            }
        };
        most.max(1)
    }
}

impl Group {
    /// Every group, by its number.
    pub const ALL: [Self; 7] =
        [Self::Market, Self::Margin, Self::Offset, Self::Vault, Self::Insurance, Self::Hedge, Self::Learning];

    /// Its number: its place in [`Group::ALL`].
    pub const fn number(self) -> u8 {
        match self {
            Self::Market => 0,
            Self::Margin => 1,
            Self::Offset => 2,
            Self::Vault => 3,
            Self::Insurance => 4,
            Self::Hedge => 5,
            Self::Learning => 6,
        }
    }

    /// The group of a number.
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// How many numbers it has.
    pub const fn count(self) -> usize {
        match self {
            Self::Market => crate::parameters::COUNT,
            Self::Margin => crate::margin::COUNT,
            Self::Offset => OFFSET_RULES.len(),
            Self::Vault => VAULT_RULES.len(),
            Self::Insurance => INSURANCE_RULES.len(),
            Self::Hedge => crate::rebalance::TERM_COUNT,
            Self::Learning => LEARNING_RULES.len(),
        }
    }

    /// What is ruled about the number at a place.
    pub fn rule(self, place: usize) -> Option<Rule> {
        match self {
            Self::Market => market::rule(place),
            Self::Margin => margin::rule(place),
            Self::Offset => OFFSET_RULES.get(place).copied(),
            Self::Vault => VAULT_RULES.get(place).map(|rule| rule.rule),
            Self::Insurance => INSURANCE_RULES.get(place).copied(),
            Self::Hedge => hedge::rule(place),
            Self::Learning => LEARNING_RULES.get(place).copied(),
        }
    }

    /// The order that its numbers keep among each other.
    pub const fn relations(self) -> &'static [Relation] {
        match self {
            Self::Market => &market::RELATIONS,
            Self::Margin => &margin::RELATIONS,
            Self::Hedge => &hedge::RELATIONS,
            Self::Offset | Self::Vault | Self::Insurance | Self::Learning => &[],
        }
    }

    /// What a vote or a guardian makes of a group's numbers.
    /// # Inputs: changes by rising place; now in unix seconds
    /// # Returns: the numbers after all changes; those of a guardian leave the times of votes as they are
    /// # Errors: the first rule that is broken, of the changes in their order, then of the whole
    pub fn change(
        self,
        numbers: &Numbers,
        changes: &[Change],
        now: u64,
        authority: Authority,
    ) -> Result<Numbers, Refusal> {
        let mut next = *numbers;
        let mut from = 0;
        if changes.is_empty() {
            return Err(Refusal::Nothing);
        }
        for change in changes {
            let Change { parameter, value } = *change;
            let unknown = Refusal::OutOfOrder { parameter, count: self.count() };
            let rule = self.rule(parameter).filter(|_| parameter >= from).ok_or(unknown)?;
            let slots = next.values.get_mut(parameter).zip(next.changed_at.get_mut(parameter));
            let (current, changed_at) = slots.ok_or(unknown)?;
            rule.require(*change, *current)?;
            match authority {
                Authority::Governor => {
                    rule.require_time(parameter, *changed_at, now)?;
                    *changed_at = now;
                }
                Authority::Guardian => rule.require_safer(*change, *current)?,
            }
            *current = value;
            from = parameter.saturating_add(1);
        }
        self.require_consistent(&next.values)?;
        Ok(next)
    }

    /// Checks numbers that are given as a whole, as an import gives them.
    /// # Errors: OutOfBounds, Inconsistent
    pub fn require_valid(self, values: &[u32; MOST]) -> Result<(), Refusal> {
        for (parameter, value) in values.iter().enumerate().take(self.count()) {
            let Some(rule) = self.rule(parameter) else { break };
            rule.require_within(parameter, *value)?;
        }
        self.require_consistent(values)
    }

    fn require_consistent(self, values: &[u32; MOST]) -> Result<(), Refusal> {
        for relation in self.relations() {
            let Relation { lesser, greater, is_strict } = *relation;
            let Some((low, high)) = values.get(lesser).zip(values.get(greater)) else { continue };
            if low > high || (is_strict && low == high) {
                return Err(Refusal::Inconsistent { lesser, greater });
            }
        }
        Ok(())
    }
}

impl Rule {
    /// When a vote may change the number again, in unix seconds; 0 if none has yet.
    pub const fn earliest(&self, changed_at: u64) -> u64 {
        if changed_at == 0 {
            return 0;
        }
        changed_at.saturating_add(self.terms.interval_secs)
    }

    /// Whether a guardian may ever change the number.
    pub fn is_guarded(&self) -> bool {
        self.terms.riskier != Riskier::Either && self.terms.binds == Binds::New
    }

    fn require(&self, Change { parameter, value }: Change, current: u32) -> Result<(), Refusal> {
        if value == current {
            return Err(Refusal::Unchanged { parameter, value });
        }
        self.require_within(parameter, value)?;
        let step = self.terms.step.most_floor(current);
        if value.abs_diff(current) > step {
            return Err(Refusal::StepTooLarge { parameter, value, current, step });
        }
        Ok(())
    }

    fn require_within(&self, parameter: usize, value: u32) -> Result<(), Refusal> {
        let Self { min, max, .. } = *self;
        if (min..=max).contains(&value) {
            return Ok(());
        }
        Err(Refusal::OutOfBounds { parameter, value, min, max })
    }

    fn require_time(&self, parameter: usize, changed_at: u64, now: u64) -> Result<(), Refusal> {
        let earliest = self.earliest(changed_at);
        if now < earliest {
            return Err(Refusal::TooEarly { parameter, earliest });
        }
        Ok(())
    }

    fn require_safer(&self, Change { parameter, value }: Change, current: u32) -> Result<(), Refusal> {
        let is_safer = match self.terms.riskier {
            Riskier::Up => value < current,
            Riskier::Down => value > current,
            Riskier::Either => false,
        };
        if !is_safer {
            return Err(Refusal::Loosening { parameter, value, current });
        }
        match self.terms.binds {
            Binds::New => Ok(()),
            Binds::Existing => Err(Refusal::BindsExisting { parameter }),
        }
    }
}

impl Numbers {
    /// Numbers that no vote has changed yet.
    /// # Inputs: in the group's order; what is past [`MOST`] is dropped
    pub fn unchanged(values: &[u32]) -> Self {
        let mut numbers = Self { values: [0; MOST], changed_at: [0; MOST] };
        for (place, value) in numbers.values.iter_mut().zip(values) {
            *place = *value;
        }
        numbers
    }

    /// A group at its start.
    pub fn defaults(group: Group) -> Self {
        let mut numbers = Self::unchanged(&[]);
        for (place, value) in numbers.values.iter_mut().enumerate() {
            *value = group.rule(place).map_or(0, |rule| rule.default);
        }
        numbers
    }
}

#[cfg(test)]
mod tests;
