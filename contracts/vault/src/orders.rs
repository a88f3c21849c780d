//! What the vault has others do.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::ToWords;
use equipoise_kit::lean::{encode, failed};
use equipoise_kit::Revert;
use equipoise_vault_state::Vault;
use stylus_sdk::call::call;
use stylus_sdk::prelude::*;

/// Calls a function whose answer is of no interest, or nothing. Pending storage writes are flushed first and the cache is
/// cleared, as by `lean::call`; but one piece of code makes all of the vault's calls.
/// # Errors: the callee's own, unchanged; CallFailed if it gave none
pub fn order<C: SolCall + ToWords>(vault: &mut Vault, to: Address, call: &C) -> Result<(), Revert> {
    order_encoded(vault, to, C::SELECTOR, call)
}

#[inline(never)]
fn order_encoded(vault: &mut Vault, to: Address, selector: [u8; 4], values: &dyn ToWords) -> Result<(), Revert> {
    let context = Call::new_mutating(vault);
    let answer = call(vault.vm(), context, to, &encode(selector, values)).map(|_| ()).map_err(Revert::from);
    answer.map_err(|data| if data.is_empty() { failed(to, selector) } else { data })
}
