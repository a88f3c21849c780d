//! The cash of a hedge: paid out before its fills, counted when they are done.

use alloy_primitives::{Address, B256, U256};
use equipoise_clearing_state::access::Role;
use equipoise_clearing_state::amounts::positive;
use equipoise_clearing_state::custody::{leave, pay_in};
use equipoise_clearing_state::entries::ledger_revert;
use equipoise_clearing_state::token::{push_locked, token_balance};
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::account::vault_of;
use equipoise_interfaces::{CallerNotAllowed, ClearingTransferredAmountDiffers, HedgePayment, LockNotHeld};
use equipoise_kit::lean::revert;
use equipoise_kit::number::to_u128;
use equipoise_kit::{lock, Revert};
use stylus_sdk::prelude::*;

/// Pays cash of a market's vault to whom its hedger names, and takes the lock for him. Hedger only.
/// # Returns: the stablecoin that is left in the clearing house
/// # Errors: CallerNotAllowed, ClearingNotFinal, ClearingInsufficientCash, ClearingAmount.., ClearingT.., the token's own
pub fn open(ledger: &mut Ledger, payments: &[HedgePayment]) -> Result<U256, Revert> {
    let (hedger, vault) = calling_hedger(ledger)?;
    ledger.require_final()?;
    lock::enter(hedger)?;
    let mut left = token_balance(ledger)?;
    for payment in payments {
        left = pay_out(ledger, vault, payment, left)?;
    }
    // One more: nothing kept is zero.
    lock::keep(left.saturating_add(U256::ONE).into());
    Ok(left)
}

/// Credits the vault with what has come since the lock was taken, pays the solver, and gives it back. Hedger only.
/// # Errors: CallerNotAllowed, LockNotHeld, ClearingTransferredAmountDiffers if less is there than was, ClearingInsufficientCash,
/// ClearingAmount.., ClearingT.., the token's own
pub fn close(ledger: &mut Ledger, solver: Address, tip_atoms: U256) -> Result<(), Revert> {
    let (hedger, vault) = calling_hedger(ledger)?;
    lock::require_held(hedger)?;
    let kept = U256::from_be_bytes(lock::kept().0);
    let Some(before) = kept.checked_sub(U256::ONE) else {
        return Err(revert(&LockNotHeld { caller: hedger, holder: Address::ZERO }));
    };
    let after = token_balance(ledger)?;
    let come = after.checked_sub(before).and_then(to_u128).ok_or_else(|| {
        revert(&ClearingTransferredAmountDiffers {
            expectedAtoms: U256::ZERO,
            balanceBeforeAtoms: before,
            balanceAfterAtoms: after,
        })
    })?;
    if come != 0 {
        pay_in(ledger, vault, come)?;
    }
    if !tip_atoms.is_zero() {
        pay_out(ledger, vault, &HedgePayment { to: solver, amountAtoms: tip_atoms }, after)?;
    }
    lock::exit(hedger)
}

/// A market's vault has no margin here, so its cash is all that is asked of it.
/// # Inputs: the stablecoin that the clearing house has before
/// # Returns: what it has afterwards
#[inline(never)]
fn pay_out(ledger: &mut Ledger, vault: B256, payment: &HedgePayment, before: U256) -> Result<U256, Revert> {
    let amount = positive(payment.amountAtoms)?;
    let left = ledger.entry(vault).debit(amount).map_err(|error| ledger_revert(vault, error))?;
    leave(ledger, (vault, left), amount);
    push_locked(ledger, payment.to, amount, before)
}

/// The hedger that calls, and the vault of its market.
/// # Errors: CallerNotAllowed
#[inline(never)]
fn calling_hedger(ledger: &Ledger) -> Result<(Address, B256), Revert> {
    let caller = ledger.vm().msg_sender();
    match ledger.role(caller) {
        Some(Role::Hedger(market)) => Ok((caller, vault_of(market))),
        _ => Err(revert(&CallerNotAllowed { caller, allowed: Address::ZERO })),
    }
}
