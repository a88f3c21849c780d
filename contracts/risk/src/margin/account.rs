//! Where an account stands: its equity against what is required of it.

use super::offset::{combined_ceil, OffsetShare};
use super::MarketMargin;
use crate::auction::Health;
use crate::units::Money;
use crate::RiskError;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginState {
    /// Equity covers initial margin: it may trade.
    Healthy,
    /// Equity covers maintenance but not initial margin: it may only reduce.
    ReduceOnly,
    /// Equity is below maintenance margin: anyone may liquidate it.
    Liquidatable,
}

/// An account's equity and requirements over all of its markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountMargin {
    /// Cash and what its options are worth to close.
    pub equity: Money,
    /// Cash and what its options are worth at mid marks, never less than `equity`.
    pub marked: Money,
    /// Below this the account is liquidated.
    pub maintenance: Money,
    /// Below this it only reduces.
    pub initial: Money,
}

impl AccountMargin {
    /// Puts an account together.
    /// # Inputs: cash, negative if it owes; one entry for each market it holds options in
    /// # Rounding: requirements up, against the account
    /// # Errors: Overflow
    pub fn new(cash: Money, markets: &[MarketMargin], share: OffsetShare) -> Result<Self, RiskError> {
        let equity = markets.iter().try_fold(cash, |sum, market| sum.plus(market.value))?;
        let marked = markets.iter().try_fold(cash, |sum, market| sum.plus(market.mark))?;
        let maintenance = combined_ceil(markets.iter().map(|market| &market.maintenance), share)?;
        // Market by market initial is at least maintenance, but for a hedge whose gain counts for more, too.
        let initial = combined_ceil(markets.iter().map(|market| &market.initial), share)?.max(maintenance);
        Ok(Self { equity, marked, maintenance, initial })
    }

    /// Where the account stands.
    pub fn state(&self) -> MarginState {
        if self.equity >= self.initial {
            MarginState::Healthy
        } else if self.equity >= self.maintenance {
            MarginState::ReduceOnly
        } else {
            MarginState::Liquidatable
        }
    }

    /// What an auction of the account goes by: its worth at mid marks, of which it must hold what closing costs beside
    /// maintenance.
    ///
    /// It is below that maintenance exactly where the account is liquidatable. Were it the worth to close, insurance
    /// would pay the spread to an owner who bids on his own account.
    /// # Errors: Overflow
    pub fn health(&self) -> Result<Health, RiskError> {
        let closing = self.marked.minus(self.equity)?;
        Ok(Health { equity: self.marked, maintenance: self.maintenance.plus(closing)? })
    }

    /// The cash that may leave: what equity exceeds initial margin by, and never the worth of options.
    /// # Inputs: the cash that the account was put together with
    /// # Returns: from zero to the cash
    /// # Errors: Overflow
    pub fn withdrawable(&self, cash: Money) -> Result<Money, RiskError> {
        Ok(self.equity.minus(self.initial)?.min(cash).max(Money::ZERO))
    }
}
