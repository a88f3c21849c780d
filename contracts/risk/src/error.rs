//! The one error of this crate's protocol arithmetic.

use equipoise_math::MathError;

use crate::black76::PricingError;

/// Why a number of the protocol could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskError {
    /// An elementary function refused its argument or its result does not fit.
    Math(MathError),
    /// An option is outside the domain of the pricing formula.
    Pricing(PricingError),
    /// A sum or a conversion does not fit its type.
    Overflow,
    /// The vault has no capital to quote against.
    NoCapital,
    /// A slice of the surface is refused.
    Slice(SliceError),
    /// An account would be short more calls than it is long.
    ShortCallUncovered {
        /// Long less short calls of the board, in lots.
        net_calls: i64,
    },
}

/// Why a slice of the surface is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceError {
    /// `b < 0`, `|rho| >= 1`, `sigma <= 0` or a number too large for its field.
    ParameterOutOfRange,
    /// `b (1 + |rho|) sqrt(..)` grows faster than Lee's moment bound allows.
    WingsTooSteep,
    /// The variance is outside the domain of volatility somewhere on the grid.
    VarianceOutOfDomain,
    /// Durrleman's condition fails somewhere on the grid: a butterfly would have a negative price.
    ButterflyArbitrage,
    /// Total variance falls with expiry somewhere on the grid.
    CalendarArbitrage,
}

impl From<MathError> for RiskError {
    fn from(error: MathError) -> Self {
        Self::Math(error)
    }
}

impl From<PricingError> for RiskError {
    fn from(error: PricingError) -> Self {
        Self::Pricing(error)
    }
}

impl From<SliceError> for RiskError {
    fn from(error: SliceError) -> Self {
        Self::Slice(error)
    }
}
