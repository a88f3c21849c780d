//! The marks of one strike: its value, its smoothed Greeks and what it is worth after each jump.
//!
//! Values use the time that is left. Greeks are *smoothed*: they use [`SMOOTHING_DAYS`] more, and vega fades
//! to nothing over the last day, for the Greeks of an expiring option explode and could be pumped.

use equipoise_math::{div_floor, mul_ceil, mul_floor, sqrt, Fx};

use crate::black76::{evaluate, Inputs};
use crate::book::JUMPS;
use crate::clock;
use crate::parameters::{Parameter, Parameters};
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

/// What half the spread is made of, in quote currency per contract but for the cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpreadTerms {
    /// Half spread of volatility at 30 days.
    pub vol_half_spread: Fx,
    /// At least, per contract.
    pub floor: Fx,
    /// The fee per contract.
    pub fee: Fx,
    /// The fee at most, of the mid price.
    pub fee_cap: Fx,
    /// How far spot may be from the feed, as a share of it.
    pub band: Fx,
}

impl SpreadTerms {
    /// # Inputs: the age of the spot price in seconds; `vol` of the market a year
    /// # Rounding: up, in the vault's favour
    /// # Errors: Math, Overflow
    pub fn new(spot: Price, age_secs: u64, vol: Fx, parameters: &Parameters) -> Result<Self, RiskError> {
        let moved = mul_ceil(vol, sqrt(Years::from_secs(age_secs)?.fx())?)?;
        let band = parameters
            .number(Parameter::Deviation)?
            .checked_add(moved)
            .and_then(|sum| sum.checked_add(moved))
            .ok_or(RiskError::Overflow)?;
        Ok(Self {
            vol_half_spread: parameters.number(Parameter::VolHalfSpread)?,
            floor: mul_ceil(spot.fx(), parameters.number(Parameter::SpreadFloor)?)?,
            fee: mul_ceil(spot.fx(), parameters.number(Parameter::Fee)?)?,
            fee_cap: parameters.number(Parameter::FeeCap)?,
            // A band of half of spot or more would price nothing.
            band: band.min(Fx::lit("0.5")),
        })
    }
}

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
        self.call.checked_sub(self.forward_value).ok_or(RiskError::Overflow)
    }
}

/// The marks of a call at one strike, per contract. A put is the call less [`Marks::forward_value`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Marks {
    /// Value at the mid.
    pub call: Fx,
    /// Forward less strike.
    pub forward_value: Fx,
    /// The forward: the dollar delta of a contract for delivery.
    pub forward: Fx,
    /// Forward times smoothed delta.
    pub dollar_delta: Fx,
    /// Forward squared times smoothed gamma.
    pub dollar_gamma: Fx,
    /// Smoothed vega for 1.00 of volatility.
    pub vega: Fx,
    /// Change of value in a year of time, at the smoothed time.
    pub theta: Fx,
    /// Half the spread that the marks are uncertain by.
    pub half_spread: Fx,
    /// At each of [`JUMPS`].
    pub jumped: [Shifted; JUMPS.len()],
    /// At the upper and the lower edge of the feed's band, if the strike is traded.
    pub banded: [Shifted; 2],
}

impl Marks {
    /// The marks of a strike.
    /// # Errors: Math, Pricing, Slice, Overflow
    pub fn of(terms: &BoardTerms, strike: Price, needs: Needs) -> Result<Self, RiskError> {
        let vol = sqrt(terms.slice.variance(strike, terms.reference_forward)?)?;
        let pricer = Pricer { strike: strike.fx(), vol, years: terms.years.fx() };
        let forward = terms.forward.fx();
        let now = pricer.at(forward)?;
        let mut marks = Self { call: now.call, forward_value: now.forward_value, forward, ..Self::default() };
        marks.add_greeks(&pricer, terms)?;
        for (jumped, jump) in marks.jumped.iter_mut().zip(JUMPS) {
            *jumped = pricer.at(mul_floor(forward, jump)?)?;
        }
        if needs == Needs::Trade {
            let lag = mul_floor(forward, terms.spread.band)?;
            let edges = [forward.checked_add(lag), forward.checked_sub(lag)];
            for (banded, edge) in marks.banded.iter_mut().zip(edges) {
                *banded = pricer.at(edge.ok_or(RiskError::Overflow)?)?;
            }
        }
        Ok(marks)
    }

    /// What half the spread on a position is worth, in lots.
    /// # Errors: Overflow
    pub fn uncertainty(&self, calls: Lots, puts: Lots) -> Result<Fx, RiskError> {
        let gross = u64::from(calls.count().unsigned_abs()).checked_add(u64::from(puts.count().unsigned_abs()));
        let gross = gross.and_then(|lots| i64::try_from(lots).ok()).ok_or(RiskError::Overflow)?;
        times_lots(self.half_spread, gross)
    }

    fn add_greeks(&mut self, pricer: &Pricer, terms: &BoardTerms) -> Result<(), RiskError> {
        let vol_spread = |vega: Fx| -> Result<Fx, RiskError> {
            let spread = mul_ceil(vega, terms.vol_half_spread)?;
            spread.checked_add(terms.spread.floor).ok_or(RiskError::Overflow)
        };
        if pricer.is_intrinsic(self.forward)? {
            let is_in_the_money = self.forward_value > 0;
            self.dollar_delta = if is_in_the_money { self.forward } else { Fx::ZERO };
            self.half_spread = vol_spread(Fx::ZERO)?;
            return Ok(());
        }
        let inputs = Inputs::new(self.forward, pricer.strike, pricer.vol, terms.smoothed_years.fx())?;
        let greeks = evaluate(&inputs)?;
        self.dollar_delta = mul_floor(self.forward, greeks.call_delta)?;
        self.dollar_gamma = mul_floor(self.forward, mul_floor(self.forward, greeks.gamma)?)?;
        self.vega = greeks.vega;
        self.theta = greeks.theta;
        self.half_spread = vol_spread(greeks.vega)?;
        Ok(())
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
        let forward_value = forward.checked_sub(self.strike).ok_or(RiskError::Overflow)?;
        if self.years == 0 || self.is_intrinsic(forward)? {
            return Ok(Shifted { call: forward_value.max(Fx::ZERO), forward_value });
        }
        let inputs = Inputs::new(forward, self.strike, self.vol, self.years)?;
        Ok(Shifted { call: evaluate(&inputs)?.call, forward_value })
    }

    fn is_intrinsic(&self, forward: Fx) -> Result<bool, RiskError> {
        let ratio = div_floor(self.strike, forward)?;
        Ok(!(DEEPEST..=FARTHEST).contains(&ratio))
    }
}

#[cfg(test)]
mod tests;
