//! A trade of options with the vault, and what it does to the vault's risk.

use alloy_primitives::I256;
use equipoise_interfaces::{HedgeState, OptionsTraded, OptionsVerdict};
use equipoise_kit::number::to_i128;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{exposure_of_bits, money_of_bits, signed_wad, units_floor, unsigned};
use equipoise_market_state::layout::decode_hedge_terms;
use equipoise_risk::book::NUMBERS;
use equipoise_risk::rebalance::{AcceptedOptions, Budget, OptionHedge, Window};
use equipoise_risk::units::{Atoms, Money};
use equipoise_risk::RiskError;

use crate::judge::Market;
use crate::refusals::{number_error, refusal};

impl Market {
    /// What a trade of options leaves.
    /// # Inputs: the vault's options after it
    /// # Errors: Hedger.., Market..LimitExceeded
    pub fn judged_options(
        &self,
        state: &HedgeState,
        traded: &OptionsTraded,
        after: &[i128; NUMBERS],
    ) -> Result<OptionsVerdict, Revert> {
        let terms = decode_hedge_terms(&state.terms);
        let units = units_floor(state.baseDecimals, traded.netAtoms).map_err(number_error)?;
        let done = OptionHedge {
            before: &self.now,
            old: &self.old,
            after: &exposure_of_bits(after),
            hedge: self.hedge(units),
            spot: self.spot,
            cost: self.money_floor(traded.costAtoms).map_err(number_error)?,
            life_secs: traded.expiry.saturating_sub(state.nowAt),
        };
        let windows = [state.openedAt, traded.openedAt].map(|opened_at| Window { opened_at });
        let budget = Budget { used: money_of_bits(traded.usedX64), at: traded.usedAt };
        let rules = (&self.state, &self.parameters, &terms);
        let accepted = done.judged(rules, (windows, budget), self.most_tip(traded.maxTipAtoms), state.nowAt);
        let AcceptedOptions { tip, lost, gain, budget, window, options_window } = accepted.map_err(refusal)?;
        Ok(OptionsVerdict {
            tipAtoms: unsigned(self.scale.atoms_floor(tip).map_err(number_error)?),
            lostWad: signed_wad(lost.fx()),
            gainWad: signed_wad(gain.fx()),
            openedAt: window.opened_at,
            optionsOpenedAt: options_window.opened_at,
            averageX64: self.average(state, &terms)?,
            usedX64: budget.used.fx().to_bits(),
        })
    }

    /// # Rounding: down
    fn money_floor(&self, atoms: I256) -> Result<Money, RiskError> {
        let atoms = to_i128(atoms).ok_or(RiskError::Overflow)?;
        self.scale.money_floor(Atoms::new(atoms))
    }
}
