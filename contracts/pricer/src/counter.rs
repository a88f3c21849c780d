//! What the market asks once its book is valued: a trade's price, the live book, the net asset value.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::{Book, MarketVaultInsolvent, Moment, Offer, Quote, Values, VaultState};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{atoms, signed, signed_wad, unsigned, unsigned_wad};
use equipoise_market_state::errors::{pricing_error, Refusal};
use equipoise_market_state::layout::{
    decode_capital, decode_parameters, decode_reserve, encode_capital, encode_reserve, Directory,
};
use equipoise_market_state::pricing::staleness;
use equipoise_market_state::store::fits;
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure, NUMBERS};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::limits::{breach, required_capital, LIQUID_SHARE};
use equipoise_risk::parameters::Parameters;
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Charge, Package, Priced};
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::units::{Atoms, Money, TokenScale};
use equipoise_risk::RiskError;

/// The answer of `nav`.
type Nav = (I256, U256, U256, U256, u64, bool);

/// The market at this moment: what the vault stands on, its book, and the trade.
pub struct Counter {
    now: u64,
    spot_wad: U256,
    spot_at: u64,
    round: u64,
    directory: Directory,
    parameters: Parameters,
    scale: TokenScale,
    capital: RiskCapital,
    reserve: SkewReserve,
    free_cash: Atoms,
    before: Exposure,
    change: Exposure,
    /// What the marks of the book may be off by.
    uncertainty: Money,
    package: Package,
    /// The cash that the vault may owe once the trade is done.
    may_owe: Money,
    is_settlement_pending: bool,
}

impl Counter {
    /// Unpacks what the market hands over.
    /// # Errors: MarketNumberOutOfDomain
    #[inline(never)]
    pub fn unpack(moment: &Moment, vault: &VaultState, values: &Values) -> Result<Box<Self>, Revert> {
        let scale = TokenScale::from_decimals(vault.tokenDecimals).ok_or(RiskError::Overflow).map_err(pricing_error)?;
        let mid = money(values.midX64);
        let package = Package::valued(mid, money(values.spreadX64), money(values.feeX64), money(values.throughMidX64));
        Ok(Box::new(Self {
            now: moment.nowAt,
            spot_wad: moment.spotWad,
            spot_at: moment.spotAt,
            round: vault.round,
            directory: Directory::decode(&moment.directory.0),
            parameters: decode_parameters(&moment.parameters.map(|slot| slot.0)),
            scale,
            capital: decode_capital(&vault.capital.0),
            reserve: decode_reserve(&vault.reserve.0),
            free_cash: atoms(vault.freeCashAtoms)?,
            before: exposure(&values.beforeX64),
            change: exposure(&values.changeX64),
            uncertainty: money(values.uncertaintyX64),
            package,
            may_owe: money(values.mayOweX64),
            is_settlement_pending: values.isSettlementPending,
        }))
    }

    /// Prices the trade.
    /// # Errors: MarketVaultInsolvent, MarketNumberOutOfDomain
    #[inline(never)]
    pub fn price(&self) -> Result<Offer, Revert> {
        let capital = self.risk_capital()?;
        let state = RiskState::new(capital.frozen, self.directory.variance, &self.parameters);
        let state = state.map_err(|error| match error {
            RiskError::NoCapital => revert(&MarketVaultInsolvent { navWad: signed_wad(capital.frozen.fx()) }),
            other => pricing_error(other),
        })?;
        let after = self.before.plus(&self.change).map_err(pricing_error)?;
        let priced = price((&self.before, &after), &self.package, &state, (self.reserve, self.now), self.scale);
        let priced = priced.map_err(pricing_error)?;
        let (refusal, measured, most) = self.refusal(&after, capital.frozen)?;
        Ok(Offer {
            quoted: self.quote_of(&priced)?,
            capital: B256::new(fits(encode_capital(&capital), 0)?),
            reserve: B256::new(fits(encode_reserve(&priced.reserve), 0)?),
            dollarDeltaWad: signed_wad(after.of(Measure::DollarDelta).fx()),
            vegaWad: signed_wad(after.weighted_vega().map_err(pricing_error)?.fx()),
            penaltyWad: unsigned_wad(priced.penalty.charged.fx()),
            skewReserveAtoms: unsigned(priced.reserve.balance),
            cashToCloseAtoms: self.cash(capital.frozen, Fx::ZERO)?,
            cashToOpenAtoms: self.cash(capital.frozen, LIQUID_SHARE)?,
            refusal: refusal.number(),
            measured,
            most,
        })
    }

    /// The cash that the vault must keep: what it may owe and a share of its capital.
    fn cash(&self, capital: Money, share: Fx) -> Result<U256, Revert> {
        let kept = capital.scaled_floor(share).and_then(|liquid| liquid.plus(self.may_owe));
        kept.and_then(|required| self.scale.atoms_ceil(required)).map(unsigned).map_err(pricing_error)
    }

    /// The whole book, live.
    /// # Errors: MarketNumberOutOfDomain
    pub fn book(&self) -> Result<Book, Revert> {
        let capital = self.risk_capital()?;
        let book = &self.before;
        let penalty = match RiskState::new(capital.frozen, self.directory.variance, &self.parameters) {
            Ok(state) => state.penalty(book).map_err(pricing_error)?.charged,
            Err(_) => Money::ZERO,
        };
        let shown = |measure| signed_wad(book.of(measure).fx());
        Ok(Book {
            spotWad: self.spot_wad,
            navWad: signed_wad(self.net_assets()?.fx()),
            navUncertaintyWad: unsigned_wad(self.uncertainty.fx()),
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
        let nav = self.net_assets()?;
        let required = required_capital(&self.before, &self.parameters).map_err(pricing_error)?;
        let spare = nav.minus(self.uncertainty).and_then(|low| low.minus(required));
        let spare = spare.and_then(|spare| self.scale.atoms_floor(spare)).map_err(pricing_error)?;
        // What is held is always uncertain; nothing held has its value at any price.
        let is_stale = self.uncertainty > Money::ZERO && self.staleness()?.is_some();
        let may_owe = self.scale.atoms_ceil(self.may_owe);
        let unowed = may_owe.and_then(|may_owe| self.free_cash.minus(may_owe)).map_err(pricing_error)?;
        Ok((
            signed(self.scale.atoms_floor(nav).map_err(pricing_error)?),
            unsigned(self.scale.atoms_ceil(self.uncertainty).map_err(pricing_error)?),
            unsigned(self.reserve.balance),
            unsigned(spare.min(unowed).max(Atoms::ZERO)),
            self.spot_at,
            self.is_settlement_pending || is_stale,
        ))
    }

    /// The vault's net asset value: its free cash and the book at mid marks.
    fn net_assets(&self) -> Result<Money, Revert> {
        let free = self.scale.money_floor(self.free_cash);
        free.and_then(|free| free.plus(self.before.of(Measure::Value))).map_err(pricing_error)
    }

    /// Risk capital, frozen anew if the oracle is in a new round.
    fn risk_capital(&self) -> Result<RiskCapital, Revert> {
        if self.capital.round == self.round {
            return Ok(self.capital);
        }
        self.capital.at(self.round, self.now, self.net_assets()?).map_err(pricing_error)
    }

    /// Why trades that open positions may not pass, the measure, and what it may be at most.
    fn refusal(&self, after: &Exposure, capital: Money) -> Result<(Refusal, I256, U256), Revert> {
        if let Some((refusal, since, most)) = self.staleness()? {
            return Ok((refusal, I256::from_raw(U256::from(since)), U256::from(most)));
        }
        Ok(match breach(&self.before, after, capital, &self.parameters).map_err(pricing_error)? {
            Some(breach) => {
                let limit = unsigned_wad(breach.limit.fx());
                (Refusal::of_limit(breach.limit_of), signed_wad(breach.value.fx()), limit)
            }
            None => (Refusal::None, I256::ZERO, U256::ZERO),
        })
    }

    fn staleness(&self) -> Result<Option<(Refusal, u64, u64)>, Revert> {
        staleness(&self.parameters, self.spot_at, self.directory.surface_at, self.now)
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

fn money(bits: i128) -> Money {
    Money::from_fx(Fx::from_bits(bits))
}

fn exposure(bits: &[i128; NUMBERS]) -> Exposure {
    Exposure::from_array(bits.map(money))
}
