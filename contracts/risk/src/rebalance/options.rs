//! Options that a solver trades with the vault to lower what gamma and vega make of R.
//!
//! It is a trade as any other, at the vault's own quote: what this adds is the tip. So what the vault loses is what it has been paid
//! less of than the options are worth unrounded, as a rule less than nothing, for a quote has a spread. What the vault gains
//! by its spread makes no tip larger: a solver is paid for risk that he takes, never for having traded.

use super::{Budget, HedgeTerms, Paid, Rebalance, Refused, Risk, Window};
use crate::book::{Exposure, Measure};
use crate::hedge::Hedge;
use crate::limits::breach;
use crate::parameters::Parameters;
use crate::potential::RiskState;
use crate::units::{Money, Price};
use crate::RiskError;

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
}

/// What an accepted trade leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedOptions {
    /// The solver's tip.
    pub tip: Money,
    /// What the vault's assets have lost, negative for a gain.
    pub lost: Money,
    /// By how much R fell.
    pub gain: Money,
    /// The day's budget with it.
    pub budget: Budget,
    /// The window for hedges as of now.
    pub window: Window,
    /// The window for options as of now.
    pub options_window: Window,
}

impl OptionHedge<'_> {
    /// Judges the trade by the rules of rebalances, with the window for options. No sum of the book's is past its limit afterwards
    /// that was within, or was less far past.
    /// # Inputs: the windows, for hedges and for options, and the budget as they were; the tip that the solver wants at most
    /// # Rounding: the tip and what may be lost down
    /// # Errors: see [`Refused`]
    pub fn judged(
        &self,
        (state, parameters, terms): (&RiskState, &Parameters, &HedgeTerms),
        ([window, options_window], budget): ([Window; 2], Budget),
        most_tip: Money,
        now: u64,
    ) -> Result<AcceptedOptions, Refused> {
        let risk = |options| Risk::of(options, &self.hedge, self.spot, state);
        let (before, old, after) = (risk(self.before)?, risk(self.old)?, risk(self.after)?);
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
            old_penalty: old.penalty,
            after,
            lost: lost.max(Money::ZERO),
            capital: state.capital,
            // It moves nothing of the hedge.
            hedge: Money::ZERO,
        };
        let Paid { tip, budget, gain } = done.paid(terms, (options_window, budget), most_tip, now)?;
        let window = window.observed(after.delta_to_hedge, state.capital, terms, now)?;
        let options_window = options_window.observed_risk(after.penalty, state, terms, now)?;
        Ok(AcceptedOptions { tip, lost, gain, budget, window, options_window })
    }

    /// What the vault has given of its options, less what it was paid.
    /// # Rounding: none
    fn lost(&self) -> Result<Money, RiskError> {
        self.before.of(Measure::Value).minus(self.after.of(Measure::Value))?.minus(self.cost)
    }
}

#[cfg(test)]
mod tests;
