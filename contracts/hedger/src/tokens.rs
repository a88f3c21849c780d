//! What counts of tokens is what balances have become, whatever anybody answers.

use alloy_primitives::Address;
use equipoise_interfaces::{TokenTransferFailed, IERC20};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::number::to_u128;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::program::Hedger;

impl Hedger {
    /// What the hedger has of a token.
    /// # Errors: TokenTransferFailed for more than 128 bits, the token's own
    pub(crate) fn balance(&self, token: Address) -> Result<u128, Revert> {
        let owner = self.vm().contract_address();
        let balance = view(self.vm(), token, &IERC20::balanceOfCall { owner })?;
        to_u128(balance).ok_or_else(|| revert(&TokenTransferFailed { token, amountAtoms: balance }))
    }
}
