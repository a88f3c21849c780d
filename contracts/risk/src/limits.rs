//! Hard limits of the vault's book, as shares of risk capital.
//!
//! A trade past a limit is refused unless it brings the measure closer to it, so reduction is always possible.

use equipoise_math::{div_floor, Fx};

use crate::book::Exposure;
use crate::parameters::{Parameter, Parameters};
use crate::units::Money;
use crate::RiskError;

/// A measure that a trade would carry past its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub measure: Measure,
    /// Its value after the trade.
    pub value: Money,
    /// What it may be at most.
    pub limit: Money,
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Dollar delta, either sign.
    Delta,
    /// Time-weighted vega, either sign.
    Vega,
    /// The worst of the jump losses.
    Stress,
}

const MEASURES: [(Measure, Parameter); 3] = [
    (Measure::Delta, Parameter::DeltaLimit),
    (Measure::Vega, Parameter::VegaLimit),
    (Measure::Stress, Parameter::StressLimit),
];

fn measured(measure: Measure, book: &Exposure) -> Result<Money, RiskError> {
    Ok(match measure {
        Measure::Delta => book.dollar_delta,
        Measure::Vega => book.weighted_vega()?,
        Measure::Stress => book.stress_loss(),
    })
}

/// The first limit that going from `before` to `after` would break.
/// # Errors: Overflow
pub fn breach(
    before: &Exposure,
    after: &Exposure,
    capital: Money,
    parameters: &Parameters,
) -> Result<Option<Breach>, RiskError> {
    for (measure, parameter) in MEASURES {
        let limit = capital.scaled_floor(parameters.number(parameter)?)?;
        let value = measured(measure, after)?;
        let size = value.magnitude()?;
        if size > limit && size > measured(measure, before)?.magnitude()? {
            return Ok(Some(Breach { measure, value, limit }));
        }
    }
    Ok(None)
}

/// The capital that the book needs to stand within every limit.
/// # Rounding: up by at most 2^-64 of each limit's share
/// # Errors: Math, Overflow
pub fn required_capital(book: &Exposure, parameters: &Parameters) -> Result<Money, RiskError> {
    let mut required = Money::ZERO;
    for (measure, parameter) in MEASURES {
        let size = measured(measure, book)?.magnitude()?;
        let least = div_floor(size.fx(), parameters.number(parameter)?)?;
        let least = least.checked_add(Fx::DELTA).ok_or(RiskError::Overflow)?;
        required = required.max(Money::from_fx(least));
    }
    Ok(required)
}

#[cfg(test)]
mod tests;
