//! Cash that comes into an account and leaves one, told as it does.

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::{CashDeposited, CashWithdrawn};
use equipoise_kit::lean::log;
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::amounts::positive;
use crate::entries::ledger_revert;
use crate::token::{pull, push};
use crate::{Account, Ledger};

/// Pulls a deposit out of a wallet into an account.
/// # Errors: ClearingNotFinal, ClearingAmount.., ClearingT.., the token's own
pub fn take(ledger: &mut Ledger, from: Address, account: B256, amount_atoms: U256) -> Result<(), Revert> {
    ledger.require_final()?;
    let amount = positive(amount_atoms)?;
    pull(ledger, from, amount)?;
    pay_in(ledger, account, amount)
}

/// Credits an account with what has come.
/// # Errors: ClearingAmountTooLarge
#[inline(never)]
pub fn pay_in(ledger: &mut Ledger, account: B256, amount: u128) -> Result<(), Revert> {
    let entry = ledger.entry(account).credit(amount).map_err(|error| ledger_revert(account, error))?;
    ledger.set_entry(account, entry);
    let (amount_atoms, cash) = (from_u128(amount), from_i128(entry.cash()));
    log(ledger.vm(), &CashDeposited { account, amountAtoms: amount_atoms, cashAtoms: cash });
    Ok(())
}

/// Sends what leaves an account to a wallet.
/// # Inputs: the account as it is left
/// # Errors: ClearingT.., the token's own
pub fn send(ledger: &mut Ledger, left: (B256, Account), to: Address, amount: u128) -> Result<(), Revert> {
    leave(ledger, left, amount);
    push(ledger, to, amount)
}

/// Keeps an account as it is left by what is sent next.
#[inline(never)]
pub fn leave(ledger: &mut Ledger, (account, left): (B256, Account), amount: u128) {
    ledger.set_entry(account, left);
    let (amount_atoms, cash) = (from_u128(amount), from_i128(left.cash()));
    log(ledger.vm(), &CashWithdrawn { account, amountAtoms: amount_atoms, cashAtoms: cash });
}
