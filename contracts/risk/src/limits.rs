//! Hard limits of the vault's book, as shares of risk capital.
//!
//! A trade past a limit is refused unless it brings the measure closer to zero on its side, so reduction is always possible.
//!
//! Cash is limited, too. A board is settled out of the vault's cash, and what other boards are worth does not
//! pay its holders: whoever sells the vault options that cost much and risk nothing, such as boxes, must not
//! leave it without.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, neg};
use crate::book::{Exposure, Measure, JUMPS, MAX_BOARDS};
use crate::parameters::{Parameter, Parameters};
use crate::settlement::{payoff_money_floor, Holding};
use crate::units::{lots_to_contracts_ceil, times_lots, Lots, Money, Price};
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
    /// Dollar gamma, either sign.
    Gamma,
    /// Time-weighted vega of one expiry, either sign.
    ExpiryVega,
    /// Notional that the vault is short in one series.
    ShortSeries,
}

/// The limits on a book's sums.
const LIMITS: [(Limited, Parameter); 5] = [
    (Limited::Delta, Parameter::DeltaLimit),
    (Limited::Vega, Parameter::VegaLimit),
    (Limited::Stress, Parameter::StressLimit),
    (Limited::Gamma, Parameter::GammaLimit),
    (Limited::ExpiryVega, Parameter::ExpiryVegaLimit),
];

/// What a limit is on: one number, or one for each expiry.
fn measured(limited: Limited, book: &Exposure) -> Result<[Money; MAX_BOARDS], RiskError> {
    let mut numbers = [Money::ZERO; MAX_BOARDS];
    let [first, ..] = &mut numbers;
    match limited {
        Limited::Delta => *first = book.of(Measure::DollarDelta),
        Limited::Vega => *first = book.weighted_vega()?,
        Limited::Stress => *first = book.stress_loss()?,
        Limited::Gamma => *first = book.of(Measure::DollarGamma),
        Limited::ExpiryVega => numbers = book.buckets.map(|bucket| bucket.vega),
        // no sum of the book's: see [`short_breach`]
        Limited::ShortSeries => {}
    }
    Ok(numbers)
}

/// The first limit that going from `before` to `after` would break.
/// # Errors: Overflow
pub fn breach(
    (before, after): (&Exposure, &Exposure),
    capital: Money,
    parameters: &Parameters,
) -> Result<Option<Breach>, RiskError> {
    for (limited, parameter) in LIMITS {
        let limit = capital.scaled_floor(parameters.number(parameter)?)?;
        for (was, is) in measured(limited, before)?.into_iter().zip(measured(limited, after)?) {
            if !stays_within(was, is, limit)? {
                return Ok(Some(Breach { limit_of: limited, value: is, limit }));
            }
        }
    }
    Ok(None)
}

/// Whether the vault would be short too much of a series of one expiry, of which it sells some more.
/// # Inputs: what it holds of each strike before and after, in the same order
/// # Rounding: notional up
/// # Errors: Overflow
pub fn short_breach(
    (before, after): (&[Holding], &[Holding]),
    spot: Price,
    capital: Money,
    parameters: &Parameters,
) -> Result<Option<Breach>, RiskError> {
    let limit = capital.scaled_floor(parameters.number(Parameter::ShortSeriesLimit)?)?;
    for (before, after) in before.iter().zip(after) {
        for (was, is) in [(before.calls, after.calls), (before.puts, after.puts)] {
            if is < was && is < Lots::ZERO {
                let lots = i64::from(is.count()).saturating_abs();
                let value = Money::from_fx(lots_to_contracts_ceil(times_lots(spot.fx(), lots)?)?);
                if value > limit {
                    return Ok(Some(Breach { limit_of: Limited::ShortSeries, value, limit }));
                }
            }
        }
    }
    Ok(None)
}

/// Whether a measure stays within its limit, or comes closer to it. As far on the other side is not closer: the trade
/// would have opened all of that.
fn stays_within(was: Money, is: Money, limit: Money) -> Result<bool, RiskError> {
    let is_on_its_side = (was < Money::ZERO) == (is < Money::ZERO);
    let size = is.magnitude()?;
    Ok(size <= limit || is_on_its_side && size <= was.magnitude()?)
}

/// The capital that the book needs to stand within every limit. In a jump a hedge that is held elsewhere may fail: the worse
/// of the losses with it and without it counts.
/// # Inputs: the book with its hedge, and the options alone
/// # Rounding: up by at most 2^-64 of each limit's share
/// # Errors: Math, Overflow
pub fn required_capital((book, options): (&Exposure, &Exposure), parameters: &Parameters) -> Result<Money, RiskError> {
    let mut required = Money::ZERO;
    for (limited, parameter) in LIMITS {
        let share = parameters.number(parameter)?;
        for number in measured(limited, book)? {
            let least = div_floor(number.magnitude()?.fx(), share)?;
            required = required.max(Money::from_fx(add(least, Fx::DELTA)?));
        }
    }
    let share = parameters.number(Parameter::StressLimit)?;
    let least = div_floor(options.stress_loss()?.fx(), share)?;
    Ok(required.max(Money::from_fx(add(least, Fx::DELTA)?)))
}

/// What is used of the vault's capacity: the capital that the book needs over what there is.
/// # Inputs: as [`required_capital`]
/// # Returns: at most [`Fx::MAX`], also where there is no capital
/// # Rounding: down by a unit of 2^-64
/// # Errors: Math, Overflow
pub fn utilisation(books: (&Exposure, &Exposure), capital: Money, parameters: &Parameters) -> Result<Fx, RiskError> {
    let required = required_capital(books, parameters)?;
    if capital <= Money::ZERO {
        return Ok(Fx::MAX);
    }
    Ok(required.ratio_floor(capital).unwrap_or(Fx::MAX))
}

/// The share of risk capital that stays in cash, beyond what the vault may owe, when traders open positions.
pub const LIQUID_SHARE: Fx = Fx::lit("0.5");
/// What is kept in cash of risk capital beside what may be owed, whatever is held against the book: half of what trades leave, so that
/// nobody keeps the vault from being hedged by taking its cash down to what they must.
pub const HEDGE_LIQUID_SHARE: Fx = Fx::lit("0.25");

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
