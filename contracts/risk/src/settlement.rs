//! What positions pay at expiry.
//!
//! Holders are paid in full at once if the vault has paid what it owes. If it has not, they wait for [`DEBT_WINDOW_SECS`],
//! in which it goes on paying and short accounts settle; then all holders get the same share:
//!
//! ```text
//! ratio = (what the vault and those behind it have paid + what short accounts had) / (what both owed)
//! ```

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, neg, sub};
use crate::units::{lots_to_contracts_floor, times_lots, Atoms, Lots, Money, Price, TokenScale};
use crate::RiskError;

/// The call and the put of one strike that somebody holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The strike.
    pub strike: Price,
    /// Calls, negative if short.
    pub calls: Lots,
    /// Puts, negative if short.
    pub puts: Lots,
}

impl Holding {
    /// What is held after buying more (negative: selling).
    /// # Errors: Overflow
    pub fn plus(&self, calls: Lots, puts: Lots) -> Result<Self, RiskError> {
        Ok(Self { strike: self.strike, calls: self.calls.plus(calls)?, puts: self.puts.plus(puts)? })
    }

    /// The strike, with nothing held.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self { strike: self.strike, ..Self::default() }
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.calls == Lots::ZERO && self.puts == Lots::ZERO
    }
}

/// The payoff of a position at the settlement price, negative if it owes.
/// # Rounding: down: what is paid is never more, what is owed never less, than exact
/// # Errors: Overflow
pub fn payoff_floor(holdings: &[Holding], settlement: Price, scale: TokenScale) -> Result<Atoms, RiskError> {
    scale.atoms_floor(payoff_money_floor(holdings, settlement)?)
}

/// The same as an amount of the quote currency.
/// # Rounding: down
/// # Errors: Overflow
pub fn payoff_money_floor(holdings: &[Holding], settlement: Price) -> Result<Money, RiskError> {
    Ok(Money::from_fx(lots_to_contracts_floor(payoff_over_lots(holdings, settlement.fx())?)?))
}

/// The same in lots times quote currency: exact.
/// # Errors: Overflow
pub(crate) fn payoff_over_lots(holdings: &[Holding], settlement: Fx) -> Result<Fx, RiskError> {
    let mut sum = Fx::ZERO;
    for holding in holdings {
        let above = sub(settlement, holding.strike.fx())?;
        let (lots, intrinsic) = if above >= 0 { (holding.calls, above) } else { (holding.puts, neg(above)?) };
        sum = add(sum, times_lots(intrinsic, i64::from(lots.count()))?)?;
    }
    Ok(sum)
}

/// For how long the vault may still pay what it owes for a board, before holders share what there is.
pub const DEBT_WINDOW_SECS: u64 = 3_600;

/// What a board's holders are owed while its ratio is not fixed, and what there is for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Debts {
    /// By the vault, and by the short accounts that have settled.
    pub owed: Atoms,
    /// The vault's debt, which it may still pay, and what those accounts had.
    pub covered: Atoms,
}

impl Debts {
    /// The vault's alone.
    pub const fn of_vault(debt: Atoms) -> Self {
        Self { owed: debt, covered: debt }
    }

    /// With those of an account that has settled, which count as far as its cash goes.
    /// # Inputs: what it owed, from 0; its cash since, negative if that was more than it had
    /// # Errors: Overflow
    pub fn with_account(self, debt: Atoms, cash_after: Atoms) -> Result<Self, RiskError> {
        let had = cash_after.plus(debt)?.max(Atoms::ZERO).min(debt);
        Ok(Self { owed: self.owed.plus(debt)?, covered: self.covered.plus(had)? })
    }

    /// The ratio, if nobody has paid so much of the vault's debt.
    ///
    /// Accounts that settle later owe in full and holders get this share of it: it is never too high for them.
    /// # Rounding: down. Errors: Overflow
    pub fn ratio(self, unpaid: Atoms) -> Result<PayoutRatio, RiskError> {
        if unpaid <= Atoms::ZERO {
            return Ok(PayoutRatio::FULL);
        }
        PayoutRatio::from_payment(self.covered.minus(unpaid)?, self.owed)
    }
}

/// The share of each payoff that is paid: one, unless the vault and those behind it owed more than they had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayoutRatio(u64);

/// The most that is not all, in units of 2^-64.
const MOST_PARTIAL: i128 = (1 << 64) - 2;

impl PayoutRatio {
    /// Everything is paid.
    pub const FULL: Self = Self(u64::MAX);

    /// The share that `paid` is of `debt`.
    /// # Rounding: down: the settlement account never pays out more than it took in
    /// # Errors: Overflow
    pub fn from_payment(paid: Atoms, debt: Atoms) -> Result<Self, RiskError> {
        if debt <= Atoms::ZERO || paid >= debt {
            return Ok(Self::FULL);
        }
        let bits = |atoms: Atoms| Fx::from_bits(atoms.count().max(0));
        // In [0, 1): its bits are units of 2^-64. All ones stand for one.
        let share = div_floor(bits(paid), bits(debt))?.to_bits().min(MOST_PARTIAL);
        Ok(Self(u64::try_from(share).map_err(|_| RiskError::Overflow)?))
    }

    /// From storage, in units of 2^-64, all ones for one.
    pub const fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// For storage.
    pub const fn raw(self) -> u64 {
        self.0
    }

    /// What an account is paid of its payoff; what it owes, it owes in full.
    /// # Rounding: down
    /// # Errors: Overflow
    pub fn applied_floor(self, payoff: Atoms) -> Result<Atoms, RiskError> {
        if self == Self::FULL || payoff <= Atoms::ZERO {
            return Ok(payoff);
        }
        let (payoff, ratio) = (payoff.count().unsigned_abs(), u128::from(self.0));
        let (high, low) = (payoff >> 64, payoff & u128::from(u64::MAX));
        // Both products are of 64-bit numbers, and the sum is at most the payoff.
        let paid = high.wrapping_mul(ratio).wrapping_add(low.wrapping_mul(ratio) >> 64);
        i128::try_from(paid).map(Atoms::new).map_err(|_| RiskError::Overflow)
    }
}

#[cfg(test)]
mod tests;
