//! What may be tuned about margin, each number within hard bounds, in millionths.

use equipoise_math::Fx;

use crate::parameters::MILLION;
use crate::units::ratio_floor;
use crate::RiskError;

/// How many margin parameters there are.
pub const COUNT: usize = 8;

/// One tunable number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginParameter {
    /// The widest move of spot in the grid, either way, as a share of it.
    SpotShock,
    /// The nearer tail's move of spot, either way, as a share of it.
    NearTail,
    /// The farther tail's fall of spot, as a share of it.
    FarTailDown,
    /// The farther tail's rise of spot, as a share of it.
    FarTailUp,
    /// The rise of a 30-day volatility, as a share of it.
    VolShockUp,
    /// The fall of a 30-day volatility: it is divided by one and this.
    VolShockDown,
    /// What a net short option is charged at least, as a share of the forward.
    ShortMinimum,
    /// Initial over maintenance margin.
    InitialFactor,
}

/// A parameter with its default and its bounds, in millionths.
#[derive(Clone, Copy, Debug)]
pub struct MarginRule {
    /// Which.
    pub parameter: MarginParameter,
    /// At the start.
    pub default: u32,
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

const fn rule(parameter: MarginParameter, default: u32, min: u32, max: u32) -> MarginRule {
    MarginRule { parameter, default, min, max }
}

/// Every margin parameter in its order of storage.
///
/// Where the defaults come from, on ETH prices of 2018 to 2025 and Deribit's chains of 2025-12-30 to 2026-05-31:
/// the worst hour since 2022 fell 16.5 % from the last close and rose 13.1 % (20 %); the worst day since 2018 fell
/// 48 % and rose 31 % (40 %); the worst three days fell 57 % and rose 60 % (60 % and 100 %). Day on day the volatility
/// of a fixed strike moved by -9 to +12 % at 15 to 45 days and by -53 to +90 % at 1 to 3 days (-23 to +40 % and -49 to
/// +126 % of the shocks scaled for time).
pub const RULES: [MarginRule; COUNT] = [
    rule(MarginParameter::SpotShock, 200_000, 50_000, 350_000),
    rule(MarginParameter::NearTail, 400_000, 100_000, 600_000),
    rule(MarginParameter::FarTailDown, 600_000, 200_000, 900_000),
    rule(MarginParameter::FarTailUp, 1_000_000, 200_000, 3_000_000),
    rule(MarginParameter::VolShockUp, 400_000, 100_000, 1_500_000),
    rule(MarginParameter::VolShockDown, 300_000, 50_000, 1_500_000),
    rule(MarginParameter::ShortMinimum, 10_000, 1_000, 100_000),
    rule(MarginParameter::InitialFactor, 1_300_000, 1_050_000, 3_000_000),
];

/// Why a set of margin parameters is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginParameterError {
    /// One is outside its bounds; its place in [`RULES`].
    OutOfBounds(usize),
    /// The near tail would lie inside the grid: its cover would be above one.
    NearTailInsideGrid,
    /// A far tail would not lie beyond the near one.
    FarTailInsideNear,
}

/// All margin parameters of a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarginParameters {
    millionths: [u32; COUNT],
}

impl Default for MarginParameters {
    fn default() -> Self {
        Self { millionths: RULES.map(|rule| rule.default) }
    }
}

impl MarginParameters {
    /// Takes numbers given in millionths, in the order of [`RULES`].
    /// # Errors: the first rule that is broken
    pub fn new(millionths: [u32; COUNT]) -> Result<Self, MarginParameterError> {
        for (place, (value, rule)) in millionths.iter().zip(&RULES).enumerate() {
            if !(rule.min..=rule.max).contains(value) {
                return Err(MarginParameterError::OutOfBounds(place));
            }
        }
        let parameters = Self { millionths };
        let near = parameters.millionths(MarginParameter::NearTail);
        if near <= parameters.millionths(MarginParameter::SpotShock) {
            return Err(MarginParameterError::NearTailInsideGrid);
        }
        let far = [MarginParameter::FarTailDown, MarginParameter::FarTailUp].map(|far| parameters.millionths(far));
        if far.into_iter().any(|far| far <= near) {
            return Err(MarginParameterError::FarTailInsideNear);
        }
        Ok(parameters)
    }

    /// From storage, where only checked parameters are.
    pub const fn from_stored(millionths: [u32; COUNT]) -> Self {
        Self { millionths }
    }

    /// All of them in millionths, in the order of [`RULES`].
    pub const fn all_millionths(&self) -> [u32; COUNT] {
        self.millionths
    }

    /// One of them in millionths.
    pub fn millionths(&self, parameter: MarginParameter) -> u32 {
        RULES
            .iter()
            .zip(self.millionths)
            .find_map(|(rule, value)| (rule.parameter == parameter).then_some(value))
            .unwrap_or(0)
    }

    /// One of them.
    /// # Rounding: down to the nearest 2^-64
    /// # Errors: none in range
    pub fn number(&self, parameter: MarginParameter) -> Result<Fx, RiskError> {
        ratio_floor(i128::from(self.millionths(parameter)), MILLION)
    }
}
