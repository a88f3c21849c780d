//! What the market asks: a trade's price, the live book, the net asset value.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::series::MAX_LEGS;
use equipoise_interfaces::{BoardSlots, Book, Leg, MarketLegsCount, MarketVaultInsolvent, Moment, Offer, Quote};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{atoms, signed, signed_wad, unsigned, unsigned_wad};
use equipoise_market_state::errors::{pricing_error, Refusal};
use equipoise_market_state::layout::{decode_capital, decode_reserve, encode_capital, encode_reserve, Header};
use equipoise_market_state::store::fits;
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure, Valuation};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::limits::{breach, required_capital, LIQUID_SHARE};
use equipoise_risk::parameters::Parameter;
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Charge, Priced};
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::units::{times_floor, Atoms, Money, TokenScale};
use equipoise_risk::RiskError;

use crate::live::Live;

const HOUR_SECS: u64 = 3_600;

/// The answer of `nav`.
type Nav = (I256, U256, U256, u64, bool);

/// The market at this moment, with what the vault stands on.
pub struct Counter {
    live: Live,
    spot_wad: U256,
    spot_at: u64,
    round: u64,
    scale: TokenScale,
    capital: RiskCapital,
    reserve: SkewReserve,
    free_cash: Atoms,
    /// A board awaits settlement or is in its window.
    is_pending: bool,
}

impl Counter {
    /// Unpacks the market's slots.
    /// # Errors: MarketNumberOutOfDomain
    pub fn unpack(moment: &Moment, boards: &[BoardSlots]) -> Result<Self, Revert> {
        let scale =
            TokenScale::from_decimals(moment.tokenDecimals).ok_or(RiskError::Overflow).map_err(pricing_error)?;
        let is_open = |header: Header| phase(moment.nowAt, header.expiry) == Phase::Open;
        let is_pending = boards.iter().any(|slots| !Header::decode(&slots.header.0).is_some_and(is_open));
        Ok(Self {
            live: Live::unpack(moment, boards)?,
            spot_wad: moment.spotWad,
            spot_at: moment.spotAt,
            round: moment.round,
            scale,
            capital: decode_capital(&moment.capital.0),
            reserve: decode_reserve(&moment.reserve.0),
            free_cash: atoms(moment.freeCashAtoms)?,
            is_pending,
        })
    }

    /// Prices a trade.
    /// # Errors: MarketLegsCount, MarketVaultInsolvent, those of the legs, MarketNumberOutOfDomain
    pub fn price(&mut self, legs: &[Leg]) -> Result<Offer, Revert> {
        if legs.is_empty() {
            return Err(revert(&MarketLegsCount { count: U256::ZERO, maximum: U256::from(MAX_LEGS) }));
        }
        self.live.enter(legs)?;
        let valuation = self.live.value()?;
        let may_owe = self.live.may_owe()?;
        let capital = self.risk_capital(&valuation)?;
        let state = RiskState::new(capital.frozen, self.live.directory.variance, &self.live.parameters);
        let state = state.map_err(|error| match error {
            RiskError::NoCapital => revert(&MarketVaultInsolvent { navWad: signed_wad(capital.frozen.fx()) }),
            other => pricing_error(other),
        })?;
        let after = valuation.after().map_err(pricing_error)?;
        let kept = (self.reserve, self.live.now);
        let priced = price((&valuation.before, &after), &valuation.package, &state, kept, self.scale);
        let priced = priced.map_err(pricing_error)?;
        let (refusal, measured, most) = self.refusal((&valuation.before, &after), capital.frozen)?;
        let cash = |share: Fx| {
            let kept = capital.frozen.scaled_floor(share).and_then(|liquid| liquid.plus(may_owe));
            kept.and_then(|required| self.scale.atoms_ceil(required)).map(unsigned).map_err(pricing_error)
        };
        Ok(Offer {
            quoted: self.quote_of(&priced)?,
            capital: B256::new(fits(encode_capital(&capital), 0)?),
            reserve: B256::new(fits(encode_reserve(&priced.reserve), 0)?),
            dollarDeltaWad: signed_wad(after.of(Measure::DollarDelta).fx()),
            vegaWad: signed_wad(after.weighted_vega().map_err(pricing_error)?.fx()),
            penaltyWad: unsigned_wad(priced.penalty.charged.fx()),
            skewReserveAtoms: unsigned(priced.reserve.balance),
            cashToCloseAtoms: cash(Fx::ZERO)?,
            cashToOpenAtoms: cash(LIQUID_SHARE)?,
            refusal: refusal.number(),
            measured,
            most,
        })
    }

    /// The whole book, live.
    /// # Errors: MarketNumberOutOfDomain
    pub fn book(&self) -> Result<Book, Revert> {
        let valuation = self.live.value()?;
        let capital = self.risk_capital(&valuation)?;
        let book = &valuation.before;
        let penalty = match RiskState::new(capital.frozen, self.live.directory.variance, &self.live.parameters) {
            Ok(state) => state.penalty(book).map_err(pricing_error)?.charged,
            Err(_) => Money::ZERO,
        };
        let shown = |measure| signed_wad(book.of(measure).fx());
        Ok(Book {
            spotWad: self.spot_wad,
            navWad: signed_wad(self.net_assets(&valuation)?.fx()),
            navUncertaintyWad: unsigned_wad(valuation.uncertainty.fx()),
            riskCapitalWad: signed_wad(capital.frozen.fx()),
            valueWad: shown(Measure::Value),
            dollarDeltaWad: shown(Measure::DollarDelta),
            dollarGammaWad: shown(Measure::DollarGamma),
            vegaWad: signed_wad(book.weighted_vega().map_err(pricing_error)?.fx()),
            thetaWad: shown(Measure::Theta),
            penaltyWad: unsigned_wad(penalty.fx()),
            stressLossWad: unsigned_wad(book.stress_loss().map_err(pricing_error)?.fx()),
            skewReserveAtoms: unsigned(self.reserve.balance),
        })
    }

    /// What the vault program prices its epochs with.
    /// # Rounding: the value down, its uncertainty up, what may be paid out down
    /// # Errors: MarketNumberOutOfDomain
    pub fn nav(&self) -> Result<Nav, Revert> {
        let valuation = self.live.value()?;
        let nav = self.net_assets(&valuation)?;
        let required = required_capital(&valuation.before, &self.live.parameters).map_err(pricing_error)?;
        let spare = nav.minus(valuation.uncertainty).and_then(|low| low.minus(required));
        let spare = spare.and_then(|spare| self.scale.atoms_floor(spare)).map_err(pricing_error)?;
        // What is held is always uncertain; nothing held has its value at any price.
        let is_stale = valuation.uncertainty > Money::ZERO && self.staleness()?.0 != Refusal::None;
        let may_owe = self.scale.atoms_ceil(self.live.may_owe()?);
        let unowed = may_owe.and_then(|may_owe| self.free_cash.minus(may_owe)).map_err(pricing_error)?;
        Ok((
            signed(self.scale.atoms_floor(nav).map_err(pricing_error)?),
            unsigned(self.scale.atoms_ceil(valuation.uncertainty).map_err(pricing_error)?),
            unsigned(spare.min(unowed).max(Atoms::ZERO)),
            self.spot_at,
            self.is_pending || is_stale,
        ))
    }

    /// The vault's net asset value: its free cash and the book at mid marks.
    fn net_assets(&self, valuation: &Valuation) -> Result<Money, Revert> {
        let free = self.scale.money_floor(self.free_cash);
        free.and_then(|free| free.plus(valuation.before.of(Measure::Value))).map_err(pricing_error)
    }

    /// Risk capital, frozen anew if the oracle is in a new round.
    fn risk_capital(&self, valuation: &Valuation) -> Result<RiskCapital, Revert> {
        if self.capital.round == self.round {
            return Ok(self.capital);
        }
        self.capital.at(self.round, self.live.now, self.net_assets(valuation)?).map_err(pricing_error)
    }

    /// Why trades that open positions may not pass, the measure, and what it may be at most.
    fn refusal(
        &self,
        (before, after): (&Exposure, &Exposure),
        capital: Money,
    ) -> Result<(Refusal, I256, U256), Revert> {
        let stale = self.staleness()?;
        if stale.0 != Refusal::None {
            return Ok(stale);
        }
        Ok(match breach(before, after, capital, &self.live.parameters).map_err(pricing_error)? {
            Some(breach) => {
                let limit = unsigned_wad(breach.limit.fx());
                (Refusal::of_limit(breach.limit_of), signed_wad(breach.value.fx()), limit)
            }
            None => (Refusal::None, I256::ZERO, U256::ZERO),
        })
    }

    /// Whether spot or the surface is too old to open positions on: since when, and the age at most.
    fn staleness(&self) -> Result<(Refusal, I256, U256), Revert> {
        let aged = [
            (Refusal::SpotStale, self.spot_at, Parameter::MaxSpotAgeHours),
            (Refusal::SurfaceStale, self.live.directory.surface_at, Parameter::MaxSurfaceAgeHours),
        ];
        for (refusal, since, parameter) in aged {
            let hours = self.live.parameters.number(parameter).map_err(pricing_error)?;
            let secs = times_floor(hours, HOUR_SECS).map_err(pricing_error)?;
            let most = u64::try_from(secs).unwrap_or(u64::MAX);
            if self.live.now.saturating_sub(since) > most {
                return Ok((refusal, I256::from_raw(U256::from(since)), U256::from(most)));
            }
        }
        Ok((Refusal::None, I256::ZERO, U256::ZERO))
    }

    fn quote_of(&self, priced: &Priced) -> Result<Quote, Revert> {
        let Charge { mid, skew, spread, fee } = priced.charge;
        Ok(Quote {
            costAtoms: signed(priced.charge.cost().map_err(pricing_error)?),
            midAtoms: signed(mid),
            skewAtoms: signed(skew),
            spreadAtoms: unsigned(spread),
            feeAtoms: unsigned(fee),
            spotWad: self.spot_wad,
        })
    }
}
