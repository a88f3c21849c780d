//! An account's margin over all of its markets.

use alloc::vec::Vec;

use alloy_primitives::B256;
use equipoise_interfaces::{ClearingMarginShort, IMarketMargin, Margin};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::Revert;
use equipoise_math::Fx;
use equipoise_risk::margin::{AccountMargin, MarketMargin, OffsetShare, ScenarioLosses, ENTRIES};
use equipoise_risk::units::{Money, TokenScale};
use stylus_sdk::prelude::*;

use crate::amounts::{money_floor, number_error, out_of_domain, shown_ceil, shown_floor};
use crate::{bit, markets, Account, Ledger};

/// What is asked of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Of trades that only reduce.
    Maintenance,
    /// Of all others, and of what leaves.
    Initial,
}

impl Ledger {
    /// How the token counts.
    /// # Errors: none in range: the constructor has checked the decimals
    pub fn scale(&self) -> Result<TokenScale, Revert> {
        TokenScale::from_decimals(self.slots.token_decimals.get().to()).ok_or_else(out_of_domain)
    }

    /// An account's margin in each market of a set, as the markets say.
    /// # Errors: the markets' own
    #[inline(never)]
    pub fn margins(&self, account: B256, held: u8) -> Result<Vec<MarketMargin>, Revert> {
        let ask = |number| {
            let call = IMarketMargin::marginCall { account };
            view(self.vm(), self.market(number), &call).map(|margin| margin_of(&margin))
        };
        markets(held).map(ask).collect()
    }

    /// Puts an account together.
    /// # Errors: ClearingNumberOutOfDomain
    #[inline(never)]
    pub fn combined(&self, cash: i128, margins: &[MarketMargin]) -> Result<AccountMargin, Revert> {
        let share = i128::from(self.slots.offset_share.get().to::<u64>());
        let share = OffsetShare::from_stored(Fx::from_bits(share));
        AccountMargin::new(money_floor(self.scale()?, cash)?, margins, share).map_err(number_error)
    }

    /// Fails unless an account's equity covers what is asked of it. `known` are its margins in the markets of the set
    /// `known_in`; those in its other markets are asked for.
    /// # Errors: ClearingMarginShort, ClearingNumberOutOfDomain, the markets' own
    #[inline(never)]
    pub fn require_margin(
        &self,
        id: B256,
        account: Account,
        (known_in, mut known): (u8, Vec<MarketMargin>),
        requirement: Requirement,
    ) -> Result<(), Revert> {
        known.extend(self.margins(id, account.held() & !known_in)?);
        let margin = self.combined(account.cash(), &known)?;
        let required = match requirement {
            Requirement::Maintenance => margin.maintenance,
            Requirement::Initial => margin.initial,
        };
        if margin.equity >= required {
            return Ok(());
        }
        let scale = self.scale()?;
        Err(revert(&ClearingMarginShort {
            account: id,
            equityAtoms: shown_floor(scale, margin.equity),
            requiredAtoms: shown_ceil(scale, required),
        }))
    }
}

/// Nothing is known of any market yet.
pub const UNKNOWN: (u8, Vec<MarketMargin>) = (0, Vec::new());

/// The margin in one market is known.
pub fn known(market: u8, margin: &Margin) -> (u8, Vec<MarketMargin>) {
    (bit(market), Vec::from([margin_of(margin)]))
}

/// A margin of the ABI. Out of line, and by loops: a program reads one in many places, and each would be unrolled.
#[inline(never)]
pub fn margin_of(margin: &Margin) -> MarketMargin {
    MarketMargin {
        value: Money::from_fx(Fx::from_bits(margin.valueX64)),
        mark: Money::from_fx(Fx::from_bits(margin.markX64)),
        maintenance: losses_of(&margin.maintenanceX64),
        initial: losses_of(&margin.initialX64),
    }
}

#[inline(never)]
fn losses_of(bits: &[i128; ENTRIES]) -> ScenarioLosses {
    let mut entries = [Money::ZERO; ENTRIES];
    for (entry, bits) in entries.iter_mut().zip(bits) {
        *entry = Money::from_fx(Fx::from_bits(*bits));
    }
    ScenarioLosses::from_array(entries)
}
