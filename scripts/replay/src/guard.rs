//! The market's own safety: breakers, regime, toxicity and the spread multiplier, with counts of what tripped.

use equipoise_math::Fx;
use equipoise_risk::breakers::{spot_jump_ceil, Breakers, Measure, Readings, Rule, State, RULES, RULE_COUNT};
use equipoise_risk::conditions::{Conditions, REFERENCE_SHARE};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::neglect::{factor_ceil, unhedged_secs, unhedged_since};
use equipoise_risk::regime::{Observation, RegimeState};
use equipoise_risk::spread::SpreadMultiplier;
use equipoise_risk::toxicity::{Amount, Factor, Toxicity};
use equipoise_risk::units::{Money, Price};
use equipoise_risk::RiskError;

use crate::lessons::Lessons;

/// Everything that stops the market or widens it.
#[derive(Clone, Debug)]
pub struct Guard {
    breakers: Breakers,
    /// The regime, sampled at closes, and the score of the flow in spot.
    pub conditions: Conditions,
    /// The last round, and what its traders have bought of dollar delta, net.
    flow: (u64, Money),
    /// The close before this candle.
    close: Observation,
    surface_jump: Millionths,
    /// What spreads have learned, where they learn.
    pub lessons: Lessons,
    /// How often each rule has tripped.
    pub trips: [u32; RULE_COUNT],
    /// Seconds in which the market only reduced, and in which it was halted.
    pub stopped_secs: [u64; 2],
}

/// What is read at a price.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Unix seconds.
    pub now: u64,
    /// When the candle ends.
    pub until: u64,
    /// The feed's round.
    pub round: u64,
    /// Spot.
    pub spot: Price,
    /// The market's variance.
    pub variance: Fx,
    /// Risk capital.
    pub capital: Money,
    /// Its fall below its average.
    pub drawdown: Millionths,
    /// The capital that the book needs, of what there is.
    pub used: Fx,
    /// D*.
    pub delta: Money,
    /// Time-weighted vega.
    pub vega: Money,
    /// Whether somebody should hedge the book.
    pub is_unhedged: bool,
    /// Bad debt that nobody has paid.
    pub unpaid: Money,
}

fn of_capital(amount: Money, capital: Money) -> Result<Millionths, RiskError> {
    let ratio = amount.magnitude()?.ratio_floor(capital.max(Money::from_fx(Fx::DELTA)));
    Ok(ratio.map_or(Millionths::MOST, Millionths::from_fx_ceil))
}

fn refused<E>(_: E) -> RiskError {
    RiskError::Math
}

impl Guard {
    /// Before anything has happened.
    /// # Inputs: the first price, and the variance that options imply; whether spreads learn
    pub fn new(first: Observation, implied: Fx, learns: bool) -> Result<Self, RiskError> {
        Ok(Self {
            breakers: Breakers::default(),
            conditions: Conditions {
                regime: RegimeState::start(first, implied).map_err(refused)?,
                toxicity: Toxicity::default(),
                unhedged_since: 0,
            },
            flow: (0, Money::ZERO),
            close: first,
            surface_jump: Millionths::ZERO,
            lessons: Lessons::new(learns, first.at),
            trips: [0; RULE_COUNT],
            stopped_secs: [0; 2],
        })
    }

    /// The state of the market.
    pub fn state(&self, now: u64) -> State {
        self.breakers.state(now)
    }

    /// What the book's neglect does: its factor on spreads, and whether the market only reduces for it.
    pub fn neglect(&self, now: u64) -> (Millionths, bool) {
        let is_neglect = |rule: &Rule| rule.measure == Measure::Unhedged;
        (factor_ceil(self.conditions.unhedged_since, now), self.breakers.tripped().any(is_neglect))
    }

    /// How many times any rule has tripped.
    pub fn all_trips(&self) -> u32 {
        self.trips.iter().sum()
    }

    /// A candle is over: its close enters the regime, and the next moves are measured from it.
    pub fn closed(&mut self, close: Observation, implied: Fx) -> Result<(), RiskError> {
        self.conditions.regime = self.conditions.regime.sampled(close, implied).map_err(refused)?;
        self.close = close;
        Ok(())
    }

    /// A surface has been posted that moved volatility by so much at most.
    pub fn posted(&mut self, vol_change: f64) {
        self.surface_jump = Millionths::from_fx_ceil(Fx::from_num(vol_change.abs()));
    }

    /// Traders have bought so much dollar delta, for so much of half spread and fee.
    pub fn traded(&mut self, flow: Money, paid: Money) -> Result<(), RiskError> {
        self.flow.1 = self.flow.1.plus(flow)?;
        self.lessons.traded(flow, paid);
        Ok(())
    }

    /// Looks at everything. Moves are measured from the last close over a whole candle, for nobody knows when within it they
    /// came.
    /// # Inputs: the reading, and for how many seconds the state before it has held
    pub fn look(&mut self, reading: &Reading, since_secs: u64) -> Result<SpreadMultiplier, RiskError> {
        match self.state(reading.now) {
            State::Open => {}
            State::ReduceOnly => self.stopped_secs[0] += since_secs,
            State::Halted => self.stopped_secs[1] += since_secs,
        }
        if reading.round != self.flow.0 {
            let factor = Factor { price: reading.spot.fx(), variance: reading.variance };
            let reference = reading.capital.scaled_floor(REFERENCE_SHARE)?;
            let flow = Amount::from_money_floor(self.flow.1);
            // A keeper ends the epoch before anybody trades in the round.
            self.lessons.learn(&self.conditions, reading);
            let toxicity = self.conditions.toxicity.after_round(flow, reading.now, factor, reference);
            let toxicity = toxicity.map_err(refused)?;
            self.lessons.marked(&self.conditions.toxicity, &toxicity);
            self.conditions.toxicity = toxicity;
            self.flow = (reading.round, Money::ZERO);
            let since = self.conditions.unhedged_since;
            self.conditions.unhedged_since = unhedged_since(since, reading.is_unhedged, reading.now);
        }
        let after = Observation { price: reading.spot, at: reading.until };
        let ratios = [
            (Measure::SpotJump, spot_jump_ceil(self.close, after, reading.variance)?),
            (Measure::SurfaceJump, self.surface_jump),
            (Measure::Drawdown, reading.drawdown),
            (Measure::Utilisation, Millionths::from_fx_ceil(reading.used)),
            (Measure::Delta, of_capital(reading.delta, reading.capital)?),
            (Measure::Vega, of_capital(reading.vega, reading.capital)?),
            (Measure::BadDebt, of_capital(reading.unpaid, reading.capital)?),
            (Measure::Toxicity, self.conditions.toxicity.score),
        ];
        let unhedged_secs = unhedged_secs(self.conditions.unhedged_since, reading.now);
        let readings = Readings::default().with_secs(Measure::SpotAge, 0).map_err(refused)?;
        let mut readings = readings.with_secs(Measure::Unhedged, unhedged_secs).map_err(refused)?;
        for (measure, ratio) in ratios {
            readings = readings.with_ratio(measure, ratio).map_err(refused)?;
        }
        let is_tripped =
            |breakers: &Breakers| breakers.conditions(&readings, &RULES).map(|condition| condition.is_tripped);
        let before = is_tripped(&self.breakers);
        self.breakers = self.breakers.observed(reading.now, &readings, &RULES);
        for ((count, before), after) in self.trips.iter_mut().zip(before).zip(is_tripped(&self.breakers)) {
            *count += u32::from(after && !before);
        }
        self.multiplier(reading)
    }

    fn multiplier(&self, reading: &Reading) -> Result<SpreadMultiplier, RiskError> {
        let multiplier = self.conditions.multiplier_ceil(reading.used, reading.now, self.lessons.widening())?;
        Ok(if self.state(reading.now) == State::Open { multiplier } else { multiplier.for_closing() })
    }
}

/// A rule in a few words.
pub fn rule_name(place: usize) -> String {
    RULES.get(place).map_or_else(String::new, |rule| format!("{:?}: {:?}", rule.measure, rule.effect))
}
