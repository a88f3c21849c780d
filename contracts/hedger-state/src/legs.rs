//! What legs may cost, by the oracle's price and the average.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{
    AppraisalHead, HedgeLeg, HedgerNumberOutOfDomain, HedgerPriceOutOfBand, HedgerQuantityInvalid,
};
use equipoise_kit::lean::revert;
use equipoise_kit::number::to_i128;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{money_of_bits, price_of, units_floor, unsigned_wad};
use equipoise_risk::rebalance::{Band, Fill, HedgeTerms, Side};
use equipoise_risk::units::{Atoms, Price, TokenScale};
use equipoise_risk::RiskError;

/// Prices that all legs of a rebalance are held against, and how tokens count.
pub struct Prices {
    spot: Price,
    band: Band,
    quote: TokenScale,
    base_decimals: u8,
}

/// What a leg comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// What a buy may cost, or what a sale must bring.
    pub quote: Atoms,
    /// What it is worth at spot, in WAD.
    pub notional: U256,
}

impl Prices {
    /// The average is as it stood before this moment: a price must not be its own.
    /// # Errors: MarketNumberOutOfDomain, HedgerNumberOutOfDomain
    pub fn around(
        head: &AppraisalHead,
        average_x64: i128,
        terms: &HedgeTerms,
        base_decimals: u8,
    ) -> Result<Self, Revert> {
        let (spot, average) = (price_of(head.spotWad)?, Price::from_fx(money_of_bits(average_x64).fx()));
        let band = Band::around(spot, average, terms).map_err(number_error)?;
        let quote = TokenScale::from_decimals(head.tokenDecimals).ok_or(RiskError::Overflow).map_err(number_error)?;
        Ok(Self { spot, band, quote, base_decimals })
    }

    /// What a leg may cost or must bring, and what it is worth at spot.
    /// # Rounding: for the vault
    /// # Errors: HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerNumberOutOfDomain
    pub fn worth(&self, leg: &HedgeLeg) -> Result<Worth, Revert> {
        let side = if leg.quantityAtoms > I256::ZERO { Side::Buy } else { Side::Sell };
        if leg.quantityAtoms.is_zero() || to_i128(leg.quantityAtoms).is_none() {
            return Err(revert(&HedgerQuantityInvalid { quantityAtoms: leg.quantityAtoms }));
        }
        let limit = price_of(leg.limitPriceWad)?;
        if !self.band.permits(side, limit) {
            let (most, least) = (unsigned_wad(self.band.most.fx()), unsigned_wad(self.band.least.fx()));
            let error = HedgerPriceOutOfBand { limitPriceWad: leg.limitPriceWad, mostWad: most, leastWad: least };
            return Err(revert(&error));
        }
        let units = units_floor(self.base_decimals, leg.quantityAtoms.abs()).map_err(number_error)?;
        let quote = Fill { side, units, limit }.quote(self.quote).map_err(number_error)?;
        let notional = self.spot.scaled_floor(units).map_err(number_error)?;
        Ok(Worth { quote, notional: unsigned_wad(notional.fx()) })
    }
}

#[cold]
fn number_error(_: RiskError) -> Revert {
    revert(&HedgerNumberOutOfDomain {})
}
