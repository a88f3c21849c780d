//! Black's formula: both prices and all Greeks of one strike from one evaluation.
//!
//! The call and the put that is out of the money is computed, the other one follows from parity, so
//! `call - put = forward - strike` to the last bit and each price stays inside its no-arbitrage
//! bounds. One logarithm, one root, one exponential and two Mills ratios serve all ten results.

use core::fmt;

use equipoise_math::kernel::{gaussian, log_ratio, mills_ratio, Scaled};
use equipoise_math::Fx;

/// The domain of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PricingError {
    /// The forward is outside 1e-4 to 1e9.
    ForwardOutOfDomain {
        /// In quote per base.
        forward: Fx,
    },
    /// The strike is outside 1e-3 to 1e3 times the forward.
    StrikeOutOfDomain {
        /// In quote per base.
        strike: Fx,
        /// In quote per base.
        forward: Fx,
    },
    /// The volatility is outside 0.01 to 10.
    VolOutOfDomain {
        /// Per square root of a year.
        vol: Fx,
    },
    /// The time is neither 0 nor between one second and three years.
    YearsOutOfDomain {
        /// In years of 365 days.
        years: Fx,
    },
    /// The total volatility is neither 0 nor between 1e-6 and 17.33.
    TotalVolOutOfDomain {
        /// `vol * sqrt(years)`.
        total_vol: Fx,
    },
}

impl fmt::Display for PricingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForwardOutOfDomain { forward } => {
                write!(f, "forward {forward} must be from 0.0001 to 1000000000 quote per base")
            }
            Self::StrikeOutOfDomain { strike, forward } => {
                write!(f, "strike {strike} must be from 0.001 to 1000 times the forward {forward}")
            }
            Self::VolOutOfDomain { vol } => write!(f, "vol {vol} must be from 0.01 to 10"),
            Self::YearsOutOfDomain { years } => {
                write!(f, "time {years} must be 0 or from one second to 3 years")
            }
            Self::TotalVolOutOfDomain { total_vol } => {
                write!(f, "total vol {total_vol} must be 0 or from 0.000001 to 17.33")
            }
        }
    }
}

impl core::error::Error for PricingError {}

const FORWARD_MIN: Fx = Fx::lit("0.0001");
const FORWARD_MAX: Fx = Fx::lit("1000000000");
const VOL_MIN: Fx = Fx::lit("0.01");
const VOL_MAX: Fx = Fx::lit("10");
/// One second of a 365-day year, rounded down.
const YEARS_MIN: Fx = Fx::lit("0.0000000317097919837");
const YEARS_MAX: Fx = Fx::lit("3");
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
        check_prices(forward, strike)?;
        check_vol(vol)?;
        if years != Fx::ZERO && (years < YEARS_MIN || years > YEARS_MAX) {
            return Err(PricingError::YearsOutOfDomain { years });
        }
        let vol = scaled(vol);
        let root_years = scaled(years).sqrt();
        Ok(Self { forward, strike, vol, root_years, total_vol: vol.times(root_years) })
    }

    /// From volatility and total volatility `vol * sqrt(years)`; their ratio stands for the root of
    /// time in vega and theta.
    /// # Inputs: as [`Inputs::new`]; total volatility 0 or from 1e-6 to 17.33
    /// # Errors: one variant of [`PricingError`] for each input outside
    pub fn with_total_vol(
        forward: Fx,
        strike: Fx,
        vol: Fx,
        total_vol: Fx,
    ) -> Result<Self, PricingError> {
        check_prices(forward, strike)?;
        check_vol(vol)?;
        if total_vol != Fx::ZERO && (total_vol < TOTAL_VOL_MIN || total_vol > TOTAL_VOL_MAX) {
            return Err(PricingError::TotalVolOutOfDomain { total_vol });
        }
        let (vol, total_vol) = (scaled(vol), scaled(total_vol));
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
/// # Rounding: prices and Greeks to the nearest 2^-64. Error: see `black76::tests`
/// # Source: Black (1976)
pub fn evaluate(inputs: &Inputs) -> Result<Evaluation, PricingError> {
    if inputs.total_vol.is_zero() {
        return Ok(intrinsic(inputs));
    }
    let points = Points::new(inputs);
    if points.far >= FARTHEST {
        return Ok(intrinsic(inputs));
    }
    Ok(points.evaluation(inputs))
}

/// 16 in Q5.59: beyond it no density, price or Greek of the domain reaches 2^-64.
const FARTHEST: u64 = 16 << 59;

/// Where the two normal arguments lie.
struct Points {
    /// `forward < strike`: the call is out of the money.
    is_call_out: bool,
    /// The larger magnitude of d1 and d2, |ln F/K|/v + v/2, in Q5.59.
    far: u64,
    /// The smaller one, and whether v/2 exceeds |ln F/K|/v, in Q5.59.
    near: u64,
    is_inside: bool,
    inverse_total_vol: Scaled,
}

impl Points {
    #[inline(always)]
    fn new(inputs: &Inputs) -> Self {
        let (log, is_call_out) = log_ratio(bits(inputs.forward), bits(inputs.strike));
        let inverse_total_vol = inputs.total_vol.reciprocal();
        let distance = log.times(inverse_total_vol).to_word(59);
        let half = inputs.total_vol.to_word(58);
        let is_inside = half >= distance;
        Self {
            is_call_out,
            far: distance.saturating_add(half),
            near: distance.abs_diff(half),
            is_inside,
            inverse_total_vol,
        }
    }

    #[inline(always)]
    fn evaluation(&self, inputs: &Inputs) -> Evaluation {
        let (near, far) = (self.near << 1, self.far << 1);
        let (d1, d2) = if self.is_call_out { (near, far) } else { (far, near) };
        // d1 >= 0 unless the call is out of the money by more than half the variance
        let (d1_negative, d2_negative) = (
            self.is_call_out && !self.is_inside,
            self.is_call_out || self.is_inside,
        );
        let density = gaussian(d1);
        let weight = density.times(scaled(inputs.forward));
        let (near_ratio, far_ratio) = (mills_ratio(near), mills_ratio(far));

        let out_of_the_money = self.smaller_price(inputs, weight, near_ratio, far_ratio);
        let forward_value = inputs.forward.wrapping_sub(inputs.strike);
        let (call, put) = if self.is_call_out {
            (out_of_the_money, out_of_the_money.wrapping_sub(forward_value))
        } else {
            (out_of_the_money.wrapping_add(forward_value), out_of_the_money)
        };

        let d1_ratio = if self.is_call_out { near_ratio } else { far_ratio };
        let tail = density.times(Scaled::new(d1_ratio, -62)).to_fixed();
        let call_delta = if d1_negative { tail } else { Fx::ONE.wrapping_sub(tail) };

        let root_over_total = inputs.root_years.times(self.inverse_total_vol);
        let vega = weight.times(inputs.root_years);
        let (d1, d2) = (Scaled::new(d1, -60), Scaled::new(d2, -60));
        let vanna = density.times(d2).times(root_over_total).to_fixed();
        let volga = vega.times(root_over_total).times(d1).times(d2).to_fixed();
        let decay = weight.times(inputs.vol).times(inputs.vol).times(self.inverse_total_vol);
        let gamma = density.times(self.inverse_total_vol).times(scaled(inputs.forward).reciprocal());
        Evaluation {
            call,
            put,
            call_delta,
            put_delta: call_delta.wrapping_sub(Fx::ONE),
            gamma: gamma.to_fixed(),
            vega: vega.to_fixed(),
            theta: decay.times_power_of_two(-1).to_fixed().wrapping_neg(),
            vanna: if d2_negative { vanna } else { vanna.wrapping_neg() },
            volga: if d1_negative == d2_negative { volga } else { volga.wrapping_neg() },
        }
    }

    /// The price of the option that is out of the money: `M Phi(p) - X Phi(-far)` with `M`, `X` the
    /// smaller and larger of forward and strike, `|p| = near` and `M phi(p) = X phi(far) = weight`.
    #[inline(always)]
    fn smaller_price(&self, inputs: &Inputs, weight: Scaled, near: u64, far: u64) -> Fx {
        let smaller = if self.is_call_out { inputs.forward } else { inputs.strike };
        if self.is_inside {
            let tails = Scaled::new(near.wrapping_add(far), -62);
            let missing = weight.times(tails).to_fixed();
            smaller.saturating_sub(missing).max(Fx::ZERO)
        } else {
            let tails = Scaled::new(near.saturating_sub(far), -62);
            weight.times(tails).to_fixed().min(smaller)
        }
    }
}

/// The value at expiry, with its slope and no other sensitivity.
fn intrinsic(inputs: &Inputs) -> Evaluation {
    let forward_value = inputs.forward.wrapping_sub(inputs.strike);
    let call_delta = match forward_value.cmp(&Fx::ZERO) {
        core::cmp::Ordering::Less => Fx::ZERO,
        core::cmp::Ordering::Equal => Fx::ONE >> 1_u32,
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

fn check_prices(forward: Fx, strike: Fx) -> Result<(), PricingError> {
    if forward < FORWARD_MIN || forward > FORWARD_MAX {
        return Err(PricingError::ForwardOutOfDomain { forward });
    }
    // forward <= 1e9 and 1000 * strike only where strike <= forward: neither product can overflow
    let thousand = 1000_i128;
    let is_inside = if strike > forward {
        strike.to_bits() <= forward.to_bits().wrapping_mul(thousand)
    } else {
        strike > Fx::ZERO && strike.to_bits().wrapping_mul(thousand) >= forward.to_bits()
    };
    if is_inside {
        Ok(())
    } else {
        Err(PricingError::StrikeOutOfDomain { strike, forward })
    }
}

fn check_vol(vol: Fx) -> Result<(), PricingError> {
    if vol < VOL_MIN || vol > VOL_MAX {
        Err(PricingError::VolOutOfDomain { vol })
    } else {
        Ok(())
    }
}

#[inline(always)]
const fn scaled(x: Fx) -> Scaled {
    Scaled::from_bits(bits(x))
}

#[inline(always)]
const fn bits(x: Fx) -> u128 {
    x.to_bits().unsigned_abs()
}
