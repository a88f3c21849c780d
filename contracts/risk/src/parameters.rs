//! What the owner may tune, each within hard bounds, packed in 32 bits.
//!
//! A parameter is stored as a whole number of millionths: exact, and eight to a storage slot.

use crate::RiskError;
use equipoise_math::Fx;

/// Millionths in one.
pub const MILLION: u64 = 1_000_000;
/// A millionth in WAD.
pub const MILLIONTH_WAD: u128 = 1_000_000_000_000;
/// How many parameters there are.
pub const COUNT: usize = 24;

/// One tunable number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Risk aversion of charges.
    Lambda,
    /// Risk aversion of rebates, at most that of charges.
    LambdaFloor,
    /// Risk aversion to jumps.
    JumpLambda,
    /// Horizon of the delta risk in days.
    DeltaHorizonDays,
    /// Horizon of the vega risk in days, at least that of delta.
    VegaHorizonDays,
    /// Volatility of volatility per square root of a year, at 30 days.
    VolOfVol,
    /// Correlation of spot and volatility, plus one.
    SpotVolCorrelationPlusOne,
    /// Half spread in volatility, at 30 days.
    VolHalfSpread,
    /// Half spread at least, of spot, for each leg.
    SpreadFloor,
    /// How far the feed may lie from the market without an update, of spot.
    Deviation,
    /// Fee of notional.
    Fee,
    /// Fee at most, of premium.
    FeeCap,
    /// Dollar delta at most, of risk capital.
    DeltaLimit,
    /// Time-weighted vega at most, of risk capital.
    VegaLimit,
    /// Loss in the worst stress at most, of risk capital.
    StressLimit,
    /// Age of the spot price in hours past which only closing trades pass.
    MaxSpotAgeHours,
    /// Age of the surface in hours past which only closing trades pass.
    MaxSurfaceAgeHours,
    /// How long a move past the feed's deviation takes to be on chain, in seconds.
    FeedLatencySecs,
    /// Dollar gamma at most, of risk capital: half of it times a move squared is what the move costs.
    GammaLimit,
    /// Time-weighted vega of one expiry at most, of risk capital.
    ExpiryVegaLimit,
    /// Notional at most that the vault is short in one series, of risk capital.
    ShortSeriesLimit,
    /// How far one post may move the volatility of a strike, at 30 days.
    VolStep,
    /// How far one post may move the forward over spot, of itself.
    BasisStep,
    /// Steps of that size that posts may take at once, and how many of them an hour brings back.
    StepsPerHour,
}

/// A parameter with its default and its bounds, in millionths.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Which.
    pub parameter: Parameter,
    /// At the start.
    pub default: u32,
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

const fn rule(parameter: Parameter, default: u32, min: u32, max: u32) -> Rule {
    Rule { parameter, default, min, max }
}

/// Every parameter in its order of storage.
pub const RULES: [Rule; COUNT] = [
    rule(Parameter::Lambda, 20_000_000, 5_000_000, 60_000_000),
    rule(Parameter::LambdaFloor, 15_000_000, 0, 60_000_000),
    rule(Parameter::JumpLambda, 20_000_000, 0, 60_000_000),
    rule(Parameter::DeltaHorizonDays, 2_000_000, 100_000, 10_000_000),
    rule(Parameter::VegaHorizonDays, 15_000_000, 100_000, 60_000_000),
    rule(Parameter::VolOfVol, 400_000, 50_000, 3_000_000),
    rule(Parameter::SpotVolCorrelationPlusOne, 700_000, 200_000, 1_500_000),
    rule(Parameter::VolHalfSpread, 700, 500, 100_000),
    rule(Parameter::SpreadFloor, 50, 0, 10_000),
    rule(Parameter::Deviation, 500, 0, 20_000),
    rule(Parameter::Fee, 300, 0, 5_000),
    rule(Parameter::FeeCap, 125_000, 0, 250_000),
    rule(Parameter::DeltaLimit, 250_000, 10_000, 1_000_000),
    rule(Parameter::VegaLimit, 150_000, 10_000, 1_000_000),
    rule(Parameter::StressLimit, 300_000, 10_000, 900_000),
    rule(Parameter::MaxSpotAgeHours, 2_000_000, 10_000, 48_000_000),
    rule(Parameter::MaxSurfaceAgeHours, 26_000_000, 10_000, 200_000_000),
    rule(Parameter::FeedLatencySecs, 15_000_000, 1_000_000, 600_000_000),
    rule(Parameter::GammaLimit, 5_000_000, 100_000, 20_000_000),
    rule(Parameter::ExpiryVegaLimit, 100_000, 5_000, 1_000_000),
    rule(Parameter::ShortSeriesLimit, 1_000_000, 10_000, 10_000_000),
    rule(Parameter::VolStep, 50_000, 1_000, 1_000_000),
    rule(Parameter::BasisStep, 5_000, 100, 500_000),
    rule(Parameter::StepsPerHour, 4_000_000, 1_000_000, 600_000_000),
];

/// Why a set of parameters is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterError {
    /// One is outside its bounds; its place and rule.
    OutOfBounds(usize),
    /// Rebates would be paid at a higher risk aversion than charges.
    FloorAboveLambda,
    /// Vega would be held for a shorter time than delta.
    VegaHorizonBelowDelta,
}

/// All parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    millionths: [u32; COUNT],
}

impl Default for Parameters {
    fn default() -> Self {
        Self { millionths: RULES.map(|rule| rule.default) }
    }
}

impl Parameters {
    /// Takes numbers given in millionths, in the order of [`RULES`].
    /// # Errors: the first rule that is broken
    pub fn new(millionths: [u32; COUNT]) -> Result<Self, ParameterError> {
        for (place, (value, rule)) in millionths.iter().zip(&RULES).enumerate() {
            if !(rule.min..=rule.max).contains(value) {
                return Err(ParameterError::OutOfBounds(place));
            }
        }
        let parameters = Self { millionths };
        if parameters.millionths(Parameter::LambdaFloor) > parameters.millionths(Parameter::Lambda) {
            return Err(ParameterError::FloorAboveLambda);
        }
        if parameters.millionths(Parameter::VegaHorizonDays) < parameters.millionths(Parameter::DeltaHorizonDays) {
            return Err(ParameterError::VegaHorizonBelowDelta);
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
    pub fn millionths(&self, parameter: Parameter) -> u32 {
        // The order of the variants is that of the rules, by test; their table is none that a program must carry for this.
        #[allow(clippy::as_conversions)]
        let place = parameter as usize;
        self.millionths.get(place).copied().unwrap_or(0)
    }

    /// One of them that is a time, in seconds.
    /// # Inputs: seconds in its unit
    /// # Rounding: down
    pub fn secs(&self, parameter: Parameter, per_unit: u32) -> u64 {
        // Both have 32 bits.
        u64::from(self.millionths(parameter)).wrapping_mul(per_unit.into()) / MILLION
    }

    /// One of them.
    /// # Rounding: down to the nearest 2^-64
    /// # Errors: none in range
    #[inline(never)]
    pub fn number(&self, parameter: Parameter) -> Result<Fx, RiskError> {
        #[allow(clippy::as_conversions, reason = "wider, in a constant, where no other conversion can be")]
        const DIVISOR: u128 = MILLION as u128;
        // Of 32 bits: neither the shift nor the quotient leaves 96.
        let bits = (u128::from(self.millionths(parameter)) << 64) / DIVISOR;
        i128::try_from(bits).map(Fx::from_bits).map_err(|_| RiskError::Overflow)
    }
}

#[cfg(test)]
mod tests;
