//! One run: the market through the whole period.

use equipoise_data::Timestamp;
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure};
use equipoise_risk::breakers::State;
use equipoise_risk::limits::utilisation;
use equipoise_risk::margin::{MarginParameters, Shocks};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::neglect::is_past_band;
use equipoise_risk::potential::RiskState;
use equipoise_risk::regime::Observation;
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_risk::waterfall::Waterfall;
use equipoise_simulate::{Mark, Refusal, Settings, Venue};

use crate::accounts::{accounts, Account};
use crate::days::{Day, Tally};
use crate::explain::{count, to_atoms, Ledger, Parts};
use crate::flow::Flow;
use crate::guard::{Guard, Reading};
use crate::hedging::Hedger;
use crate::path::{adverse, settlement_average, Candle, Step, STEPS};
use crate::settings::{Hedge, Setup, Variant};
use crate::surface::{Posted, Realised};
use crate::ReplayError;

/// The senior tranche's share of the capital at the start, and its yearly rate.
const SENIOR_SHARE: f64 = 0.6;
const SENIOR_RATE: Millionths = Millionths::from_raw(60_000);
/// Larger moves of spot are explained in steps of this size.
const SMALL_MOVE: f64 = 0.005;
/// From so long before an expiry accounts are looked at so many times between two prices.
const NEAR_SECS: u64 = 4 * 3_600;
const LOOKS: u64 = 15;
/// After a longer gap in the prices nobody has watched.
const LONGEST_WATCH_SECS: u64 = 3_600;
const DECIMALS: u8 = 6;
const DAY_SECS: u64 = 86_400;

/// A price as the market has it.
pub(crate) fn price(number: f64) -> Price {
    Price::from_fx(Fx::from_num(number))
}

/// A market in the middle of its history.
pub(crate) struct Market<'a> {
    pub(crate) setup: &'a Setup,
    pub(crate) variant: Variant,
    pub(crate) venue: Venue,
    pub(crate) accounts: Vec<Account>,
    pub(crate) shocks: Shocks,
    pub(crate) guard: Guard,
    pub(crate) hedger: Hedger,
    pub(crate) ledger: Ledger,
    pub(crate) flow: Flow,
    pub(crate) tally: Tally,
    pub(crate) insurance: Atoms,
    /// What the hedge's other side has been paid.
    pub(crate) outside: Atoms,
    pub(crate) waterfall: Waterfall,
    pub(crate) mark: Mark,
    pub(crate) realised: Realised,
    pub(crate) posted: Posted,
    pub(crate) posted_at: u64,
    pub(crate) posted_spot: f64,
    pub(crate) unpaid: Atoms,
    pub(crate) days: Vec<Day>,
    /// What the hedge has earned by the end of the last day, in atoms.
    pub(crate) hedge_pnl: i64,
    /// What settlements lost to rounding, in atoms.
    pub(crate) dust: i64,
}

impl<'a> Market<'a> {
    /// A market at the first price.
    pub(crate) fn new(setup: &'a Setup, variant: Variant, first: &Candle) -> Result<Self, Refusal> {
        let spot = first.point.open;
        let posted = setup.source.at(first.at, spot, setup.realised);
        let variance = Fx::from_num(posted.reference_variance());
        let scale = TokenScale::from_decimals(DECIMALS).ok_or(Refusal::Closed)?;
        let venue = Venue::new(&Settings {
            now: first.at,
            spot: price(spot),
            capital: Money::from_fx(Fx::from_num(setup.capital)),
            variance,
            parameters: variant.parameters(&setup.rules.parameters),
            scale,
            feed: variant.feed(setup.feed),
        })?;
        let observed = Observation { price: price(spot), at: first.at };
        let waterfall = Waterfall {
            fixed: Atoms::new(i128::from(to_atoms(SENIOR_SHARE * setup.capital))),
            rate: SENIOR_RATE,
            seen_at: first.at,
            was_covered: true,
            ..Waterfall::default()
        };
        Ok(Self {
            setup,
            variant,
            accounts: accounts(),
            shocks: Shocks::new(&MarginParameters::default())?,
            guard: Guard::new(observed, variance, variant.learns)?,
            hedger: Hedger::new(setup),
            hedge_pnl: 0,
            ledger: Ledger::new(count(venue.cash())),
            flow: Flow::new(setup.seed),
            tally: Tally::default(),
            insurance: Atoms::ZERO,
            outside: Atoms::ZERO,
            waterfall,
            mark: Mark::default(),
            realised: setup.realised,
            posted,
            posted_at: 0,
            posted_spot: spot,
            unpaid: Atoms::ZERO,
            days: Vec::new(),
            dust: 0,
            venue,
        })
    }

    /// Lives through the period.
    /// # Errors: [`ReplayError::Market`]
    pub(crate) fn run(mut self) -> Result<Self, ReplayError> {
        let candles = &self.setup.candles;
        let mut last: Option<[Step; 4]> = None;
        for (place, candle) in candles.iter().enumerate() {
            let ahead = candles.get(place + 1).map_or(candle.point.close, |next| next.point.close);
            let lived = self.live(candle, ahead, last.as_ref());
            last = Some(lived.map_err(|refusal| self.refused("living through a candle", refusal))?);
        }
        let ended = self.end_day(candles.last().map_or(0, |candle| candle.at));
        ended.map_err(|refusal| self.refused("closing the books", refusal))?;
        Ok(self)
    }

    fn refused(&self, doing: &'static str, refusal: Refusal) -> ReplayError {
        let at = i64::try_from(self.venue.now()).ok().and_then(|at| Timestamp::from_second(at).ok());
        ReplayError::Market { at: at.unwrap_or_default(), doing, refusal }
    }

    fn live(&mut self, candle: &Candle, ahead: f64, last: Option<&[Step; 4]>) -> Result<[Step; 4], Refusal> {
        let before = last.map_or(candle.at, |steps| steps[0].at);
        if before / DAY_SECS != candle.at / DAY_SECS {
            self.end_day(before)?;
        }
        if candle.at <= self.venue.now() + LONGEST_WATCH_SECS {
            self.watch_until(candle.at)?;
        }
        self.go(Step { at: candle.at, price: candle.point.open })?;
        if let Some(last) = last {
            self.settle_expired(settlement_average(last))?;
        }
        self.keep(candle)?;
        let at = |market: &Self, spot: f64| -> Result<f64, Refusal> {
            let options = market.venue.mark(price(spot))?.value.fx().to_num::<f64>();
            Ok(options + market.venue.hedge().to_num::<f64>() * spot)
        };
        let first = adverse(at(self, candle.point.high)?, at(self, candle.point.low)?);
        let steps = candle.steps(first);
        for (place, step) in steps.iter().enumerate() {
            if place > 0 {
                self.watch_until(step.at)?;
                self.go(*step)?;
            }
            self.act(candle, ahead, step)?;
        }
        self.realised.moved(candle.point.open, candle.point.close, candle.secs);
        let until = candle.at + candle.secs;
        let close = Observation { price: price(candle.point.close), at: until };
        self.guard.closed(close, self.venue.variance())?;
        Ok(steps)
    }

    /// Prices come every quarter of an hour, but accounts are watched all the time: when an expiry is near, what options lose by
    /// the minute counts.
    fn watch_until(&mut self, at: u64) -> Result<(), Refusal> {
        let from = self.venue.now();
        let is_near = |expiry: u64| expiry > from && expiry - from <= NEAR_SECS;
        if !self.venue.boards().iter().any(|board| !board.is_settled() && is_near(board.expiry)) {
            return Ok(());
        }
        let price = self.venue.spot().fx().to_num::<f64>();
        for look in 1..LOOKS {
            self.go(Step { at: from + at.saturating_sub(from) * look / LOOKS, price })?;
            self.liquidate_accounts()?;
        }
        Ok(())
    }

    /// Time passes, then spot moves.
    pub(crate) fn go(&mut self, step: Step) -> Result<(), Refusal> {
        let (before, value) = (self.venue.spot(), self.nav_of(&self.mark)?);
        debug_assert_eq!(value, self.ledger.nav);
        self.venue.wait(step.at.saturating_sub(self.venue.now()));
        self.mark = self.venue.mark(before)?;
        let nav = self.nav_of(&self.mark)?;
        self.ledger.moved(nav, Parts { theta: nav - value, ..Parts::default() });

        let known = self.explained_move(before.fx().to_num::<f64>(), step.price)?;
        self.venue.report(price(step.price));
        self.remark(known)
    }

    /// What delta and gamma make of a move, in steps small enough for them.
    fn explained_move(&self, from: f64, to: f64) -> Result<Parts, Refusal> {
        let steps = (libm::log(to / from).abs() / SMALL_MOVE).ceil().max(1.0);
        let (hedge, moved) = (self.venue.hedge().to_num::<f64>(), (to - from) / steps);
        let (mut delta, mut gamma) = (0.0, 0.0);
        let mut mark = self.mark;
        for step in 1..=steps as u32 {
            delta += (mark.delta + hedge) * moved;
            gamma += mark.gamma * moved * moved / 2.0;
            if f64::from(step) < steps {
                mark = self.venue.mark(price(from + moved * f64::from(step)))?;
            }
        }
        Ok(Parts { delta: to_atoms(delta), gamma: to_atoms(gamma), ..Parts::default() })
    }

    /// Marks the book anew and explains what has changed.
    pub(crate) fn remark(&mut self, known: Parts) -> Result<(), Refusal> {
        self.venue.prepare_marks()?;
        self.mark = self.venue.mark(self.venue.spot())?;
        let nav = self.nav_of(&self.mark)?;
        self.ledger.moved(nav, known);
        Ok(())
    }

    /// Marks the book anew, for one reason.
    pub(crate) fn remark_by(&mut self, reason: impl FnOnce(i64) -> Parts) -> Result<(), Refusal> {
        self.venue.prepare_marks()?;
        self.mark = self.venue.mark(self.venue.spot())?;
        let nav = self.nav_of(&self.mark)?;
        self.ledger.moved_by(nav, reason);
        Ok(())
    }

    /// What LPs own at mid marks, in atoms: cash less the skew reserve, options and hedge.
    fn nav_of(&self, mark: &Mark) -> Result<i64, Refusal> {
        let free = self.venue.cash().minus(self.venue.reserve().balance)?;
        let options = self.venue.scale().atoms_floor(mark.value)?;
        Ok(count(free.plus(options)?.plus(self.hedge_atoms()?)?))
    }

    fn hedge_atoms(&self) -> Result<Atoms, Refusal> {
        Ok(self.venue.scale().atoms_floor(self.venue.hedge_value()?)?)
    }

    /// What the hedge has earned since the start: what it is worth less what its fills and tips have taken.
    pub(crate) fn hedge_earned(&self) -> Result<i64, Refusal> {
        Ok(count(self.hedge_atoms()?.minus(self.outside)?))
    }

    /// What trades pass.
    pub(crate) fn state(&self) -> State {
        self.guard.state(self.venue.now())
    }

    /// What happens at each price: breakers, liquidations, somebody who trades; then, until the next price, solvers.
    fn act(&mut self, candle: &Candle, ahead: f64, step: &Step) -> Result<(), Refusal> {
        let options = self.venue.options()?;
        let reading = self.reading(&options, candle)?;
        let lasts_secs = candle.secs / STEPS as u64;
        let multiplier = self.guard.look(&reading, lasts_secs)?;
        let (factor, only_reduces) = self.guard.neglect(self.venue.now());
        self.tally.neglected(factor, only_reduces, lasts_secs);
        self.venue.widen(multiplier);
        self.liquidate_accounts()?;
        if let Some(arrival) = self.flow.next() {
            self.receive(&arrival, ahead, step.price)?;
        }
        self.rebalance_until(step.at + lasts_secs)
    }

    fn reading(&self, options: &Exposure, candle: &Candle) -> Result<Reading, Refusal> {
        let parameters = self.venue.parameters();
        let book = &options.hedged(&self.venue.held_hedge(), self.venue.spot())?;
        let vega = book.weighted_vega()?;
        let frozen = self.venue.capital_at(book)?;
        let capital = frozen.frozen.max(Money::from_fx(Fx::ONE));
        let state = RiskState::new(capital, self.venue.variance(), parameters)?;
        Ok(Reading {
            now: self.venue.now(),
            until: candle.at + candle.secs,
            round: self.venue.round(),
            spot: self.venue.spot(),
            variance: self.venue.variance(),
            capital,
            drawdown: frozen.drawdown_ceil()?,
            used: utilisation((book, options), capital, parameters)?,
            delta: state.delta_to_hedge(book.of(Measure::DollarDelta), vega)?,
            vega,
            is_unhedged: self.variant.hedge == Hedge::Solvers && is_past_band(book, capital, &state, parameters)?,
            unpaid: self.venue.scale().money_floor(self.unpaid)?,
        })
    }
}

#[cfg(test)]
mod tests;
