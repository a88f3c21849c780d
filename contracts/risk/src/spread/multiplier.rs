//! By how much the state of the market widens the spread of volatility.
//!
//! ```text
//! multiplier = regime x toxicity x utilisation,   1 <= multiplier <= 4 x 3 x 2
//! ```
//!
//! Each factor is at least one, so none undoes another, and the product cannot leave its bounds whatever
//! the states say. The market freezes it within an oracle round: nobody's trade changes the next one's spread.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, sub};
use crate::millionths::Millionths;
use crate::regime::Regime;
use crate::RiskError;

/// The largest factor of toxicity.
pub const MOST_TOXICITY: Millionths = Millionths::from_raw(3_000_000);
/// The largest factor of utilisation.
pub const MOST_UTILISATION: Millionths = Millionths::from_raw(2_000_000);
/// The share of its capacity from which a used vault widens.
const KINK: Fx = Fx::lit("0.5");

/// What the multiplier is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    /// The regime.
    pub regime: Regime,
    /// The factor of toxicity; outside [1, [`MOST_TOXICITY`]] the nearer bound counts.
    pub toxicity: Millionths,
    /// The factor of utilisation; outside [1, [`MOST_UTILISATION`]] the nearer bound counts.
    pub utilisation: Millionths,
}

/// A factor on the spread of volatility from 1 to [`SpreadMultiplier::MOST`], a whole number of millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpreadMultiplier(Millionths);

impl SpreadMultiplier {
    /// Spreads as they are.
    pub const ONE: Self = Self(Millionths::ONE);
    /// 4 x 3 x 2.
    pub const MOST: Self = Self(Millionths::from_raw(24_000_000));

    /// The product of the factors.
    /// # Rounding: up, in the vault's favour
    pub fn of(factors: Factors) -> Self {
        let toxicity = factors.toxicity.clamp(Millionths::ONE, MOST_TOXICITY);
        let utilisation = factors.utilisation.clamp(Millionths::ONE, MOST_UTILISATION);
        Self(factors.regime.factor().times_ceil(toxicity).times_ceil(utilisation))
    }

    /// From storage; what is outside the bounds counts as the nearer one.
    pub fn from_stored(stored: Millionths) -> Self {
        Self(stored.clamp(Self::ONE.0, Self::MOST.0))
    }

    /// For storage.
    pub const fn stored(self) -> Millionths {
        self.0
    }

    /// The number that it is.
    /// # Errors: none in range
    pub fn number(self) -> Result<Fx, RiskError> {
        self.0.number()
    }

    /// So many times as wide, at most [`SpreadMultiplier::MOST`]; a factor below one counts as one.
    /// # Rounding: up, in the vault's favour
    #[must_use]
    pub fn times_ceil(self, factor: Millionths) -> Self {
        Self::from_stored(self.0.times_ceil(factor.max(Millionths::ONE)))
    }

    /// What a trade pays that passes only because it closes: the spread of a stressed market at least.
    #[must_use]
    pub fn for_closing(self) -> Self {
        self.max(Self(Regime::Stressed.factor()))
    }
}

/// By how much a used vault widens: 1 up to half of its capacity, then in a line up to 2 when all of it is used.
/// # Inputs: what is used over what may be used, from 0; past 1 counts as 1
/// # Rounding: up, in the vault's favour
/// # Errors: none in range
pub fn utilisation_factor_ceil(utilisation: Fx) -> Result<Millionths, RiskError> {
    let beyond = sub(utilisation.clamp(KINK, Fx::ONE), KINK)?;
    let rise = div_floor(beyond, sub(Fx::ONE, KINK)?)?;
    Ok(Millionths::from_fx_ceil(add(Fx::ONE, rise)?).min(MOST_UTILISATION))
}
