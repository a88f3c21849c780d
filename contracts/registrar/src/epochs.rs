//! The cash of LPs between them and the vaults, as the vault program has it move.

use alloy_primitives::{B256, U256};
use equipoise_clearing_state::amounts::unsigned;
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::account::{vault_of, LP_CLAIMS, LP_PENDING};
use equipoise_kit::lean::{only, Arguments};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

/// The end of an epoch in one market. Vault program only.
/// # Errors: CallerNotAllowed, ClearingMarketUnknown, ClearingInsufficientCash, ClearingAmountTooLarge
pub fn settle(ledger: &mut Ledger, given: &mut Arguments<'_>) -> Result<(), Revert> {
    only(ledger.vm(), ledger.slots.vault.get())?;
    let vault = known_vault(ledger, given.take()?)?;
    let [accepted, refused, redeemed]: [U256; 3] = given.take()?;
    ledger.move_cash(LP_PENDING, vault, unsigned(accepted)?)?;
    ledger.move_cash(LP_PENDING, LP_CLAIMS, unsigned(refused)?)?;
    ledger.move_cash(vault, LP_CLAIMS, unsigned(redeemed)?)
}

/// LP capital of one market to another. Vault program only.
/// # Errors: CallerNotAllowed, ClearingMarketUnknown, ClearingInsufficientCash, ClearingAmountTooLarge
pub fn reallocate(ledger: &mut Ledger, from: u8, to: u8, amount_atoms: U256) -> Result<(), Revert> {
    only(ledger.vm(), ledger.slots.vault.get())?;
    let (from, to) = (known_vault(ledger, from)?, known_vault(ledger, to)?);
    ledger.move_cash(from, to, unsigned(amount_atoms)?)
}

fn known_vault(ledger: &Ledger, market: u8) -> Result<B256, Revert> {
    ledger.market_number(ledger.market(market))?;
    Ok(vault_of(market))
}
