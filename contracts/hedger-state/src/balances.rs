//! What counts of tokens is what balances have become, whatever anybody answers.

use alloy_primitives::Address;
use equipoise_interfaces::{TokenTransferFailed, IERC20};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::number::to_u128;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::Hedger;

impl Hedger {
    /// What the hedger has of the underlying.
    /// # Errors: TokenTransferFailed for more than 128 bits, the token's own
    pub fn base_held(&self) -> Result<u128, Revert> {
        self.balance(self.slots.base().address, self.vm().contract_address())
    }

    /// What the clearing house has of the stablecoin.
    /// # Errors: as [`Hedger::base_held`]
    pub fn quote_in_clearing(&self) -> Result<u128, Revert> {
        self.balance(self.slots.quote.address(), self.slots.clearing.address())
    }

    /// What somebody has of a token.
    /// # Errors: as [`Hedger::base_held`]
    #[inline(never)]
    pub fn balance(&self, token: Address, owner: Address) -> Result<u128, Revert> {
        let balance = view(self.vm(), token, &IERC20::balanceOfCall { owner })?;
        to_u128(balance).ok_or_else(|| revert(&TokenTransferFailed { token, amountAtoms: balance }))
    }
}
