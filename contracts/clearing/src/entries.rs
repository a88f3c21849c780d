//! Entries in the ledger: loading, checking, storing, and telling.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::account::SETTLEMENT;
use equipoise_interfaces::{
    CashLocked, CashMoved, ClearingAmountIsZero, ClearingAmountTooLarge, ClearingInsufficientCash,
    ClearingLockUnderflow,
};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::{Account, Clearing, LedgerError};

impl Clearing {
    /// An account's entry.
    pub(crate) fn entry(&self, id: B256) -> Account {
        Account::from_slot(self.slots.accounts.get(id).0)
    }

    /// Replaces an account's entry.
    pub(crate) fn set_entry(&mut self, id: B256, account: Account) {
        self.slots.accounts.insert(id, B256::new(account.to_slot()));
    }

    /// Moves cash from an account to another. Only the settlement account may end up owing.
    /// # Errors: ClearingInsufficientCash, ClearingAmountTooLarge
    pub(crate) fn move_cash(&mut self, from: B256, to: B256, amount: u128) -> Result<(), Revert> {
        if amount == 0 {
            return Ok(());
        }
        let payer = self.entry(from);
        let debited = if from == SETTLEMENT { payer.owe(amount) } else { payer.debit(amount) };
        let payer = debited.map_err(|error| ledger_revert(from, error))?;
        let payee = self.entry(to).credit(amount).map_err(|error| ledger_revert(to, error))?;
        self.set_entry(from, payer);
        self.set_entry(to, payee);
        log(
            self.vm(),
            &CashMoved {
                from,
                to,
                amountAtoms: from_u128(amount),
                fromCashAtoms: from_i128(payer.cash()),
                toCashAtoms: from_i128(payee.cash()),
            },
        );
        Ok(())
    }

    /// Changes what an account must keep, whether or not its cash covers it.
    /// # Errors: ClearingLockUnderflow, ClearingAmountTooLarge
    pub(crate) fn change_lock(&mut self, id: B256, change: i128) -> Result<(), Revert> {
        if change == 0 {
            return Ok(());
        }
        let account = self.entry(id).relock(change).map_err(|error| ledger_revert(id, error))?;
        self.set_entry(id, account);
        log(self.vm(), &CashLocked { account: id, lockedAtoms: from_u128(account.locked()) });
        Ok(())
    }

    /// Fails unless an account's cash covers its lock.
    /// # Errors: ClearingInsufficientCash
    pub(crate) fn require_covered(&self, id: B256) -> Result<(), Revert> {
        self.entry(id).covered().map(|_| ()).map_err(|error| ledger_revert(id, error))
    }
}

/// A positive amount of the ABI in the ledger's width.
/// # Errors: ClearingAmountIsZero, ClearingAmountTooLarge
pub(crate) fn positive(amount: U256) -> Result<u128, Revert> {
    if amount.is_zero() {
        return Err(revert(&ClearingAmountIsZero {}));
    }
    unsigned(amount)
}

/// An amount of the ABI in the ledger's width.
/// # Errors: ClearingAmountTooLarge
pub(crate) fn unsigned(amount: U256) -> Result<u128, Revert> {
    to_u128(amount).ok_or_else(|| revert(&ClearingAmountTooLarge { amountAtoms: amount }))
}

/// A signed amount of the ABI in the ledger's width.
/// # Errors: ClearingAmountTooLarge
pub(crate) fn signed(amount: I256) -> Result<i128, Revert> {
    to_i128(amount).ok_or_else(|| revert(&ClearingAmountTooLarge { amountAtoms: amount.unsigned_abs() }))
}

/// Maps an error of the ledger on an account.
#[cold]
pub(crate) fn ledger_revert(account: B256, error: LedgerError) -> Revert {
    match error {
        LedgerError::Insufficient { cash, required } => revert(&ClearingInsufficientCash {
            account,
            cashAtoms: from_i128(cash),
            requiredAtoms: from_u128(required),
        }),
        LedgerError::TooLarge { amount } => revert(&ClearingAmountTooLarge { amountAtoms: from_u128(amount) }),
        LedgerError::LockUnderflow { locked, released } => revert(&ClearingLockUnderflow {
            account,
            lockedAtoms: from_u128(locked),
            releasedAtoms: from_u128(released),
        }),
    }
}
