//! The market once more, natively: the same pure crates on what was posted and traded, no chain.
//!
//! It keeps what the market keeps, cut to the precision of its slots, so that prices agree to the last atom.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{Leg, Quote, Slice as AbiSlice};
use equipoise_market_state::layout::{
    decode_conditions, encode_conditions, Directory, Frozen, Trading, Watch, CONDITION_SLOTS,
};
use equipoise_math::Fx;
use equipoise_risk::book::{self, BoardState, Exposure, Measure, StrikeState, Valuation};
use equipoise_risk::breakers::{
    self, insurance_short_ceil, jump_of_regime_ceil, live_state, rules, Breakers, Condition, Readings, State,
    BAD_DEBT_SECS, RULE_COUNT,
};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::clock::begun_basis_floor;
use equipoise_risk::conditions::{Conditions, Sample};
use equipoise_risk::hedge::Hedge;
use equipoise_risk::learning::Widening;
use equipoise_risk::limits::utilisation;
use equipoise_risk::margin::{assess, BoardHoldings, MarginParameters, MarketMargin, Shocks};
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::neglect::{is_past_band, unhedged_secs};
use equipoise_risk::parameters::{Parameter, Parameters};
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Priced};
use equipoise_risk::regime::Observation;
use equipoise_risk::settlement::{payoff_floor, Holding};
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::spread::{Doubt, SpreadMultiplier, SpreadTerms};
use equipoise_risk::surface::{Slice, VolGap};
use equipoise_risk::toxicity::Amount;
use equipoise_risk::units::{from_wad_floor, to_wad_nearest, Atoms, Lots, Money, Price, TokenScale};
use equipoise_risk::RiskError;

use crate::fixture::{narrow, signed, LOT};

/// The vault's market is that of the expiry nearest to this.
const REFERENCE_SECS: u64 = 30 * 86_400;

/// A spot price as the oracle gives it, and the time.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub spot_wad: U256,
    pub round: u64,
    pub spot_at: u64,
    pub now: u64,
    /// Of a price that was pulled.
    pub doubt: Option<Doubt>,
}

#[derive(Clone, Debug)]
pub struct Board {
    pub id: u16,
    pub expiry: u64,
    pub basis: Fx,
    pub forward: Price,
    pub slice: Slice,
    pub gap: VolGap,
    pub held: Vec<Holding>,
    /// What the settlement average comes to if spot stands still, inside the window and where margins go by it.
    pub begun: Option<Price>,
}

/// What the market keeps.
#[derive(Clone, Debug)]
pub struct Native {
    /// By rising expiry.
    pub boards: Vec<Board>,
    pub cash: Atoms,
    pub reserve: SkewReserve,
    /// What the round's traders have bought of dollar delta, net.
    pub flow: Amount,
    pub frozen: Frozen,
    pub conditions: Option<Conditions>,
    /// What spreads have learned.
    pub widening: Widening,
    /// What is held against the options, and whether anybody is expected to hold it.
    pub hedge: Hedge,
    pub has_hedger: bool,
    pub breakers: Breakers,
    /// What the vault has borne of others' debts, as the ledger keeps it.
    pub bad_debt: BadDebt,
    pub insurance: Insurance,
    pub variance: Fx,
    pub surface_at: u64,
    /// To 16 bits, as it is stored.
    pub posted_spot: Price,
    pub parameters: Parameters,
    pub margin_parameters: MarginParameters,
    scale: TokenScale,
}

/// What the insurance fund must hold, in whole tokens, and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Insurance {
    pub floor_tokens: u32,
    pub atoms: u128,
}

/// Debts that were not their debtors' any more: those within an hour of each other together, and when the last came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BadDebt {
    pub atoms: u128,
    pub at: u64,
}

impl BadDebt {
    /// With what the vault bears, or nobody does.
    pub fn with(self, atoms: u128, now: u64) -> Self {
        match atoms {
            0 => self,
            _ if now - self.at <= BAD_DEBT_SECS => Self { atoms: self.atoms + atoms, at: now },
            _ => Self { atoms, at: now },
        }
    }
}

/// What an oracle round has frozen.
#[derive(Clone, Debug)]
pub struct Round {
    pub frozen: Frozen,
    conditions: Option<Conditions>,
    flow: Amount,
}

/// A price, and what the trade leaves.
pub struct Offer {
    pub quote: Quote,
    moment: Moment,
    after: Exposure,
    priced: Priced,
    round: Round,
    bought: Amount,
}

/// Past this ratio of spot to what it was when the surface was posted, or its inverse, only closing trades pass.
const MOST_SPOT_MOVE: Fx = Fx::lit("1.419067548593257248");
const HOUR: u32 = 3_600;

pub fn fx_of(wad: I256) -> Fx {
    from_wad_floor(narrow(wad)).unwrap()
}

pub fn price_of(wad: U256) -> Price {
    Price::from_fx(fx_of(I256::from_raw(wad)))
}

fn cut(number: Fx, fraction: u32) -> Fx {
    Fx::from_bits(number.to_bits() >> (64 - fraction) << (64 - fraction))
}

fn lots(size: I256) -> Lots {
    Lots::new((narrow(size) / LOT) as i32)
}

impl Native {
    /// A market with nothing in it.
    pub fn new() -> Self {
        Self {
            boards: Vec::new(),
            cash: Atoms::ZERO,
            reserve: SkewReserve::default(),
            flow: Amount::ZERO,
            frozen: Frozen {
                capital: RiskCapital::default(),
                multiplier: SpreadMultiplier::ONE,
                watch: Watch::default(),
            },
            conditions: None,
            widening: Widening::NONE,
            hedge: Hedge::default(),
            has_hedger: false,
            breakers: Breakers::default(),
            bad_debt: BadDebt::default(),
            insurance: Insurance::default(),
            variance: Fx::ZERO,
            surface_at: 0,
            posted_spot: Price::ZERO,
            parameters: Parameters::default(),
            margin_parameters: MarginParameters::default(),
            scale: TokenScale::from_decimals(6).unwrap(),
        }
    }

    pub fn list(&mut self, id: u16, expiry: u64, strikes: &[U256]) {
        let held = strikes.iter().map(|strike| Holding { strike: price_of(*strike), ..Holding::default() });
        let board = Board {
            id,
            expiry,
            basis: Fx::ZERO,
            forward: Price::ZERO,
            slice: Slice::default(),
            gap: VolGap::ZERO,
            held: held.collect(),
            begun: None,
        };
        let place = self.boards.partition_point(|other| other.expiry < expiry);
        self.boards.insert(place, board);
    }

    /// Takes slices as the market stores them.
    pub fn post(&mut self, spot_wad: U256, now: u64, slices: &[AbiSlice]) {
        let spot = price_of(spot_wad);
        let mut nearest = (u64::MAX, Fx::ZERO);
        for board in self.boards.iter_mut().filter(|board| board.expiry > now) {
            let posted = slices.iter().find(|slice| slice.board == board.id).unwrap();
            board.forward = price_of(posted.forwardWad);
            board.basis = cut(board.forward.ratio_floor(spot).unwrap(), 62);
            board.slice = Slice {
                a: cut(fx_of(posted.aWad), 40),
                b: cut(fx_of(I256::from_raw(posted.bWad)), 40),
                rho: cut(fx_of(posted.rhoWad), 40),
                m: cut(fx_of(posted.mWad), 40),
                sigma: cut(fx_of(I256::from_raw(posted.sigmaWad)), 40),
            };
            board.gap = VolGap::from_fx_ceil(fx_of(I256::from_raw(posted.gapWad))).unwrap();
            let distance = (board.expiry - now).abs_diff(REFERENCE_SECS);
            if distance < nearest.0 {
                nearest = (distance, board.slice.variance(board.forward, board.forward).unwrap());
            }
        }
        self.variance = cut(nearest.1, 40);
        self.surface_at = now;
        let directory = Directory { posted_spot: spot, ..Directory::default() };
        self.posted_spot = Directory::decode(&directory.encode().unwrap()).posted_spot;
    }

    /// LPs put in or take out cash.
    pub fn follow_lps(&mut self, flow_atoms: i128) {
        let flow = self.scale.money_floor(Atoms::new(flow_atoms)).unwrap();
        self.cash = self.cash.plus(Atoms::new(flow_atoms)).unwrap();
        self.frozen.capital = self.frozen.capital.after_lp_flow(flow).unwrap();
        self.frozen = Frozen::decode(&self.frozen.encode().unwrap());
    }

    /// The book with what is held against it, and the trade in it.
    pub fn value(&self, moment: Moment, legs: &[Leg]) -> Valuation {
        let mut valuation = self.value_options(moment, legs);
        valuation.before = valuation.before.hedged(&self.hedge, price_of(moment.spot_wad)).unwrap();
        valuation
    }

    /// The options alone, and the trade in them.
    pub fn value_options(&self, moment: Moment, legs: &[Leg]) -> Valuation {
        let priced: Vec<_> = self.boards.iter().filter(|board| board.forward > Price::ZERO).collect();
        let terms: Vec<_> = priced.iter().map(|board| self.terms(moment, board)).collect();
        let strikes: Vec<Vec<StrikeState>> = priced.iter().map(|board| board.with(legs)).collect();
        let states: Vec<_> = terms.iter().zip(&strikes).map(|(terms, strikes)| BoardState { terms, strikes }).collect();
        book::value(&states).unwrap()
    }

    /// A book without what is held against it.
    fn options_of(&self, book: &Exposure, moment: Moment) -> Exposure {
        let held = Exposure::default().hedged(&self.hedge, price_of(moment.spot_wad)).unwrap().to_array();
        let mut numbers = book.to_array();
        for (number, held) in numbers.iter_mut().zip(held) {
            *number = number.minus(held).unwrap();
        }
        Exposure::from_array(numbers)
    }

    fn terms(&self, moment: Moment, board: &Board) -> BoardTerms {
        let spot = price_of(moment.spot_wad);
        let age = moment.now - moment.spot_at;
        let spread = SpreadTerms::at((spot, moment.doubt), age, self.variance, &self.parameters).unwrap();
        let spread = spread.on_surface_of(moment.now - self.surface_at, &self.parameters).unwrap();
        let reference = (board.forward, board.slice);
        let mut terms = BoardTerms::new(spot, board.basis, reference, (moment.now, board.expiry), spread).unwrap();
        terms.cover(board.gap);
        terms
    }

    /// The margin of what an account holds in boards that live, and of what settled ones will pay it.
    pub fn margin(&self, moment: Moment, held: &[(u16, Vec<Holding>)], settled: Money) -> MarketMargin {
        let live = held.iter().filter_map(|(id, held)| {
            let board = self.boards.iter().find(|board| board.id == *id)?;
            Some((self.terms(moment, &board.at_begun(moment)), held))
        });
        let live: Vec<_> = live.collect();
        let boards: Vec<_> = live.iter().map(|(terms, holdings)| BoardHoldings { terms, holdings }).collect();
        let shocks = Shocks::new(&self.margin_parameters).unwrap();
        let margin = assess(&boards, &shocks).unwrap();
        let (value, mark) = (margin.value.plus(settled).unwrap(), margin.mark.plus(settled).unwrap());
        MarketMargin { value, mark, ..margin }
    }

    /// The vault's net asset value.
    pub fn net_assets(&self, valuation: &Valuation) -> Money {
        let free = self.cash.minus(self.reserve.balance).unwrap();
        self.scale.money_floor(free).unwrap().plus(valuation.before.of(Measure::Value)).unwrap()
    }

    pub fn nav_atoms(&self, moment: Moment) -> i128 {
        let nav = self.net_assets(&self.value(moment, &[]));
        self.scale.atoms_floor(nav).unwrap().count()
    }

    /// A price as `quote` tells it: by what the breakers have found, without another look.
    pub fn offer(&self, moment: Moment, legs: &[Leg]) -> Offer {
        self.offer_in(self.state(moment), moment, legs).unwrap()
    }

    /// The same where the market is in a state. The vault takes over as if it were open, whatever stops traders.
    /// # Errors: NoCapital
    pub fn offer_in(&self, state: State, moment: Moment, legs: &[Leg]) -> Result<Offer, RiskError> {
        let valuation = self.value(moment, legs);
        let round = self.round(moment, &valuation);
        let multiplier = self.multiplier(moment, &round, state);
        let risk = RiskState::new(round.frozen.capital.frozen, self.variance, &self.parameters)?;
        let risk = risk.widened(multiplier);
        let after = valuation.after()?;
        let reserve = (self.reserve, moment.now);
        let books = (&valuation.before, &after);
        let priced = price(books, &valuation.package, &risk, reserve, self.scale)?;
        let atoms = |amount: Atoms| signed(amount.count());
        let quote = Quote {
            costAtoms: atoms(priced.charge.cost()?),
            midAtoms: atoms(priced.charge.mid),
            skewAtoms: atoms(priced.charge.skew),
            spreadAtoms: atoms(priced.charge.spread).into_raw(),
            feeAtoms: atoms(priced.charge.fee).into_raw(),
            spotWad: wad_of(price_of(moment.spot_wad).fx()).into_raw(),
        };
        let bought = Money::ZERO.minus(valuation.change.of(Measure::DollarDelta))?;
        Ok(Offer { quote, moment, after, priced, round, bought: Amount::from_money_floor(bought) })
    }

    /// Keeps what a trade leaves: in a new oracle round it has the breakers look.
    pub fn trade(&mut self, legs: &[Leg], offer: &Offer) {
        let seen = self.seen_with(offer).unwrap();
        self.give(legs, offer);
        self.keep_seen(seen);
    }

    /// Keeps what a takeover leaves: nobody is paid the rebate, nobody has bought or sold, and nobody looks.
    pub fn take_over(&mut self, legs: &[Leg], offer: &Offer) {
        self.give(legs, offer);
        let rebate = Atoms::new(narrow(offer.quote.skewAtoms).min(0));
        self.reserve = self.reserve.without(rebate).unwrap();
        self.flow = offer.round.flow;
    }

    fn give(&mut self, legs: &[Leg], offer: &Offer) {
        self.keep(offer, offer.priced.reserve, offer.round.flow.plus(offer.bought));
        self.cash = self.cash.plus(Atoms::new(narrow(offer.quote.costAtoms))).unwrap();
        for board in &mut self.boards {
            let strikes = board.with(legs);
            board.held = strikes.iter().map(|strike| strike.held_after().unwrap()).collect();
        }
    }

    /// As the slots keep it.
    fn keep(&mut self, offer: &Offer, reserve: SkewReserve, flow: Amount) {
        let kept = Trading::decode(&Trading { reserve, flow }.encode().unwrap());
        (self.reserve, self.flow) = (kept.reserve, kept.flow);
        self.frozen = Frozen::decode(&offer.round.frozen.encode().unwrap());
        self.conditions = offer.round.conditions;
    }

    /// What the oracle's round has frozen.
    pub fn round(&self, moment: Moment, valuation: &Valuation) -> Round {
        let (frozen, conditions, flow) = (self.frozen, self.conditions, self.flow);
        if frozen.capital.round == moment.round {
            return Round { frozen, conditions, flow };
        }
        let capital = frozen.capital.at(moment.round, moment.now, self.net_assets(valuation)).unwrap();
        let spot = Observation { price: price_of(moment.spot_wad), at: moment.spot_at };
        let (now, implied) = (moment.now, self.variance);
        let is_unhedged = self.has_hedger && self.is_past_band(&valuation.before, capital.frozen);
        let sample = Sample { now, spot, implied, capital: capital.frozen, is_unhedged };
        let next = conditions.map_or_else(|| Conditions::start(&sample), |kept| kept.after_round(flow, &sample));
        let options = self.options_of(&valuation.before, moment);
        let used = utilisation((&valuation.before, &options), capital.frozen, &self.parameters).unwrap();
        // Without a surface there is no variance to go by.
        let (conditions, multiplier) = next.map_or((conditions, SpreadMultiplier::MOST), |next| {
            let kept = decode_conditions(&encode_conditions(&next, &[[0; 32]; CONDITION_SLOTS]).unwrap());
            (kept, next.multiplier_ceil(used, now, self.widening).unwrap())
        });
        Round { frozen: Frozen { capital, multiplier, ..frozen }, conditions, flow: Amount::ZERO }
    }

    /// Whether somebody should hedge the book, where that can be said.
    fn is_past_band(&self, book: &Exposure, capital: Money) -> bool {
        let state = RiskState::new(capital, self.variance, &self.parameters);
        state.is_ok_and(|state| is_past_band(book, capital, &state, &self.parameters).unwrap_or(false))
    }

    /// The round's multiplier; where only closing trades pass, that of a stressed market at least.
    fn multiplier(&self, moment: Moment, round: &Round, state: State) -> SpreadMultiplier {
        let (spot, posted) = (price_of(moment.spot_wad), self.posted_spot);
        let is_outrun = spot.max(posted).ratio_floor(spot.min(posted)).unwrap_or(Fx::MAX) > MOST_SPOT_MOVE;
        if state != State::Open || self.is_stale(moment) || is_outrun {
            round.frozen.multiplier.for_closing()
        } else {
            round.frozen.multiplier
        }
    }

    /// Whether spot or the surface are too old to open positions on.
    fn is_stale(&self, moment: Moment) -> bool {
        let secs = |parameter| self.parameters.secs(parameter, HOUR);
        moment.now - moment.spot_at > secs(Parameter::MaxSpotAgeHours)
            || moment.now - self.surface_at > secs(Parameter::MaxSurfaceAgeHours)
    }

    /// What the marks of the book may be off by.
    pub fn uncertainty(&self, moment: Moment, valuation: &Valuation) -> Money {
        let round = self.round(moment, valuation);
        valuation.uncertainty.widened_ceil(self.multiplier(moment, &round, self.state(moment))).unwrap()
    }

    /// Whether the market trades: what was found when somebody last looked, and what ages ask for now.
    pub fn state(&self, moment: Moment) -> State {
        self.frozen.watch.state.max(live_state(moment.now - moment.spot_at, 0))
    }

    /// Whether prices are fit to liquidate on.
    pub fn is_safe(&self, moment: Moment) -> bool {
        let Watch { state, is_price_unsafe } = self.frozen.watch;
        let is_watched = state != State::Halted && !is_price_unsafe;
        is_watched && !self.is_stale(moment) && live_state(moment.now - moment.spot_at, 0) == State::Open
    }

    /// Somebody has the breakers look, whether or not the oracle's round is new.
    /// # Errors: NoCapital
    pub fn poke(&mut self, moment: Moment) -> Result<(), RiskError> {
        if self.surface_at == 0 {
            let seen = self.looked_at(&self.bare_readings(moment), moment.now);
            self.keep_seen(seen);
            return Ok(());
        }
        let offer = self.offer_in(self.state(moment), moment, &[])?;
        let seen = self.look(&offer)?;
        self.keep(&offer, offer.priced.reserve, offer.round.flow);
        self.keep_seen(seen);
        Ok(())
    }

    /// What a trade begins with: where the market was found not to trade, another look.
    /// # Errors: NoCapital
    pub fn look_again(&mut self, moment: Moment) -> Result<(), RiskError> {
        if self.frozen.watch.state == State::Open {
            return Ok(());
        }
        self.poke(moment)
    }

    /// The guardian tightens.
    pub fn tighten(&mut self, now: u64, to: State) {
        let next = self.breakers.tightened(now, to).unwrap();
        self.keep_seen((watch_of(&next, now), next));
    }

    /// What the breakers say once a trade has been priced, before it is kept.
    /// # Errors: Math before the first surface
    pub fn seen_with(&self, offer: &Offer) -> Result<(Watch, Breakers), RiskError> {
        if self.frozen.capital.round == offer.round.frozen.capital.round {
            return Ok((self.frozen.watch, self.breakers));
        }
        self.look(offer)
    }

    fn look(&self, offer: &Offer) -> Result<(Watch, Breakers), RiskError> {
        Ok(self.looked_at(&self.readings(offer)?, offer.moment.now))
    }

    fn looked_at(&self, readings: &Readings, now: u64) -> (Watch, Breakers) {
        let rules = rules(&self.parameters);
        if self.frozen.watch.state == State::Open && !Breakers::would_trip(readings, &rules) {
            return (self.frozen.watch, self.breakers);
        }
        let next = self.breakers.observed(now, readings, &rules);
        (watch_of(&next, now), next)
    }

    fn keep_seen(&mut self, (watch, breakers): (Watch, Breakers)) {
        (self.frozen.watch, self.breakers) = (watch, breakers);
    }

    /// Every rule with what is read of it now.
    pub fn rules_now(&self, moment: Moment) -> [Condition; RULE_COUNT] {
        let readings = if self.surface_at == 0 {
            self.bare_readings(moment)
        } else {
            let offer = self.offer_in(self.state(moment), moment, &[]);
            offer.and_then(|offer| self.readings(&offer)).unwrap_or_default()
        };
        self.breakers.conditions(&readings, &rules(&self.parameters))
    }

    /// Every measure with a priced trade. No second source, sequencer or stablecoin is told of.
    fn readings(&self, offer: &Offer) -> Result<Readings, RiskError> {
        let ratios = self.ratios(offer)?.into_iter();
        let since = offer.round.conditions.or(self.conditions).map_or(0, |kept| kept.unhedged_since);
        let unhedged = unhedged_secs(since, offer.moment.now);
        let read = self.times(offer.moment).with_secs(breakers::Measure::Unhedged, unhedged).unwrap();
        Ok(ratios.fold(read, |all, (measure, ratio)| all.with_ratio(measure, ratio).unwrap()))
    }

    /// Every measure before the first surface, when nothing can be priced and so nothing is held.
    fn bare_readings(&self, moment: Moment) -> Readings {
        let insured = self.scale.money_floor(Atoms::new(self.insurance.atoms as i128)).unwrap();
        let none = [
            breakers::Measure::SourceDeviation,
            breakers::Measure::StablecoinDeviation,
            breakers::Measure::SpotJump,
            breakers::Measure::SurfaceJump,
            breakers::Measure::Utilisation,
            breakers::Measure::BadDebt,
            breakers::Measure::Toxicity,
        ];
        let ratios = none.into_iter().map(|measure| (measure, Millionths::ZERO)).chain([
            (breakers::Measure::Drawdown, self.frozen.capital.drawdown_ceil().unwrap()),
            (breakers::Measure::InsuranceShort, insurance_short_ceil(insured, self.insurance.floor_tokens)),
        ]);
        ratios.fold(self.times(moment), |all, (measure, ratio)| all.with_ratio(measure, ratio).unwrap())
    }

    fn times(&self, moment: Moment) -> Readings {
        let first = self.boards.first().map_or(u64::MAX, |board| board.expiry);
        let secs = [
            (breakers::Measure::SpotAge, moment.now - moment.spot_at),
            (breakers::Measure::SurfaceAge, moment.now - self.surface_at),
            (breakers::Measure::SourceAge, 0),
            (breakers::Measure::StablecoinAge, 0),
            (breakers::Measure::SequencerUnsafe, 0),
            (breakers::Measure::SettlementPending, moment.now.saturating_sub(first)),
            (breakers::Measure::Unhedged, 0),
        ];
        secs.into_iter().fold(Readings::default(), |all, (measure, secs)| all.with_secs(measure, secs).unwrap())
    }

    fn ratios(&self, offer: &Offer) -> Result<Vec<(breakers::Measure, Millionths)>, RiskError> {
        let frozen = Frozen::decode(&offer.round.frozen.encode().unwrap());
        let (capital, unkept) = (frozen.capital.frozen, offer.round.frozen.capital.frozen);
        let spot = Observation { price: price_of(offer.moment.spot_wad), at: offer.moment.spot_at };
        let jump =
            self.conditions.map_or(Ok(Millionths::ZERO), |kept| jump_of_regime_ceil(&kept.regime, spot, self.variance));
        let conditions = offer.round.conditions.or(self.conditions);
        let options = self.options_of(&offer.after, offer.moment);
        let used = utilisation((&offer.after, &options), unkept, &self.parameters).unwrap();
        let is_late = offer.moment.now - self.bad_debt.at > BAD_DEBT_SECS;
        let debt = Atoms::new(if is_late { 0 } else { self.bad_debt.atoms as i128 });
        let insured = self.scale.money_floor(Atoms::new(self.insurance.atoms as i128)).unwrap();
        let gap = self.boards.iter().map(|board| board.gap).max().unwrap_or_default();
        let mut ratios = vec![
            (breakers::Measure::SourceDeviation, Millionths::ZERO),
            (breakers::Measure::StablecoinDeviation, Millionths::ZERO),
            (breakers::Measure::SpotJump, jump.unwrap_or(Millionths::MOST)),
            (breakers::Measure::SurfaceJump, Millionths::from_raw(100 * u32::from(gap.raw()))),
            (breakers::Measure::Drawdown, frozen.capital.drawdown_ceil().unwrap()),
            (breakers::Measure::Utilisation, Millionths::from_fx_ceil(used)),
            (breakers::Measure::BadDebt, of_capital(self.scale.money_floor(debt).unwrap(), capital)),
            (breakers::Measure::Toxicity, conditions.map_or(Millionths::ZERO, |kept| kept.toxicity.score)),
            (breakers::Measure::InsuranceShort, insurance_short_ceil(insured, self.insurance.floor_tokens)),
        ];
        if let Ok(state) = RiskState::new(capital, self.variance, &self.parameters) {
            let delta = through_abi(offer.after.of(Measure::DollarDelta));
            let vega = through_abi(offer.after.weighted_vega().unwrap());
            let hedge = state.delta_to_hedge(delta, vega)?;
            ratios.push((breakers::Measure::Delta, of_capital(hedge, capital)));
            ratios.push((breakers::Measure::Vega, of_capital(vega, capital)));
        }
        Ok(ratios)
    }

    /// Settles the vault's side of a board. Returns its payoff in atoms.
    pub fn settle(&mut self, board: u16, price_wad: U256) -> i128 {
        let place = self.boards.iter().position(|each| each.id == board).unwrap();
        let settled = self.boards.remove(place);
        let payoff = payoff_floor(&settled.held, price_of(price_wad), self.scale).unwrap();
        self.cash = self.cash.plus(payoff).unwrap();
        payoff.count()
    }
}

impl Board {
    /// The board with the forward of the average that has begun.
    fn at_begun(&self, moment: Moment) -> Self {
        let Some(begun) = self.begun else { return self.clone() };
        let spot = price_of(moment.spot_wad);
        let basis = begun_basis_floor(begun, spot, self.basis, self.expiry - moment.now).unwrap();
        Self { basis, ..self.clone() }
    }

    fn with(&self, legs: &[Leg]) -> Vec<StrikeState> {
        let mut strikes: Vec<StrikeState> = self.held.iter().copied().map(StrikeState::from).collect();
        for leg in legs {
            let series = Series::from_id(leg.series).unwrap();
            if series.board == self.id {
                let strike = &mut strikes[usize::from(series.strike)];
                let bought = if series.is_put { &mut strike.bought_puts } else { &mut strike.bought_calls };
                *bought = bought.plus(lots(leg.sizeWad)).unwrap();
            }
        }
        strikes
    }
}

pub fn wad_of(number: Fx) -> I256 {
    signed(to_wad_nearest(number).unwrap())
}

/// What the slots beside the breakers keep of them.
fn watch_of(breakers: &Breakers, now: u64) -> Watch {
    Watch { state: breakers.state(now), is_price_unsafe: !breakers.is_price_safe() }
}

/// A sum as the market tells its watcher.
fn through_abi(sum: Money) -> Money {
    Money::from_fx(fx_of(wad_of(sum.fx())))
}

/// An amount of either sign over risk capital, up; past every limit where there is none. Nothing is nothing: what recovers
/// at zero only would never.
fn of_capital(amount: Money, capital: Money) -> Millionths {
    let error = if amount == Money::ZERO { Fx::ZERO } else { Fx::DELTA };
    let ratio = amount.magnitude().and_then(|amount| amount.ratio_floor(capital));
    ratio.map_or(Millionths::MOST, |ratio| Millionths::from_fx_ceil(ratio + error))
}
