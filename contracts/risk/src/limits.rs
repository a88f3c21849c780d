//! Hard limits of the vault's book, as shares of risk capital.
//!
//! A trade past a limit is refused unless it brings the measure closer to it, so reduction is always possible.
//!
//! Cash is limited, too. A board is settled out of the vault's cash, and what other boards are worth does not
//! pay its holders: whoever sells the vault options that cost much and risk nothing, such as boxes, must not
//! leave it without.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, neg};
use crate::book::{Exposure, Measure, JUMPS};
use crate::parameters::{Parameter, Parameters};
use crate::settlement::{payoff_money_floor, Holding};
use crate::units::{Money, Price};
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

/// The share of risk capital that stays in cash, beyond what the vault may owe, when traders open positions.
pub const LIQUID_SHARE: Fx = Fx::lit("0.5");

/// The most that the vault's positions in one expiry owe at the present spot and after each of [`JUMPS`].
/// # Rounding: up. Errors: Overflow
pub fn most_owed_ceil(held: &[Holding], spot: Price) -> Result<Money, RiskError> {
    let mut least = payoff_money_floor(held, spot)?.fx().min(Fx::ZERO);
    for jump in JUMPS {
        least = least.min(payoff_money_floor(held, spot.scaled_floor(jump)?)?.fx());
    }
    neg(least).map(Money::from_fx)
}

#[cfg(test)]
mod tests;
