//! What an account is worth and must be worth, market by market, and whether anybody may act on it.

use alloc::vec::Vec;

use alloy_primitives::B256;
use equipoise_interfaces::{ClearingOracleUnsafe, IMarketMargin};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::Revert;
use equipoise_risk::auction::Health;
use equipoise_risk::margin::{AccountMargin, MarketMargin};
use equipoise_risk::units::Money;
use stylus_sdk::prelude::*;

use crate::amounts::{number_error, out_of_domain};
use crate::{markets, Account, Ledger};

/// An account and its margins in the markets it holds anything in.
pub struct Assessment {
    /// Its entry in the ledger.
    pub entry: Account,
    /// Its margins by number of the market.
    pub margins: Vec<MarketMargin>,
    /// All of it together.
    pub margin: AccountMargin,
}

impl Assessment {
    /// Of a trader's account, at live marks.
    /// # Errors: ClearingAccountReserved, ClearingNumberOutOfDomain, the markets' own
    #[inline(never)]
    pub fn of(ledger: &Ledger, account: B256) -> Result<Self, Revert> {
        ledger.require_trader(account)?;
        let entry = ledger.entry(account);
        let margins = ledger.margins(account, entry.held())?;
        let margin = ledger.combined(entry.cash(), &margins)?;
        Ok(Self { entry, margins, margin })
    }

    /// As auctions see it.
    /// # Errors: ClearingNumberOutOfDomain
    pub fn health(&self) -> Result<Health, Revert> {
        self.margin.health().map_err(number_error)
    }

    /// The markets it holds anything in, from the one whose options owe most.
    pub fn worst_first(&self) -> impl Iterator<Item = u8> {
        let all = markets(self.entry.held());
        let valued = all.clone().zip(self.margins.iter().map(|margin| margin.mark));
        let worst = valued.min_by_key(|(_, value)| *value).map(|(market, _)| market);
        worst.into_iter().chain(all.filter(move |market| Some(*market) != worst))
    }

    /// What its options are worth at mid marks.
    /// # Errors: ClearingNumberOutOfDomain
    pub fn mark(&self) -> Result<Money, Revert> {
        total(self.margins.iter().map(|margin| margin.mark))
    }
}

/// The sum.
/// # Errors: ClearingNumberOutOfDomain
pub fn total(values: impl Iterator<Item = Money>) -> Result<Money, Revert> {
    let mut sum = Money::ZERO;
    for value in values {
        sum = sum.plus(value).map_err(|_| out_of_domain())?;
    }
    Ok(sum)
}

/// Since when all markets of a set have been safe to liquidate on.
/// # Errors: ClearingOracleUnsafe for the first that is not
#[inline(never)]
pub fn safe_since(ledger: &Ledger, held: u8) -> Result<u64, Revert> {
    let mut latest = 0;
    for number in markets(held) {
        let market = ledger.market(number);
        let IMarketMargin::safeSinceReturn { since, isSafe: is_safe } =
            view(ledger.vm(), market, &IMarketMargin::safeSinceCall {})?;
        if !is_safe {
            return Err(revert(&ClearingOracleUnsafe { market, since }));
        }
        latest = latest.max(since);
    }
    Ok(latest)
}
