//! What a leg may cost.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{
    AppraisalHead, HedgeLeg, HedgeState, HedgerPriceOutOfBand, HedgerQuantityInvalid, LegTerms,
};
use equipoise_kit::lean::revert;
use equipoise_kit::number::to_i128;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{price_of, unsigned, unsigned_wad};
use equipoise_market_state::layout::decode_hedge_terms;
use equipoise_math::Fx;
use equipoise_risk::rebalance::{Band, Fill, Side};
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_risk::RiskError;

use crate::refusals::number_error;

/// What a buy may cost or a sale must bring, and what it is worth at spot.
/// # Rounding: for the vault
/// # Errors: HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerNumberOutOfDomain
pub fn leg_terms(state: &HedgeState, head: &AppraisalHead, leg: &HedgeLeg) -> Result<LegTerms, Revert> {
    let invalid = || revert(&HedgerQuantityInvalid { quantityAtoms: leg.quantityAtoms });
    let side = if leg.quantityAtoms > I256::ZERO { Side::Buy } else { Side::Sell };
    let atoms = to_i128(leg.quantityAtoms).filter(|atoms| *atoms != 0).ok_or_else(invalid)?;
    let (spot, limit) = (price_of(head.spotWad)?, price_of(leg.limitPriceWad)?);
    // The average as it stood before this moment: a price must not be its own.
    let average = Price::from_fx(Fx::from_bits(state.averageX64));
    let band = Band::around(spot, average, &decode_hedge_terms(&state.terms)).map_err(number_error)?;
    if !band.permits(side, limit) {
        let (most, least) = (unsigned_wad(band.most.fx()), unsigned_wad(band.least.fx()));
        let error = HedgerPriceOutOfBand { limitPriceWad: leg.limitPriceWad, mostWad: most, leastWad: least };
        return Err(revert(&error));
    }
    let units = units_floor(state.baseDecimals, U256::from(atoms.unsigned_abs())).map_err(number_error)?;
    let scale = TokenScale::from_decimals(head.tokenDecimals).ok_or(RiskError::Overflow).map_err(number_error)?;
    let quote = Fill { side, units, limit }.quote(scale).map_err(number_error)?;
    let notional = spot.scaled_floor(units).map_err(number_error)?;
    Ok(LegTerms { quoteAtoms: unsigned(quote), notionalWad: unsigned_wad(notional.fx()) })
}

/// Units of so many atoms of the underlying.
/// # Rounding: down
/// # Errors: Overflow
pub fn units_floor(decimals: u8, atoms: U256) -> Result<Fx, RiskError> {
    let scale = TokenScale::from_decimals(decimals).ok_or(RiskError::Overflow)?;
    let atoms = i128::try_from(atoms).map_err(|_| RiskError::Overflow)?;
    scale.money_floor(Atoms::new(atoms)).map(Money::fx)
}
