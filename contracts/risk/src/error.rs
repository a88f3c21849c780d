//! The one error of this crate's protocol arithmetic.
//!
//! It is one byte wide and carries no values: every arithmetic step of the programs returns it, and the
//! program that receives it knows which board and which numbers it asked for.

use crate::black76::PricingError;

/// Why a number of the protocol could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskError {
    /// An elementary function refused its argument.
    Math,
    /// An option is outside the domain of the pricing formula.
    Pricing,
    /// A sum, a product or a conversion does not fit its type.
    Overflow,
    /// The vault has no capital to quote against.
    NoCapital,
    /// The strikes of an expiry do not rise.
    StrikesUnordered,
    /// A slice of the surface is refused.
    Slice(SliceError),
}

/// Why a slice of the surface is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceError {
    /// `b < 0`, `|rho| >= 1`, `sigma <= 0`, `m` or `sigma` past 16, or a number too large for its field.
    ParameterOutOfRange,
    /// `b (1 + |rho|) T` is past Lee's moment bound.
    WingsTooSteep,
    /// The variance of some strike is outside the domain of volatility.
    VarianceOutOfDomain,
    /// Durrleman's condition fails at some strike, or too nearly for the arithmetic to tell: a butterfly would have a
    /// negative price.
    ButterflyArbitrage,
    /// Total variance does not rise with expiry at some strike, or too little for the arithmetic to tell.
    CalendarArbitrage,
}

impl From<PricingError> for RiskError {
    fn from(_: PricingError) -> Self {
        Self::Pricing
    }
}

impl From<SliceError> for RiskError {
    fn from(error: SliceError) -> Self {
        Self::Slice(error)
    }
}
