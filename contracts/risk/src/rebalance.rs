//! When whoever likes may move the vault's hedge, and what he earns by it.
//!
//! The rule looks at what the vault is worth and at the risk penalty R, at one price: before, after, and for an inventory that is
//! some minutes old. With D* the dollar delta that is left to hedge, C the risk capital, and L what the vault's assets lose:
//!
//! ```text
//! the window is open:            |D*| has passed the outer band and has not come back within the inner one since
//! delta:                         |D* after| <= max(inner band, |D* before|)
//! hedge:     what is held or owed is worth at most its limit
//! gain:      G = min(R before, R of the old inventory) - R after  >=  the least gain
//! cost:      L + tip <= theta ramp G,     tip = min(most tip, kappa ramp (G - L))
//! budgets:   L + tip within that of one rebalance and what is left of the day's
//! ```
//!
//! `ramp` rises from 0 to 1 over the minutes after the window opened: a Dutch auction of the vault's own risk. Delta that was
//! made in the same block earns nothing, for the old inventory does not have it.
//!
//! A hedge in the underlying has neither gamma nor vega, so what it leaves of them is what was there. Those are lowered by options,
//! which a solver sells the vault or buys of it under the same rules ([`OptionHedge`]), with a window of its own.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, mul_floor, sub};
use crate::book::{Exposure, Measure};
use crate::hedge::Hedge;
use crate::limits::Breach;
use crate::potential::RiskState;
use crate::units::{Money, Price};
use crate::RiskError;

mod budget;
mod fill;
mod options;
mod terms;
mod window;

pub use budget::Budget;
pub use fill::{Band, Fill, Side};
pub use options::{AcceptedOptions, OptionHedge};
pub use terms::{HedgeTerm, HedgeTerms, TermRule, TERM_COUNT, TERM_RULES};
pub use window::{average_after, Window};

/// A book's risk at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risk {
    /// R at the live risk aversion.
    pub penalty: Money,
    /// D*.
    pub delta_to_hedge: Money,
}

impl Risk {
    /// The risk of options with a hedge beside them.
    /// # Errors: Math, Overflow
    pub fn of(options: &Exposure, hedge: &Hedge, spot: Price, state: &RiskState) -> Result<Self, RiskError> {
        let book = options.hedged(hedge, spot)?;
        let delta_to_hedge = state.delta_to_hedge(book.of(Measure::DollarDelta), book.weighted_vega()?)?;
        Ok(Self { penalty: state.penalty(&book)?.charged, delta_to_hedge })
    }

    /// R of the same options once their delta is hedged: what their gamma and vega make of it. Delta that comes and goes with an expiry
    /// is so of no account for whoever trades options.
    /// # Rounding: what hedges it, by less than a unit of 2^-64 of the underlying
    /// # Errors: Math, Overflow
    pub fn without_delta(
        options: &Exposure,
        hedge: &Hedge,
        spot: Price,
        state: &RiskState,
    ) -> Result<Money, RiskError> {
        let left = Self::of(options, hedge, spot, state)?.delta_to_hedge;
        let units = sub(hedge.units, left.ratio_floor(Money::from_fx(spot.fx()))?)?;
        Ok(Self::of(options, &Hedge { units, ..*hedge }, spot, state)?.penalty)
    }
}

/// What a rebalance has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebalance {
    /// The book before.
    pub before: Risk,
    /// R of an inventory some minutes old, with the hedge of before.
    pub old_penalty: Money,
    /// The book after.
    pub after: Risk,
    /// What the vault's assets have lost at the price of before, negative for a gain.
    pub lost: Money,
    /// C.
    pub capital: Money,
    /// What the underlying held is worth, negative if it is owed.
    pub hedge: Money,
}

/// Why a rebalance is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// |D*| is not past the outer band, or has come back within the inner one.
    WindowClosed,
    /// |D*| grows past the inner band.
    DeltaGrows {
        /// |D*| after.
        after: Money,
        /// At most.
        most: Money,
    },
    /// More of the underlying is held, or owed, than may be.
    HedgeTooLarge {
        /// What it is worth.
        value: Money,
        /// At most.
        most: Money,
    },
    /// R falls by too little.
    GainTooSmall {
        /// By how much it falls, negative if it rises.
        gain: Money,
        /// At least.
        least: Money,
    },
    /// It costs too much of what it gains.
    CostTooHigh {
        /// What the assets lose.
        lost: Money,
        /// At most.
        most: Money,
    },
    /// It costs more than one rebalance, or than what is left of a day, may.
    BudgetExceeded {
        /// What the assets lose, with the tip.
        cost: Money,
        /// At most.
        most: Money,
    },
    /// Options carry the book past one of its limits, or further past.
    BookLimit(Breach),
    /// Options do not live long enough to take off the risk that R counts.
    LifeTooShort {
        /// Seconds that the shortest lives.
        life_secs: u64,
        /// Seconds, at least.
        least_secs: u64,
    },
    /// A number could not be computed.
    Number(RiskError),
}

impl From<RiskError> for Refused {
    fn from(error: RiskError) -> Self {
        Self::Number(error)
    }
}

/// What an accepted rebalance leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The solver's tip.
    pub tip: Money,
    /// The day's budget with it.
    pub budget: Budget,
    /// The window as of now.
    pub window: Window,
    /// By how much R fell.
    pub gain: Money,
}

impl Rebalance {
    /// Judges what was done.
    /// # Inputs: the window and the budget as they were; the tip that the solver wants at most
    /// # Rounding: the tip and what may be lost down
    /// # Errors: see [`Refused`]
    pub fn judged(
        &self,
        terms: &HedgeTerms,
        (window, budget): (Window, Budget),
        most_tip: Money,
        now: u64,
    ) -> Result<Accepted, Refused> {
        if !window.is_open() {
            return Err(Refused::WindowClosed);
        }
        let day = self.capital.scaled_floor(terms.number(HedgeTerm::DayBudget)?)?;
        let purse = Purse { ramp: window.ramp_floor(terms, now)?, budget, day };
        let Paid { tip, budget, gain } = self.paid(terms, purse, most_tip, now)?;
        let window = window.observed(self.after.delta_to_hedge, self.capital, terms, now)?;
        Ok(Accepted { tip, budget, window, gain })
    }

    /// What is paid for it out of a purse.
    fn paid(&self, terms: &HedgeTerms, purse: Purse, most_tip: Money, now: u64) -> Result<Paid, Refused> {
        let share = |term| -> Result<Money, RiskError> { self.capital.scaled_floor(terms.number(term)?) };
        let after = self.after.delta_to_hedge.magnitude()?;
        let most = share(HedgeTerm::InnerBand)?.max(self.before.delta_to_hedge.magnitude()?);
        if after > most {
            return Err(Refused::DeltaGrows { after, most });
        }
        let (value, most) = (self.hedge.magnitude()?, share(HedgeTerm::HedgeLimit)?);
        if value > most {
            return Err(Refused::HedgeTooLarge { value, most });
        }
        let gain = self.before.penalty.min(self.old_penalty).minus(self.after.penalty)?;
        let least = share(HedgeTerm::LeastGain)?;
        if gain < least {
            return Err(Refused::GainTooSmall { gain, least });
        }
        let Purse { ramp, budget, day } = purse;
        let may_cost = gain.scaled_floor(mul_floor(terms.number(HedgeTerm::Theta)?, ramp)?)?;
        if self.lost > may_cost {
            return Err(Refused::CostTooHigh { lost: self.lost, most: may_cost });
        }
        let shared = gain.minus(self.lost)?.scaled_floor(mul_floor(terms.number(HedgeTerm::Kappa)?, ramp)?)?;
        let tip = most_tip.min(shared).min(may_cost.minus(self.lost)?).max(Money::ZERO);
        let cost = self.lost.plus(tip)?.max(Money::ZERO);
        let most = share(HedgeTerm::RebalanceBudget)?;
        if cost > most {
            return Err(Refused::BudgetExceeded { cost, most });
        }
        let left = budget.left_floor(day, now)?;
        if cost > left {
            return Err(Refused::BudgetExceeded { cost, most: left });
        }
        Ok(Paid { tip, budget: budget.with(cost, day, now)?, gain })
    }
}

/// What there is to pay with.
#[derive(Clone, Copy, Debug)]
struct Purse {
    /// The share of theta and kappa that is paid.
    ramp: Fx,
    /// What is used of a day's budget.
    budget: Budget,
    /// A day's budget.
    day: Money,
}

/// What is paid for a rebalance, and by how much R fell.
struct Paid {
    tip: Money,
    budget: Budget,
    gain: Money,
}

/// The share of a whole that has passed, at most one.
/// # Rounding: down
fn passed_floor(secs: u64, whole: Fx) -> Result<Fx, RiskError> {
    let secs = Fx::checked_from_num(secs).ok_or(RiskError::Overflow)?;
    if secs >= whole {
        return Ok(Fx::ONE);
    }
    div_floor(secs, whole)
}

/// The first of two after a share of the way to the second.
/// # Rounding: down
fn between_floor(from: Fx, to: Fx, share: Fx) -> Result<Fx, RiskError> {
    add(from, mul_floor(sub(to, from)?, share)?)
}

#[cfg(test)]
mod tests;
