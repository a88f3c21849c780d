//! Options that a solver trades with the vault to lower what gamma and vega make of R.
//!
//! It is a trade as any other, at the vault's own quote: what this adds is the tip. So what the vault loses is what it has been paid
//! less of than the options are worth unrounded, as a rule less than nothing, for a quote has a spread. What the vault gains
//! by its spread makes no tip larger: a solver is paid for risk that he takes, never for having traded.
//!
//! What is paid for is gamma and vega: R is compared as it is once the delta of the book is hedged, before, after, and of the older
//! inventory. Delta is what hedges in the underlying are paid for. Else who opens a calendar whose deltas cancel would be paid for
//! closing one side of it once the other has expired.
//!
//! R counts a move over the horizons h_d and h_v, whatever the options' lives, and an option that expires takes its relief along. So what
//! lives shorter than h_v is paid for by the share of it that it lives, and what lives shorter than h_d not at all.
//!
//! Options have a budget of their own, half as large: whoever is paid for them leaves hedges theirs.

use equipoise_math::Fx;

use super::{passed_floor, Budget, HedgeTerm, HedgeTerms, Paid, Purse, Rebalance, Refused, Risk, Window};
use crate::arithmetic::mul_floor;
use crate::book::{Exposure, Measure};
use crate::hedge::Hedge;
use crate::limits::breach;
use crate::parameters::{Parameter, Parameters};
use crate::potential::RiskState;
use crate::units::{Money, Price};
use crate::RiskError;

const DAY_SECS: Fx = Fx::lit("86400");
/// The budget of options, of that of hedges.
const OPTIONS_BUDGET: Fx = Fx::lit("0.5");

/// A trade of options with the vault, at one price.
#[derive(Clone, Copy, Debug)]
pub struct OptionHedge<'a> {
    /// The vault's options before.
    pub before: &'a Exposure,
    /// Those of an inventory some minutes old.
    pub old: &'a Exposure,
    /// The vault's options after.
    pub after: &'a Exposure,
    /// What is held beside them.
    pub hedge: Hedge,
    /// The price.
    pub spot: Price,
    /// What the solver paid the vault, negative if he was paid.
    pub cost: Money,
    /// Seconds until the first of the options that were traded expires.
    pub life_secs: u64,
}

/// What an accepted trade leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedOptions {
    /// The solver's tip.
    pub tip: Money,
    /// What the vault's assets have lost, negative for a gain.
    pub lost: Money,
    /// By how much R fell, delta hedged.
    pub gain: Money,
    /// The day's budget of options with it.
    pub budget: Budget,
    /// The window for hedges as of now.
    pub window: Window,
    /// The window for options as of now.
    pub options_window: Window,
}

impl OptionHedge<'_> {
    /// Judges the trade by the rules of rebalances, with the window for options. No sum of the book's is past its limit afterwards
    /// that was within, or was less far past.
    /// # Inputs: the windows, for hedges and for options, and the budget of options as they were; the tip that the solver wants at most
    /// # Rounding: the tip and what may be lost down
    /// # Errors: see [`Refused`]
    pub fn judged(
        &self,
        (state, parameters, terms): (&RiskState, &Parameters, &HedgeTerms),
        ([window, options_window], budget): ([Window; 2], Budget),
        most_tip: Money,
        now: u64,
    ) -> Result<AcceptedOptions, Refused> {
        let share = self.share_floor(parameters)?;
        let risk = |options| Risk::of(options, &self.hedge, self.spot, state);
        let bare = |options| Risk::without_delta(options, &self.hedge, self.spot, state);
        let of = |options| Ok::<_, RiskError>(Risk { penalty: bare(options)?, ..risk(options)? });
        let (before, after) = (of(self.before)?, of(self.after)?);
        let options_window = options_window.observed_risk(before.penalty, state, terms, now)?;
        if !options_window.is_open() {
            return Err(Refused::WindowClosed);
        }
        let books = (self.before.hedged(&self.hedge, self.spot)?, self.after.hedged(&self.hedge, self.spot)?);
        if let Some(breach) = breach((&books.0, &books.1), state.capital, parameters)? {
            return Err(Refused::BookLimit(breach));
        }
        let lost = self.lost()?;
        let done = Rebalance {
            before,
            old_penalty: bare(self.old)?,
            after,
            lost: lost.max(Money::ZERO),
            capital: state.capital,
            // It moves nothing of the hedge.
            hedge: Money::ZERO,
        };
        let day = Self::day_budget_floor(state.capital, terms)?;
        let purse = Purse { ramp: mul_floor(options_window.ramp_floor(terms, now)?, share)?, budget, day };
        let Paid { tip, budget, gain } = done.paid(terms, purse, most_tip, now)?;
        let window = window.observed(after.delta_to_hedge, state.capital, terms, now)?;
        let options_window = options_window.taken((before.penalty, after.penalty), terms, now)?;
        let options_window = options_window.observed_risk(after.penalty, state, terms, now)?;
        Ok(AcceptedOptions { tip, lost, gain, budget, window, options_window })
    }

    /// A day's budget of options.
    /// # Rounding: down
    /// # Errors: Overflow
    pub fn day_budget_floor(capital: Money, terms: &HedgeTerms) -> Result<Money, RiskError> {
        capital.scaled_floor(terms.number(HedgeTerm::DayBudget)?)?.scaled_floor(OPTIONS_BUDGET)
    }

    /// The share of the horizon of vega that the options live, at most one.
    /// # Rounding: down
    /// # Errors: LifeTooShort within the horizon of delta
    fn share_floor(&self, parameters: &Parameters) -> Result<Fx, Refused> {
        let secs = |horizon| -> Result<Fx, RiskError> { mul_floor(parameters.number(horizon)?, DAY_SECS) };
        let least_secs = secs(Parameter::DeltaHorizonDays)?.ceil().to_num();
        if self.life_secs < least_secs {
            return Err(Refused::LifeTooShort { life_secs: self.life_secs, least_secs });
        }
        Ok(passed_floor(self.life_secs, secs(Parameter::VegaHorizonDays)?)?)
    }

    /// What the vault has given of its options, less what it was paid.
    /// # Rounding: none
    fn lost(&self) -> Result<Money, RiskError> {
        self.before.of(Measure::Value).minus(self.after.of(Measure::Value))?.minus(self.cost)
    }
}

#[cfg(test)]
mod tests;
