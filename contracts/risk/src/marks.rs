//! The marks of one strike: its value, its smoothed Greeks and what it is worth after each jump.
//!
//! Values use the time that is left. Greeks are *smoothed*: they use [`SMOOTHING_DAYS`] more, and vega fades
//! to nothing over the last day, for the Greeks of an expiring option explode and could be pumped.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, mul_ceil, mul_floor, sqrt, sub};
use crate::black76::{evaluate, Inputs};
use crate::book::{FIRST_JUMP, JUMPS, MEASURES};
use crate::clock;
use crate::spread::SpreadTerms;
use crate::surface::Slice;
use crate::units::{times_lots, Lots, Price, Years};
use crate::RiskError;

/// Days added to the time of the Greeks: the horizon of the delta risk.
const SMOOTHING_SECS: u64 = 2 * 86_400;
const DAY_SECS: u64 = 86_400;
/// Vega is weighted for time by `sqrt(30 d / max(T, 3 d))`: short vols move more.
const WEIGHT_NUMERATOR_SECS: u64 = 30 * DAY_SECS;
const WEIGHT_SHORTEST_SECS: u64 = 3 * DAY_SECS;
/// Beyond these shares of the forward a strike is worth its intrinsic value: the pricing formula's domain
/// less room for jumps.
const DEEPEST: Fx = Fx::lit("0.002");
const FARTHEST: Fx = Fx::lit("500");

/// How the strikes of one board are priced at this moment.
#[derive(Clone, Copy, Debug)]
pub struct BoardTerms {
    /// The forward of the expiry now.
    pub forward: Price,
    /// The forward that the slice's log-moneyness refers to.
    pub reference_forward: Price,
    /// The volatility slice.
    pub slice: Slice,
    /// The time to price with.
    pub years: Years,
    /// The time of the smoothed Greeks.
    pub smoothed_years: Years,
    /// Weight of this expiry's vega in the book's: for its time, and fading over the last day.
    pub vega_weight: Fx,
    /// Half the spread in volatility for this expiry's time.
    pub vol_half_spread: Fx,
    /// What all expiries share.
    pub spread: SpreadTerms,
}

impl BoardTerms {
    /// # Inputs: `basis`, the forward over spot; `now` and `expiry` in unix seconds
    /// # Errors: Math, Overflow
    pub fn new(
        spot: Price,
        basis: Fx,
        reference: (Price, Slice),
        (now, expiry): (u64, u64),
        spread: SpreadTerms,
    ) -> Result<Self, RiskError> {
        let left = expiry.saturating_sub(now);
        let weight_secs = left.max(WEIGHT_SHORTEST_SECS);
        let tenor = sqrt(div_floor(Fx::from_num(WEIGHT_NUMERATOR_SECS), Fx::from_num(weight_secs))?)?;
        let fade = div_floor(Fx::from_num(left.min(DAY_SECS)), Fx::from_num(DAY_SECS))?;
        let years = clock::pricing_time(now, expiry)?;
        Ok(Self {
            forward: spot.scaled_floor(basis)?,
            reference_forward: reference.0,
            slice: reference.1,
            years,
            smoothed_years: years.plus(Years::from_secs(SMOOTHING_SECS)?)?,
            vega_weight: mul_floor(tenor, fade)?,
            vol_half_spread: mul_ceil(spread.vol_half_spread, tenor)?,
            spread,
        })
    }

    /// Half the spread that the marks of a strike are uncertain by.
    /// # Inputs: the strike's smoothed vega
    /// # Rounding: up
    /// # Errors: Overflow
    pub fn half_spread_ceil(&self, vega: Fx) -> Result<Fx, RiskError> {
        add(mul_ceil(vega, self.vol_half_spread)?, self.spread.floor)
    }
}

/// What marks are needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// To value what is held.
    Book,
    /// To trade it, too: adds the prices at the edges of the feed's band.
    Trade,
}

/// A call and, by parity, a put at some forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shifted {
    /// The call.
    pub call: Fx,
    /// Forward less strike: what the call is worth more than the put.
    pub forward_value: Fx,
}

impl Shifted {
    /// The put.
    /// # Errors: Overflow
    pub fn put(&self) -> Result<Fx, RiskError> {
        sub(self.call, self.forward_value)
    }
}

/// The marks of one strike, per contract.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// Every measure of a call.
    pub call: [Fx; MEASURES],
    /// Every measure of a forward at the strike: what a call has more than a put.
    pub forward: [Fx; MEASURES],
    /// Smoothed vega for 1.00 of volatility, the same for both.
    pub vega: Fx,
    /// Half the spread that the marks are uncertain by, the same for both.
    pub half_spread: Fx,
    /// Values now, and at the upper and the lower edge of the feed's band if the strike is traded.
    pub banded: [Shifted; 3],
}

impl Marks {
    /// The marks of a strike.
    /// # Errors: Math, Pricing, Slice, Overflow
    pub fn of(terms: &BoardTerms, strike: Price, needs: Needs) -> Result<Self, RiskError> {
        let vol = sqrt(terms.slice.variance(strike, terms.reference_forward)?)?;
        let pricer = Pricer { strike: strike.fx(), vol, years: terms.years.fx() };
        let forward = terms.forward.fx();
        let greeks = Greeks::of(&pricer, terms)?;
        let now = pricer.at(forward)?;
        let mut marks = Self {
            vega: greeks.vega,
            half_spread: terms.half_spread_ceil(greeks.vega)?,
            banded: [now; 3],
            ..Self::default()
        };
        let [value, delta, gamma, theta, ..] = &mut marks.call;
        (*value, *delta, *gamma, *theta) = (now.call, greeks.dollar_delta, greeks.dollar_gamma, greeks.theta);
        let [value, delta, ..] = &mut marks.forward;
        (*value, *delta) = (now.forward_value, forward);
        let after_jumps = marks.call.iter_mut().zip(&mut marks.forward).skip(FIRST_JUMP);
        for ((call, forward_value), jump) in after_jumps.zip(JUMPS) {
            let jumped = pricer.at(mul_floor(forward, jump)?)?;
            (*call, *forward_value) = (jumped.call, jumped.forward_value);
        }
        if needs == Needs::Trade {
            let lag = mul_floor(forward, terms.spread.band)?;
            marks.banded = [now, pricer.at(add(forward, lag)?)?, pricer.at(sub(forward, lag)?)?];
        }
        Ok(marks)
    }

    /// What half the spread on a position is worth, in lots.
    /// # Errors: Overflow
    pub fn uncertainty(&self, calls: Lots, puts: Lots) -> Result<Fx, RiskError> {
        let gross = i64::from(calls.count()).saturating_abs().saturating_add(i64::from(puts.count()).saturating_abs());
        times_lots(self.half_spread, gross)
    }
}

/// The smoothed Greeks of a call, in quote currency.
#[derive(Default)]
struct Greeks {
    dollar_delta: Fx,
    dollar_gamma: Fx,
    vega: Fx,
    theta: Fx,
}

impl Greeks {
    fn of(pricer: &Pricer, terms: &BoardTerms) -> Result<Self, RiskError> {
        let forward = terms.forward.fx();
        if pricer.is_intrinsic(forward)? {
            let is_in_the_money = forward > pricer.strike;
            let dollar_delta = if is_in_the_money { forward } else { Fx::ZERO };
            return Ok(Self { dollar_delta, ..Self::default() });
        }
        let inputs = Inputs::new(forward, pricer.strike, pricer.vol, terms.smoothed_years.fx())?;
        let greeks = evaluate(&inputs);
        Ok(Self {
            dollar_delta: mul_floor(forward, greeks.call_delta)?,
            dollar_gamma: mul_floor(forward, mul_floor(forward, greeks.gamma)?)?,
            vega: greeks.vega,
            theta: greeks.theta,
        })
    }
}

/// Prices one strike at any forward.
struct Pricer {
    strike: Fx,
    vol: Fx,
    years: Fx,
}

impl Pricer {
    fn at(&self, forward: Fx) -> Result<Shifted, RiskError> {
        let forward_value = sub(forward, self.strike)?;
        if self.years == 0 || self.is_intrinsic(forward)? {
            return Ok(Shifted { call: forward_value.max(Fx::ZERO), forward_value });
        }
        let inputs = Inputs::new(forward, self.strike, self.vol, self.years)?;
        Ok(Shifted { call: evaluate(&inputs).call, forward_value })
    }

    fn is_intrinsic(&self, forward: Fx) -> Result<bool, RiskError> {
        let ratio = div_floor(self.strike, forward)?;
        Ok(!(DEEPEST..=FARTHEST).contains(&ratio))
    }
}

#[cfg(test)]
mod tests;
