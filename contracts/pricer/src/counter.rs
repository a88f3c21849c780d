//! What the market asks once its book is valued: a trade's price, the live book, the net asset value.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::{Book, MarketVaultInsolvent, Moment, Offer, Quote, Values, VaultState};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{
    atoms, exposure_of_bits, money_of_bits, price_of, signed, signed_wad, unsigned, unsigned_wad,
};
use equipoise_market_state::errors::{pricing_error, Refusal};
use equipoise_market_state::layout::{
    decode_conditions, decode_hedge, decode_parameters, encode_conditions, has_hedger, widening, Directory, Frozen,
    Slot, Trading, CONDITION_SLOTS,
};
use equipoise_market_state::pricing::staleness;
use equipoise_market_state::store::fits;
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure};
use equipoise_risk::breakers::State;
use equipoise_risk::conditions::{Conditions, Sample};
use equipoise_risk::limits::{breach, required_capital, utilisation, LIQUID_SHARE};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::neglect::is_past_band;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Charge, Package, Priced};
use equipoise_risk::regime::Observation;
use equipoise_risk::spread::{HalfSpread, SpreadMultiplier};
use equipoise_risk::toxicity::Amount;
use equipoise_risk::units::{Atoms, Money, TokenScale};
use equipoise_risk::RiskError;

/// Why trades that open positions may not pass, the measure, and what it may be at most.
type Refused = (Refusal, I256, U256);

/// Past this ratio of spot to what it was when the surface was posted, or its inverse, only closing trades pass: e^0.35.
const MOST_SPOT_MOVE: Fx = Fx::lit("1.419067548593257248");

/// What an oracle round has frozen.
struct Round {
    frozen: Frozen,
    /// What the round's traders have bought before this trade.
    flow: Amount,
    conditions: [Slot; CONDITION_SLOTS],
    /// Why no trade at all may open positions.
    reduces_only: Option<Refused>,
}

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
    /// As they are stored: what is frozen counts in its own oracle round, conditions are told in another one.
    frozen: Frozen,
    trading: Trading,
    conditions: [Slot; CONDITION_SLOTS],
    free_cash: Atoms,
    /// The options alone, and what the trade changes in them.
    options: Exposure,
    change: Exposure,
    /// The options with what is held against them.
    before: Exposure,
    /// What the marks of the book may be off by.
    uncertainty: HalfSpread,
    package: Package,
    /// The cash that the vault may owe once the trade is done.
    may_owe: Money,
    is_settlement_pending: bool,
    /// What the breakers say of the market, and of its prices.
    state: State,
    is_price_unsafe: bool,
}

impl Counter {
    /// Unpacks what the market hands over.
    /// # Errors: MarketNumberOutOfDomain
    #[inline(never)]
    pub fn unpack(moment: &Moment, vault: &VaultState, values: &Values) -> Result<Box<Self>, Revert> {
        let scale = TokenScale::from_decimals(vault.tokenDecimals).ok_or(RiskError::Overflow).map_err(pricing_error)?;
        let (mid, spread) = (money_of_bits(values.midX64), half_spread(values.spreadX64));
        let options = exposure_of_bits(&values.beforeX64);
        let hedge = decode_hedge(&vault.hedge.0);
        let before = options.hedged(&hedge, price_of(moment.spotWad)?).map_err(pricing_error)?;
        let package = Package::valued(mid, spread, money_of_bits(values.feeX64), money_of_bits(values.throughMidX64));
        Ok(Box::new(Self {
            now: moment.nowAt,
            spot_wad: moment.spotWad,
            spot_at: moment.spotAt,
            round: vault.round,
            directory: Directory::decode(&moment.directory.0),
            parameters: decode_parameters(&moment.parameters.map(|slot| slot.0)),
            scale,
            frozen: Frozen::decode(&vault.frozen.0),
            trading: Trading::decode(&vault.trading.0),
            conditions: vault.conditions.map(|slot| slot.0),
            free_cash: atoms(vault.freeCashAtoms)?,
            options,
            before,
            change: exposure_of_bits(&values.changeX64),
            uncertainty: half_spread(values.uncertaintyX64),
            package,
            may_owe: money_of_bits(values.mayOweX64),
            is_settlement_pending: values.isSettlementPending,
            state: State::of_number(vault.state).unwrap_or(State::Halted),
            is_price_unsafe: vault.isPriceUnsafe,
        }))
    }

    /// Prices the trade.
    /// # Errors: MarketVaultInsolvent, MarketNumberOutOfDomain
    #[inline(never)]
    pub fn price(&self) -> Result<Offer, Revert> {
        let round = self.in_round()?;
        let capital = round.frozen.capital.frozen;
        let state =
            RiskState::new(capital, self.directory.variance, &self.parameters).map_err(|error| match error {
                RiskError::NoCapital => revert(&MarketVaultInsolvent { navWad: signed_wad(capital.fx()) }),
                other => pricing_error(other),
            })?;
        let state = state.widened(Self::multiplier(&round));
        let after = self.before.plus(&self.change).map_err(pricing_error)?;
        let reserve = (self.trading.reserve, self.now);
        let priced = price((&self.before, &after), &self.package, &state, reserve, self.scale);
        let priced = priced.map_err(pricing_error)?;
        let (refusal, measured, most) = self.refusal(&after, &round)?;
        let options = self.options.plus(&self.change).map_err(pricing_error)?;
        let used = utilisation((&after, &options), capital, &self.parameters).map_err(pricing_error)?;
        Ok(Offer {
            quoted: self.quote_of(&priced)?,
            frozen: B256::new(fits(round.frozen.encode(), 0)?),
            trading: B256::new(fits(self.trading_after(&priced, &round)?.encode(), 0)?),
            conditions: round.conditions.map(B256::new),
            dollarDeltaWad: signed_wad(after.of(Measure::DollarDelta).fx()),
            vegaWad: signed_wad(after.weighted_vega().map_err(pricing_error)?.fx()),
            penaltyWad: unsigned_wad(priced.penalty.charged.fx()),
            skewReserveAtoms: unsigned(priced.reserve.balance),
            cashToCloseAtoms: self.cash(capital, Fx::ZERO)?,
            cashToOpenAtoms: self.cash(capital, LIQUID_SHARE)?,
            refusal: refusal.number(),
            measured,
            most,
            usedMillionths: Millionths::from_fx_ceil(used).raw(),
        })
    }

    /// What every trade moves: traders buy what the vault's delta loses.
    fn trading_after(&self, priced: &Priced, round: &Round) -> Result<Trading, Revert> {
        let bought = Money::ZERO.minus(self.change.of(Measure::DollarDelta)).map_err(pricing_error)?;
        Ok(Trading { reserve: priced.reserve, flow: round.flow.plus(Amount::from_money_floor(bought)) })
    }

    /// The cash that the vault must keep: what it may owe and a share of its capital.
    fn cash(&self, capital: Money, share: Fx) -> Result<U256, Revert> {
        let kept = capital.scaled_floor(share).and_then(|liquid| liquid.plus(self.may_owe));
        kept.and_then(|required| self.scale.atoms_ceil(required)).map(unsigned).map_err(pricing_error)
    }

    /// The whole book, live.
    /// # Errors: MarketNumberOutOfDomain
    pub fn book(&self) -> Result<Book, Revert> {
        let round = self.in_round()?;
        let capital = round.frozen.capital.frozen;
        let book = &self.before;
        let penalty = match RiskState::new(capital, self.directory.variance, &self.parameters) {
            Ok(state) => state.penalty(book).map_err(pricing_error)?.charged,
            Err(_) => Money::ZERO,
        };
        let shown = |measure| signed_wad(book.of(measure).fx());
        Ok(Book {
            spotWad: self.spot_wad,
            navWad: signed_wad(self.net_assets()?.fx()),
            navUncertaintyWad: unsigned_wad(self.uncertainty(&round)?.fx()),
            riskCapitalWad: signed_wad(capital.fx()),
            valueWad: shown(Measure::Value),
            dollarDeltaWad: shown(Measure::DollarDelta),
            dollarGammaWad: shown(Measure::DollarGamma),
            vegaWad: signed_wad(book.weighted_vega().map_err(pricing_error)?.fx()),
            thetaWad: shown(Measure::Theta),
            penaltyWad: unsigned_wad(penalty.fx()),
            stressLossWad: unsigned_wad(book.stress_loss().map_err(pricing_error)?.fx()),
            skewReserveAtoms: unsigned(self.trading.reserve.balance),
        })
    }

    /// What the vault program prices its epochs with.
    /// # Rounding: the value down, its uncertainty up, what may be paid out down
    /// # Errors: MarketNumberOutOfDomain
    pub fn nav(&self) -> Result<Nav, Revert> {
        let nav = self.net_assets()?;
        let uncertainty = self.uncertainty(&self.in_round()?)?;
        let required = required_capital((&self.before, &self.options), &self.parameters).map_err(pricing_error)?;
        let spare = nav.minus(uncertainty).and_then(|low| low.minus(required));
        let spare = spare.and_then(|spare| self.scale.atoms_floor(spare)).map_err(pricing_error)?;
        // What is held is always uncertain; nothing held has its value at any price.
        let is_unfit = self.state == State::Halted || self.is_price_unsafe || self.stale()?.is_some();
        let is_unfit = uncertainty > Money::ZERO && is_unfit;
        let may_owe = self.scale.atoms_ceil(self.may_owe);
        let unowed = may_owe.and_then(|may_owe| self.free_cash.minus(may_owe)).map_err(pricing_error)?;
        Ok((
            signed(self.scale.atoms_floor(nav).map_err(pricing_error)?),
            unsigned(self.scale.atoms_ceil(uncertainty).map_err(pricing_error)?),
            unsigned(self.trading.reserve.balance),
            unsigned(spare.min(unowed).max(Atoms::ZERO)),
            self.spot_at,
            self.is_settlement_pending || is_unfit,
        ))
    }

    /// The vault's net asset value: its free cash, the book at mid marks, and what is held against it at spot.
    fn net_assets(&self) -> Result<Money, Revert> {
        let free = self.scale.money_floor(self.free_cash);
        free.and_then(|free| free.plus(self.before.of(Measure::Value))).map_err(pricing_error)
    }

    /// What is frozen in this oracle round: as it is stored, or anew in a new one.
    /// # Errors: MarketNumberOutOfDomain
    fn in_round(&self) -> Result<Round, Revert> {
        let (frozen, conditions, reduces_only) = (self.frozen, self.conditions, self.reduces_only()?);
        if frozen.capital.round == self.round {
            return Ok(Round { frozen, flow: self.trading.flow, conditions, reduces_only });
        }
        let capital = frozen.capital.at(self.round, self.now, self.net_assets()?).map_err(pricing_error)?;
        let spot = Observation { price: price_of(self.spot_wad)?, at: self.spot_at };
        let is_unhedged = has_hedger(&conditions) && self.is_past_band(capital.frozen);
        let implied = self.directory.variance;
        let sample = Sample { now: self.now, spot, implied, capital: capital.frozen, is_unhedged };
        let used =
            utilisation((&self.before, &self.options), capital.frozen, &self.parameters).map_err(pricing_error)?;
        let (slots, multiplier) = self.looked(&sample, used).unwrap_or((conditions, SpreadMultiplier::MOST));
        let frozen = Frozen { capital, multiplier, ..frozen };
        Ok(Round { frozen, flow: Amount::ZERO, conditions: slots, reduces_only })
    }

    /// The conditions after a look in a new round.
    /// # Returns: None where a number does not fit, which must widen spreads and not stop those who close
    fn looked(&self, sample: &Sample, used: Fx) -> Option<([Slot; CONDITION_SLOTS], SpreadMultiplier)> {
        let next = match decode_conditions(&self.conditions) {
            Some(conditions) => conditions.after_round(self.trading.flow, sample),
            None => Conditions::start(sample),
        };
        let next = next.ok()?;
        let slots = encode_conditions(&next, &self.conditions)?;
        Some((slots, next.multiplier_ceil(used, self.now, widening(&self.conditions)).ok()?))
    }

    /// Whether somebody should hedge the book. Where that cannot be said, without capital or before the first surface, nothing is
    /// asked of anybody.
    fn is_past_band(&self, capital: Money) -> bool {
        let Ok(state) = RiskState::new(capital, self.directory.variance, &self.parameters) else { return false };
        is_past_band(&self.before, capital, &state, &self.parameters).unwrap_or(false)
    }

    /// By how much the spread of volatility is wider: where only closing trades pass, that of a stressed market at least.
    fn multiplier(round: &Round) -> SpreadMultiplier {
        let multiplier = round.frozen.multiplier;
        if round.reduces_only.is_some() {
            multiplier.for_closing()
        } else {
            multiplier
        }
    }

    /// What the marks of the book may be off by.
    fn uncertainty(&self, round: &Round) -> Result<Money, Revert> {
        self.uncertainty.widened_ceil(Self::multiplier(round)).map_err(pricing_error)
    }

    /// Why trades that open positions may not pass, the measure, and what it may be at most.
    fn refusal(&self, after: &Exposure, round: &Round) -> Result<Refused, Revert> {
        if let Some(refused) = round.reduces_only {
            return Ok(refused);
        }
        let capital = round.frozen.capital.frozen;
        let breach = breach((&self.before, after), capital, &self.parameters).map_err(pricing_error)?;
        Ok(breach.map_or((Refusal::None, I256::ZERO, U256::ZERO), |breach| {
            let limit = unsigned_wad(breach.limit.fx());
            (Refusal::of_limit(breach.limit_of), signed_wad(breach.value.fx()), limit)
        }))
    }

    /// Why no trade at all may open positions now.
    fn reduces_only(&self) -> Result<Option<Refused>, Revert> {
        if self.state != State::Open {
            return Ok(Some((Refusal::Breaker, I256::ZERO, U256::ZERO)));
        }
        self.stale()
    }

    /// Why what is known of the market is too old to open positions on.
    fn stale(&self) -> Result<Option<Refused>, Revert> {
        let stale = staleness(&self.parameters, self.spot_at, self.directory.surface_at, self.now);
        if let Some((refusal, since, most)) = stale {
            return Ok(Some((refusal, I256::from_raw(U256::from(since)), U256::from(most))));
        }
        let (spot, posted) = (price_of(self.spot_wad)?, self.directory.posted_spot);
        let moved = spot.max(posted).ratio_floor(spot.min(posted)).unwrap_or(Fx::MAX);
        let shown = || (Refusal::SurfaceOutrun, signed_wad(moved), unsigned_wad(MOST_SPOT_MOVE));
        Ok((moved > MOST_SPOT_MOVE).then(shown))
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

fn half_spread([of_vol, rest]: [i128; 2]) -> HalfSpread {
    HalfSpread { of_vol: money_of_bits(of_vol), rest: money_of_bits(rest) }
}
