//! The formula of Black, Scholes and Merton: options on a spot price that pays a yield, discounted at
//! a rate of interest. Prices on a forward with a discount are the special case of equal rates.
//!
//! An option exchanges two legs, each worth `A = S e^(-qT)` and `B = K e^(-rT)` today, so Black's
//! formula prices it with these in the places of forward and strike: `call - put = A - B` to the last
//! bit, and each price stays inside `[max(A - B, 0), A]` or `[max(B - A, 0), B]`. The logarithm of
//! `A / B` is computed from spot, strike and rates and not from the rounded legs, or a delta one second
//! before expiry would lose half of its digits.

use equipoise_math::kernel::{exp2, keep_if, log_ratio, mul_wide, negate_if, sign_mask, Aligned, Scaled};
use equipoise_math::Fx;

use crate::black76::{
    check_prices, check_vol, probable, Points, PricingError, FORWARD_MAX, FORWARD_MIN, YEARS_MAX, YEARS_MIN, ZERO,
};

/// What an option on a spot price is priced from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Quote per base: from 1e-4 to 1e9.
    pub spot: Fx,
    /// Quote per base: from 1e-3 to 1e3 times the forward `S e^((r - q) T)`.
    pub strike: Fx,
    /// Per square root of a year: from 0.01 to 10.
    pub vol: Fx,
    /// Of 365 days: 0, or from one second to 3 years.
    pub years: Fx,
    /// Interest per year, continuously compounded: from -0.5 to 2.
    pub rate: Fx,
    /// What holding the base pays per year, continuously compounded: from -0.5 to 2.
    pub dividend_yield: Fx,
}

const RATE_MIN: Fx = Fx::lit("-0.5");
const RATE_MAX: Fx = Fx::lit("2");
/// `ln 1000` in Q8.56 and the 2^-50 that its computation may be off by.
const LN_1000: u64 = 497_756_225_606_248_529;
/// `log2(e)` in Q1.63.
const LOG2_E: u64 = 0xb8aa_3b29_5c17_f0bc;

/// Checked terms, with both legs.
#[derive(Clone, Copy, Debug)]
pub struct Inputs {
    terms: Terms,
    is_on_forward: bool,
    /// `A` and `B`.
    asset: Fx,
    cash: Fx,
    /// What one unit of the base is worth: `A / S`.
    factor: Scaled,
    /// `|ln(A / B)|`, and the mask of all ones where `B` is the larger.
    log: (Scaled, u64),
    years: Scaled,
    root_years: Scaled,
}

impl Inputs {
    /// An option on a spot price.
    /// # Inputs: the domain of each is beside it in [`Terms`]
    /// # Errors: one variant of [`PricingError`] for each input outside
    pub fn new(terms: &Terms) -> Result<Self, PricingError> {
        let Terms { spot, strike, dividend_yield, .. } = *terms;
        if spot < FORWARD_MIN || spot > FORWARD_MAX {
            return Err(PricingError::SpotOutOfDomain { spot });
        }
        check_rest(terms)?;
        if dividend_yield < RATE_MIN || dividend_yield > RATE_MAX {
            return Err(PricingError::DividendYieldOutOfDomain { dividend_yield });
        }
        let drift = terms.rate.wrapping_sub(dividend_yield);
        let growth = size(drift).times(scaled(terms.years));
        if strike > Fx::ZERO {
            let log = log_of_forward(spot, strike, (growth, sign_mask(drift)));
            if log.0.to_word(56) <= LN_1000 {
                return Ok(Self::with_legs(*terms, log, false));
            }
        }
        let forward = scaled(spot).times(exponential(growth, sign_mask(drift))).to_fixed();
        Err(PricingError::StrikeOutOfDomain { strike, forward })
    }

    /// An option on a forward: Black's formula, discounted. The rate moves nothing but the discount.
    /// # Inputs: forward 1e-4 to 1e9 and strike 1e-3 to 1e3 forwards (quote per base); vol, years and
    /// rate as in [`Terms`]
    /// # Errors: one variant of [`PricingError`] for each input outside
    pub fn on_forward(forward: Fx, strike: Fx, vol: Fx, years: Fx, rate: Fx) -> Result<Self, PricingError> {
        check_prices(forward, strike)?;
        let terms = Terms { spot: forward, strike, vol, years, rate, dividend_yield: rate };
        check_rest(&terms)?;
        Ok(Self::with_legs(terms, log_of_forward(forward, strike, (ZERO, 0)), true))
    }

    fn with_legs(terms: Terms, log: (Scaled, u64), is_on_forward: bool) -> Self {
        let years = scaled(terms.years);
        let (asset, factor) = discounted(terms.spot, terms.dividend_yield, years);
        let (cash, _) = discounted(terms.strike, terms.rate, years);
        Self { terms, is_on_forward, asset, cash, factor, log, years, root_years: root(years) }
    }
}

/// The domains of volatility, time and rate.
fn check_rest(terms: &Terms) -> Result<(), PricingError> {
    let Terms { vol, years, rate, .. } = *terms;
    check_vol(vol)?;
    if years != Fx::ZERO && (years < YEARS_MIN || years > YEARS_MAX) {
        return Err(PricingError::YearsOutOfDomain { years });
    }
    if rate < RATE_MIN || rate > RATE_MAX {
        return Err(PricingError::RateOutOfDomain { rate });
    }
    Ok(())
}

/// `|ln(S / K) + growth|` and the mask of all ones where that is below 0.
fn log_of_forward(spot: Fx, strike: Fx, (growth, is_shrinking): (Scaled, u64)) -> (Scaled, u64) {
    let ratio = log_ratio(bits(spot), bits(strike));
    let is_below = sign_mask(spot.wrapping_sub(strike));
    if growth.is_zero() {
        return (ratio, is_below);
    }
    if is_below == is_shrinking {
        return (ratio.plus(growth), is_below);
    }
    let (rest, is_turned) = ratio.minus(growth);
    (rest, is_below ^ is_turned)
}

/// `amount e^(-rate years)` to the nearest, and the factor; exact for a rate or a time of 0.
fn discounted(amount: Fx, rate: Fx, years: Scaled) -> (Fx, Scaled) {
    let power = size(rate).times(years);
    let factor = exponential(power, !sign_mask(rate));
    if power.is_zero() {
        (amount, factor)
    } else {
        (scaled(amount).times_exactly(factor).to_fixed(), factor)
    }
}

/// `e^x` or, where the mask is all ones, `e^-x`, for `x` from 0 to 15.
fn exponential(x: Scaled, negative: u64) -> Scaled {
    let (high, low) = mul_wide(x.to_word(60), LOG2_E);
    let (whole, fraction) = (high >> 59, (high << 5) | (low >> 59));
    let borrow = negative & u64::from(fraction != 0);
    let whole = i32::try_from(negate_if(negative, whole).wrapping_sub(borrow).cast_signed()).unwrap_or(0);
    exp2(whole, negate_if(negative, fraction))
}

/// A number that is not negative.
fn scaled(x: Fx) -> Scaled {
    Scaled::from_bits(x.to_bits().cast_unsigned())
}

/// A number without its sign.
fn size(x: Fx) -> Scaled {
    Scaled::from_bits(x.unsigned_abs().to_bits())
}

fn bits(x: Fx) -> Aligned {
    Aligned::from_bits(x.to_bits().cast_unsigned())
}

fn root(x: Scaled) -> Scaled {
    if x.is_zero() {
        ZERO
    } else {
        x.sqrt()
    }
}

/// Both prices and the sensitivities of one strike, today, per unit of the base asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// What the base's delivery at expiry is worth today: `S e^(-qT)`, quote per base.
    pub asset_leg: Fx,
    /// What the strike's payment at expiry is worth today: `K e^(-rT)`, quote per base.
    pub cash_leg: Fx,
    /// Quote per base; in [max(A - B, 0), A] for the legs A and B.
    pub call: Fx,
    /// Quote per base; in [max(B - A, 0), B]; call - put = A - B exactly.
    pub put: Fx,
    /// Of the call, to spot (or forward); in [0, A / S].
    pub call_delta: Fx,
    /// Of the put, to spot (or forward): call delta - A / S.
    pub put_delta: Fx,
    /// Second derivative of either price to spot (or forward).
    pub gamma: Fx,
    /// Of either price to volatility: quote per base and 1.00 of vol.
    pub vega: Fx,
    /// Of the call to the passing of time at fixed spot (or forward) and rates: quote per base and year.
    pub call_theta: Fx,
    /// Of the put, likewise.
    pub put_theta: Fx,
    /// Of the call to the rate at fixed spot and yield (or at fixed forward): quote per base and 1.00 a year.
    pub call_rho: Fx,
    /// Of the put, likewise.
    pub put_rho: Fx,
    /// Derivative of either delta to volatility.
    pub vanna: Fx,
    /// Second derivative of either price to volatility.
    pub volga: Fx,
}

/// Prices one strike.
/// # Returns: see [`Evaluation`]; at zero time the intrinsic value, exactly, and no sensitivity but delta
/// # Rounding: to the nearest 2^-64. Error: prices 6e-18 of both legs and three units, deltas 1e-15,
/// the others 1e-13 relative or absolute, thetas besides 4e-18 of both legs and volga 1e-14 of vega
/// over vol, enforced by `black_scholes::tests::prices_and_greeks_are_accurate`
/// # Source: Black and Scholes (1973), Merton (1973); on a forward Black (1976)
pub fn evaluate(inputs: &Inputs) -> Evaluation {
    let total_vol = scaled(inputs.terms.vol).times(inputs.root_years);
    if inputs.years.is_zero() {
        return settled(inputs);
    }
    let (log, is_below) = inputs.log;
    match Points::new(log, is_below, total_vol) {
        Some(points) => alive(&points, inputs),
        None => settled(inputs),
    }
}

/// What the results are assembled from.
struct Parts {
    call: Fx,
    /// `A Phi(d1)` and `B Phi(d2)`.
    asset_part: Fx,
    cash_part: Fx,
    call_delta: Fx,
    gamma: Fx,
    vega: Fx,
    /// What theta is without the rates, made positive.
    decay: Fx,
    vanna: Fx,
    volga: Fx,
}

fn alive(points: &Points, inputs: &Inputs) -> Evaluation {
    let tails = points.tails(scaled(inputs.asset));
    let (near, far) = (Scaled::new(tails.ratio1, -61), Scaled::new(tails.ratio2, -61));
    let density = tails.density.times(inputs.factor);
    let vol = scaled(inputs.terms.vol);
    let inverse_vol = inputs.root_years.times(points.inverse_total_vol);
    let vega = tails.weight.times(inputs.root_years);
    let decay = tails.weight.times(vol).times(vol).times(points.inverse_total_vol);
    let gamma = density.times(points.inverse_total_vol).times(scaled(inputs.terms.spot).reciprocal());
    assembled(
        inputs,
        &Parts {
            call: tails.call(inputs.asset, inputs.cash),
            asset_part: probable(tails.below1, tails.weight.times(near), inputs.asset),
            cash_part: probable(tails.below2, tails.weight.times(far), inputs.cash),
            call_delta: probable(tails.below1, density.times(near), inputs.factor.to_fixed()),
            gamma: gamma.to_fixed(),
            vega: vega.to_fixed(),
            decay: decay.times_power_of_two(-1).to_fixed(),
            vanna: density.times(inverse_vol).times(tails.far).to_signed(!tails.below2),
            volga: vega.times(inverse_vol).times(points.product.0).to_signed(points.product.1),
        },
    )
}

/// The value where the outcome is certain.
fn settled(inputs: &Inputs) -> Evaluation {
    let (log, is_below) = inputs.log;
    let part = |whole: Fx| {
        if log.is_zero() {
            whole.wrapping_shr(1)
        } else {
            keep_if(!is_below, whole)
        }
    };
    assembled(
        inputs,
        &Parts {
            call: inputs.asset.wrapping_sub(inputs.cash).max(Fx::ZERO),
            asset_part: part(inputs.asset),
            cash_part: part(inputs.cash),
            call_delta: part(inputs.factor.to_fixed()),
            gamma: Fx::ZERO,
            vega: Fx::ZERO,
            decay: Fx::ZERO,
            vanna: Fx::ZERO,
            volga: Fx::ZERO,
        },
    )
}

fn assembled(inputs: &Inputs, parts: &Parts) -> Evaluation {
    let Terms { rate, dividend_yield, .. } = inputs.terms;
    let put = parts.call.wrapping_sub(inputs.asset.wrapping_sub(inputs.cash));
    let asset_rest = inputs.asset.wrapping_sub(parts.asset_part);
    let cash_rest = inputs.cash.wrapping_sub(parts.cash_part);
    let earned = product(dividend_yield, parts.asset_part).wrapping_sub(product(rate, parts.cash_part));
    let paid = product(dividend_yield, asset_rest).wrapping_sub(product(rate, cash_rest));
    let is_alive = if inputs.years.is_zero() { 0 } else { u64::MAX };
    // on a forward the rate moves the asset's leg with the strike's
    let (call_moved, put_moved) =
        if inputs.is_on_forward { (parts.call.wrapping_neg(), put) } else { (parts.cash_part, cash_rest) };
    Evaluation {
        asset_leg: inputs.asset,
        cash_leg: inputs.cash,
        call: parts.call,
        put,
        call_delta: parts.call_delta,
        put_delta: parts.call_delta.wrapping_sub(inputs.factor.to_fixed()),
        gamma: parts.gamma,
        vega: parts.vega,
        call_theta: keep_if(is_alive, earned.wrapping_sub(parts.decay)),
        put_theta: keep_if(is_alive, parts.decay.wrapping_add(paid).wrapping_neg()),
        call_rho: product(call_moved, inputs.terms.years),
        put_rho: product(put_moved, inputs.terms.years).wrapping_neg(),
        vanna: parts.vanna,
        volga: parts.volga,
    }
}

/// `a * b` for `b` from 0, to the nearest.
fn product(a: Fx, b: Fx) -> Fx {
    size(a).times_exactly(scaled(b)).to_signed(sign_mask(a))
}

#[cfg(test)]
mod tests;
