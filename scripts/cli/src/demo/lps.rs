//! Liquidity providers: in by request, epoch and claim, and out again.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::IVault;

use super::Demo;
use crate::error::CliError;
use crate::units::{narrow_unsigned, TOKEN_ATOMS};

/// What each provider puts in, in tokens. Odd amounts, so that rounding shows.
pub(super) const DEPOSITS: [u128; 3] = [5_000_003, 3_000_007, 1_999_993];
/// Redemptions are filled as far as the vault's risk allows; what is left is asked for again.
const MOST_REDEMPTIONS: usize = 4;

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Where he holds his shares.
    pub address: Address,
    /// Put in, in atoms.
    pub paid_in: i128,
    /// Taken out, in atoms.
    pub taken_out: i128,
}

impl Demo {
    /// Every provider deposits; the epoch is cut, priced and claimed from.
    pub(super) fn providers_enter(&mut self) -> Result<(), CliError> {
        let vault = self.world.contracts.vault;
        for (place, tokens) in DEPOSITS.into_iter().enumerate() {
            let Some(provider) = self.providers.get_mut(place) else { continue };
            let (address, atoms) = (provider.address, tokens * TOKEN_ATOMS);
            provider.paid_in += atoms as i128;
            self.world.fund(address, atoms)?;
            let request = IVault::requestDepositCall { assetsAtoms: U256::from(atoms) };
            self.world.send("lp_request_deposit", address, vault, &request)?;
        }
        self.process_epoch()?;
        for address in self.provider_addresses() {
            let claim = IVault::claimDepositCall { owner: address };
            self.world.send("lp_claim_deposit", address, vault, &claim)?;
        }
        Ok(())
    }

    /// Every provider redeems all his shares.
    pub(super) fn providers_leave(&mut self) -> Result<(), CliError> {
        for _ in 0..MOST_REDEMPTIONS {
            let holders = self.shareholders()?;
            if holders.is_empty() {
                break;
            }
            self.redeem(&holders)?;
        }
        Ok(())
    }

    /// Providers with shares that are worth an atom or more.
    pub(super) fn shareholders(&mut self) -> Result<Vec<(Address, U256)>, CliError> {
        let vault = self.world.contracts.vault;
        let mut holders = Vec::new();
        for owner in self.provider_addresses() {
            let shares = self.world.view(vault, &IVault::balanceOfCall { owner })?;
            let worth = self.world.view(vault, &IVault::convertToAssetsCall { shares })?;
            if !worth.is_zero() {
                holders.push((owner, shares));
            }
        }
        Ok(holders)
    }

    fn redeem(&mut self, holders: &[(Address, U256)]) -> Result<(), CliError> {
        let vault = self.world.contracts.vault;
        for (address, shares) in holders {
            let request = IVault::requestRedeemCall { shares: *shares };
            if let Err(reason) = self.world.try_send("lp_request_redeem", *address, vault, &request)? {
                // Dust below the smallest request stays with its holder.
                self.tally.reject(&reason);
            }
        }
        self.process_epoch()?;
        for (owner, _) in holders {
            let claim = IVault::claimRedeemCall { owner: *owner };
            let before = self.balance(*owner)?;
            if let Err(reason) = self.world.try_send("lp_claim_redeem", *owner, vault, &claim)? {
                self.tally.reject(&reason);
            }
            let received = self.balance(*owner)? - before;
            if let Some(provider) = self.providers.iter_mut().find(|each| each.address == *owner) {
                provider.taken_out += received;
            }
        }
        Ok(())
    }

    /// Lets time pass to the cut of the epoch that has requests, answers the feed there, and prices the epoch.
    fn process_epoch(&mut self) -> Result<(), CliError> {
        let vault = self.world.contracts.vault;
        let next = self.world.view(vault, &IVault::nextEpochCall {})?;
        if next.epoch == 0 {
            return Ok(());
        }
        let price = self.price_at(next.cutAt);
        self.advance(next.cutAt, price)?;
        self.world.send("lp_process_epoch", self.world.owner, vault, &IVault::processEpochCall {})?;
        Ok(())
    }

    fn provider_addresses(&self) -> Vec<Address> {
        self.providers.iter().map(|provider| provider.address).collect()
    }

    /// An account's stablecoins, in atoms.
    pub(crate) fn balance(&mut self, owner: Address) -> Result<i128, CliError> {
        let token = self.world.contracts.token;
        let balance = self.world.view(token, &crate::world::Stablecoin::balanceOfCall { owner })?;
        Ok(narrow_unsigned(balance))
    }
}
