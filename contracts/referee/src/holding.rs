//! What a debt asks for, and what is held.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{AppraisalHead, HedgeState, Holding, LegTerms};
use equipoise_kit::Revert;
use equipoise_market_state::convert::{price_of, units_floor, unsigned, unsigned_wad};
use equipoise_market_state::layout::decode_hedge_terms;
use equipoise_risk::rebalance::HedgeTerm;
use equipoise_risk::units::{Money, TokenScale};
use equipoise_risk::RiskError;

use crate::refusals::number_error;

/// What must be posted for a debt of the underlying, and what the debt is worth at spot.
/// # Rounding: up
/// # Errors: HedgerNumberOutOfDomain
pub fn collateral(state: &HedgeState, head: &AppraisalHead, debt: U256) -> Result<LegTerms, Revert> {
    let posted = || {
        let owed = I256::try_from(debt).ok().and_then(I256::checked_neg).ok_or(RiskError::Overflow)?;
        // Down from what is owed, a negative number.
        let units = units_floor(state.baseDecimals, owed)?;
        let ratio = decode_hedge_terms(&state.terms).number(HedgeTerm::CollateralRatio)?;
        let spot = price_of(head.spotWad).map_err(|_| RiskError::Overflow)?;
        let worth = Money::from_fx(spot.scaled_floor(units)?.fx());
        let scale = TokenScale::from_decimals(head.tokenDecimals).ok_or(RiskError::Overflow)?;
        let posted = scale.atoms_floor(worth.scaled_floor(ratio)?)?.negated()?;
        Ok(LegTerms { quoteAtoms: unsigned(posted), notionalWad: unsigned_wad(Money::ZERO.minus(worth)?.fx()) })
    };
    posted().map_err(number_error)
}

/// What is held for the market, in its units.
/// # Rounding: down
/// # Errors: HedgerNumberOutOfDomain
pub fn holding(state: &HedgeState, decimals: u8, net: I256, cash: I256) -> Result<Holding, Revert> {
    let held = || {
        let units = units_floor(state.baseDecimals, net)?;
        Ok(Holding { unitsX64: units.to_bits(), cashX64: units_floor(decimals, cash)?.to_bits() })
    };
    held().map_err(number_error)
}
