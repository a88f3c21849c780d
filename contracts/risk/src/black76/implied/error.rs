//! Why a price implies no volatility.

use core::fmt;

use equipoise_math::Fx;

use crate::black76::PricingError;

/// Why a price implies no volatility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImpliedVolError {
    /// Forward, strike or time is outside the domain of the formula.
    Pricing(PricingError),
    /// The price is not above the intrinsic value: no volatility is as low as that.
    NotAboveIntrinsic {
        /// In quote per base.
        price: Fx,
        /// In quote per base.
        intrinsic: Fx,
    },
    /// The price is not below its upper bound, the forward for a call and the strike for a put.
    NotBelowBound {
        /// In quote per base.
        price: Fx,
        /// In quote per base.
        bound: Fx,
    },
    /// The implied volatility lies outside 0.01 to 10.
    VolOutOfDomain {
        /// In quote per base.
        price: Fx,
    },
}

impl fmt::Display for ImpliedVolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pricing(error) => error.fmt(f),
            Self::NotAboveIntrinsic { price, intrinsic } => {
                write!(f, "price {price} must exceed the intrinsic value {intrinsic}")
            }
            Self::NotBelowBound { price, bound } => {
                write!(f, "price {price} must be below {bound}, the most the option can be worth")
            }
            Self::VolOutOfDomain { price } => {
                write!(f, "price {price} implies a vol outside 0.01 to 10")
            }
        }
    }
}

impl core::error::Error for ImpliedVolError {}

impl From<PricingError> for ImpliedVolError {
    fn from(error: PricingError) -> Self {
        Self::Pricing(error)
    }
}
