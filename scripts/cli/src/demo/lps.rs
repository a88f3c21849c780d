//! Liquidity providers: in by request, epoch and claim, and out again.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{ITranche, IVault};

use super::Demo;
use crate::error::CliError;
use crate::units::{narrow_unsigned, TOKEN_ATOMS};
use crate::world::Contracts;

/// What each provider puts in, in tokens. Odd amounts, so that rounding shows.
pub(super) const DEPOSITS: [u128; 3] = [5_000_003, 3_000_007, 1_999_993];
/// Who of them is in the senior tranche; the others are in the junior.
const SENIOR: [bool; 3] = [false, true, false];
/// Redemptions are filled as far as the vault's risk allows; what is left is asked for again.
const MOST_REDEMPTIONS: usize = 6;

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Where he holds his shares.
    pub address: Address,
    /// The tranche he is in, junior or senior.
    pub is_senior: bool,
    /// Put in, in atoms.
    pub paid_in: i128,
    /// Taken out, in atoms.
    pub taken_out: i128,
}

impl Demo {
    /// Every provider deposits; the epoch is cut, priced and claimed from.
    pub(super) fn providers_enter(&mut self) -> Result<(), CliError> {
        for (place, tokens) in DEPOSITS.into_iter().enumerate() {
            let Some(provider) = self.providers.get_mut(place) else { continue };
            let (address, atoms) = (provider.address, tokens * TOKEN_ATOMS);
            provider.paid_in += atoms as i128;
            let tranche = tranche_of(&self.world.contracts, provider);
            self.world.fund(address, atoms)?;
            let request =
                ITranche::requestDepositCall { assets: U256::from(atoms), controller: address, owner: address };
            self.world.send("lp_request_deposit", address, tranche, &request)?;
        }
        self.process_epoch()?;
        for provider in self.providers.clone() {
            let (address, tranche) = (provider.address, tranche_of(&self.world.contracts, &provider));
            let assets = self.world.view(tranche, &ITranche::maxDepositCall { controller: address })?;
            let claim = ITranche::deposit_0Call { assets, receiver: address };
            self.world.send("lp_claim_deposit", address, tranche, &claim)?;
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
            // What is left of the hedge is more of what is left of capital each time.
            self.wind_up()?;
            self.redeem(&holders)?;
        }
        Ok(())
    }

    /// Providers with shares that are worth an atom or more.
    pub(super) fn shareholders(&mut self) -> Result<Vec<(Provider, U256)>, CliError> {
        let mut holders = Vec::new();
        for provider in self.providers.clone() {
            let tranche = tranche_of(&self.world.contracts, &provider);
            let shares = self.world.view(tranche, &ITranche::balanceOfCall { owner: provider.address })?;
            let worth = self.world.view(tranche, &ITranche::convertToAssetsCall { shares })?;
            if !worth.is_zero() {
                holders.push((provider, shares));
            }
        }
        Ok(holders)
    }

    fn redeem(&mut self, holders: &[(Provider, U256)]) -> Result<(), CliError> {
        for (provider, shares) in holders {
            let (owner, tranche) = (provider.address, tranche_of(&self.world.contracts, provider));
            let request = ITranche::requestRedeemCall { shares: *shares, controller: owner, owner };
            if let Err(reason) = self.world.try_send("lp_request_redeem", owner, tranche, &request)? {
                // Dust below the smallest request stays with its holder.
                self.tally.reject(&reason);
            }
        }
        self.process_epoch()?;
        for (provider, _) in holders {
            let (owner, tranche) = (provider.address, tranche_of(&self.world.contracts, provider));
            let before = self.balance(owner)?;
            let shares = self.world.view(tranche, &ITranche::maxRedeemCall { controller: owner })?;
            if shares.is_zero() {
                // Nothing is filled: all shares come back.
                self.world.send("lp_collect", owner, tranche, &ITranche::collectCall { controller: owner })?;
                continue;
            }
            let claim = ITranche::redeemCall { shares, receiver: owner, controller: owner };
            if let Err(reason) = self.world.try_send("lp_claim_redeem", owner, tranche, &claim)? {
                self.tally.reject(&reason);
            }
            let received = self.balance(owner)? - before;
            if let Some(provider) = self.providers.iter_mut().find(|each| each.address == owner) {
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
        let process = IVault::processEpochCall { firstRounds: vec![self.world.first_round_from(next.cutAt)] };
        self.world.send("lp_process_epoch", self.world.owner, vault, &process)?;
        Ok(())
    }

    /// An account's stablecoins, in atoms.
    pub(crate) fn balance(&mut self, owner: Address) -> Result<i128, CliError> {
        let token = self.world.contracts.token;
        let balance = self.world.view(token, &crate::world::Stablecoin::balanceOfCall { owner })?;
        Ok(narrow_unsigned(balance))
    }
}

fn tranche_of(contracts: &Contracts, provider: &Provider) -> Address {
    if provider.is_senior {
        contracts.senior
    } else {
        contracts.junior
    }
}

/// The tranche of the provider at a place.
pub(super) fn is_senior(place: usize) -> bool {
    SENIOR.get(place).copied().unwrap_or_default()
}
