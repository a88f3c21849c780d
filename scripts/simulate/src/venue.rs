//! The market: what the programs do with a trade, an epoch and an expiry, on the same pure functions.

use std::collections::BTreeMap;

use equipoise_math::Fx;
use equipoise_risk::black76::Kind;
use equipoise_risk::book::{self, BoardState, Exposure, Measure, StrikeState, Valuation};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::interest::excess;
use equipoise_risk::limits::{breach, required_capital, short_breach, Breach, Limited};
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Priced};
use equipoise_risk::settlement::{payoff_floor, Holding};
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::spread::SpreadMultiplier;
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Atoms, Lots, Money, Price, TokenScale};
use equipoise_risk::RiskError;
use thiserror::Error;

mod account;
mod feed;
mod hedge;
mod interest;
mod keeper;
mod mark;

pub use feed::FeedKind;
pub use hedge::Inventory;
pub use mark::Mark;

/// Why the market does not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// A number leaves its domain.
    #[error("a number leaves its domain: {0:?}")]
    Number(RiskError),
    /// A limit of the vault's book would be passed.
    #[error("the limit on {0:?} would be passed")]
    Limit(Limited),
    /// Traders would hold more against each other than the vault bears.
    #[error("traders would hold too much against each other")]
    Matched,
    /// The board is in its settlement window or expired.
    #[error("the board does not trade any more")]
    Closed,
    /// The vault would pay out what its positions need.
    #[error("the vault needs its capital")]
    CapitalNeeded,
}

impl From<RiskError> for Refusal {
    fn from(error: RiskError) -> Self {
        Self::Number(error)
    }
}

/// One expiry.
#[derive(Clone, Debug)]
pub struct Board {
    /// Unix seconds.
    pub expiry: u64,
    /// Its volatility, on the log-moneyness of the forward it was posted at.
    pub slice: Slice,
    reference: Price,
    held: Vec<Holding>,
    /// The volatility of each strike: between posts it stays as it is.
    vols: Vec<Fx>,
    is_settled: bool,
    /// What traders hold against each other, in lots.
    matched: i64,
}

impl Board {
    /// What the vault holds, by rising strike.
    pub fn held(&self) -> &[Holding] {
        &self.held
    }

    /// Whether everybody has been paid.
    pub const fn is_settled(&self) -> bool {
        self.is_settled
    }
}

/// What is bought of a series, negative for sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Place of the board.
    pub board: usize,
    /// Place of the strike in it.
    pub strike: usize,
    /// Call or put.
    pub kind: Kind,
    /// Thousandths of a contract.
    pub lots: i32,
}

/// An account: its cash and its positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trader {
    /// Cash, negative for what it has put in.
    pub cash: Atoms,
    positions: BTreeMap<(usize, usize, bool), i32>,
}

impl Trader {
    /// What it would trade to have nothing left.
    pub fn unwinding(&self) -> Vec<Leg> {
        let legs = self.positions.iter().filter(|(_, lots)| **lots != 0);
        legs.map(|(&(board, strike, is_put), &lots)| Leg { board, strike, kind: kind(is_put), lots: -lots }).collect()
    }

    fn apply(&mut self, legs: &[Leg]) {
        for leg in legs {
            *self.positions.entry((leg.board, leg.strike, leg.kind == Kind::Put)).or_default() += leg.lots;
        }
    }

    fn only_closes(&self, legs: &[Leg]) -> bool {
        let mut after = self.clone();
        after.apply(legs);
        after.positions.iter().all(|(series, &lots)| {
            let before = self.positions.get(series).copied().unwrap_or_default();
            Lots::new(before).is_reduced_by_going_to(Lots::new(lots))
        })
    }
}

const fn kind(is_put: bool) -> Kind {
    if is_put {
        Kind::Put
    } else {
        Kind::Call
    }
}

/// What a market starts with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Unix seconds.
    pub now: u64,
    /// Quote per unit of the underlying.
    pub spot: Price,
    /// The vault's cash.
    pub capital: Money,
    /// Annualised variance of the market.
    pub variance: Fx,
    /// The tunable numbers.
    pub parameters: Parameters,
    /// Decimals of the token.
    pub scale: TokenScale,
    /// How spot comes to the chain.
    pub feed: FeedKind,
}

/// A market of one underlying.
#[derive(Clone, Debug)]
pub struct Venue {
    now: u64,
    spot: Price,
    spot_at: u64,
    round: u64,
    variance: Fx,
    parameters: Parameters,
    scale: TokenScale,
    boards: Vec<Board>,
    cash: Atoms,
    reserve: SkewReserve,
    capital: RiskCapital,
    /// Shares of the vault, the first at one quote unit each.
    supply: Fx,
    /// Units of the underlying that the vault holds against its options.
    hedge: Fx,
    multiplier: SpreadMultiplier,
    feed: FeedKind,
}

/// A priced trade.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What the trader pays.
    pub cost: Atoms,
    /// Its parts, and what it leaves.
    pub priced: Priced,
    capital: RiskCapital,
    before: Exposure,
    after: Exposure,
}

impl Venue {
    /// A market without boards, whose capital is all the vault's.
    pub fn new(settings: &Settings) -> Result<Self, Refusal> {
        let capital = settings.capital;
        Ok(Self {
            now: settings.now,
            spot: settings.spot,
            spot_at: settings.now,
            round: 1,
            variance: settings.variance,
            parameters: settings.parameters,
            scale: settings.scale,
            boards: Vec::new(),
            cash: settings.scale.atoms_floor(capital)?,
            reserve: SkewReserve { updated_at: settings.now, ..SkewReserve::default() },
            capital: RiskCapital { round: 1, frozen: capital, average: capital, averaged_at: settings.now },
            supply: capital.fx(),
            hedge: Fx::ZERO,
            multiplier: SpreadMultiplier::ONE,
            feed: settings.feed,
        })
    }

    /// Lists an expiry; its slice refers to the forward of now.
    pub fn list(&mut self, expiry: u64, slice: Slice, strikes: &[Price]) -> usize {
        let held = strikes.iter().map(|strike| Holding { strike: *strike, ..Holding::default() }).collect();
        let reference = self.spot;
        self.boards.push(Board { expiry, slice, reference, held, vols: Vec::new(), is_settled: false, matched: 0 });
        self.boards.len() - 1
    }

    /// The expiries in the order they were listed.
    pub fn boards(&self) -> &[Board] {
        &self.boards
    }

    /// Unix seconds.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// As the feed has it.
    pub const fn spot(&self) -> Price {
        self.spot
    }

    /// The skew reserve as the last trade left it.
    pub const fn reserve(&self) -> &SkewReserve {
        &self.reserve
    }

    /// The tunable numbers in force.
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// What the vault quotes against, as the last trade left it.
    pub const fn capital(&self) -> Money {
        self.capital.frozen
    }

    /// What the vault quotes against in this round.
    /// # Inputs: its book, valued now
    pub fn capital_at(&self, book: &Exposure) -> Result<RiskCapital, Refusal> {
        Ok(self.capital.at(self.round, self.now, self.net_assets(book)?)?)
    }

    /// Decimals of the token.
    pub const fn scale(&self) -> TokenScale {
        self.scale
    }

    /// Lets time pass.
    pub fn wait(&mut self, secs: u64) {
        self.now += secs;
    }

    /// Lets time pass without its effect on options: expiries move with the clock.
    pub fn hold_still(&mut self, secs: u64) {
        self.now += secs;
        self.boards.iter_mut().for_each(|board| board.expiry += secs);
    }

    /// A new round of the feed.
    pub fn report(&mut self, spot: Price) {
        self.spot = spot;
        self.spot_at = self.now;
        self.round += 1;
    }

    /// A vote has changed the parameters.
    pub fn adopt(&mut self, parameters: Parameters) {
        self.parameters = parameters;
    }

    /// Posts every slice anew at the forward of now, so that smiles follow spot.
    pub fn post_surface(&mut self) {
        for board in &mut self.boards {
            board.reference = self.spot;
            board.vols.clear();
        }
    }

    fn terms(&self, board: &Board) -> Result<BoardTerms, Refusal> {
        let age_secs = self.now - self.spot_at;
        let spread = self.feed.spread_terms(self.spot, age_secs, self.variance, &self.parameters)?;
        let reference = (board.reference, board.slice);
        Ok(BoardTerms::new(self.spot, Fx::ONE, reference, (self.now, board.expiry), spread)?)
    }

    /// The live boards and their strikes with what is bought of them.
    fn strikes(&self, legs: &[Leg]) -> Result<Vec<(&Board, Vec<StrikeState>)>, Refusal> {
        let mut boards = Vec::new();
        for (place, board) in self.boards.iter().enumerate().filter(|(_, board)| !board.is_settled) {
            let mut strikes: Vec<_> = board.held.iter().copied().map(StrikeState::from).collect();
            for leg in legs.iter().filter(|leg| leg.board == place) {
                let state = strikes.get_mut(leg.strike).ok_or(Refusal::Closed)?;
                let bought = if leg.kind == Kind::Put { &mut state.bought_puts } else { &mut state.bought_calls };
                *bought = bought.plus(Lots::new(leg.lots))?;
            }
            boards.push((board, strikes));
        }
        Ok(boards)
    }

    /// The series of which the vault would be short too much.
    fn short_breach(&self, legs: &[Leg], capital: Money) -> Result<Option<Breach>, Refusal> {
        for (board, strikes) in self.strikes(legs)? {
            let after = strikes.iter().map(StrikeState::held_after).collect::<Result<Vec<_>, _>>()?;
            let found = short_breach((&board.held, &after), self.spot, capital, &self.parameters)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn value(&self, legs: &[Leg]) -> Result<Valuation, Refusal> {
        let mut valuation = self.valued(self.strikes(legs)?)?;
        valuation.before = valuation.before.hedged(&self.held_hedge(), self.spot)?;
        Ok(valuation)
    }

    /// Values boards without their hedge.
    fn valued(&self, boards: Vec<(&Board, Vec<StrikeState>)>) -> Result<Valuation, Refusal> {
        let mut priced = Vec::new();
        for (board, strikes) in boards {
            priced.push((self.terms(board)?, strikes));
        }
        let states: Vec<_> = priced.iter().map(|(terms, strikes)| BoardState { terms, strikes }).collect();
        Ok(book::value(&states)?)
    }

    /// What legs cost now.
    pub fn quote(&self, legs: &[Leg]) -> Result<Offer, Refusal> {
        let is_open =
            |leg: &Leg| self.boards.get(leg.board).is_some_and(|board| phase(self.now, board.expiry) == Phase::Open);
        if !legs.iter().all(is_open) {
            return Err(Refusal::Closed);
        }
        let valuation = self.value(legs)?;
        let (before, after) = (valuation.before, valuation.after()?);
        let capital = self.capital_at(&before)?;
        let state = RiskState::new(capital.frozen, self.variance, &self.parameters)?.widened(self.multiplier);
        let kept = (self.reserve, self.now);
        let priced = price((&before, &after), &valuation.package, &state, kept, self.scale)?;
        Ok(Offer { cost: priced.charge.cost()?, priced, capital, before, after })
    }

    /// Trades at the quoted price.
    pub fn trade(&mut self, trader: &mut Trader, legs: &[Leg]) -> Result<Offer, Refusal> {
        let offer = self.quote(legs)?;
        if !trader.only_closes(legs) {
            let (books, capital) = ((&offer.before, &offer.after), offer.capital.frozen);
            let past = breach(books, capital, &self.parameters)?;
            if let Some(breach) = past.map_or_else(|| self.short_breach(legs, capital), |past| Ok(Some(past)))? {
                return Err(Refusal::Limit(breach.limit_of));
            }
        }
        let mut held: BTreeMap<(usize, usize), Holding> = BTreeMap::new();
        for leg in legs {
            let place = (leg.board, leg.strike);
            let holding = held.entry(place).or_insert(self.boards[leg.board].held[leg.strike]);
            let sold = Lots::ZERO.minus(Lots::new(leg.lots))?;
            let (calls, puts) = if leg.kind == Kind::Put { (Lots::ZERO, sold) } else { (sold, Lots::ZERO) };
            *holding = holding.plus(calls, puts)?;
        }
        let (cash, paid) = (self.cash.plus(offer.cost)?, trader.cash.minus(offer.cost)?);
        let matched = self.matched_by(trader, legs)?;
        if matched.iter().any(|(_, grown)| *grown > 0) {
            let lots = self.matched_lots() + matched.values().sum::<i64>();
            let capital = offer.capital.frozen;
            if excess(lots.max(0).unsigned_abs(), self.spot, capital, &self.parameters)?.is_some() {
                return Err(Refusal::Matched);
            }
        }
        for ((board, strike), holding) in held {
            self.boards[board].held[strike] = holding;
        }
        for (board, grown) in matched {
            self.boards[board].matched += grown;
        }
        (self.cash, trader.cash) = (cash, paid);
        trader.apply(legs);
        (self.reserve, self.capital) = (offer.priced.reserve, offer.capital);
        Ok(offer)
    }

    /// Settles an expiry: everybody is paid in full.
    pub fn settle(&mut self, place: usize, price: Price, traders: &mut [&mut Trader]) -> Result<(), Refusal> {
        let board = self.boards.get_mut(place).ok_or(Refusal::Closed)?;
        self.cash = self.cash.plus(payoff_floor(&board.held, price, self.scale)?)?;
        let strikes: Vec<Price> = board.held.iter().map(|held| held.strike).collect();
        for trader in traders {
            let mut held: Vec<_> = strikes.iter().map(|&strike| Holding { strike, ..Holding::default() }).collect();
            for ((_, strike, is_put), lots) in trader.positions.extract_if(.., |series, _| series.0 == place) {
                let holding = &mut held[strike];
                let lots = Lots::new(lots);
                let (calls, puts) = if is_put { (Lots::ZERO, lots) } else { (lots, Lots::ZERO) };
                *holding = holding.plus(calls, puts)?;
            }
            trader.cash = trader.cash.plus(payoff_floor(&held, price, self.scale)?)?;
        }
        board.held.iter_mut().for_each(|held| *held = held.emptied());
        board.is_settled = true;
        Ok(())
    }

    fn net_assets(&self, book: &Exposure) -> Result<Money, RiskError> {
        let free = self.scale.money_floor(self.cash.minus(self.reserve.balance)?)?;
        free.plus(book.of(Measure::Value))
    }

    /// An LP puts money in: shares at the high end of the vault's value, with all of the skew reserve, which is
    /// released to those who hold shares.
    pub fn deposit(&mut self, atoms: Atoms) -> Result<Fx, Refusal> {
        let amount = self.scale.money_floor(atoms)?;
        let valuation = self.value(&[])?;
        let reserve = self.scale.money_floor(self.reserve.balance)?;
        let high = self
            .net_assets(&valuation.before)?
            .plus(reserve)?
            .plus(valuation.uncertainty.widened_ceil(self.multiplier)?)?;
        let shares = amount.scaled_floor(self.supply)?.ratio_floor(high)?;
        self.supply += shares;
        self.cash = self.cash.plus(atoms)?;
        self.capital = self.capital.after_lp_flow(amount)?;
        Ok(shares)
    }

    /// An LP takes money out: at the low end of the vault's value, as far as the book's limits let the vault pay.
    pub fn redeem(&mut self, shares: Fx) -> Result<Atoms, Refusal> {
        let valuation = self.value(&[])?;
        let low = self.net_assets(&valuation.before)?.minus(valuation.uncertainty.widened_ceil(self.multiplier)?)?;
        let amount = low.scaled_floor(shares)?.ratio_floor(Money::from_fx(self.supply))?;
        let amount = Money::from_fx(amount);
        if low.minus(amount)? < required_capital((&valuation.before, &valuation.before), &self.parameters)? {
            return Err(Refusal::CapitalNeeded);
        }
        let atoms = self.scale.atoms_floor(amount)?;
        self.supply -= shares;
        self.cash = self.cash.minus(atoms)?;
        self.capital = self.capital.after_lp_flow(Money::ZERO.minus(amount)?)?;
        Ok(atoms)
    }
}
