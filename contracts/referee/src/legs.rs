//! What a leg may cost, what a debt asks for, and what is held.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{
    AppraisalHead, HedgeLeg, HedgeState, HedgerPriceOutOfBand, HedgerQuantityInvalid, Holding, LegTerms,
};
use equipoise_kit::lean::revert;
use equipoise_kit::number::to_i128;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{price_of, unsigned, unsigned_wad};
use equipoise_market_state::layout::decode_hedge_terms;
use equipoise_math::Fx;
use equipoise_risk::rebalance::{Band, Fill, HedgeTerm, Side};
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_risk::RiskError;

use crate::refusals::number_error;

/// What a buy may cost or a sale must bring, and what it is worth at spot.
/// # Rounding: for the vault
/// # Errors: HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerNumberOutOfDomain
pub fn leg_terms(state: &HedgeState, head: &AppraisalHead, leg: &HedgeLeg) -> Result<LegTerms, Revert> {
    let side = if leg.quantityAtoms > I256::ZERO { Side::Buy } else { Side::Sell };
    if leg.quantityAtoms.is_zero() || to_i128(leg.quantityAtoms).is_none() {
        return Err(revert(&HedgerQuantityInvalid { quantityAtoms: leg.quantityAtoms }));
    }
    let (spot, limit) = (price_of(head.spotWad)?, price_of(leg.limitPriceWad)?);
    // The average as it stood before this moment: a price must not be its own.
    let average = Price::from_fx(Fx::from_bits(state.averageX64));
    let band = Band::around(spot, average, &decode_hedge_terms(&state.terms)).map_err(number_error)?;
    if !band.permits(side, limit) {
        let (most, least) = (unsigned_wad(band.most.fx()), unsigned_wad(band.least.fx()));
        let error = HedgerPriceOutOfBand { limitPriceWad: leg.limitPriceWad, mostWad: most, leastWad: least };
        return Err(revert(&error));
    }
    let units = units_floor(state.baseDecimals, leg.quantityAtoms.abs()).map_err(number_error)?;
    let scale = TokenScale::from_decimals(head.tokenDecimals).ok_or(RiskError::Overflow).map_err(number_error)?;
    let quote = Fill { side, units, limit }.quote(scale).map_err(number_error)?;
    let notional = spot.scaled_floor(units).map_err(number_error)?;
    Ok(LegTerms { quoteAtoms: unsigned(quote), notionalWad: unsigned_wad(notional.fx()) })
}

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
pub fn holding(state: &HedgeState, decimals: u8, net: I256, collateral: U256) -> Result<Holding, Revert> {
    let held = || {
        let units = units_floor(state.baseDecimals, net)?;
        let posted = I256::try_from(collateral).map_err(|_| RiskError::Overflow)?;
        Ok(Holding { unitsX64: units.to_bits(), cashX64: units_floor(decimals, posted)?.to_bits() })
    };
    held().map_err(number_error)
}

/// Units of so many atoms of a token.
/// # Rounding: down
/// # Errors: Overflow
pub fn units_floor(decimals: u8, atoms: I256) -> Result<Fx, RiskError> {
    let scale = TokenScale::from_decimals(decimals).ok_or(RiskError::Overflow)?;
    let atoms = to_i128(atoms).ok_or(RiskError::Overflow)?;
    scale.money_floor(Atoms::new(atoms)).map(Money::fx)
}
