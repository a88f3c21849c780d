//! Moving the stablecoin: what arrives and leaves is counted, whatever the token returns.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::ToWords;
use equipoise_interfaces::{ClearingTokenTransferFailed, ClearingTransferredAmountDiffers, IERC20};
use equipoise_kit::lean::{encode, revert, view};
use equipoise_kit::number::from_u128;
use equipoise_kit::Revert;
use stylus_sdk::call::call;
use stylus_sdk::prelude::*;

use crate::Clearing;

/// What a token answers to say yes; some answer nothing.
const TRUE: U256 = U256::ONE;

impl Clearing {
    /// Pulls exactly `amount` out of somebody's wallet.
    /// # Errors: the token's own, ClearingTokenTransferFailed, ClearingTransferredAmountDiffers
    pub(crate) fn pull(&mut self, from: Address, amount: u128) -> Result<(), Revert> {
        let to = self.vm().contract_address();
        let value = from_u128(amount);
        let before = self.token_balance()?;
        self.transfer(&IERC20::transferFromCall { from, to, value }, [from, to], value)?;
        let after = self.token_balance()?;
        require_difference(value, before, after, after.checked_sub(before))
    }

    /// Sends exactly `amount` to a wallet.
    /// # Errors: the token's own, ClearingTokenTransferFailed, ClearingTransferredAmountDiffers
    pub(crate) fn push(&mut self, to: Address, amount: u128) -> Result<(), Revert> {
        let from = self.vm().contract_address();
        let value = from_u128(amount);
        let before = self.token_balance()?;
        self.transfer(&IERC20::transferCall { to, value }, [from, to], value)?;
        let after = self.token_balance()?;
        require_difference(value, before, after, before.checked_sub(after))
    }

    fn token_balance(&self) -> Result<U256, Revert> {
        let owner = self.vm().contract_address();
        view(self.vm(), self.slots.token.get(), &IERC20::balanceOfCall { owner })
    }

    fn transfer<C>(&mut self, transfer: &C, [from, to]: [Address; 2], amount: U256) -> Result<(), Revert>
    where
        C: SolCall + ToWords,
    {
        let token = self.slots.token.get();
        let context = Call::new_mutating(self);
        let answer = call(self.vm(), context, token, &encode(C::SELECTOR, transfer)).map_err(Revert::from);
        match answer {
            Ok(data) if data.is_empty() || U256::try_from_be_slice(&data) == Some(TRUE) => Ok(()),
            Err(data) if !data.is_empty() => Err(data),
            _ => Err(revert(&ClearingTokenTransferFailed { token, from, to, amountAtoms: amount })),
        }
    }
}

fn require_difference(expected: U256, before: U256, after: U256, difference: Option<U256>) -> Result<(), Revert> {
    if difference == Some(expected) {
        return Ok(());
    }
    Err(revert(&ClearingTransferredAmountDiffers {
        expectedAtoms: expected,
        balanceBeforeAtoms: before,
        balanceAfterAtoms: after,
    }))
}
