//! Matched open interest: what traders hold against each other, with the vault between them.
//!
//! Of each series it is the lesser of what traders are long and what they are short: the rest is the vault's. While both sides
//! stand it risks nothing, but either may close alone, which no limit refuses, and leave the vault with the other. So its
//! size is limited: were all of it closed on its worst side, the largest of the [`JUMPS`](crate::book::JUMPS) would still leave
//! the vault capital.

use equipoise_math::Fx;

use crate::arithmetic::{mul_ceil, sub};
use crate::parameters::{Parameter, Parameters};
use crate::units::{lots_to_contracts_ceil, times_lots, Lots, Money, Price};
use crate::RiskError;

/// The largest of the jumps, as a share of spot: no option loses more in it, for none moves by more than its underlying.
const LARGEST_JUMP: Fx = Fx::lit("0.3");

/// What the vault could lose, and that it is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excess {
    /// To the largest jump, by the matched open interest.
    pub loss: Money,
    /// What it may lose at most.
    pub limit: Money,
}

/// What a trader's position in a series is of its matched open interest: what he is long.
/// # Returns: lots
pub fn of_trader(held: Lots) -> i64 {
    i64::from(held.max(Lots::ZERO).count())
}

/// What the vault's position in a series is of it: what it is short, which traders are long against nobody else, counts off.
/// # Returns: lots, at most zero
pub fn of_vault(held: Lots) -> i64 {
    i64::from(held.min(Lots::ZERO).count())
}

/// Whether the largest jump could take all capital from a book at its stress limit, once the matched open interest has been
/// closed on its worst side.
/// # Inputs: the matched open interest in lots
/// # Rounding: the loss up, the limit down
/// # Errors: Overflow
pub fn excess(matched: u64, spot: Price, capital: Money, parameters: &Parameters) -> Result<Option<Excess>, RiskError> {
    let lots = i64::try_from(matched).map_err(|_| RiskError::Overflow)?;
    let loss = times_lots(mul_ceil(spot.fx(), LARGEST_JUMP)?, lots)?;
    let loss = Money::from_fx(lots_to_contracts_ceil(loss)?);
    let limit = capital.scaled_floor(sub(Fx::ONE, parameters.number(Parameter::StressLimit)?)?)?;
    Ok((loss > limit).then_some(Excess { loss, limit }))
}

#[cfg(test)]
mod tests;
