//! What a portfolio loses in each scenario: the vector that markets hand to the clearing house.

use equipoise_math::Fx;

use crate::arithmetic::mul_ceil;
use crate::units::Money;
use crate::RiskError;

/// Moves of spot in the grid.
pub const SPOT_STEPS: usize = 9;
/// Moves of volatility in the grid: down, none, up.
pub const VOL_STEPS: usize = 3;
/// Scenarios of the grid.
pub const GRID: usize = SPOT_STEPS * VOL_STEPS;
/// Tail scenarios: far down, near down, near up, far up.
pub const TAILS: usize = 4;
/// Scenarios in which the portfolio is priced.
pub const SCENARIOS: usize = GRID + TAILS;
/// Entries of the vector: the scenarios, then the charge for net short options.
pub const ENTRIES: usize = SCENARIOS + 1;

/// What is lost in each scenario, negative for a gain: the grid by volatility (down, none, up) and within it by spot
/// from the lowest, the tails' covered part from the lowest spot, then the charge for net short options.
///
/// Each entry but the last is linear in the positions, but for pads and for what an expiry is required at most, so gains
/// offset losses within a scenario and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScenarioLosses([Money; ENTRIES]);

impl Default for ScenarioLosses {
    fn default() -> Self {
        Self([Money::ZERO; ENTRIES])
    }
}

impl ScenarioLosses {
    /// From all entries.
    pub const fn from_array(entries: [Money; ENTRIES]) -> Self {
        Self(entries)
    }

    /// All entries.
    pub const fn to_array(&self) -> [Money; ENTRIES] {
        self.0
    }

    /// The losses of both portfolios, scenario by scenario.
    /// # Errors: Overflow
    pub fn plus(&self, other: &Self) -> Result<Self, RiskError> {
        let mut sum = *self;
        for (mine, other) in sum.0.iter_mut().zip(other.0) {
            *mine = mine.plus(other)?;
        }
        Ok(sum)
    }

    /// Each entry times a factor.
    /// # Inputs: factor, not negative
    /// # Rounding: up: losses grow, gains shrink
    /// # Errors: Overflow
    pub fn scaled_ceil(&self, factor: Fx) -> Result<Self, RiskError> {
        let mut scaled = *self;
        for entry in &mut scaled.0 {
            *entry = Money::from_fx(mul_ceil(entry.fx(), factor)?);
        }
        Ok(scaled)
    }

    /// The worst entry, not negative: the requirement of the portfolio by itself.
    pub fn worst(&self) -> Money {
        self.0.into_iter().fold(Money::ZERO, Money::max)
    }
}
