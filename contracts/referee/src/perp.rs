//! What a perpetual venue must be given, and what is made of what it tells.

use alloy_primitives::I256;
use equipoise_hedger_state::legs::Prices;
use equipoise_interfaces::{AppraisalHead, HedgeLeg, HedgeState, LegTerms, PerpKept, PerpMark, PerpTold};
use equipoise_kit::number::to_i128;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{price_of, signed, units_floor, unsigned, unsigned_wad};
use equipoise_market_state::layout::decode_hedge_terms;
use equipoise_math::Fx;
use equipoise_risk::hedge::perp::{margin_ceil, notional_ceil, Order};
use equipoise_risk::hedge::Hedge;
use equipoise_risk::rebalance::HedgeTerm;
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_risk::RiskError;

use crate::refusals::number_error;

/// What an order may cost or must bring at its limit, which keeps to the band that fills keep to, and what it is worth at spot.
/// # Rounding: for the vault
/// # Errors: HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerNumberOutOfDomain
pub fn perp_limit(state: &HedgeState, head: &AppraisalHead, leg: &HedgeLeg) -> Result<LegTerms, Revert> {
    let terms = decode_hedge_terms(&state.terms);
    let worth = Prices::around(head, state.averageX64, &terms, state.baseDecimals)?.worth(leg)?;
    Ok(LegTerms { quoteAtoms: unsigned(worth.quote), notionalWad: worth.notional })
}

/// What must lie at a perpetual venue with so much of the underlying, and what that is worth at spot.
/// # Rounding: up
/// # Errors: HedgerNumberOutOfDomain
pub fn perp_margin(state: &HedgeState, head: &AppraisalHead, units: I256) -> Result<LegTerms, Revert> {
    let spot = price_of(head.spotWad)?;
    let asked = || {
        let units = units_floor(state.baseDecimals, units)?;
        let margin = scale(head.tokenDecimals)?.atoms_ceil(margin_ceil(units, spot)?)?;
        Ok(LegTerms { quoteAtoms: unsigned(margin), notionalWad: unsigned_wad(notional_ceil(units, spot)?.fx()) })
    };
    asked().map_err(number_error)
}

/// What is made of what a perpetual venue tells. What it says that is no number of any use is not sound, and no error.
/// # Rounding: down
/// # Errors: HedgerNumberOutOfDomain if it is the market's or the hedger's
pub fn perp_mark(
    state: &HedgeState,
    head: &AppraisalHead,
    kept: &PerpKept,
    told: &PerpTold,
) -> Result<PerpMark, Revert> {
    let sight = Sight::of(state, head, kept)?;
    match sight.marked(told) {
        Ok(Some(mark)) => Ok(mark),
        _ => Ok(PerpMark::default()),
    }
}

/// All but what the venue tells.
struct Sight {
    spot: Price,
    near: Fx,
    base: TokenScale,
    base_decimals: u8,
    quote: TokenScale,
    /// What is believed, and its cash in atoms.
    kept: Hedge,
    cash: I256,
    order: Order,
    /// What it asks for, in atoms.
    asked: I256,
}

impl Sight {
    fn of(state: &HedgeState, head: &AppraisalHead, kept: &PerpKept) -> Result<Self, Revert> {
        let spot = price_of(head.spotWad)?;
        let sight = || {
            let (base, quote) = (scale(state.baseDecimals)?, scale(head.tokenDecimals)?);
            let units = units_floor(state.baseDecimals, kept.unitsAtoms)?;
            let filled = kept.unitsAtoms.checked_add(kept.askedAtoms).ok_or(RiskError::Overflow)?;
            // By the difference of what is rounded, so that the whole order leads to just what it asks for.
            let asked = units_floor(state.baseDecimals, filled)?.checked_sub(units).ok_or(RiskError::Overflow)?;
            Ok(Self {
                spot,
                near: decode_hedge_terms(&state.terms).number(HedgeTerm::Slippage)?,
                base,
                base_decimals: state.baseDecimals,
                quote,
                kept: Hedge { units, cash: money(quote, kept.cashAtoms)? },
                cash: kept.cashAtoms,
                order: Order { units: asked, cost: money(quote, kept.costAtoms)? },
                asked: kept.askedAtoms,
            })
        };
        sight().map_err(number_error)
    }

    /// # Returns: nothing for what cannot be
    fn marked(&self, told: &PerpTold) -> Result<Option<PerpMark>, RiskError> {
        let atoms = self.base.atoms_of_wad_floor(narrow(told.sizeWad)?)?;
        let units = units_floor(self.base_decimals, signed(atoms))?;
        let margin = I256::try_from(told.marginAtoms).map_err(|_| RiskError::Overflow)?;
        let cash = margin.checked_sub(told.costAtoms).ok_or(RiskError::Overflow)?;
        let (worst, believed) = (self.worst(told)?, self.believed(units)?);
        // In atoms, which the way into numbers and back would round.
        let counted = cash.min(believed);
        let worth = Hedge { units, cash: money(self.quote, counted)? }.value_floor(self.spot)?.minus(worst)?;
        if !self.is_asked_for(told)? || worth < Money::ZERO || !self.kept.may_become(units, &self.order) {
            return Ok(None);
        }
        Ok(Some(PerpMark {
            isSound: true,
            unitsAtoms: signed(atoms),
            believedAtoms: believed,
            cashAtoms: counted,
            worstAtoms: unsigned(self.quote.atoms_ceil(worst)?),
            worthAtoms: unsigned(self.quote.atoms_floor(worth)?),
        }))
    }

    fn believed(&self, units: Fx) -> Result<I256, RiskError> {
        if units == self.kept.units {
            return Ok(self.cash);
        }
        let moved = self.kept.moved_floor(units, self.spot, self.near)?;
        Ok(signed(self.quote.atoms_floor(moved.cash)?))
    }

    /// Whether what is in flight, if anything, is what was asked for.
    fn is_asked_for(&self, told: &PerpTold) -> Result<bool, RiskError> {
        let asked = self.base.wad_of_atoms(Atoms::new(narrow(self.asked)?))?;
        Ok(told.order.is_zero() || asked == narrow(told.pendingWad)?)
    }

    /// What an order in flight loses at the worst. A venue may take a fee, and no less than the limit.
    fn worst(&self, told: &PerpTold) -> Result<Money, RiskError> {
        if told.order.is_zero() {
            return Ok(Money::ZERO);
        }
        let cost = money(self.quote, told.pendingCostAtoms)?.max(self.order.cost);
        Order { cost, ..self.order }.worst_ceil(self.spot)
    }
}

fn scale(decimals: u8) -> Result<TokenScale, RiskError> {
    TokenScale::from_decimals(decimals).ok_or(RiskError::Overflow)
}

fn narrow(number: I256) -> Result<i128, RiskError> {
    to_i128(number).ok_or(RiskError::Overflow)
}

fn money(scale: TokenScale, atoms: I256) -> Result<Money, RiskError> {
    scale.money_floor(Atoms::new(narrow(atoms)?))
}
