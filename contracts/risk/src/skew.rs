//! The skew reserve B: what charges for risk have paid in and rebates for relief may draw on.

use equipoise_math::Fx;

use crate::arithmetic::div_floor;
use crate::units::{Atoms, Money, TokenScale};
use crate::RiskError;

/// What B holds beyond R is released to the vault's value over this time.
const RELEASE_SECS: u64 = 7 * 86_400;
/// What rebates may draw fills up over an hour to an eighth of B. What an hour begins with and what fills up while it
/// lasts are a quarter: so in *every* hour rebates draw at most a quarter of the largest B of that hour.
const BUDGET_SECS: u64 = 3_600;
const BUDGET_SHARE: i128 = 8;

/// The reserve and what of it may be rebated now. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkewReserve {
    /// B.
    pub balance: Atoms,
    /// What rebates may draw now.
    pub budget: Atoms,
    /// When B was last released down and the budget filled up, in unix seconds.
    pub updated_at: u64,
}

impl SkewReserve {
    /// Brings the reserve to the present: releases its excess over R and fills the budget up.
    /// # Rounding: the release and the budget down
    /// # Errors: Overflow
    pub fn at(self, now: u64, penalty: Atoms) -> Result<Self, RiskError> {
        let elapsed = now.saturating_sub(self.updated_at);
        let excess = self.balance.minus(penalty)?.count().max(0);
        let balance = self.balance.minus(Atoms::new(part_floor(excess, elapsed, RELEASE_SECS)?))?;
        let capacity = balance.count().max(0).checked_div(BUDGET_SHARE).ok_or(RiskError::Overflow)?;
        let filled = part_floor(capacity, elapsed, BUDGET_SECS)?;
        // charges raise what the budget may fill up to, and rebates lower it below what is in it
        let budget = self.budget.plus(Atoms::new(filled))?.min(Atoms::new(capacity));
        Ok(Self { balance, budget, updated_at: now.max(self.updated_at) })
    }

    /// What relief of `relief` earns: its share of B over R, within the budget.
    /// # Inputs: relief = R before - R after >= 0 and R before, both at the floor of risk aversion
    /// # Rounding: down: the vault never rebates more than it owes
    /// # Errors: Overflow, Math
    pub fn rebate_floor(&self, relief: Money, before: Money, scale: TokenScale) -> Result<Atoms, RiskError> {
        if relief <= Money::ZERO || before <= Money::ZERO {
            return Ok(Atoms::ZERO);
        }
        let balance = scale.money_floor(self.balance)?;
        let share = div_floor(balance.fx(), before.fx())?.min(Fx::ONE).max(Fx::ZERO);
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

    /// As if a rebate had not been paid, which nobody gets.
    /// # Inputs: the rebate as a move, from zero down
    /// # Errors: Overflow
    pub fn without(self, rebate: Atoms) -> Result<Self, RiskError> {
        Ok(Self { balance: self.balance.minus(rebate)?, budget: self.budget.minus(rebate)?, ..self })
    }
}

/// `amount * elapsed / whole` for as much of `elapsed` as is in `whole`.
fn part_floor(amount: i128, elapsed: u64, whole: u64) -> Result<i128, RiskError> {
    amount
        .checked_mul(i128::from(elapsed.min(whole)))
        .and_then(|product| product.checked_div(i128::from(whole)))
        .ok_or(RiskError::Overflow)
}

#[cfg(test)]
mod tests;
