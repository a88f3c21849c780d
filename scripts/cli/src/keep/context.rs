//! What every chore works on.

use alloy_primitives::Address;

use super::accounts::Accounts;
use super::error::KeepError;
use super::remote::Remote;
use super::site::Site;

/// A chain, what there is to keep on it, and who holds something there.
#[derive(Debug)]
pub struct Context {
    /// The chain.
    pub remote: Remote,
    /// The contracts.
    pub site: Site,
    /// Who holds something.
    pub accounts: Accounts,
    /// The discount of an auction, as a share of maintenance margin, from which the sender's own account bids.
    pub bids_from: Option<f64>,
}

impl Context {
    /// Finds what there is to keep.
    /// # Errors: [`KeepError::Reverted`], [`KeepError::Answer`], the connection's
    pub fn open(
        mut remote: Remote,
        vault: Address,
        accounts: Accounts,
        bids_from: Option<f64>,
    ) -> Result<Self, KeepError> {
        let site = Site::of(&mut remote, vault)?;
        Ok(Self { remote, site, accounts, bids_from })
    }

    /// Whether transactions are sent.
    pub const fn is_acting(&self) -> bool {
        self.remote.hand().is_some()
    }
}
