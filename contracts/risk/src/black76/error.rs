//! Why an option has no price.

use core::fmt;

use equipoise_math::Fx;

/// The domain of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PricingError {
    /// The forward is outside 1e-4 to 1e9.
    ForwardOutOfDomain {
        /// In quote per base.
        forward: Fx,
    },
    /// The strike is outside 1e-3 to 1e3 times the forward.
    StrikeOutOfDomain {
        /// In quote per base.
        strike: Fx,
        /// In quote per base.
        forward: Fx,
    },
    /// The volatility is outside 0.01 to 10.
    VolOutOfDomain {
        /// Per square root of a year.
        vol: Fx,
    },
    /// The time is neither 0 nor between one second and three years.
    YearsOutOfDomain {
        /// In years of 365 days.
        years: Fx,
    },
    /// The total volatility is neither 0 nor between 1e-6 and 17.33.
    TotalVolOutOfDomain {
        /// `vol * sqrt(years)`.
        total_vol: Fx,
    },
}

impl fmt::Display for PricingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForwardOutOfDomain { forward } => {
                write!(f, "forward {forward} must be from 0.0001 to 1000000000 quote per base")
            }
            Self::StrikeOutOfDomain { strike, forward } => {
                write!(f, "strike {strike} must be from 0.001 to 1000 times the forward {forward}")
            }
            Self::VolOutOfDomain { vol } => write!(f, "vol {vol} must be from 0.01 to 10"),
            Self::YearsOutOfDomain { years } => {
                write!(f, "time {years} must be 0 or from one second to 3 years")
            }
            Self::TotalVolOutOfDomain { total_vol } => {
                write!(f, "total vol {total_vol} must be 0 or from 0.000001 to 17.33")
            }
        }
    }
}

impl core::error::Error for PricingError {}
