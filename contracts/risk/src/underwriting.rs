//! A trade that the vault shares with a maker, who has offered to take a part of it.
//!
//! The trade is so many units of one package. The vault takes some at its own quote and the maker the others:
//!
//! ```text
//! maker's cost = min(cost of the vault's units / vault's units * maker's units, quote of the whole - cost of the vault's units)
//! fee          = fee of the whole / all units * maker's units
//! ```
//!
//! So no unit of the maker's costs the trader more than one of the vault's, and all together no more than the vault alone would
//! have asked. A quote is convex in its size ([`crate::quote`]): the second bound takes nothing but what rounding has added
//! to the first. The vault keeps the fee that it would have earned on the maker's units, and none of their risk.

use crate::units::Atoms;
use crate::RiskError;

/// How many units of a trade each side takes, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    vault: u64,
    maker: u64,
}

/// The maker may take so many units for each of the vault's: what the vault charges for its own is the price of all, and what
/// keeps two who trade with each other from opening much for nearly nothing.
pub const MOST_MAKER_UNITS: u64 = 9;

impl Split {
    /// # Returns: None unless both take something, for what the vault does not trade has no price, the maker at most
    /// [`MOST_MAKER_UNITS`] for each of the vault's, and the sum fits
    pub const fn new(vault: u64, maker: u64) -> Option<Self> {
        let is_shared = vault != 0 && maker != 0 && maker.div_ceil(MOST_MAKER_UNITS) <= vault;
        match vault.checked_add(maker) {
            Some(_) if is_shared => Some(Self { vault, maker }),
            _ => None,
        }
    }

    /// What the vault takes.
    pub const fn vault(self) -> u64 {
        self.vault
    }

    /// What the maker takes.
    pub const fn maker(self) -> u64 {
        self.maker
    }

    /// All of it.
    pub const fn whole(self) -> u64 {
        // [`Split::new`] has seen that it fits.
        self.vault.saturating_add(self.maker)
    }

    /// The maker's share, once the vault has traded its own.
    /// # Inputs: what the trader paid for the vault's units, negative if he was paid; what the vault alone asked for all
    /// # Rounding: the cost down, for the trader; the fee up, for the vault. The maker bears both
    /// # Errors: Overflow
    pub fn share(self, vault_cost: Atoms, quoted: Quoted) -> Result<Share, RiskError> {
        let by_unit = of_units(vault_cost, self.maker)?.div_euclid(i128::from(self.vault));
        let rest = quoted.cost.minus(vault_cost)?;
        let all = i128::from(self.whole());
        // Up is down of the opposite.
        let fee = of_units(quoted.fee.negated()?, self.maker)?.div_euclid(all);
        Ok(Share { cost: Atoms::new(by_unit).min(rest), fee: Atoms::new(fee).negated()? })
    }
}

/// What the vault alone asks for a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// What it costs, negative if it pays.
    pub cost: Atoms,
    /// The fee in that.
    pub fee: Atoms,
}

/// What a maker's share of a trade moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// What the trader pays for it, negative if he is paid.
    pub cost: Atoms,
    /// What the vault keeps of that.
    pub fee: Atoms,
}

impl Share {
    /// What the maker is paid, negative if he pays.
    /// # Errors: Overflow
    pub fn proceeds(self) -> Result<Atoms, RiskError> {
        self.cost.minus(self.fee)
    }
}

/// What so many units come to.
/// # Errors: Overflow
pub fn least_proceeds(per_unit: Atoms, units: u64) -> Result<Atoms, RiskError> {
    of_units(per_unit, units).map(Atoms::new)
}

fn of_units(amount: Atoms, units: u64) -> Result<i128, RiskError> {
    amount.count().checked_mul(i128::from(units)).ok_or(RiskError::Overflow)
}

#[cfg(test)]
mod tests;
