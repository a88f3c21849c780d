//! Black's formula: both prices and all Greeks of one strike from one evaluation.
//!
//! The call and the put that is out of the money is computed, the other one follows from parity, so
//! `call - put = forward - strike` to the last bit and each price stays inside its no-arbitrage
//! bounds. One logarithm, one root, one exponential and two Mills ratios serve all ten results.

#![allow(clippy::inline_always, reason = "a call costs 8,700 ink in WASM, more than most of what is inlined here")]

mod error;
mod implied;
pub mod ladder;

use equipoise_math::kernel::{
    gaussian, keep_if, log_ratio, mills_ratio, negate_if, negative_mask, sign_mask, times_word, Aligned, Scaled,
};
use equipoise_math::Fx;

pub use error::PricingError;
pub use implied::{implied_vol, ImpliedVolError, Kind};

/// One half, as a constant: parsing it where it is used would link the parser.
const HALF: Fx = Fx::lit("0.5");
pub(crate) const FORWARD_MIN: Fx = Fx::lit("0.0001");
pub(crate) const FORWARD_MAX: Fx = Fx::lit("1000000000");
pub(crate) const VOL_MIN: Fx = Fx::lit("0.01");
pub(crate) const VOL_MAX: Fx = Fx::lit("10");
/// One second of a 365-day year, rounded down.
pub(crate) const YEARS_MIN: Fx = Fx::lit("0.0000000317097919837");
pub(crate) const YEARS_MAX: Fx = Fx::lit("3");
const TOTAL_VOL_MIN: Fx = Fx::lit("0.000001");
const TOTAL_VOL_MAX: Fx = Fx::lit("17.33");

/// What one strike is priced from; checked when made.
#[derive(Clone, Copy, Debug)]
pub struct Inputs {
    forward: Fx,
    strike: Fx,
    vol: Scaled,
    root_years: Scaled,
    total_vol: Scaled,
}

impl Inputs {
    /// From volatility and time.
    /// # Inputs: forward 1e-4 to 1e9 and strike 1e-3 to 1e3 forwards (quote per base); vol 0.01 to
    /// 10 per sqrt(year); years (ACT/365) 0 or from one second to 3
    /// # Errors: one variant of [`PricingError`] for each input outside
    pub fn new(forward: Fx, strike: Fx, vol: Fx, years: Fx) -> Result<Self, PricingError> {
        let is_expired = years == Fx::ZERO;
        let outside = outside_prices(forward, strike)
            | outside_range(vol, VOL_MIN, VOL_MAX)
            | (outside_range(years, YEARS_MIN, YEARS_MAX) & !all_ones_if(is_expired));
        if outside >> 63 != 0 {
            check_prices(forward, strike)?;
            check_vol(vol)?;
            return Err(PricingError::YearsOutOfDomain { years });
        }
        let vol = Scaled::from_large_bits(vol.to_bits().cast_unsigned(), 7);
        if is_expired {
            return Ok(Self { forward, strike, vol, root_years: ZERO, total_vol: ZERO });
        }
        let root_years = Scaled::from_large_bits(years.to_bits().cast_unsigned(), 25).sqrt();
        Ok(Self { forward, strike, vol, root_years, total_vol: vol.times(root_years) })
    }

    /// From volatility and total volatility `vol * sqrt(years)`; their ratio stands for the root of
    /// time in vega and theta.
    /// # Inputs: as [`Inputs::new`]; total volatility 0 or from 1e-6 to 17.33
    /// # Errors: one variant of [`PricingError`] for each input outside
    pub fn with_total_vol(forward: Fx, strike: Fx, vol: Fx, total_vol: Fx) -> Result<Self, PricingError> {
        check_prices(forward, strike)?;
        check_vol(vol)?;
        if total_vol != Fx::ZERO && (total_vol < TOTAL_VOL_MIN || total_vol > TOTAL_VOL_MAX) {
            return Err(PricingError::TotalVolOutOfDomain { total_vol });
        }
        let vol = Scaled::from_large_bits(vol.to_bits().cast_unsigned(), 7);
        let total_vol = Scaled::from_bits(total_vol.to_bits().cast_unsigned());
        let root_years = total_vol.times(vol.reciprocal());
        Ok(Self { forward, strike, vol, root_years, total_vol })
    }
}

/// Both prices and the sensitivities of one strike, undiscounted, per unit of the base asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Quote per base; in [max(F - K, 0), F].
    pub call: Fx,
    /// Quote per base; in [max(K - F, 0), K]; call - put = F - K exactly.
    pub put: Fx,
    /// Of the call, to the forward; in [0, 1].
    pub call_delta: Fx,
    /// Of the put, to the forward: call delta - 1 exactly.
    pub put_delta: Fx,
    /// Second derivative of either price to the forward.
    pub gamma: Fx,
    /// Of either price to volatility: quote per base and 1.00 of vol.
    pub vega: Fx,
    /// Of either price to the passing of time: quote per base and year, never positive.
    pub theta: Fx,
    /// Derivative of either delta to volatility.
    pub vanna: Fx,
    /// Second derivative of either price to volatility.
    pub volga: Fx,
}

/// Prices one strike.
/// # Returns: see [`Evaluation`]; at zero time the intrinsic value, exactly
/// # Rounding: to the nearest 2^-64. Error: prices 1e-17 of the forward and half a unit, delta 1e-17,
/// the others 1e-13 relative or absolute, volga besides 1e-15 of vega over vol, enforced by
/// `black76::tests::prices_and_greeks_are_accurate`
/// # Source: Black (1976); one Mills ratio for each tail beside one density
pub fn evaluate(inputs: &Inputs) -> Evaluation {
    if inputs.total_vol.is_zero() {
        return intrinsic(inputs);
    }
    let (forward, strike) = (aligned(inputs.forward), aligned(inputs.strike));
    let forward_value = inputs.forward.wrapping_sub(inputs.strike);
    match Points::new(log_ratio(forward, strike), sign_mask(forward_value), inputs.total_vol) {
        Some(points) => evaluation(&points, inputs, forward.scaled(), forward_value),
        None => intrinsic(inputs),
    }
}

/// `|ln(F / K)| / v` from which no density, price beyond the intrinsic one or Greek of the domain
/// reaches 2^-65: 16, by the exponent of the 64-bit significand.
const FARTHEST: i32 = 3 - 63;

/// Where the two normal arguments lie, in Q6.58.
pub(crate) struct Points {
    d1: i64,
    d2: i64,
    /// d1 d2, from its factors' squares: their difference keeps its places where d1 or d2 is small.
    pub(crate) product: (Scaled, u64),
    pub(crate) inverse_total_vol: Scaled,
}

impl Points {
    /// From `|ln(F / K)|`, the mask of all ones where the strike is the larger, and the total
    /// volatility; nothing where the option is worth its intrinsic value.
    #[inline(always)]
    pub(crate) fn new(log: Scaled, is_below: u64, total_vol: Scaled) -> Option<Self> {
        let inverse_total_vol = total_vol.reciprocal();
        let distance = log.times(inverse_total_vol);
        let half = total_vol.times_power_of_two(-1);
        if distance.exponent() > FARTHEST {
            return None;
        }
        let place = negate_if(is_below, distance.to_word(58)).cast_signed();
        let width = half.to_word(58).cast_signed();
        Some(Self {
            d1: place.wrapping_add(width),
            d2: place.wrapping_sub(width),
            product: distance.times(distance).minus(half.times(half)),
            inverse_total_vol,
        })
    }

    /// Both tails, for a forward of `asset`.
    #[inline(always)]
    pub(crate) fn tails(&self, asset: Scaled) -> Tails {
        let (below1, below2) = (negative_mask(self.d1), negative_mask(self.d2));
        let y1 = negate_if(below1, self.d1.cast_unsigned());
        let y2 = negate_if(below2, self.d2.cast_unsigned());
        let density = gaussian::<6>(y1);
        Tails {
            below1,
            below2,
            density,
            weight: density.times(asset),
            ratio1: mills_ratio(y1 << 1),
            ratio2: mills_ratio(y2 << 1),
            far: Scaled::new(y2, -58),
        }
    }
}

/// The normal density and the tails beyond both points: with `w = F phi(d1) = K phi(d2)` it is
/// `F Phi(-|d1|) = w Y1` and `K Phi(-|d2|) = w Y2`.
pub(crate) struct Tails {
    /// All ones where d1 is negative.
    pub(crate) below1: u64,
    /// All ones where d2 is negative.
    pub(crate) below2: u64,
    /// `phi(d1)`.
    pub(crate) density: Scaled,
    /// `w`.
    pub(crate) weight: Scaled,
    /// The Mills ratios, in Q3.61.
    pub(crate) ratio1: u64,
    pub(crate) ratio2: u64,
    /// `|d2|`.
    pub(crate) far: Scaled,
}

impl Tails {
    /// `F Phi(d1) - K Phi(d2)`.
    #[inline(always)]
    pub(crate) fn call(&self, forward: Fx, strike: Fx) -> Fx {
        // Phi(d) = 1 - phi(d) Y(d) for d >= 0, phi(d) Y(-d) below
        let tails = negate_if(self.below2, self.ratio2).wrapping_sub(negate_if(self.below1, self.ratio1));
        let sign = negative_mask(tails.cast_signed());
        let curved = self.weight.times(Scaled::new(negate_if(sign, tails), -61)).to_signed(sign);
        curved.wrapping_add(keep_if(!self.below1, forward)).wrapping_sub(keep_if(!self.below2, strike))
    }
}

/// `whole Phi(d)` from the tail `whole Phi(-|d|)` and the mask of all ones where d is negative.
#[inline(always)]
pub(crate) fn probable(below: u64, tail: Scaled, whole: Fx) -> Fx {
    tail.to_signed(!below).wrapping_add(keep_if(!below, whole))
}

#[inline(always)]
fn evaluation(points: &Points, inputs: &Inputs, forward: Scaled, forward_value: Fx) -> Evaluation {
    let tails = points.tails(forward);
    let call = tails.call(inputs.forward, inputs.strike);
    let call_delta = probable(tails.below1, tails.density.times(Scaled::new(tails.ratio1, -61)), Fx::ONE);

    let inverse_vol = inputs.root_years.times(points.inverse_total_vol);
    let vega = tails.weight.times(inputs.root_years);
    let decay = tails.weight.times(inputs.vol).times(inputs.vol).times(points.inverse_total_vol);
    let gamma = tails.density.times(points.inverse_total_vol).times(forward.reciprocal());
    Evaluation {
        call,
        put: call.wrapping_sub(forward_value),
        call_delta,
        put_delta: call_delta.wrapping_sub(Fx::ONE),
        gamma: gamma.to_fixed(),
        vega: vega.to_fixed(),
        theta: decay.times_power_of_two(-1).to_signed(u64::MAX),
        vanna: tails.density.times(inverse_vol).times(tails.far).to_signed(!tails.below2),
        volga: vega.times(inverse_vol).times(points.product.0).to_signed(points.product.1),
    }
}

/// The value at expiry, with its slope and no other sensitivity.
fn intrinsic(inputs: &Inputs) -> Evaluation {
    let forward_value = inputs.forward.wrapping_sub(inputs.strike);
    let call_delta = match forward_value.cmp(&Fx::ZERO) {
        core::cmp::Ordering::Less => Fx::ZERO,
        core::cmp::Ordering::Equal => HALF,
        core::cmp::Ordering::Greater => Fx::ONE,
    };
    Evaluation {
        call: forward_value.max(Fx::ZERO),
        put: forward_value.wrapping_neg().max(Fx::ZERO),
        call_delta,
        put_delta: call_delta.wrapping_sub(Fx::ONE),
        gamma: Fx::ZERO,
        vega: Fx::ZERO,
        theta: Fx::ZERO,
        vanna: Fx::ZERO,
        volga: Fx::ZERO,
    }
}

/// Top bit set where a price is outside the domain; the other bits mean nothing.
#[inline(always)]
fn outside_prices(forward: Fx, strike: Fx) -> u64 {
    // with the forward inside, 1000 forwards are far from overflow, and so are 1000 strikes
    // wherever the strike is inside its upper limit
    outside_range(forward, FORWARD_MIN, FORWARD_MAX)
        | outside_range(strike, Fx::DELTA, times_word(forward, 1000))
        | outside_range(times_word(strike, 1000), forward, Fx::MAX)
}

/// Top bit set where `x` is below `low` or above `high`: the sign of the differences.
#[inline(always)]
fn outside_range(x: Fx, low: Fx, high: Fx) -> u64 {
    sign_mask(x.wrapping_sub(low)) | sign_mask(high.wrapping_sub(x)) | sign_mask(x)
}

#[inline(always)]
const fn all_ones_if(condition: bool) -> u64 {
    if condition {
        u64::MAX
    } else {
        0
    }
}

pub(crate) const ZERO: Scaled = Scaled::new(0, 0);

#[cold]
pub(crate) fn check_prices(forward: Fx, strike: Fx) -> Result<(), PricingError> {
    if forward < FORWARD_MIN || forward > FORWARD_MAX {
        return Err(PricingError::ForwardOutOfDomain { forward });
    }
    if outside_prices(forward, strike) >> 63 != 0 {
        return Err(PricingError::StrikeOutOfDomain { strike, forward });
    }
    Ok(())
}

pub(crate) fn check_vol(vol: Fx) -> Result<(), PricingError> {
    if vol < VOL_MIN || vol > VOL_MAX {
        Err(PricingError::VolOutOfDomain { vol })
    } else {
        Ok(())
    }
}

#[inline(always)]
const fn aligned(x: Fx) -> Aligned {
    Aligned::from_large_bits(x.to_bits().cast_unsigned(), 24)
}

#[cfg(test)]
pub(crate) mod tests;
