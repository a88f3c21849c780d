//! The volatility that a price implies.
//!
//! A closed-form guess is within 1.7 % over the whole domain; a step of Householder's method of third
//! order raises a relative error to the fourth power, so two of them reach the last place.

mod error;
mod guess;
mod refine;

use equipoise_math::kernel::{log_ratio, Scaled};
use equipoise_math::Fx;

use self::refine::Refined;
use super::{aligned, check_prices, PricingError, VOL_MAX, VOL_MIN, YEARS_MAX, YEARS_MIN};

pub use error::ImpliedVolError;

/// Which option a price belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The right to buy.
    Call,
    /// The right to sell.
    Put,
}

/// The volatility per square root of a year at which the option has this price.
/// # Inputs: price, forward, strike in quote per base; years from one second to 3
/// # Returns: in [0.01, 10]
/// # Error: at most 1e-15 plus what 5e-17 of the forward and a unit of 2^-64 of price are worth in vol,
/// enforced by `black76::implied::tests::volatilities_of_exact_prices_are_accurate`
/// # Errors: each reason of [`ImpliedVolError`]
/// # Source: the two regions and the objectives of P. Jäckel, "Let's Be Rational" (2015)
pub fn implied_vol(price: Fx, forward: Fx, strike: Fx, years: Fx, kind: Kind) -> Result<Fx, ImpliedVolError> {
    check_prices(forward, strike)?;
    if years < YEARS_MIN || years > YEARS_MAX {
        return Err(PricingError::YearsOutOfDomain { years }.into());
    }
    let value = time_value(price, forward, strike, kind)?;
    let inverse_root_years = scaled(years).sqrt().reciprocal();
    let target = Target::new(value, forward, strike);
    let guess = target.guess();
    let first = guess.times(inverse_root_years).to_fixed();
    if first < GUESS_MIN || first > GUESS_MAX {
        return Err(ImpliedVolError::VolOutOfDomain { price });
    }
    let mut refined = target.refine(guess);
    for _ in 1..STEPS {
        refined = target.refine(refined.total_vol);
    }
    let vol = refined.total_vol.times(inverse_root_years).to_fixed();
    if (VOL_MIN..=VOL_MAX).contains(&vol) {
        return Ok(vol);
    }
    let end = vol.clamp(VOL_MIN, VOL_MAX);
    if vol.wrapping_sub(end).wrapping_abs() <= target.slack(forward, &refined).times(inverse_root_years).to_fixed() {
        Ok(end)
    } else {
        Err(ImpliedVolError::VolOutOfDomain { price })
    }
}

/// Steps of the search, always as many; that they suffice is enforced by
/// `black76::implied::tests::two_steps_suffice_for_any_price`.
const STEPS: u32 = 2;
/// A guess below this is one of a volatility below the domain.
const GUESS_MIN: Fx = Fx::lit("0.009");
/// A guess above this is one of a volatility above the domain.
const GUESS_MAX: Fx = Fx::lit("11");

/// What the price exceeds the intrinsic value by: the price of the option that is out of the money.
fn time_value(price: Fx, forward: Fx, strike: Fx, kind: Kind) -> Result<Fx, ImpliedVolError> {
    let forward_value = forward.wrapping_sub(strike);
    let (intrinsic, bound) = match kind {
        Kind::Call => (forward_value.max(Fx::ZERO), forward),
        Kind::Put => (forward_value.wrapping_neg().max(Fx::ZERO), strike),
    };
    if price <= intrinsic {
        return Err(ImpliedVolError::NotAboveIntrinsic { price, intrinsic });
    }
    if price >= bound {
        return Err(ImpliedVolError::NotBelowBound { price, bound });
    }
    Ok(price.wrapping_sub(intrinsic))
}

/// What total volatility is sought: that at which the option out of the money has a price.
struct Target {
    /// `|ln(F / K)|`.
    log: Scaled,
    /// The price over its bound, which is the smaller of forward and strike.
    share: Scaled,
    /// What is missing to the bound, over the bound.
    missing_share: Scaled,
    /// What is missing to the bound.
    missing: Scaled,
    /// Forward and strike less what is missing.
    present: Scaled,
    /// Forward and strike.
    total: Scaled,
    /// The smaller of them.
    bound: Scaled,
}

impl Target {
    fn new(value: Fx, forward: Fx, strike: Fx) -> Self {
        let bound = forward.min(strike);
        let missing = bound.wrapping_sub(value);
        let total = forward.wrapping_add(strike);
        let inverse_bound = scaled(bound).reciprocal();
        Self {
            log: log_ratio(aligned(forward), aligned(strike)),
            share: scaled(value).times_exactly(inverse_bound),
            missing_share: scaled(missing).times_exactly(inverse_bound),
            missing: scaled(missing),
            present: scaled(total.wrapping_sub(missing)),
            total: scaled(total),
            bound: scaled(bound),
        }
    }

    /// What the error of a price, 2^-55 of the forward or two units, is worth in total volatility: so
    /// far beyond an end of the domain the price may be one at the end.
    fn slack(&self, forward: Fx, refined: &Refined) -> Scaled {
        let error = forward.wrapping_shr(55).wrapping_add(Fx::from_bits(2));
        scaled(error).times(refined.density.times(self.bound).reciprocal())
    }
}

/// A number that is not negative.
fn scaled(x: Fx) -> Scaled {
    Scaled::from_bits(x.to_bits().cast_unsigned())
}

#[cfg(test)]
mod tests;
