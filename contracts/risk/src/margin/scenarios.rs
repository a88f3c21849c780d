//! The scenarios: where spot and volatility go, and how they price a strike.

use equipoise_math::Fx;

use super::losses::{GRID, SCENARIOS, SPOT_STEPS, TAILS, VOL_STEPS};
use super::parameters::{MarginParameter, MarginParameters};
use crate::arithmetic::{add, div_ceil, div_floor, mul_ceil, mul_floor, sqrt, sub};
use crate::black76::ladder::{vol_bits, CoarseVol, Forward, Ladder, Multiple, Tenor, TotalVol};
use crate::black76::{VOL_MAX, VOL_MIN};
use crate::marks::BoardTerms;
use crate::units::{times_lots, Price, Years};
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
/// Beyond these shares of the forward a strike is worth its intrinsic value, as [`crate::marks::Marks`] have it.
const DEEPEST: Fx = Fx::lit("0.002");
const FARTHEST: Fx = Fx::lit("500");
/// What a coarse price may be off by, of the highest forward or the strike: 2^-28, and what an exact one is off.
/// `black76::ladder::tests` enforce less, `margin::tests` the pad.
const COARSE_ERROR: Fx = Fx::lit("0.0000000038");
const EXACT_ERROR: Fx = Fx::lit("0.00000000000000004");
/// Fraction bits of a coarse price, a share of the forward.
const COARSE_PLACES: u32 = 40;
/// The lower half of them is added apart, lest a sum leaves its word.
const LOW_PLACES: u32 = 20;
const LOW: i64 = (1 << LOW_PLACES) - 1;

/// The shocks of one market, the same for all of its boards.
#[derive(Clone, Copy, Debug)]
pub struct Shocks {
    /// Spot in each step of the grid, then in each tail, over spot now.
    pub(super) spot: [Multiple; SPOT_STEPS + TAILS],
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
        let mut spot = [Multiple::ONE; SPOT_STEPS + TAILS];
        let (grid, tails) = spot.split_at_mut(SPOT_STEPS);
        for (multiple, step) in grid.iter_mut().zip(STEPS) {
            *multiple = Multiple::new(add(Fx::ONE, mul_floor(widest, step)?)?)?;
        }
        let mut covers = [Fx::ONE; TAILS];
        let moves = [(far_down, true), (near, true), (near, false), (far_up, false)];
        for ((multiple, cover), (distance, is_down)) in tails.iter_mut().zip(&mut covers).zip(moves) {
            *multiple = Multiple::new(if is_down { sub(Fx::ONE, distance)? } else { add(Fx::ONE, distance)? })?;
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

/// The scenarios on one board.
pub(super) struct BoardScenarios<'a> {
    shocks: &'a Shocks,
    terms: &'a BoardTerms,
    forward: Forward,
    tenor: Tenor,
    smoothed: Tenor,
    /// The forward times the root of the smoothed time: what turns a density into a vega.
    vega_unit: Fx,
    vol_multiples: [Fx; VOL_STEPS],
    highest_forward: Fx,
    priced: core::ops::RangeInclusive<Fx>,
}

/// A strike of a board, ready to be priced.
pub(super) struct StrikeScenarios {
    /// None where it is worth its intrinsic value in every scenario.
    ladder: Option<Ladder>,
    strike: Fx,
    vols: [TotalVol; VOL_STEPS],
    vol: Fx,
}

impl<'a> BoardScenarios<'a> {
    /// Shocks of volatility grow with `sqrt(30 d / max(T, 3 d))`: measured day on day, moves of at-the-money
    /// volatility fall with the power 0.5 of time from 5 to 30 days and 0.6 to 0.7 beyond.
    pub(super) fn new(shocks: &'a Shocks, terms: &'a BoardTerms) -> Result<Self, RiskError> {
        let time = terms.years.max(Years::from_secs(SHORTEST_SECS)?);
        let tenor = sqrt(Years::from_secs(REFERENCE_SECS)?.ratio_floor(time)?)?;
        let up = add(Fx::ONE, mul_ceil(shocks.vol_up, tenor)?)?;
        let down = div_floor(Fx::ONE, add(Fx::ONE, mul_ceil(shocks.vol_down, tenor)?)?)?;
        let forward = terms.forward.fx();
        let highest = shocks.spot.iter().map(Multiple::share).fold(Fx::ONE, Fx::max);
        Ok(Self {
            shocks,
            terms,
            forward: Forward::new(forward)?,
            tenor: Tenor::new(terms.years.fx())?,
            smoothed: Tenor::new(terms.smoothed_years.fx())?,
            vega_unit: mul_ceil(forward, add(sqrt(terms.smoothed_years.fx())?, Fx::DELTA)?)?,
            vol_multiples: [down, Fx::ONE, up],
            highest_forward: mul_ceil(forward, highest)?,
            priced: mul_ceil(forward, DEEPEST)?..=mul_floor(forward, FARTHEST)?,
        })
    }

    /// A strike: it keeps its volatility where spot moves, but for the shock.
    pub(super) fn strike(&self, strike: Price) -> Result<StrikeScenarios, RiskError> {
        let vol = sqrt(self.terms.slice.variance(strike, self.terms.reference_forward)?)?;
        let mut vols = [TotalVol::new(vol_bits(VOL_MAX), &self.tenor); VOL_STEPS];
        for (total, multiple) in vols.iter_mut().zip(self.vol_multiples) {
            let shocked = mul_ceil(vol, multiple)?.clamp(VOL_MIN, VOL_MAX);
            *total = TotalVol::new(vol_bits(shocked), &self.tenor);
        }
        let strike = strike.fx();
        let ladder = if self.priced.contains(&strike) { Some(Ladder::new(&self.forward, strike)?) } else { None };
        Ok(StrikeScenarios { ladder, strike, vols, vol: vol.clamp(VOL_MIN, VOL_MAX) })
    }

    /// What a contract's price may be off now.
    pub(super) fn exact_error_ceil(&self) -> Result<Fx, RiskError> {
        add(mul_ceil(self.highest_forward, EXACT_ERROR)?, Fx::DELTA)
    }

    /// The call now.
    pub(super) fn call(&self, strike: &StrikeScenarios) -> Result<Fx, RiskError> {
        let [_, vol, _] = &strike.vols;
        match &strike.ladder {
            Some(ladder) => Ok(ladder.call(vol)),
            None => Ok(sub(self.terms.forward.fx(), strike.strike)?.max(Fx::ZERO)),
        }
    }

    /// Half the spread that the mark is uncertain by, as [`crate::marks::Marks`] have it.
    pub(super) fn half_spread_ceil(&self, strike: &StrikeScenarios) -> Result<Fx, RiskError> {
        let Some(ladder) = &strike.ladder else {
            return self.terms.half_spread_ceil(Fx::ZERO);
        };
        let vol = CoarseVol::new(&TotalVol::new(vol_bits(strike.vol), &self.smoothed));
        let density = fx_from_coarse(i128::from(ladder.coarse_greeks(&vol).density));
        self.terms.half_spread_ceil(mul_ceil(self.vega_unit, add(density, COARSE_ERROR)?)?)
    }
}

/// What calls are worth in each scenario, in lots times shares of the forward: the upper and the lower parts of sums
/// of products of at most 2^43 and 2^32, which 128 strikes keep below 2^62.
#[derive(Default)]
pub(super) struct CallSums {
    high: [i64; SCENARIOS],
    low: [i64; SCENARIOS],
    /// What the same calls are worth now and what all of this may be off, in lots times quote currency.
    pub(super) now: Fx,
    pub(super) error: Fx,
    /// Lots of calls so deep in the money that they move as the forward does; they are in no other sum.
    pub(super) deep: i64,
}

impl CallSums {
    /// Strikes of a board at most.
    pub(super) const MOST: usize = 128;

    /// Adds `lots` calls, at most 2^32, which are worth `call` each now.
    pub(super) fn add(
        &mut self,
        board: &BoardScenarios,
        strike: &StrikeScenarios,
        call: Fx,
        lots: i64,
    ) -> Result<(), RiskError> {
        let Some(ladder) = &strike.ladder else {
            let deep = if strike.strike < board.terms.forward.fx() { lots } else { 0 };
            self.deep = self.deep.wrapping_add(deep);
            return Ok(());
        };
        let error = add(mul_ceil(board.highest_forward.max(strike.strike), COARSE_ERROR)?, Fx::DELTA)?;
        self.error = add(self.error, times_lots(error, lots.wrapping_abs())?)?;
        self.now = add(self.now, times_lots(call, lots)?)?;
        let (grid, tails) = board.shocks.spot.split_at(SPOT_STEPS);
        let mut places = self.high.iter_mut().zip(&mut self.low);
        let [down, now, up] = strike.vols.each_ref().map(CoarseVol::new);
        for (multiples, vol) in [(grid, &down), (grid, &now), (grid, &up), (tails, &up)] {
            for (multiple, (high, low)) in multiples.iter().zip(&mut places) {
                let price = ladder.coarse_call(multiple, vol);
                *high = high.wrapping_add((price >> LOW_PLACES).wrapping_mul(lots));
                *low = low.wrapping_add((price & LOW).wrapping_mul(lots));
            }
        }
        Ok(())
    }

    /// What they are worth in each scenario, less what `forwards` lots of the forward gain, in lots times quote
    /// currency.
    pub(super) fn values_floor(&self, board: &BoardScenarios, forwards: i64) -> Result<[Fx; SCENARIOS], RiskError> {
        let mut moved = [Fx::ZERO; SPOT_STEPS + TAILS];
        for (moved, multiple) in moved.iter_mut().zip(&board.shocks.spot) {
            *moved = times_lots(sub(multiple.share(), Fx::ONE)?, forwards)?;
        }
        let (grid, tails) = moved.split_at(SPOT_STEPS);
        let mut values = [Fx::ZERO; SCENARIOS];
        let sums = self.high.into_iter().zip(self.low).zip(grid.iter().cycle().take(GRID).chain(tails));
        for (value, ((high, low), moved)) in values.iter_mut().zip(sums) {
            let calls = fx_from_coarse((i128::from(high) << LOW_PLACES).wrapping_add(i128::from(low)));
            *value = mul_floor(board.forward.price(), sub(calls, *moved)?)?;
        }
        Ok(values)
    }
}

/// A number of coarse units, below 2^103 of them.
fn fx_from_coarse(units: i128) -> Fx {
    Fx::from_bits(units << (Fx::FRAC_NBITS - COARSE_PLACES))
}
