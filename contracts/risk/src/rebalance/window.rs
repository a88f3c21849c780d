//! When the window is open, how far its ramp has come, and the average price.

use equipoise_math::Fx;

use super::{between_floor, passed_floor, HedgeTerm, HedgeTerms};
use crate::arithmetic::mul_floor;
use crate::potential::RiskState;
use crate::units::{Money, Price};
use crate::RiskError;

/// Since when the vault pays for being hedged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// In unix seconds, 0 while it is closed.
    pub opened_at: u64,
}

impl Window {
    /// Whether a rebalance may come.
    pub const fn is_open(self) -> bool {
        self.opened_at != 0
    }

    /// The window once D* has been seen: it opens past the outer band and closes within the inner one. In between it stays what
    /// it was, so that nobody closes it by a hedge of a dollar.
    /// # Rounding: both bounds down
    /// # Errors: Overflow
    pub fn observed(
        self,
        delta_to_hedge: Money,
        capital: Money,
        terms: &HedgeTerms,
        now: u64,
    ) -> Result<Self, RiskError> {
        let share = |term| -> Result<Money, RiskError> { capital.scaled_floor(terms.number(term)?) };
        let (inner, outer) = (share(HedgeTerm::InnerBand)?, share(HedgeTerm::OuterBand)?);
        Ok(self.seen(delta_to_hedge.magnitude()?, (inner, outer), now))
    }

    /// The window for options once R without its delta has been seen: it opens past what delta at the outer band would make of R, and closes within
    /// what delta at the inner one would. So options are paid for where the vault would pay for a hedge, had it delta instead.
    /// # Rounding: both bounds down
    /// # Errors: Overflow
    pub fn observed_risk(
        self,
        penalty: Money,
        state: &RiskState,
        terms: &HedgeTerms,
        now: u64,
    ) -> Result<Self, RiskError> {
        let made = |term| -> Result<Money, RiskError> { state.penalty_of_delta_floor(terms.number(term)?) };
        Ok(self.seen(penalty, (made(HedgeTerm::InnerBand)?, made(HedgeTerm::OuterBand)?), now))
    }

    /// Between the bounds it stays what it was.
    fn seen(self, measure: Money, (inner, outer): (Money, Money), now: u64) -> Self {
        if measure <= inner {
            return Self::default();
        }
        if measure > outer && !self.is_open() {
            return Self { opened_at: now };
        }
        self
    }

    /// The window once a part of the risk has been taken off: as much of its ramp is left as of the risk, so that who comes next bids for the
    /// rest anew, and who takes little moves little. One that is closed stays closed.
    /// # Rounding: what is left down
    /// # Errors: Overflow
    pub(super) fn taken(
        self,
        (before, after): (Money, Money),
        terms: &HedgeTerms,
        now: u64,
    ) -> Result<Self, RiskError> {
        if !self.is_open() || before <= Money::ZERO {
            return Ok(self);
        }
        let elapsed = now.saturating_sub(self.opened_at).min(terms.secs(HedgeTerm::RampSecs));
        let left = after.ratio_floor(before)?.clamp(Fx::ZERO, Fx::ONE);
        let kept = mul_floor(Fx::checked_from_num(elapsed).ok_or(RiskError::Overflow)?, left)?;
        Ok(Self { opened_at: now.saturating_sub(kept.to_num()) })
    }

    /// How much of its shares the vault pays by now.
    /// # Rounding: down
    /// # Errors: none in range
    pub fn ramp_floor(self, terms: &HedgeTerms, now: u64) -> Result<Fx, RiskError> {
        passed_floor(now.saturating_sub(self.opened_at), terms.number(HedgeTerm::RampSecs)?)
    }
}

/// The average once a price has been seen: it moves by `(price - average) t / (t + T)`, the implicit Euler step, stable for any t.
/// # Inputs: the average and when it was last moved, 0 for never; the price now
/// # Rounding: the step down
/// # Errors: Overflow
pub fn average_after(
    (average, averaged_at): (Price, u64),
    spot: Price,
    terms: &HedgeTerms,
    now: u64,
) -> Result<Price, RiskError> {
    if averaged_at == 0 {
        return Ok(spot);
    }
    let elapsed = now.saturating_sub(averaged_at);
    let whole = elapsed.saturating_add(terms.secs(HedgeTerm::AverageSecs));
    let whole = Fx::checked_from_num(whole).ok_or(RiskError::Overflow)?;
    between_floor(average.fx(), spot.fx(), passed_floor(elapsed, whole)?).map(Price::from_fx)
}
