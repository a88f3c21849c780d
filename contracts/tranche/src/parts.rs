//! Everyone's part of what an epoch came to, and claiming it bit by bit.

use equipoise_kit::number::{mul_div_down, mul_div_up};

/// Totals of an epoch that are being claimed: each takes his part of what is left, the last the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What has not been collected yet of what was requested.
    pub requested: u128,
    /// What is left of the part of it that was filled.
    pub filled: u128,
    /// What is left to give for that.
    pub given: u128,
}

/// Assets and shares that belong together: deposited for, or redeemed into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Assets.
    pub assets: u128,
    /// Shares.
    pub shares: u128,
}

impl Parts {
    /// The part of one request: what was filled of it and what is given for that.
    /// # Rounding: down; what is left over goes to the others
    /// # Returns: both parts and what is left; `None` if the request is larger than the whole
    pub fn take(self, request: u128) -> Option<(u128, u128, Self)> {
        let requested = self.requested.checked_sub(request)?;
        let filled = mul_div_down(self.filled, request, self.requested)?;
        let given = mul_div_down(self.given, request, self.requested)?;
        let left = Self { requested, filled: self.filled.checked_sub(filled)?, given: self.given.checked_sub(given)? };
        Some((filled, given, left))
    }
}

impl Claim {
    /// Puts another claim on top.
    /// # Returns: `None` if a sum leaves 128 bits
    pub fn plus(self, other: Self) -> Option<Self> {
        Some(Self { assets: self.assets.checked_add(other.assets)?, shares: self.shares.checked_add(other.shares)? })
    }

    /// Takes so many assets and the shares that go with them.
    /// # Rounding: shares down; all assets take all shares
    /// # Returns: the part and what is left; `None` if there are not so many
    pub fn take_assets_down(self, assets: u128) -> Option<(Self, Self)> {
        let shares = mul_div_down(self.shares, assets, self.assets)?;
        self.take(Self { assets, shares })
    }

    /// Takes so many assets for the shares that go with them.
    /// # Rounding: shares up; all assets take all shares
    /// # Returns: the part and what is left; `None` if there are not so many
    pub fn take_assets_up(self, assets: u128) -> Option<(Self, Self)> {
        let shares = mul_div_up(self.shares, assets, self.assets)?;
        self.take(Self { assets, shares })
    }

    /// Takes so many shares and the assets that go with them.
    /// # Rounding: assets down; all shares take all assets
    /// # Returns: the part and what is left; `None` if there are not so many
    pub fn take_shares_down(self, shares: u128) -> Option<(Self, Self)> {
        let assets = mul_div_down(self.assets, shares, self.shares)?;
        self.take(Self { assets, shares })
    }

    /// Takes so many shares for the assets that go with them.
    /// # Rounding: assets up; all shares take all assets
    /// # Returns: the part and what is left; `None` if there are not so many
    pub fn take_shares_up(self, shares: u128) -> Option<(Self, Self)> {
        let assets = mul_div_up(self.assets, shares, self.shares)?;
        self.take(Self { assets, shares })
    }

    fn take(self, part: Self) -> Option<(Self, Self)> {
        let left =
            Self { assets: self.assets.checked_sub(part.assets)?, shares: self.shares.checked_sub(part.shares)? };
        Some((part, left))
    }
}

#[cfg(test)]
mod tests;
