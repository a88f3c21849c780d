//! What a trader's position in one expiry can lose at most: his shorts are covered in full.
//!
//! The payoff of calls and puts of one expiry is a line between neighbouring strikes, so its lowest
//! value lies at zero, at a strike, or, if more calls are short than long, nowhere.

use equipoise_math::Fx;

use crate::settlement::Holding;
use crate::units::{lots_to_contracts_floor, times_lots, Money};
use crate::RiskError;

/// The largest loss of a position over every settlement price from zero up, not negative.
/// # Inputs: the holdings of one expiry by rising strike
/// # Rounding: up: the vault is never owed more than is locked
/// # Errors: ShortCallUncovered, Overflow
pub fn worst_loss_ceil(holdings: &[Holding]) -> Result<Money, RiskError> {
    let mut payoff = Fx::ZERO;
    let mut slope = 0i64;
    for holding in holdings {
        let puts = i64::from(holding.puts.count());
        payoff = add(payoff, times_lots(holding.strike.fx(), puts)?)?;
        slope = slope.checked_sub(puts).ok_or(RiskError::Overflow)?;
    }
    let mut lowest = payoff.min(Fx::ZERO);
    let mut place = Fx::ZERO;
    for holding in holdings {
        let strike = holding.strike.fx();
        let step = strike.checked_sub(place).ok_or(RiskError::Overflow)?;
        payoff = add(payoff, times_lots(step, slope)?)?;
        lowest = lowest.min(payoff);
        place = strike;
        let bend = i64::from(holding.calls.count())
            .checked_add(i64::from(holding.puts.count()))
            .ok_or(RiskError::Overflow)?;
        slope = slope.checked_add(bend).ok_or(RiskError::Overflow)?;
    }
    if slope < 0 {
        return Err(RiskError::ShortCallUncovered { net_calls: slope });
    }
    // Rounding a loss up is rounding its opposite down.
    let lowest = lots_to_contracts_floor(lowest)?;
    lowest.checked_neg().map(Money::from_fx).ok_or(RiskError::Overflow)
}

fn add(left: Fx, right: Fx) -> Result<Fx, RiskError> {
    left.checked_add(right).ok_or(RiskError::Overflow)
}

#[cfg(test)]
mod tests;
