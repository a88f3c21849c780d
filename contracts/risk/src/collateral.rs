//! What a position in one expiry can lose at most. Who holds that in cash is never liquidated, whatever the scenarios say.
//!
//! The payoff of calls and puts of one expiry is a line between neighbouring strikes, so its lowest
//! value lies at zero, at a strike, or, if more calls are short than long, nowhere.

use equipoise_math::Fx;

use crate::arithmetic::{add, neg, sub};
use crate::settlement::Holding;
use crate::units::{lots_to_contracts_ceil, times_lots, Money};
use crate::RiskError;

/// The worst a position can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorstLoss {
    /// It loses at most this, which is not negative.
    Bounded(Money),
    /// More calls are short than long: no cash covers it. The long less the short calls, in lots.
    Unbounded(i64),
}

/// The largest loss of a position over every settlement price from zero up.
/// # Inputs: the holdings of one expiry by rising strike, at most 2^30 of them
/// # Rounding: up: the vault is never owed more than is locked
/// # Errors: Overflow
pub fn worst_loss_ceil(holdings: &[Holding]) -> Result<WorstLoss, RiskError> {
    let mut payoff = Fx::ZERO;
    // A sum of at most 2^31 numbers of 32 bits: it fits 64.
    let mut slope = 0i64;
    for holding in holdings {
        let puts = i64::from(holding.puts.count());
        payoff = add(payoff, times_lots(holding.strike.fx(), puts)?)?;
        slope = slope.wrapping_sub(puts);
    }
    let mut lowest = payoff.min(Fx::ZERO);
    let mut place = Fx::ZERO;
    for holding in holdings {
        let strike = holding.strike.fx();
        payoff = add(payoff, times_lots(sub(strike, place)?, slope)?)?;
        lowest = lowest.min(payoff);
        place = strike;
        let bend = i64::from(holding.calls.count()).wrapping_add(i64::from(holding.puts.count()));
        slope = slope.wrapping_add(bend);
    }
    if slope < 0 {
        return Ok(WorstLoss::Unbounded(slope));
    }
    Ok(WorstLoss::Bounded(Money::from_fx(lots_to_contracts_ceil(neg(lowest)?)?)))
}

#[cfg(test)]
mod tests;
