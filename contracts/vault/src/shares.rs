//! The shares as an ERC-20 token.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{
    Approval, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidReceiver, Transfer,
};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::number::from_u128;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::Vault;

impl Vault {
    /// Moves shares at their owner's wish: anywhere but to nobody or into the vault's own keeping.
    /// # Returns: true, as ERC-20 wants
    /// # Errors: ERC20InvalidReceiver, ERC20InsufficientBalance
    pub(crate) fn send_shares(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Revert> {
        if to.is_zero() || to == self.vm().contract_address() {
            return Err(revert(&ERC20InvalidReceiver { receiver: to }));
        }
        self.move_shares(from, to, value)?;
        Ok(true)
    }

    /// Uses up an allowance; the largest is never used up.
    /// # Errors: ERC20InsufficientAllowance
    pub(crate) fn spend_allowance(&mut self, owner: Address, value: U256) -> Result<(), Revert> {
        let spender = self.vm().msg_sender();
        let mut allowances = self.slots.allowances.setter(owner);
        let mut slot = allowances.setter(spender);
        let allowance = slot.get();
        if allowance == U256::MAX {
            return Ok(());
        }
        let left = allowance
            .checked_sub(value)
            .ok_or_else(|| revert(&ERC20InsufficientAllowance { spender, allowance, needed: value }))?;
        slot.set(left);
        Ok(())
    }

    /// Allows the spender to move the caller's shares.
    /// # Returns: true, as ERC-20 wants
    pub(crate) fn allow(&mut self, spender: Address, value: U256) -> bool {
        let owner = self.vm().msg_sender();
        self.slots.allowances.setter(owner).setter(spender).set(value);
        log(self.vm(), &Approval { owner, spender, value });
        true
    }

    /// Makes shares in the vault's keeping.
    pub(crate) fn mint(&mut self, shares: u128) {
        if shares == 0 {
            return;
        }
        let vault = self.vm().contract_address();
        // Pricing has seen to it that the supply keeps its 128 bits.
        let supply = self.slots.supply().saturating_add(shares);
        self.slots.set_supply(supply);
        let value = from_u128(shares);
        self.credit(vault, value);
        log(self.vm(), &Transfer { from: Address::ZERO, to: vault, value });
    }

    /// Destroys shares in the vault's keeping.
    /// # Errors: ERC20InsufficientBalance
    pub(crate) fn burn(&mut self, shares: u128) -> Result<(), Revert> {
        if shares == 0 {
            return Ok(());
        }
        let vault = self.vm().contract_address();
        let value = from_u128(shares);
        self.debit(vault, value)?;
        let supply = self.slots.supply().saturating_sub(shares);
        self.slots.set_supply(supply);
        log(self.vm(), &Transfer { from: vault, to: Address::ZERO, value });
        Ok(())
    }

    /// Moves shares anywhere.
    /// # Errors: ERC20InsufficientBalance
    pub(crate) fn move_shares(&mut self, from: Address, to: Address, value: U256) -> Result<(), Revert> {
        self.debit(from, value)?;
        self.credit(to, value);
        log(self.vm(), &Transfer { from, to, value });
        Ok(())
    }

    fn debit(&mut self, owner: Address, value: U256) -> Result<(), Revert> {
        let mut slot = self.slots.balances.setter(owner);
        let balance = slot.get();
        let left = balance
            .checked_sub(value)
            .ok_or_else(|| revert(&ERC20InsufficientBalance { sender: owner, balance, needed: value }))?;
        slot.set(left);
        Ok(())
    }

    /// Balances add up to the supply, so that none can overflow.
    fn credit(&mut self, owner: Address, value: U256) {
        let mut slot = self.slots.balances.setter(owner);
        let balance = slot.get();
        slot.set(balance.saturating_add(value));
    }
}
