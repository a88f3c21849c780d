//! Why an option has no price.

use core::fmt;

use equipoise_math::Fx;

/// The input that is outside its domain.
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
    /// The spot price is outside 1e-4 to 1e9.
    SpotOutOfDomain {
        /// In quote per base.
        spot: Fx,
    },
    /// The rate of interest is outside -0.5 to 2.
    RateOutOfDomain {
        /// Per year, continuously compounded.
        rate: Fx,
    },
    /// The dividend yield is outside -0.5 to 2.
    DividendYieldOutOfDomain {
        /// Per year, continuously compounded.
        dividend_yield: Fx,
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
            Self::SpotOutOfDomain { spot } => write!(f, "spot {spot} must be from 0.0001 to 1000000000 quote per base"),
            Self::RateOutOfDomain { rate } => write!(f, "rate {rate} must be from -0.5 to 2 a year"),
            Self::DividendYieldOutOfDomain { dividend_yield } => {
                write!(f, "dividend yield {dividend_yield} must be from -0.5 to 2 a year")
            }
            Self::TotalVolOutOfDomain { total_vol } => {
                write!(f, "total vol {total_vol} must be 0 or from 0.000001 to 17.33")
            }
        }
    }
}

impl core::error::Error for PricingError {}
