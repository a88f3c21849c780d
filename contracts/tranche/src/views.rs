//! What a tranche is worth, and what it says of itself.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{IVault, TrancheAmountTooLarge, TrancheInsolvent};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::shares::Tranche as Shares;
use equipoise_kit::storage::number_key;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::epochs::narrow;
use crate::slots::Request;
use crate::Tranche;

/// ERC-165, the operators, deposits and redemptions of ERC-7540, ERC-7575 and its share.
const INTERFACES: [u32; 6] = [0x01ff_c9a7, 0xe3bc_4e65, 0xce3b_be50, 0x620e_e8e4, 0x2f0a_18c5, 0xf815_c03d];

impl Tranche {
    pub(crate) fn name(&self) -> &'static str {
        if self.slots.is_senior() {
            "Equipoise Senior LP"
        } else {
            "Equipoise Junior LP"
        }
    }

    pub(crate) fn symbol(&self) -> &'static str {
        if self.slots.is_senior() {
            "EQSR"
        } else {
            "EQJR"
        }
    }

    pub(crate) fn supports(interface: u32) -> bool {
        INTERFACES.contains(&interface)
    }

    /// The tranche's value at the mid.
    /// # Errors: the vault program's own
    pub(crate) fn total_assets(&self) -> Result<U256, Revert> {
        Ok(self.value()?.midAtoms)
    }

    /// What a deposit would get if it were priced now.
    /// # Rounding: down
    /// # Errors: TrancheInsolvent, TrancheAmountTooLarge, the vault program's own
    pub(crate) fn convert_to_shares(&self, assets: U256) -> Result<U256, Revert> {
        let shares = self.shares()?;
        if !shares.is_solvent() {
            return Err(revert(&TrancheInsolvent {}));
        }
        let found = shares.shares_for_down(narrow(assets)?);
        found.map(from_u128).ok_or_else(|| revert(&TrancheAmountTooLarge { amount: assets }))
    }

    /// What a redemption would get if it were priced now and filled.
    /// # Rounding: down
    /// # Errors: TrancheAmountTooLarge, the vault program's own
    pub(crate) fn convert_to_assets(&self, shares: U256) -> Result<U256, Revert> {
        let found = self.shares()?.assets_for_down(narrow(shares)?);
        found.map(from_u128).ok_or_else(|| revert(&TrancheAmountTooLarge { amount: shares }))
    }

    /// What of a request with this id is not priced yet.
    pub(crate) fn pending_of(&self, request: Request, id: U256) -> U256 {
        let is_settled = self.slots.epochs.at(number_key(request.epoch)).is_settled();
        if is_settled || U256::from(request.epoch) != id {
            return U256::ZERO;
        }
        from_u128(request.amount)
    }

    /// What is claimable under an id: everything, under that of the last request.
    pub(crate) fn under_id(request: Request, id: U256, claimable: u128) -> U256 {
        if U256::from(request.epoch) == id {
            from_u128(claimable)
        } else {
            U256::ZERO
        }
    }

    /// The program for an asset, as ERC-7575 asks the share.
    pub(crate) fn vault_of(&self, asset: Address) -> Address {
        if asset == self.slots.token.address() {
            self.vm().contract_address()
        } else {
            Address::ZERO
        }
    }

    fn shares(&self) -> Result<Shares, Revert> {
        let value = self.value()?;
        let narrow = |amount| to_u128(amount).unwrap_or(u128::MAX);
        Ok(Shares { supply: self.slots.supply(), bid_atoms: narrow(value.bidAtoms), ask_atoms: narrow(value.askAtoms) })
    }

    fn value(&self) -> Result<IVault::trancheValueReturn, Revert> {
        let ask = IVault::trancheValueCall { isSenior: self.slots.is_senior() };
        view(self.vm(), self.slots.core.address(), &ask)
    }
}
