//! Risk capital C: what the vault quotes against.
//!
//! C is the lower of the net asset value and its average over about a day, so that a sudden gain
//! does not at once buy a larger book. Within one oracle round it does not change.

use crate::units::Atoms;
use crate::RiskError;

/// Time constant of the average.
const AVERAGE_SECS: u64 = 86_400;

/// The average of the net asset value, and C as of the oracle round it was frozen in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RiskCapital {
    /// The oracle round C was frozen in.
    pub round: u64,
    /// C.
    pub frozen: Atoms,
    /// The average.
    pub average: Atoms,
    /// When it was last updated, in unix seconds.
    pub averaged_at: u64,
}

impl RiskCapital {
    /// The capital in an oracle round: as it is in the round it was frozen in, else frozen anew.
    ///
    /// The average moves by `(nav - average) t / (t + day)`, the implicit Euler step, stable for any t.
    /// # Rounding: the step towards zero
    /// # Errors: Overflow
    pub fn at(self, round: u64, now: u64, nav: Atoms) -> Result<Self, RiskError> {
        if round == self.round {
            return Ok(self);
        }
        let elapsed = now.saturating_sub(self.averaged_at);
        let whole = elapsed.checked_add(AVERAGE_SECS).ok_or(RiskError::Overflow)?;
        let step = nav
            .minus(self.average)?
            .count()
            .checked_mul(i128::from(elapsed))
            .and_then(|product| product.checked_div(i128::from(whole)))
            .ok_or(RiskError::Overflow)?;
        let average = self.average.plus(Atoms::new(step))?;
        Ok(Self { round, frozen: nav.min(average), average, averaged_at: now })
    }

    /// After LPs have put in (positive) or taken out `flow`: capital that is gained or lost at once.
    /// # Errors: Overflow
    pub fn after_lp_flow(self, flow: Atoms) -> Result<Self, RiskError> {
        let moved = |amount: Atoms| amount.plus(flow).map(|sum| sum.max(Atoms::ZERO));
        Ok(Self { frozen: moved(self.frozen)?, average: moved(self.average)?, ..self })
    }
}

#[cfg(test)]
mod tests;
