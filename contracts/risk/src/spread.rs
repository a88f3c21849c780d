//! What the half spread of a package is made of.
//!
//! ```text
//! half spread = sum over expiries of  m p sqrt(30 d / max(T, 3 d)) (|vega| + |wing vega|)
//!             + floor x contracts of each leg
//!             + the larger change of the package's price at S (1 + u) and S (1 - u)
//! ```
//!
//! with p the half spread in volatility at 30 days, m the [`SpreadMultiplier`], u the [`Band`] of the feed. Every part is a
//! norm of what the package changes, so parts never pay less than the whole and, with a floor above zero, no package pays
//! nothing.
//! The first is the sum norm: never below the Euclidean one, and without a root. The change of price at the edges of
//! the band is what an informed trader gains at most from a feed that lags if the price is monotone or convex over it, or
//! concave: Glosten and Milgrom (1985). A package that bends both ways within the band can gain more in between; the
//! floor of each leg stands against that.

use equipoise_math::Fx;

use crate::arithmetic::{abs, add, mul_ceil, sqrt};
use crate::parameters::{Parameter, Parameters};
use crate::units::{Money, Price, Years};
use crate::RiskError;

mod band;
mod multiplier;
mod pull;

use band::{pull_band_ceil, push_band_ceil};
pub use band::{Admitted, Band, BandError, Feed, WIDEST_BAND};
pub use multiplier::{utilisation_factor_ceil, Factors, SpreadMultiplier, MOST_TOXICITY, MOST_UTILISATION};
pub use pull::{apart_ceil, moved_ceil, Doubt, Signed, MOST_PULL_AGE_SECS, MOST_PULL_APART, NARROWEST_PULL_BAND};

const HOUR_SECS: u32 = 3_600;

/// Half a spread, of a package or of everything held, in quote currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HalfSpread {
    /// Of volatility, which the state of the market widens.
    pub of_vol: Money,
    /// The floor and the feed's band, which it does not.
    pub rest: Money,
}

impl HalfSpread {
    /// Half the spread in the state of the market.
    /// # Rounding: up, in the vault's favour; at [`SpreadMultiplier::ONE`] it is the sum
    /// # Errors: Overflow
    pub fn widened_ceil(self, multiplier: SpreadMultiplier) -> Result<Money, RiskError> {
        Money::from_fx(mul_ceil(self.of_vol.fx(), multiplier.number()?)?).plus(self.rest)
    }
}

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
    /// The terms at a push feed, whose heartbeat is the age up to which positions may be opened.
    /// # Inputs: the age of the spot price in seconds; the market's annualised variance
    /// # Rounding: up, in the vault's favour
    /// # Errors: Math, Overflow
    pub fn new(spot: Price, age_secs: u64, variance: Fx, parameters: &Parameters) -> Result<Self, RiskError> {
        Self::at((spot, None), age_secs, variance, parameters)
    }

    /// The terms at a price that was pulled, or at a push feed's.
    /// # Inputs: the price, with the doubt that it leaves if it was pulled; its age in seconds, of a pulled one at most
    /// [`MOST_PULL_AGE_SECS`]; the market's annualised variance
    /// # Rounding: up, in the vault's favour
    /// # Errors: Math, Overflow
    pub fn at(
        (spot, doubt): (Price, Option<Doubt>),
        age_secs: u64,
        variance: Fx,
        parameters: &Parameters,
    ) -> Result<Self, RiskError> {
        #[allow(clippy::single_match_else, reason = "a program that carries it is smaller by 88 bytes compressed")]
        let band = match doubt {
            Some(doubt) => pull_band_ceil(doubt, variance, age_secs)?,
            None => {
                let deviation = parameters.number(Parameter::Deviation)?;
                let latency = parameters.secs(Parameter::FeedLatencySecs, 1);
                let heartbeat = parameters.secs(Parameter::MaxSpotAgeHours, HOUR_SECS);
                push_band_ceil(deviation, (latency, heartbeat), variance, age_secs)?
            }
        };
        Self::within(spot, band, parameters)
    }

    /// The terms where the market is at most `band` from the price.
    /// # Inputs: [`Band::share`]
    /// # Rounding: up, in the vault's favour
    /// # Errors: Overflow
    pub fn within(spot: Price, band: Fx, parameters: &Parameters) -> Result<Self, RiskError> {
        Ok(Self {
            vol_half_spread: parameters.number(Parameter::VolHalfSpread)?,
            floor: mul_ceil(spot.fx(), parameters.number(Parameter::SpreadFloor)?)?,
            fee: mul_ceil(spot.fx(), parameters.number(Parameter::Fee)?)?,
            fee_cap: parameters.number(Parameter::FeeCap)?,
            band,
        })
    }

    /// Wider if the surface is older than opening trades may be: by twice what volatility moves in the time past
    /// that. Whoever closes on an old surface pays for its age.
    /// # Inputs: the age of the surface in seconds
    /// # Rounding: up, in the vault's favour
    /// # Errors: Math, Overflow
    pub fn on_surface_of(self, age_secs: u64, parameters: &Parameters) -> Result<Self, RiskError> {
        let late_secs = age_secs.saturating_sub(parameters.secs(Parameter::MaxSurfaceAgeHours, HOUR_SECS));
        let moved = mul_ceil(parameters.number(Parameter::VolOfVol)?, sqrt(Years::from_secs(late_secs)?.fx())?)?;
        Ok(Self { vol_half_spread: add(self.vol_half_spread, add(moved, moved)?)?, ..self })
    }
}

/// What a package changes in the buckets of one expiry, for 1.00 of volatility.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BucketChange {
    /// If all strikes move alike.
    pub vega: Fx,
    /// If the wings move against the money; zero where the two are not told apart.
    pub wing_vega: Fx,
}

/// What a package pays for the buckets of one expiry.
/// # Inputs: half the spread in volatility for the expiry's time, from 0
/// # Rounding: up, in the vault's favour
/// # Errors: Overflow
pub fn bucket_spread_ceil(vol_half_spread: Fx, change: BucketChange) -> Result<Fx, RiskError> {
    mul_ceil(vol_half_spread, add(abs(change.vega)?, abs(change.wing_vega)?)?)
}

#[cfg(test)]
mod tests;
