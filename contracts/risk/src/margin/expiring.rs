//! Expiries that settle within a day: what they lose at settlement, and what is left of a portfolio without them.
//!
//! The scenarios move spot in steps while time stands still. Close to expiry that hides three losses. Between two steps an
//! option's price bends at its strike, and a portfolio that gains at both may lose there. The time value of what is long
//! goes, and no scenario takes it. And what is short in a later expiry loses its hedge at a moment that everybody knows.
//!
//! So such an expiry is seen in two more ways. In the first it settles at the worst price around each step of spot, halfway to
//! the next one on either side, while the rest is in that step's scenario. In the second it settles around spot as it is,
//! and then the rest goes through the scenarios by itself. Within the settlement window that is what the average may be
//! away from spot, in either.
//!
//! Both fade in, from [`FROM_SECS`] to [`WHOLE_SECS`] before expiry, lest a requirement jump while time passes by itself: it
//! counts `(1 - w)` of what the scenarios take and `w` of what settlement takes.
//!
//! A payoff is a line between strikes, so the worst price of a range is one of its ends or a strike that is held.

use equipoise_math::Fx;

use super::losses::{ENTRIES, GRID, SPOT_STEPS};
use super::scenarios::Shocks;
use super::BoardHoldings;
use crate::arithmetic::{add, div_ceil, mul_ceil, mul_floor, sub};
use crate::black76::ladder::Multiple;
use crate::settlement::payoff_over_lots;
use crate::units::Years;
use crate::RiskError;

/// As the scenarios have it, settling at each step, settled before each step.
pub(super) const WAYS: usize = 3;
/// w begins to rise. Less than a day, so that of daily expiries the next is whole when this one is gone.
const FROM_SECS: u64 = 23 * 3_600;
/// w is one: before an auction that takes its full time, and the settlement window after it.
const WHOLE_SECS: u64 = 3 * 3_600;
/// The step at which spot is as it is.
const STILL: usize = SPOT_STEPS / 2;
const TWO: Fx = Fx::lit("2");

/// What one expiry loses in each scenario, in each of the [`WAYS`] to see it, in lots times quote currency.
pub(super) struct Seen {
    moved: [Fx; ENTRIES],
    /// The others, where they differ.
    expiring: Option<[[Fx; ENTRIES]; WAYS - 1]>,
}

impl Seen {
    /// # Inputs: what the options are worth at mid marks, not less than exact; what they lose in the scenarios
    /// # Rounding: up
    /// # Errors: Math, Overflow
    pub fn new(board: &BoardHoldings, shocks: &Shocks, worth: Fx, moved: &[Fx; ENTRIES]) -> Result<Self, RiskError> {
        let share = settled_share_ceil(board.terms.years)?;
        if share <= 0 {
            return Ok(Self { moved: *moved, expiring: None });
        }
        let left = sub(Fx::ONE, share)?;
        let mut settled = losses_at_settlement(board, shocks, worth)?;
        for loss in &mut settled {
            *loss = mul_ceil(*loss, share)?;
        }
        let (mut settling, mut gone) = (*moved, *moved);
        let steps = settled.iter().cycle().take(GRID).map(Some).chain(core::iter::repeat(None));
        for (((settling, gone), moved), step) in settling.iter_mut().zip(&mut gone).zip(moved).zip(steps) {
            let kept = mul_ceil(*moved, left)?;
            *gone = add(kept, settled[STILL])?;
            // The tails are for what lies beyond every step, and the charge for shorts is no scenario: what settles costs beside
            // what the rest is charged.
            if let Some(settled) = step {
                *settling = add(kept, *settled)?;
            }
        }
        Ok(Self { moved: *moved, expiring: Some([settling, gone]) })
    }

    /// The losses in each of the ways.
    pub fn ways(&self) -> [&[Fx; ENTRIES]; WAYS] {
        match &self.expiring {
            Some([settling, gone]) => [&self.moved, settling, gone],
            None => [&self.moved; WAYS],
        }
    }
}

/// w.
/// # Inputs: the time that the expiry is priced with
/// # Returns: from zero to one
/// # Rounding: up
fn settled_share_ceil(years: Years) -> Result<Fx, RiskError> {
    let (from, whole) = (Years::from_secs(FROM_SECS)?.fx(), Years::from_secs(WHOLE_SECS)?.fx());
    if years.fx() >= from {
        return Ok(Fx::ZERO);
    }
    Ok(div_ceil(sub(from, years.fx())?, sub(from, whole)?)?.min(Fx::ONE))
}

/// What is lost by settling at the worst price around each step of spot.
fn losses_at_settlement(board: &BoardHoldings, shocks: &Shocks, worth: Fx) -> Result<[Fx; SPOT_STEPS], RiskError> {
    let mut losses = [Fx::ZERO; SPOT_STEPS];
    for (step, loss) in losses.iter_mut().enumerate() {
        let [low, high] = shocks.around(step)?;
        let forward = board.terms.forward.fx();
        let (low, high) = (mul_floor(forward, low)?, mul_floor(forward, high)?);
        let payoff = |price| payoff_over_lots(board.holdings, price);
        let mut least = payoff(low)?.min(payoff(high)?);
        for holding in board.holdings.iter().filter(|holding| !holding.is_empty()) {
            let strike = holding.strike.fx();
            if low < strike && strike < high {
                least = least.min(payoff(strike)?);
            }
        }
        *loss = sub(worth, least)?;
    }
    Ok(losses)
}

impl Shocks {
    /// Halfway from a step of spot to its neighbours, over spot now; the widest moves end where they are.
    fn around(&self, step: usize) -> Result<[Fx; 2], RiskError> {
        let share = |step: usize| self.spot.get(step).map_or(Fx::ONE, Multiple::share);
        let halfway = |one, other| div_ceil(add(share(one), share(other))?, TWO);
        let (below, above) = (step.saturating_sub(1), step.saturating_add(1).min(SPOT_STEPS - 1));
        Ok([halfway(below, step)?, halfway(step, above)?])
    }
}

#[cfg(test)]
mod tests;
