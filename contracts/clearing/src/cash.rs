//! Cash that comes, goes and moves by its owner's will, and that of LPs in and out.

use alloy_primitives::{Address, B256, U256};
use equipoise_clearing_state::access::not_authorised;
use equipoise_clearing_state::amounts::positive;
use equipoise_clearing_state::assessment::safe_since;
use equipoise_clearing_state::custody::{send, take};
use equipoise_clearing_state::entries::ledger_revert;
use equipoise_clearing_state::portfolio::{Requirement, UNKNOWN};
use equipoise_clearing_state::{Account, Ledger};
use equipoise_interfaces::account::{of, owner, INSURANCE, LP_CLAIMS, LP_PENDING};
use equipoise_interfaces::{AddressIsZero, ClearingSameAccount};
use equipoise_kit::lean::{only, revert};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

/// Deposits out of the caller's wallet into a trader's account, the caller's first if none is named.
/// # Errors: ClearingNotFinal, ClearingAccountReserved, ClearingAmount.., ClearingT.., the token's own
pub fn deposit(ledger: &mut Ledger, account: Option<B256>, amount_atoms: U256) -> Result<(), Revert> {
    let sender = ledger.vm().msg_sender();
    let account = account.unwrap_or_else(|| of(sender));
    ledger.require_trader(account)?;
    take(ledger, sender, account, amount_atoms)
}

/// Gives to the insurance fund, for good.
/// # Errors: as `deposit`
pub fn deposit_insurance(ledger: &mut Ledger, amount_atoms: U256) -> Result<(), Revert> {
    let sender = ledger.vm().msg_sender();
    take(ledger, sender, INSURANCE, amount_atoms)
}

/// Withdraws from the caller's first account to the caller.
/// # Errors: as [`withdraw_from`]
pub fn withdraw(ledger: &mut Ledger, amount_atoms: U256) -> Result<(), Revert> {
    let sender = ledger.vm().msg_sender();
    withdraw_from(ledger, of(sender), amount_atoms, sender)
}

/// Withdraws from an account of the caller's to any wallet.
/// # Errors: NotWired, AddressIsZero, ClearingNotAuthorised, ClearingInsufficientCash, ClearingMarginShort,
/// ClearingOracleUnsafe, ClearingAmount.., ClearingT.., the token's own, the markets'
pub fn withdraw_from(ledger: &mut Ledger, account: B256, amount_atoms: U256, to: Address) -> Result<(), Revert> {
    ledger.require_wired()?;
    ledger.require_owner(account, ledger.vm().msg_sender())?;
    if to.is_zero() {
        return Err(revert(&AddressIsZero {}));
    }
    pay_out(ledger, account, to, amount_atoms)
}

/// Moves cash from an account of the caller's to any trader's, or between two of whom the caller operates for.
/// # Errors: ClearingAccountReserved, ClearingNotAuthorised, ClearingSameAccount, ClearingInsufficientCash,
/// ClearingMarginShort, ClearingOracleUnsafe, ClearingAmount.., the markets'
pub fn transfer_cash(ledger: &mut Ledger, from: B256, to: B256, amount_atoms: U256) -> Result<(), Revert> {
    let caller = ledger.vm().msg_sender();
    ledger.require_authority(from, caller)?;
    ledger.require_trader(to)?;
    if from == to {
        return Err(revert(&ClearingSameAccount { account: from }));
    }
    if owner(from) != caller && owner(from) != owner(to) {
        return Err(not_authorised(from, caller));
    }
    let amount = positive(amount_atoms)?;
    let payer = without(ledger, from, amount)?;
    let payee = ledger.entry(to).credit(amount).map_err(|error| ledger_revert(to, error))?;
    ledger.set_entry(from, payer);
    ledger.set_entry(to, payee);
    ledger.tell_moved((from, payer), (to, payee), amount);
    Ok(())
}

/// An LP's deposit, out of his wallet. Tranches only.
/// # Errors: CallerNotAllowed, ClearingNotFinal, ClearingAmount.., ClearingT.., the token's own
pub fn take_lp_deposit(ledger: &mut Ledger, from: Address, amount_atoms: U256) -> Result<(), Revert> {
    only_tranches(ledger)?;
    take(ledger, from, LP_PENDING, amount_atoms)
}

/// An LP's deposit that he takes back, to his wallet. Tranches only.
/// # Errors: as [`pay_lp_claim`]
pub fn return_lp_deposit(ledger: &mut Ledger, to: Address, amount_atoms: U256) -> Result<(), Revert> {
    only_tranches(ledger)?;
    pay_out(ledger, LP_PENDING, to, amount_atoms)
}

/// An LP's claim, to his wallet, or fees. Tranches and vault program only.
/// # Errors: CallerNotAllowed, ClearingInsufficientCash, ClearingAmount.., ClearingT.., the token's own
pub fn pay_lp_claim(ledger: &mut Ledger, to: Address, amount_atoms: U256) -> Result<(), Revert> {
    if ledger.vm().msg_sender() != ledger.slots.vault.get() {
        only_tranches(ledger)?;
    }
    pay_out(ledger, LP_CLAIMS, to, amount_atoms)
}

#[inline(never)]
fn only_tranches(ledger: &Ledger) -> Result<(), Revert> {
    if ledger.vm().msg_sender() == ledger.slots.junior.get() {
        return Ok(());
    }
    only(ledger.vm(), ledger.slots.senior.get())
}

/// An account after `amount` has left it, if it may: cash must cover it, and equity the initial margin of what is held, at
/// prices that auctions would go by, too: else who is short could leave before a price that is late arrives.
fn without(ledger: &Ledger, account: B256, amount: u128) -> Result<Account, Revert> {
    let entry = ledger.entry(account).debit(amount).map_err(|error| ledger_revert(account, error))?;
    if entry.is_margined() {
        safe_since(ledger, entry.held())?;
        ledger.require_margin(account, entry, UNKNOWN, Requirement::Initial)?;
    }
    Ok(entry)
}

/// Out of an account to a wallet. Nobody holds positions in the accounts of LPs, so their cash is all that is asked of them.
fn pay_out(ledger: &mut Ledger, account: B256, to: Address, amount_atoms: U256) -> Result<(), Revert> {
    let amount = positive(amount_atoms)?;
    let left = without(ledger, account, amount)?;
    send(ledger, (account, left), to, amount)
}
