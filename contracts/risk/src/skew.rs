//! The skew reserve B: what charges for risk have paid in and rebates for relief may draw on.

use equipoise_math::Fx;

use crate::arithmetic::div_floor;
use crate::units::{Atoms, Money, TokenScale};
use crate::RiskError;

/// What B holds beyond R is released to the vault's value over this time.
const RELEASE_SECS: u64 = 7 * 86_400;
/// Rebates may draw a quarter of B in each of these.
const BUDGET_SECS: u64 = 3_600;
const BUDGET_SHARE: i128 = 4;

/// The reserve and what of it may still be rebated in the hour that runs. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkewReserve {
    /// B.
    pub balance: Atoms,
    /// What rebates may still draw in this hour.
    pub budget: Atoms,
    /// When the hour's budget was set, in unix seconds.
    pub budget_at: u64,
    /// When B was last released down, in unix seconds.
    pub released_at: u64,
}

impl SkewReserve {
    /// Brings the reserve to the present: releases its excess over R and opens a new hour's budget.
    /// # Rounding: the release down
    /// # Errors: Overflow
    pub fn at(self, now: u64, penalty: Atoms) -> Result<Self, RiskError> {
        let elapsed = now.saturating_sub(self.released_at).min(RELEASE_SECS);
        let excess = self.balance.minus(penalty)?.count().max(0);
        let released = excess
            .checked_mul(i128::from(elapsed))
            .and_then(|product| product.checked_div(i128::from(RELEASE_SECS)))
            .ok_or(RiskError::Overflow)?;
        let balance = self.balance.minus(Atoms::new(released))?;
        let mut next = Self { balance, released_at: now, ..self };
        if now.saturating_sub(self.budget_at) >= BUDGET_SECS {
            next.budget = Atoms::new(balance.count().checked_div(BUDGET_SHARE).ok_or(RiskError::Overflow)?);
            next.budget_at = now;
        }
        Ok(next)
    }

    /// What relief of `relief` earns: its share of B over R, within the hour's budget.
    /// # Inputs: relief = R before - R after >= 0 and R before, both at the floor of risk aversion
    /// # Rounding: down: the vault never rebates more than it owes
    /// # Errors: Overflow, Math
    pub fn rebate_floor(&self, relief: Money, before: Money, scale: TokenScale) -> Result<Atoms, RiskError> {
        if relief <= Money::ZERO || before <= Money::ZERO {
            return Ok(Atoms::ZERO);
        }
        let balance = scale.money_floor(self.balance)?;
        let share = div_floor(balance.fx(), before.fx())?.min(Fx::ONE);
        let owed = scale.atoms_floor(relief.scaled_floor(share)?)?;
        Ok(owed.min(self.budget).min(self.balance).max(Atoms::ZERO))
    }

    /// Takes a charge in (positive) or pays a rebate out (negative).
    /// # Errors: Overflow, also if a rebate exceeds what is there
    pub fn moved(self, skew: Atoms) -> Result<Self, RiskError> {
        let balance = self.balance.plus(skew)?;
        let budget = if skew < Atoms::ZERO { self.budget.plus(skew)? } else { self.budget };
        if balance < Atoms::ZERO || budget < Atoms::ZERO {
            return Err(RiskError::Overflow);
        }
        Ok(Self { balance, budget, ..self })
    }
}

#[cfg(test)]
mod tests;
