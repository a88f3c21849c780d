//! The volatility that a price implies.

use core::fmt;

use equipoise_math::kernel::{gaussian, log_ratio, mills_ratio, negate_if, Aligned, Scaled};
use equipoise_math::Fx;

use super::{aligned, check_prices, PricingError, VOL_MAX, VOL_MIN, YEARS_MAX, YEARS_MIN};

/// Which option a price belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The right to buy.
    Call,
    /// The right to sell.
    Put,
}

/// Why a price implies no volatility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImpliedVolError {
    /// Forward, strike or time is outside the domain of the formula.
    Pricing(PricingError),
    /// The price is not above the intrinsic value: no volatility is as low as that.
    NotAboveIntrinsic {
        /// In quote per base.
        price: Fx,
        /// In quote per base.
        intrinsic: Fx,
    },
    /// The price is not below its upper bound, the forward for a call and the strike for a put.
    NotBelowBound {
        /// In quote per base.
        price: Fx,
        /// In quote per base.
        bound: Fx,
    },
    /// The implied volatility lies outside 0.01 to 10.
    VolOutOfDomain {
        /// In quote per base.
        price: Fx,
    },
}

impl fmt::Display for ImpliedVolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pricing(error) => error.fmt(f),
            Self::NotAboveIntrinsic { price, intrinsic } => {
                write!(f, "price {price} must exceed the intrinsic value {intrinsic}")
            }
            Self::NotBelowBound { price, bound } => {
                write!(f, "price {price} must be below {bound}, the most the option can be worth")
            }
            Self::VolOutOfDomain { price } => {
                write!(f, "price {price} implies a vol outside 0.01 to 10")
            }
        }
    }
}

impl core::error::Error for ImpliedVolError {}

impl From<PricingError> for ImpliedVolError {
    fn from(error: PricingError) -> Self {
        Self::Pricing(error)
    }
}

/// The volatility per square root of a year at which the option has this price.
/// # Inputs: price, forward, strike in quote per base; years from one second to 3
/// # Returns: in [0.01, 10]
/// # Error: at most 1e-12 plus what 1e-16 of the forward is worth in vol, enforced by
/// `black76::tests::implied_vol_is_recovered`
/// # Errors: each reason of [`ImpliedVolError`]
pub fn implied_vol(price: Fx, forward: Fx, strike: Fx, years: Fx, kind: Kind) -> Result<Fx, ImpliedVolError> {
    check_prices(forward, strike)?;
    if years < YEARS_MIN || years > YEARS_MAX {
        return Err(PricingError::YearsOutOfDomain { years }.into());
    }
    let (value, bound) = out_of_the_money(price, forward, strike, kind)?;
    let root_years = Scaled::from_bits(years.to_bits().cast_unsigned()).sqrt();
    let total = |vol: Fx| Scaled::from_bits(vol.to_bits().cast_unsigned()).times(root_years);
    let search = Search::new(value, bound, aligned(forward), aligned(strike));
    let total_vol = search
        .run(total(VOL_MIN).to_bits(), total(VOL_MAX).to_bits())
        .ok_or(ImpliedVolError::VolOutOfDomain { price })?;
    Ok(Scaled::from_bits(total_vol).times(root_years.reciprocal()).to_fixed())
}

/// The price of the option that is out of the money, and the most that it can be worth.
fn out_of_the_money(price: Fx, forward: Fx, strike: Fx, kind: Kind) -> Result<(Fx, Fx), ImpliedVolError> {
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
    Ok((price.wrapping_sub(intrinsic), forward.min(strike)))
}

/// Halley's search for the total volatility, on the logarithm of the price below half its bound
/// and on the logarithm of what is missing to the bound above; inside a bracket.
struct Search {
    log: Scaled,
    /// What the share of the bound, or its complement, shall be.
    goal: Scaled,
    is_upper: bool,
}

/// More steps than the search can need: halving alone would take fewer.
const STEPS_MAX: u32 = 100;

impl Search {
    fn new(value: Fx, bound: Fx, forward: Aligned, strike: Aligned) -> Self {
        let scaled = |x: Fx| Scaled::from_bits(x.to_bits().cast_unsigned());
        let missing = bound.wrapping_sub(value);
        let is_upper = missing < value;
        let inverse_bound = scaled(bound).reciprocal();
        Self {
            log: log_ratio(forward, strike),
            goal: scaled(if is_upper { missing } else { value }).times(inverse_bound),
            is_upper,
        }
    }

    /// The total volatility in units of 2^-64, if it lies between the bounds.
    fn run(&self, lowest: u128, highest: u128) -> Option<u128> {
        let (mut low, mut high) = (lowest, highest);
        let mut at = self.first_guess().clamp(low, high);
        if self.step(low).is_too_high || !self.step(high).is_too_high {
            return None;
        }
        for _ in 0..STEPS_MAX {
            let step = self.step(at);
            let next = if step.is_too_high {
                high = at;
                at.saturating_sub(step.size)
            } else {
                low = at;
                at.saturating_add(step.size)
            };
            let is_inside = low < next && next < high;
            at = if is_inside { next } else { low.midpoint(high) };
            // the step after one of 2^-24 would be below 2^-60
            let is_done = is_inside && step.size <= at >> 24;
            if is_done || high.saturating_sub(low) <= 1 {
                break;
            }
        }
        Some(at)
    }

    /// The inflection point of the price, `sqrt(2 |ln F/K|)`, plus what an option at the money
    /// would need.
    fn first_guess(&self) -> u128 {
        let inflection = self.log.times_power_of_two(1).sqrt().to_bits();
        let slope = self.goal.times(Scaled::new(5, -1)).to_bits();
        inflection.saturating_add(if self.is_upper { 1 << 64 } else { slope })
    }

    /// The step from a total volatility in units of 2^-64.
    fn step(&self, total_vol: u128) -> Step {
        let total_vol = Scaled::from_bits(total_vol);
        let inverse = total_vol.reciprocal();
        let distance = self.log.times(inverse);
        if distance.exponent() > super::FARTHEST {
            // worth nothing here: the volatility is too low by far
            return Step { is_too_high: false, size: u128::MAX };
        }
        let place = distance.to_word(58).cast_signed();
        let half = total_vol.to_word(57).cast_signed();
        let (near, far) = (half.wrapping_sub(place), half.wrapping_add(place));
        let is_inside = near >= 0;
        let near = near.unsigned_abs();
        let density = gaussian::<6>(near);
        let (near_ratio, far_ratio) = (mills_ratio(near << 1), mills_ratio(far.unsigned_abs() << 1));
        // price and missing part over the bound and the density, which together are one over it
        let mask = if is_inside { 0 } else { u64::MAX };
        let tails = negate_if(mask, far_ratio).wrapping_add(near_ratio);
        let tails = Scaled::new(tails, -61);
        let quotient = if is_inside == self.is_upper { tails } else { density.reciprocal().minus(tails).0 };
        let share = quotient.times(density);
        if share.is_zero() {
            return Step { is_too_high: self.is_upper, size: u128::MAX };
        }
        let gap = log_ratio(Aligned::from_scaled(share), Aligned::from_scaled(self.goal));
        let is_above = share.minus(self.goal).1 == 0;
        let is_too_high = is_above != self.is_upper;
        let newton = gap.times(quotient);
        let half_vol = total_vol.times_power_of_two(-1);
        let product = distance.times(distance).minus(half_vol.times(half_vol));
        let bend = (newton.times(inverse).times(product.0), product.1);
        Step { is_too_high, size: self.bent(newton, gap, bend, is_too_high).to_bits() }
    }

    /// Halley's step from Newton's: divided by `1 + (bend -+ gap) / 2` in the step's direction,
    /// where that is between 1/2 and 2; `bend` is the step times d1 d2 over the total volatility.
    fn bent(&self, newton: Scaled, gap: Scaled, bend: (Scaled, u64), is_too_high: bool) -> Scaled {
        let largest = -62;
        if gap.exponent() > largest || bend.0.exponent() > largest {
            return newton;
        }
        let of_gap = if self.is_upper { 0 } else { u64::MAX };
        let of_step = if is_too_high { u64::MAX } else { 0 };
        let sum = negate_if(bend.1, bend.0.to_word(59)).wrapping_add(negate_if(of_gap, gap.to_word(59)));
        let factor = (1_u64 << 60).wrapping_add(negate_if(of_step, sum));
        if (1 << 59..=1 << 61).contains(&factor) {
            newton.times(Scaled::new(factor, -60).reciprocal())
        } else {
            newton
        }
    }
}

/// One step of the search: which way and how far, in units of 2^-64.
struct Step {
    is_too_high: bool,
    size: u128,
}
