//! What an epoch is worth: shares for assets, assets for shares, and everyone's part of both.
//!
//! Prices are per share of `supply + VIRTUAL_SHARES` in a value of `nav + VIRTUAL_ATOMS`. The virtual
//! holder never leaves: whoever inflates the value of few shares to round others down to nothing gives
//! most of it to him. Every rounding is in favour of those who stay.

use equipoise_kit::number::{mul_div_down, mul_div_up};

/// Shares nobody owns. A million for each atom makes shares 6 decimals finer than the token.
pub const VIRTUAL_SHARES: u128 = 1_000_000;
/// What they are worth to begin with.
pub const VIRTUAL_ATOMS: u128 = 1;

/// The vault at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// All shares.
    pub supply: u128,
    /// The net asset value at mid, in atoms.
    pub nav_atoms: i128,
    /// The true value is known to lie within this of the mid.
    pub uncertainty_atoms: u128,
    /// The skew reserve: not in the net asset value, but released into it while time passes.
    pub reserve_atoms: u128,
    /// What the market's limits let the vault pay out.
    pub redeemable_atoms: u128,
}

/// What an epoch was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Assets that want in.
    pub deposit_atoms: u128,
    /// Shares that want out.
    pub redeem_shares: u128,
    /// The smallest deposit there can be; each must be worth a share at least.
    pub min_deposit_atoms: u128,
}

/// How an epoch ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// Deposits taken in; all or none.
    pub accepted_atoms: u128,
    /// Deposits given back.
    pub refused_atoms: u128,
    /// Shares made for the deposits.
    pub minted: u128,
    /// Shares redeemed.
    pub burned: u128,
    /// What is paid for them.
    pub paid_atoms: u128,
    /// Shares given back.
    pub unfilled: u128,
}

impl Snapshot {
    /// Whether shares have a price: there is value, or nobody to share it with.
    pub const fn is_solvent(&self) -> bool {
        self.nav_atoms > 0 || (self.nav_atoms == 0 && self.supply == 0)
    }

    /// Shares for assets, at the high end of the value and with all of the reserve: whoever comes for its
    /// release has paid for it.
    /// # Rounding: down, for those who are in
    /// # Returns: `None` if the vault is insolvent or a number leaves 128 bits
    pub fn shares_for_down(&self, atoms: u128) -> Option<u128> {
        if !self.is_solvent() {
            return None;
        }
        let nav = u128::try_from(self.nav_atoms).ok()?;
        let high = nav.checked_add(self.uncertainty_atoms)?.checked_add(self.reserve_atoms)?;
        let high = high.checked_add(VIRTUAL_ATOMS)?;
        mul_div_down(atoms, self.supply.checked_add(VIRTUAL_SHARES)?, high)
    }

    /// Assets for shares, at the low end of the value; nothing if that is not positive.
    /// # Rounding: down, for those who stay
    /// # Returns: `None` if a number leaves 128 bits
    pub fn assets_for_down(&self, shares: u128) -> Option<u128> {
        let nav = u128::try_from(self.nav_atoms).unwrap_or(0);
        let low = nav.saturating_sub(self.uncertainty_atoms);
        if low == 0 {
            return Some(0);
        }
        let low = low.checked_add(VIRTUAL_ATOMS)?;
        mul_div_down(shares, low, self.supply.checked_add(VIRTUAL_SHARES)?)
    }

    /// Prices an epoch, deposits and redemptions by the same snapshot.
    ///
    /// Deposits are refused as a whole if the vault is insolvent or a share is worth so much that the
    /// smallest of them would get none. Redemptions are filled in one proportion as far as the vault
    /// may pay; if the low end of the value is not positive, not at all.
    pub fn price(&self, pending: &Pending) -> Fill {
        let minted = self.minted(pending).unwrap_or(0);
        let accepted_atoms = if minted == 0 { 0 } else { pending.deposit_atoms };
        let (burned, paid_atoms) = self.redeemed(pending.redeem_shares).unwrap_or((0, 0));
        Fill {
            accepted_atoms,
            refused_atoms: pending.deposit_atoms.saturating_sub(accepted_atoms),
            minted,
            burned,
            paid_atoms,
            unfilled: pending.redeem_shares.saturating_sub(burned),
        }
    }

    fn minted(&self, pending: &Pending) -> Option<u128> {
        let minted = self.shares_for_down(pending.deposit_atoms)?;
        // The supply must keep its 128 bits, virtual shares included.
        self.supply.checked_add(VIRTUAL_SHARES)?.checked_add(minted)?;
        let for_smallest = mul_div_down(minted, pending.min_deposit_atoms, pending.deposit_atoms)?;
        (for_smallest > 0).then_some(minted)
    }

    fn redeemed(&self, shares: u128) -> Option<(u128, u128)> {
        let wanted = self.assets_for_down(shares)?;
        let paid = wanted.min(self.redeemable_atoms);
        if paid == 0 {
            return None;
        }
        // Rounding up burns at most a share too many, for those who stay.
        Some((mul_div_up(shares, paid, wanted)?, paid))
    }
}

/// Totals of an epoch that are being claimed: each takes his part of what is left, the last the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// What has not claimed yet of what was requested.
    pub requested: u128,
    /// What is left to give for it.
    pub given: u128,
}

impl Split {
    /// The part of one request.
    /// # Rounding: down; what is left over goes to the others
    /// # Returns: the part and what is left; `None` if the request is larger than the whole
    pub fn take(self, request: u128) -> Option<(u128, Self)> {
        let part = mul_div_down(self.given, request, self.requested)?;
        let requested = self.requested.checked_sub(request)?;
        Some((part, Self { requested, given: self.given.checked_sub(part)? }))
    }
}

#[cfg(test)]
mod tests;
