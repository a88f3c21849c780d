//! The shares as an ERC-20 token. Balances are of the current series.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{
    Approval, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidReceiver, Transfer,
};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::number::from_u128;
use equipoise_kit::storage::number_key;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::Tranche;

impl Tranche {
    /// Somebody's shares of a series.
    pub(crate) fn balance(&self, series: u32, owner: Address) -> U256 {
        self.slots.balances.at(number_key(series.into())).at(owner.into_word()).number()
    }

    /// Moves shares at their owner's wish: anywhere but to nobody or into the tranche's own keeping.
    /// # Returns: true, as ERC-20 wants
    /// # Errors: ERC20InvalidReceiver, ERC20InsufficientBalance
    pub(crate) fn send_shares(&mut self, from: Address, to: Address, value: U256) -> Result<bool, Revert> {
        self.require_receiver(to)?;
        self.move_shares(self.slots.series(), from, to, value)?;
        Ok(true)
    }

    /// Fails for nobody and the tranche itself.
    /// # Errors: ERC20InvalidReceiver
    pub(crate) fn require_receiver(&self, receiver: Address) -> Result<(), Revert> {
        if receiver.is_zero() || receiver == self.vm().contract_address() {
            return Err(revert(&ERC20InvalidReceiver { receiver }));
        }
        Ok(())
    }

    /// Uses up the caller's allowance; the largest is never used up.
    /// # Errors: ERC20InsufficientAllowance
    pub(crate) fn spend_allowance(&mut self, owner: Address, value: U256) -> Result<(), Revert> {
        let spender = self.vm().msg_sender();
        let mut allowances = self.slots.allowances.at_mut(owner.into_word());
        let mut slot = allowances.at_mut(spender.into_word());
        let allowance = slot.number();
        if allowance == U256::MAX {
            return Ok(());
        }
        let left = allowance
            .checked_sub(value)
            .ok_or_else(|| revert(&ERC20InsufficientAllowance { spender, allowance, needed: value }))?;
        slot.set_number(left);
        Ok(())
    }

    /// What a spender may move of the owner's shares.
    pub(crate) fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.slots.allowances.at(owner.into_word()).at(spender.into_word()).number()
    }

    /// Allows the spender to move the owner's shares.
    /// # Returns: true, as ERC-20 wants
    pub(crate) fn allow(&mut self, owner: Address, spender: Address, value: U256) -> bool {
        let mut allowances = self.slots.allowances.at_mut(owner.into_word());
        allowances.at_mut(spender.into_word()).set_number(value);
        log(self.vm(), &Approval { owner, spender, value });
        true
    }

    /// Makes shares in the tranche's keeping.
    pub(crate) fn mint_kept(&mut self, shares: u128) {
        if shares == 0 {
            return;
        }
        let (keeper, value) = (self.vm().contract_address(), from_u128(shares));
        // Pricing has seen to it that the supply keeps its 128 bits.
        let supply = self.slots.supply().saturating_add(shares);
        self.slots.set_supply(supply);
        self.credit(self.slots.series(), keeper, value);
        log(self.vm(), &Transfer { from: Address::ZERO, to: keeper, value });
    }

    /// Destroys shares in the tranche's keeping.
    /// # Errors: ERC20InsufficientBalance
    pub(crate) fn burn_kept(&mut self, shares: u128) -> Result<(), Revert> {
        if shares == 0 {
            return Ok(());
        }
        let (keeper, value) = (self.vm().contract_address(), from_u128(shares));
        self.debit(self.slots.series(), keeper, value)?;
        let supply = self.slots.supply().saturating_sub(shares);
        self.slots.set_supply(supply);
        log(self.vm(), &Transfer { from: keeper, to: Address::ZERO, value });
        Ok(())
    }

    /// Gives shares of a series out of the tranche's keeping.
    /// # Errors: ERC20InsufficientBalance
    pub(crate) fn release_shares(&mut self, series: u32, to: Address, shares: u128) -> Result<(), Revert> {
        if shares == 0 {
            return Ok(());
        }
        let keeper = self.vm().contract_address();
        self.move_shares(series, keeper, to, from_u128(shares))
    }

    /// Fails while untrusted code runs: what asks the clearing house for nothing else asks it for this.
    /// # Errors: ProgramsLocked
    #[inline(never)]
    pub(crate) fn require_unlocked(&self) -> Result<(), Revert> {
        require_unlocked(self.vm(), self.slots.clearing.address())
    }

    /// Moves shares of a series anywhere. Only those of the current one are the token's.
    /// # Errors: ProgramsLocked, ERC20InsufficientBalance
    pub(crate) fn move_shares(&mut self, series: u32, from: Address, to: Address, value: U256) -> Result<(), Revert> {
        self.require_unlocked()?;
        self.debit(series, from, value)?;
        self.credit(series, to, value);
        if series == self.slots.series() {
            log(self.vm(), &Transfer { from, to, value });
        }
        Ok(())
    }

    fn debit(&mut self, series: u32, owner: Address, value: U256) -> Result<(), Revert> {
        let mut balances = self.slots.balances.at_mut(number_key(series.into()));
        let mut slot = balances.at_mut(owner.into_word());
        let balance = slot.number();
        let left = balance
            .checked_sub(value)
            .ok_or_else(|| revert(&ERC20InsufficientBalance { sender: owner, balance, needed: value }))?;
        slot.set_number(left);
        Ok(())
    }

    /// Balances add up to the supply, so that none can overflow.
    fn credit(&mut self, series: u32, owner: Address, value: U256) {
        let mut balances = self.slots.balances.at_mut(number_key(series.into()));
        let mut slot = balances.at_mut(owner.into_word());
        let balance = slot.number();
        slot.set_number(balance.saturating_add(value));
    }
}
