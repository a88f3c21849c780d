//! What the market shows to pages, indexers and the vault program.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::{Board, Book, Parameters as AbiParameters, Slice as AbiSlice};
use equipoise_kit::number::from_i128;
use equipoise_kit::Revert;
use equipoise_risk::limits::required_capital;
use equipoise_risk::parameters::{Parameter, Parameters};
use equipoise_risk::potential::RiskState;
use equipoise_risk::settlement::Holding;
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Atoms, Lots, Money, Price, LOT_WAD};

use crate::errors::{pricing_error, signed_wad, unsigned_wad};
use crate::layout::{BoardState, Header};
use crate::settle::ratio_wad;
use crate::trade::unsigned;
use crate::Market;

/// The answer of `nav`.
pub type Nav = (I256, U256, U256, u64, bool);

impl Market {
    /// The whole book, live.
    pub(crate) fn live_book(&self) -> Result<Book, Revert> {
        let live = self.live()?;
        let valuation = live.value()?;
        let scale = self.store.scale()?;
        let (_, nav) = self.net_assets(valuation.before.value, scale)?;
        let capital = self.risk_capital(&live, valuation.before.value, scale)?;
        let exposure = &valuation.before;
        let penalty = match RiskState::new(capital.frozen, live.directory.variance, &live.parameters) {
            Ok(state) => state.penalty(exposure).map_err(pricing_error)?.charged,
            Err(_) => Money::ZERO,
        };
        Ok(Book {
            spotWad: live.spot.wad,
            navWad: signed_wad(nav.fx()),
            navUncertaintyWad: unsigned_wad(valuation.uncertainty.fx()),
            riskCapitalWad: signed_wad(capital.frozen.fx()),
            valueWad: signed_wad(exposure.value.fx()),
            dollarDeltaWad: signed_wad(exposure.dollar_delta.fx()),
            dollarGammaWad: signed_wad(exposure.dollar_gamma.fx()),
            vegaWad: signed_wad(exposure.weighted_vega().map_err(pricing_error)?.fx()),
            thetaWad: signed_wad(exposure.theta.fx()),
            penaltyWad: unsigned_wad(penalty.fx()),
            stressLossWad: unsigned_wad(exposure.stress_loss().fx()),
            skewReserveAtoms: unsigned(self.store.reserve().balance),
        })
    }

    /// What the vault program prices its epochs with.
    /// # Rounding: the value down, its uncertainty up, what may be paid out down
    pub(crate) fn vault_nav(&self) -> Result<Nav, Revert> {
        let live = self.live()?;
        let valuation = live.value()?;
        let scale = self.store.scale()?;
        let (cash, nav) = self.net_assets(valuation.before.value, scale)?;
        let required = required_capital(&valuation.before, &live.parameters).map_err(pricing_error)?;
        let spare = nav.minus(valuation.uncertainty).and_then(|low| low.minus(required));
        let spare = spare.and_then(|spare| scale.atoms_floor(spare)).map_err(pricing_error)?;
        let free_cash = cash.minus(self.store.reserve().balance).map_err(pricing_error)?;
        let redeemable = spare.min(free_cash).max(Atoms::ZERO);
        let uncertainty = scale.atoms_ceil(valuation.uncertainty).map_err(pricing_error)?;
        let nav = scale.atoms_floor(nav).map_err(pricing_error)?;
        Ok((
            from_i128(nav.count()),
            unsigned(uncertainty),
            unsigned(redeemable),
            live.spot.updated_at,
            live.is_settlement_pending(),
        ))
    }

    /// A board as it is stored.
    pub(crate) fn show_board(&self, id: u16) -> Result<Board, Revert> {
        let header = self.store.header(id)?;
        let held = self.store.inventory(id, header.strikes);
        let (price, ratio) = match header.state {
            BoardState::Settled { price, ratio } => (unsigned_wad(price.fx()), ratio_wad(ratio)),
            _ => (U256::ZERO, U256::ZERO),
        };
        Ok(Board {
            id,
            expiry: header.expiry,
            isSettled: matches!(header.state, BoardState::Settled { .. }),
            settlementPriceWad: price,
            payoutRatioWad: ratio,
            strikesWad: held.iter().map(|each| unsigned_wad(each.strike.fx())).collect(),
            inventoryWad: sizes_wad(&held),
            slice: slice_wad(id, &header, &self.store.slice(id)),
        })
    }

    /// The ids of the boards that are not settled, by rising expiry.
    pub(crate) fn show_live_boards(&self) -> Vec<u16> {
        self.store.directory().live().collect()
    }

    /// An account's sizes in a board: call and put of each strike in turn.
    pub(crate) fn show_positions(&self, account: B256, board: u16) -> Result<Vec<I256>, Revert> {
        let header = self.store.header(board)?;
        Ok(sizes_wad(&self.store.position(account, board, header.strikes)))
    }

    /// The boards an account holds anything in.
    pub(crate) fn show_account_boards(&self, account: B256) -> Vec<u16> {
        self.store.boards_of(account).into_iter().filter(|id| *id != 0).collect()
    }
}

fn sizes_wad(held: &[Holding]) -> Vec<I256> {
    let wad = |lots: Lots| from_i128(i128::from(lots.count()).wrapping_mul(LOT_WAD));
    held.iter().flat_map(|each| [wad(each.calls), wad(each.puts)]).collect()
}

fn slice_wad(board: u16, header: &Header, slice: &Slice) -> AbiSlice {
    let forward = match header.state {
        BoardState::Live { forward, .. } => forward,
        _ => Price::ZERO,
    };
    AbiSlice {
        board,
        forwardWad: unsigned_wad(forward.fx()),
        aWad: signed_wad(slice.a),
        bWad: unsigned_wad(slice.b),
        rhoWad: signed_wad(slice.rho),
        mWad: signed_wad(slice.m),
        sigmaWad: unsigned_wad(slice.sigma),
    }
}

/// Parameters as the ABI shows them.
pub fn parameters_of(parameters: &Parameters) -> AbiParameters {
    let wad = |parameter: Parameter| {
        U256::from(parameters.millionths(parameter)).wrapping_mul(U256::from(1_000_000_000_000u64))
    };
    let one = I256::from_raw(U256::from(equipoise_risk::units::WAD));
    let correlation = I256::from_raw(wad(Parameter::SpotVolCorrelationPlusOne));
    AbiParameters {
        lambdaWad: wad(Parameter::Lambda),
        lambdaFloorWad: wad(Parameter::LambdaFloor),
        jumpLambdaWad: wad(Parameter::JumpLambda),
        deltaHorizonDaysWad: wad(Parameter::DeltaHorizonDays),
        vegaHorizonDaysWad: wad(Parameter::VegaHorizonDays),
        volOfVolWad: wad(Parameter::VolOfVol),
        spotVolCorrelationWad: correlation.wrapping_sub(one),
        volHalfSpreadWad: wad(Parameter::VolHalfSpread),
        spreadFloorWad: wad(Parameter::SpreadFloor),
        deviationWad: wad(Parameter::Deviation),
        feeWad: wad(Parameter::Fee),
        feeCapWad: wad(Parameter::FeeCap),
        deltaLimitWad: wad(Parameter::DeltaLimit),
        vegaLimitWad: wad(Parameter::VegaLimit),
        stressLimitWad: wad(Parameter::StressLimit),
        maxSpotAgeHoursWad: wad(Parameter::MaxSpotAgeHours),
        maxSurfaceAgeHoursWad: wad(Parameter::MaxSurfaceAgeHours),
    }
}
