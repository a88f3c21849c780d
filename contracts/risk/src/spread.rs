//! What half the spread of a package is made of.

use equipoise_math::Fx;

use crate::arithmetic::{add, mul_ceil, sqrt};
use crate::parameters::{Parameter, Parameters};
use crate::units::{times_floor, Price, Years};
use crate::RiskError;

const HOUR_SECS: u64 = 3_600;
/// A band of half of spot or more would price nothing.
pub(crate) const WIDEST_BAND: Fx = Fx::lit("0.5");

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
    /// # Inputs: the age of the spot price in seconds; the market's annualised variance
    /// # Rounding: up, in the vault's favour
    /// # Errors: Math, Overflow
    pub fn new(spot: Price, age_secs: u64, variance: Fx, parameters: &Parameters) -> Result<Self, RiskError> {
        let moved = sqrt(mul_ceil(variance, Years::from_secs(age_secs)?.fx())?)?;
        let band = add(parameters.number(Parameter::Deviation)?, add(moved, moved)?)?;
        Ok(Self {
            vol_half_spread: parameters.number(Parameter::VolHalfSpread)?,
            floor: mul_ceil(spot.fx(), parameters.number(Parameter::SpreadFloor)?)?,
            fee: mul_ceil(spot.fx(), parameters.number(Parameter::Fee)?)?,
            fee_cap: parameters.number(Parameter::FeeCap)?,
            band: band.min(WIDEST_BAND),
        })
    }

    /// Wider if the surface is older than opening trades may be: by twice what volatility moves in the time past
    /// that. Whoever closes on an old surface pays for its age.
    /// # Inputs: the age of the surface in seconds
    /// # Rounding: up, in the vault's favour
    /// # Errors: Math, Overflow
    pub fn on_surface_of(self, age_secs: u64, parameters: &Parameters) -> Result<Self, RiskError> {
        let most = times_floor(parameters.number(Parameter::MaxSurfaceAgeHours)?, HOUR_SECS)?;
        let late_secs = age_secs.saturating_sub(u64::try_from(most).unwrap_or(u64::MAX));
        let moved = mul_ceil(parameters.number(Parameter::VolOfVol)?, sqrt(Years::from_secs(late_secs)?.fx())?)?;
        Ok(Self { vol_half_spread: add(self.vol_half_spread, add(moved, moved)?)?, ..self })
    }
}
