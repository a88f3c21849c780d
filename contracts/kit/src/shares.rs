//! What a tranche's shares are worth: shares for assets, assets for shares.
//!
//! Prices are per share of `supply + VIRTUAL_SHARES` in a value of `value + VIRTUAL_ATOMS`. The virtual
//! holder never leaves: whoever inflates the value of few shares to round others down to nothing gives
//! most of it to him. Every rounding is in favour of those who stay.

use crate::number::{mul_div_down, mul_div_up};

/// Shares nobody owns. A million for each atom makes shares 6 decimals finer than the token.
pub const VIRTUAL_SHARES: u128 = 1_000_000;
/// What they are worth to begin with.
pub const VIRTUAL_ATOMS: u128 = 1;

/// One tranche at the moment an epoch is priced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tranche {
    /// All shares.
    pub supply: u128,
    /// What the tranche is worth to those who leave.
    pub bid_atoms: u128,
    /// What it is worth to those who enter.
    pub ask_atoms: u128,
}

/// What a tranche was asked for in an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Assets that want in.
    pub deposit_atoms: u128,
    /// Shares that want out.
    pub redeem_shares: u128,
}

/// Deposits taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What is taken of them, all in one proportion.
    pub accepted_atoms: u128,
    /// Shares made for it.
    pub minted: u128,
}

/// Shares redeemed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exit {
    /// How many, all in one proportion.
    pub burned: u128,
    /// What is paid for them.
    pub paid_atoms: u128,
}

impl Tranche {
    /// Whether shares have a price: there is value, or nobody to share it with.
    pub const fn is_solvent(&self) -> bool {
        self.ask_atoms > 0 || self.supply == 0
    }

    /// Shares for assets, at the ask.
    /// # Rounding: down, for those who are in
    /// # Returns: `None` if the tranche is insolvent or a number leaves 128 bits
    pub fn shares_for_down(&self, atoms: u128) -> Option<u128> {
        if !self.is_solvent() {
            return None;
        }
        let value = self.ask_atoms.checked_add(VIRTUAL_ATOMS)?;
        mul_div_down(atoms, self.supply.checked_add(VIRTUAL_SHARES)?, value)
    }

    /// Assets for shares, at the bid; nothing if that is nothing.
    /// # Rounding: down, for those who stay
    /// # Returns: `None` if a number leaves 128 bits
    pub fn assets_for_down(&self, shares: u128) -> Option<u128> {
        if self.bid_atoms == 0 {
            return Some(0);
        }
        let value = self.bid_atoms.checked_add(VIRTUAL_ATOMS)?;
        mul_div_down(shares, value, self.supply.checked_add(VIRTUAL_SHARES)?)
    }

    /// Takes deposits in as far as there is room, all in one proportion.
    ///
    /// Refused as a whole if the tranche is insolvent, or if the smallest deposit there can be would get no share.
    /// # Rounding: shares down, for those who are in
    pub fn enter(&self, deposit_atoms: u128, room_atoms: u128, min_deposit_atoms: u128) -> Entry {
        let accepted_atoms = deposit_atoms.min(room_atoms);
        let minted = self.minted(accepted_atoms).filter(|minted| {
            // What the smallest deposit would get of it.
            mul_div_down(*minted, min_deposit_atoms, deposit_atoms).is_some_and(|part| part > 0)
        });
        minted.map_or(Entry::default(), |minted| Entry { accepted_atoms, minted })
    }

    /// Redeems shares as far as there is room, all in one proportion.
    /// # Rounding: payment down and shares up, by at most one, for those who stay
    pub fn leave(&self, shares: u128, room_atoms: u128) -> Exit {
        let Some(wanted) = self.assets_for_down(shares) else {
            return Exit::default();
        };
        let paid_atoms = wanted.min(room_atoms);
        if paid_atoms == 0 {
            return Exit::default();
        }
        let burned = mul_div_up(shares, paid_atoms, wanted);
        burned.map_or(Exit::default(), |burned| Exit { burned, paid_atoms })
    }

    fn minted(&self, atoms: u128) -> Option<u128> {
        let minted = self.shares_for_down(atoms)?;
        // The supply must keep its 128 bits, virtual shares included.
        self.supply.checked_add(VIRTUAL_SHARES)?.checked_add(minted)?;
        Some(minted)
    }
}

#[cfg(test)]
mod tests;
