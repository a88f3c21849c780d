//! The ledger's entry of the first market's vault, as the clearing house keeps it.

use alloy_primitives::{keccak256, B256, U256};
use equipoise_clearing_state::slots::ClearingSpace;
use equipoise_clearing_state::Account;
use equipoise_interfaces::account::VAULT;
use equipoise_kit::storage::Namespace;

/// The place of the ledger's accounts.
const ACCOUNTS: u8 = 7;

/// The slot and the word of a vault that has so much cash.
pub fn vault_with(cash: i128) -> (U256, B256) {
    let accounts = ClearingSpace::ROOT + U256::from(ACCOUNTS);
    let slot = keccak256([VAULT.0, accounts.to_be_bytes()].concat());
    (slot.into(), B256::new(Account::default().moved(cash).unwrap().to_slot()))
}
