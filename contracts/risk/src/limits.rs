//! Hard limits of the vault's book, as shares of risk capital.
//!
//! A trade past a limit is refused unless it brings the measure closer to it, so reduction is always possible.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor};
use crate::book::{Exposure, Measure};
use crate::parameters::{Parameter, Parameters};
use crate::units::Money;
use crate::RiskError;

/// A measure that a trade would carry past its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub limit_of: Limited,
    /// Its value after the trade.
    pub value: Money,
    /// What it may be at most.
    pub limit: Money,
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// Dollar delta, either sign.
    Delta,
    /// Time-weighted vega, either sign.
    Vega,
    /// The worst of the jump losses.
    Stress,
}

const LIMITS: [(Limited, Parameter); 3] = [
    (Limited::Delta, Parameter::DeltaLimit),
    (Limited::Vega, Parameter::VegaLimit),
    (Limited::Stress, Parameter::StressLimit),
];

fn measured(limited: Limited, book: &Exposure) -> Result<Money, RiskError> {
    match limited {
        Limited::Delta => Ok(book.of(Measure::DollarDelta)),
        Limited::Vega => book.weighted_vega(),
        Limited::Stress => book.stress_loss(),
    }
}

/// The first limit that going from `before` to `after` would break.
/// # Errors: Overflow
pub fn breach(
    before: &Exposure,
    after: &Exposure,
    capital: Money,
    parameters: &Parameters,
) -> Result<Option<Breach>, RiskError> {
    for (limited, parameter) in LIMITS {
        let limit = capital.scaled_floor(parameters.number(parameter)?)?;
        let value = measured(limited, after)?;
        let size = value.magnitude()?;
        if size > limit && size > measured(limited, before)?.magnitude()? {
            return Ok(Some(Breach { limit_of: limited, value, limit }));
        }
    }
    Ok(None)
}

/// The capital that the book needs to stand within every limit.
/// # Rounding: up by at most 2^-64 of each limit's share
/// # Errors: Math, Overflow
pub fn required_capital(book: &Exposure, parameters: &Parameters) -> Result<Money, RiskError> {
    let mut required = Money::ZERO;
    for (limited, parameter) in LIMITS {
        let size = measured(limited, book)?.magnitude()?;
        let least = div_floor(size.fx(), parameters.number(parameter)?)?;
        let least = add(least, Fx::DELTA)?;
        required = required.max(Money::from_fx(least));
    }
    Ok(required)
}

#[cfg(test)]
mod tests;
