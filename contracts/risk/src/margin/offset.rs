//! The requirement of an account over several underlyings.
//!
//! With M_j the worst loss of market j by itself and M the worst loss when all markets live through the same
//! scenario, the account is required
//!
//! ```text
//! share * M + (1 - share) * (M_1 + M_2 + ...)
//! ```
//!
//! Both are maxima of sums, so their mean is monotone and sub-additive as they are. It is never below M, what is lost
//! when the markets move together, and never above the sum, what is lost when each does its own worst.
//!
//! The share follows from the lowest correlation r that is trusted: `1 - sqrt((1 - r) / 2)`. Take markets that are held
//! on one side for a loss of A and on the other for a loss of B at equal quantiles of an elliptical law. Their joint
//! quantile is at most `sqrt(A^2 + B^2 - 2 r A B)`. The formula gives `A + B - share (A + B - |A - B|)`: linear in B / A
//! where the quantile is convex, equal to it at B = 0 and, with this share, at B = A. So it is at least the quantile
//! everywhere.

use equipoise_math::Fx;

use super::losses::ScenarioLosses;
use crate::arithmetic::{add, div_ceil, mul_floor, sqrt, sub};
use crate::parameters::MILLION;
use crate::units::{ratio_floor, Money};
use crate::RiskError;

const TWO: Fx = Fx::lit("2");

/// The lowest correlation that two underlyings are trusted to keep in a stress, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correlation(u32);

impl Correlation {
    /// At least.
    pub const MIN: u32 = 0;
    /// At most.
    pub const MAX: u32 = 900_000;
    /// At the start. The lowest correlation of ETH and BTC over a week of 6-hour steps, from 2018 to 2025, was 0.74.
    pub const DEFAULT: Self = Self(500_000);

    /// # Returns: None out of its bounds
    pub fn new(millionths: u32) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&millionths).then_some(Self(millionths))
    }

    /// In millionths.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

/// The part of what markets offset that is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetShare(Fx);

impl OffsetShare {
    /// No credit: every market by itself.
    pub const NONE: Self = Self(Fx::ZERO);

    /// The share for the trusted correlation.
    /// # Returns: in [0, 0.78]
    /// # Rounding: down: less is credited
    /// # Errors: none in range
    pub fn new_floor(correlation: Correlation) -> Result<Self, RiskError> {
        let apart = sub(Fx::ONE, ratio_floor(i128::from(correlation.0), MILLION)?)?;
        // The root of a number below one is cut by less than a unit.
        let kept = add(sqrt(div_ceil(apart, TWO)?)?, Fx::DELTA)?;
        Ok(Self(sub(Fx::ONE, kept)?.max(Fx::ZERO)))
    }

    /// From storage, where only shares that were computed are.
    pub const fn from_stored(share: Fx) -> Self {
        Self(share)
    }

    /// Its number.
    pub const fn fx(self) -> Fx {
        self.0
    }
}

/// The requirement over all markets.
/// # Inputs: one vector for each market, all at maintenance or all at initial
/// # Returns: from the worst common scenario to the sum of each market's worst
/// # Rounding: up
/// # Errors: Overflow
pub fn combined_ceil<'a>(
    markets: impl IntoIterator<Item = &'a ScenarioLosses>,
    share: OffsetShare,
) -> Result<Money, RiskError> {
    let mut common = ScenarioLosses::default();
    let mut apart = Money::ZERO;
    for losses in markets {
        common = common.plus(losses)?;
        apart = apart.plus(losses.worst())?;
    }
    let offset = apart.minus(common.worst())?;
    apart.minus(Money::from_fx(mul_floor(offset.fx(), share.0)?))
}
