//! The scenarios: where spot and volatility go, and how they price a strike.

use equipoise_math::Fx;

use super::losses::{GRID, SCENARIOS, SPOT_STEPS, TAILS, VOL_STEPS};
use super::parameters::{MarginParameter, MarginParameters};
use crate::arithmetic::{add, div_ceil, div_floor, mul_ceil, mul_floor, sqrt, sub};
use crate::black76::{evaluate, Inputs};
use crate::marks::BoardTerms;
use crate::units::{Price, Years};
use crate::RiskError;

const DAY_SECS: u64 = 86_400;
/// The time at which shocks of volatility are given.
const REFERENCE_SECS: u64 = 30 * DAY_SECS;
/// Below this time they grow no more.
const SHORTEST_SECS: u64 = 3 * DAY_SECS;
/// Quarters of the widest move, from the lowest spot to the highest.
const STEPS: [Fx; SPOT_STEPS] = [
    Fx::lit("-1"),
    Fx::lit("-0.75"),
    Fx::lit("-0.5"),
    Fx::lit("-0.25"),
    Fx::ZERO,
    Fx::lit("0.25"),
    Fx::lit("0.5"),
    Fx::lit("0.75"),
    Fx::ONE,
];
/// The pricing formula's domain of volatility.
const VOL_MIN: Fx = Fx::lit("0.01");
const VOL_MAX: Fx = Fx::lit("10");
/// Where a strike lies outside these shares of a scenario's forward it is worth its intrinsic value.
const DEEPEST: Fx = Fx::lit("0.002");
const FARTHEST: Fx = Fx::lit("500");
/// At least what two prices may be off together, as a share of the highest forward; and their last places.
const PRICE_ERROR: Fx = Fx::lit("0.00000000000000003");
const LAST_PLACES: Fx = Fx::DELTA;

/// The shocks of one market, the same for all of its boards.
#[derive(Clone, Copy, Debug)]
pub struct Shocks {
    /// Spot in each step of the grid, then in each tail, over spot now.
    spot: [Fx; SPOT_STEPS + TAILS],
    /// The part of each tail's loss that is required.
    pub(super) covers: [Fx; TAILS],
    vol_up: Fx,
    vol_down: Fx,
    pub(super) short_minimum: Fx,
    pub(super) initial_factor: Fx,
}

impl Shocks {
    /// The shocks that checked parameters describe.
    ///
    /// A tail's cover is the grid's widest move over the tail's own: a forward is required exactly what the grid asks
    /// of it, and only losses that grow faster than spot moves, those of short wings, are required more.
    /// # Rounding: covers up
    /// # Errors: none for checked parameters
    pub fn new(parameters: &MarginParameters) -> Result<Self, RiskError> {
        let number = |parameter| parameters.number(parameter);
        let widest = number(MarginParameter::SpotShock)?;
        let near = number(MarginParameter::NearTail)?;
        let (far_down, far_up) = (number(MarginParameter::FarTailDown)?, number(MarginParameter::FarTailUp)?);
        let mut spot = [Fx::ONE; SPOT_STEPS + TAILS];
        let (grid, tails) = spot.split_at_mut(SPOT_STEPS);
        for (multiple, step) in grid.iter_mut().zip(STEPS) {
            *multiple = add(Fx::ONE, mul_floor(widest, step)?)?;
        }
        let mut covers = [Fx::ONE; TAILS];
        let moves = [(far_down, true), (near, true), (near, false), (far_up, false)];
        for ((multiple, cover), (distance, is_down)) in tails.iter_mut().zip(&mut covers).zip(moves) {
            *multiple = if is_down { sub(Fx::ONE, distance)? } else { add(Fx::ONE, distance)? };
            *cover = div_ceil(widest, distance)?;
        }
        Ok(Self {
            spot,
            covers,
            vol_up: number(MarginParameter::VolShockUp)?,
            vol_down: number(MarginParameter::VolShockDown)?,
            short_minimum: number(MarginParameter::ShortMinimum)?,
            initial_factor: number(MarginParameter::InitialFactor)?,
        })
    }
}

/// The scenarios on one board: forwards, and what volatility is multiplied by.
pub(super) struct BoardScenarios<'a> {
    terms: &'a BoardTerms,
    /// In each step of the grid, then in each tail.
    forwards: [Fx; SPOT_STEPS + TAILS],
    vol_multiples: [Fx; VOL_STEPS],
}

/// A call at one strike, now and in every scenario.
pub(super) struct CallPrices {
    pub(super) now: Fx,
    pub(super) shocked: [Fx; SCENARIOS],
}

impl<'a> BoardScenarios<'a> {
    /// Shocks of volatility grow with `sqrt(30 d / max(T, 3 d))`: measured day on day, moves of at-the-money
    /// volatility fall with the power 0.5 of time from 5 to 30 days and 0.6 to 0.7 beyond.
    pub(super) fn new(shocks: &Shocks, terms: &'a BoardTerms) -> Result<Self, RiskError> {
        let time = terms.years.max(Years::from_secs(SHORTEST_SECS)?);
        let tenor = sqrt(Years::from_secs(REFERENCE_SECS)?.ratio_floor(time)?)?;
        let mut forwards = shocks.spot;
        for forward in &mut forwards {
            *forward = mul_floor(terms.forward.fx(), *forward)?;
        }
        let up = add(Fx::ONE, mul_ceil(shocks.vol_up, tenor)?)?;
        let down = div_floor(Fx::ONE, add(Fx::ONE, mul_ceil(shocks.vol_down, tenor)?)?)?;
        Ok(Self { terms, forwards, vol_multiples: [down, Fx::ONE, up] })
    }

    /// How much a scenario's forward lies above the present one.
    pub(super) fn moves(&self) -> Result<[Fx; SCENARIOS], RiskError> {
        let mut moves = [Fx::ZERO; SCENARIOS];
        let (grid, tails) = self.forwards.split_at(SPOT_STEPS);
        let every = grid.iter().cycle().take(GRID).chain(tails);
        for (place, forward) in moves.iter_mut().zip(every) {
            *place = sub(*forward, self.terms.forward.fx())?;
        }
        Ok(moves)
    }

    /// What the difference of two prices may be off by, for each contract.
    pub(super) fn error_ceil(&self) -> Result<Fx, RiskError> {
        let highest = self.forwards.into_iter().fold(self.terms.forward.fx(), Fx::max);
        add(mul_ceil(highest, PRICE_ERROR)?, LAST_PLACES)
    }

    /// Prices a call: each strike keeps its volatility where spot moves, but for the shock.
    pub(super) fn prices(&self, strike: Price, vol: Fx) -> Result<CallPrices, RiskError> {
        let mut shocked = [Fx::ZERO; SCENARIOS];
        let (grid_forwards, tail_forwards) = self.forwards.split_at(SPOT_STEPS);
        let (grid, tails) = shocked.split_at_mut(GRID);
        let mut shocked_vol = vol;
        for (row, multiple) in grid.chunks_exact_mut(SPOT_STEPS).zip(self.vol_multiples) {
            shocked_vol = mul_ceil(vol, multiple)?.clamp(VOL_MIN, VOL_MAX);
            self.price(row, grid_forwards, strike, shocked_vol)?;
        }
        self.price(tails, tail_forwards, strike, shocked_vol)?;
        let mut now = [Fx::ZERO];
        self.price(&mut now, &[self.terms.forward.fx()], strike, vol.clamp(VOL_MIN, VOL_MAX))?;
        let [now] = now;
        Ok(CallPrices { now, shocked })
    }

    /// The vega that the half spread is made of, as [`crate::marks::Marks`] have it.
    pub(super) fn smoothed_vega(&self, strike: Price, vol: Fx) -> Result<Fx, RiskError> {
        let (forward, strike) = (self.terms.forward.fx(), strike.fx());
        if !(DEEPEST..=FARTHEST).contains(&div_floor(strike, forward)?) {
            return Ok(Fx::ZERO);
        }
        Ok(evaluate(&Inputs::new(forward, strike, vol, self.terms.smoothed_years.fx())?).vega)
    }

    fn price(&self, calls: &mut [Fx], forwards: &[Fx], strike: Price, vol: Fx) -> Result<(), RiskError> {
        let strike = strike.fx();
        for (call, forward) in calls.iter_mut().zip(forwards) {
            let is_priced =
                self.terms.years != Years::ZERO && (DEEPEST..=FARTHEST).contains(&div_floor(strike, *forward)?);
            *call = if is_priced {
                evaluate(&Inputs::new(*forward, strike, vol, self.terms.years.fx())?).call
            } else {
                sub(*forward, strike)?.max(Fx::ZERO)
            };
        }
        Ok(())
    }
}
