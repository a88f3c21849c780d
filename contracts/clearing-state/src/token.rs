//! Moving the stablecoin: what arrives and leaves is counted, whatever the token returns.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::ToWords;
use equipoise_interfaces::{ClearingTokenTransferFailed, ClearingTransferredAmountDiffers, IERC20};
use equipoise_kit::lean::{encode, revert, view};
use equipoise_kit::number::from_u128;
use equipoise_kit::{lock, Revert};
use stylus_sdk::call::call;
use stylus_sdk::prelude::*;

use crate::Ledger;

/// What a token answers to say yes; some answer nothing.
const TRUE: U256 = U256::ONE;

/// Pulls exactly `amount` out of somebody's wallet.
/// # Errors: the token's own, ClearingTokenTransferFailed, ClearingTransferredAmountDiffers
pub fn pull(ledger: &mut Ledger, from: Address, amount: u128) -> Result<(), Revert> {
    let to = ledger.vm().contract_address();
    let value = from_u128(amount);
    let before = token_balance(ledger)?;
    lock::enter(to)?;
    tell(ledger, &IERC20::transferFromCall { from, to, value }, [from, to], value)?;
    lock::exit(to)?;
    let after = token_balance(ledger)?;
    require_difference(value, before, after, after.checked_sub(before))
}

/// Sends exactly `amount` to a wallet.
/// # Errors: the token's own, ClearingTokenTransferFailed, ClearingTransferredAmountDiffers
pub fn push(ledger: &mut Ledger, to: Address, amount: u128) -> Result<(), Revert> {
    let (program, before) = (ledger.vm().contract_address(), token_balance(ledger)?);
    lock::enter(program)?;
    push_locked(ledger, to, amount, before)?;
    lock::exit(program)
}

/// Sends exactly `amount` to a wallet. Warning: whoever calls this has seen to it that the lock is held.
/// # Inputs: the stablecoin that the clearing house has before
/// # Returns: what it has afterwards
/// # Errors: the token's own, ClearingTokenTransferFailed, ClearingTransferredAmountDiffers
#[inline(never)]
pub fn push_locked(ledger: &mut Ledger, to: Address, amount: u128, before: U256) -> Result<U256, Revert> {
    let from = ledger.vm().contract_address();
    let value = from_u128(amount);
    tell(ledger, &IERC20::transferCall { to, value }, [from, to], value)?;
    let after = token_balance(ledger)?;
    require_difference(value, before, after, before.checked_sub(after))?;
    Ok(after)
}

/// The stablecoin that the clearing house has.
/// # Errors: the token's own
#[inline(never)]
pub fn token_balance(ledger: &Ledger) -> Result<U256, Revert> {
    let owner = ledger.vm().contract_address();
    view(ledger.vm(), ledger.slots.token.get(), &IERC20::balanceOfCall { owner })
}

/// Tells the token to move something. The lock is held: what it calls in turn finds all programs closed.
fn tell<C>(ledger: &mut Ledger, transfer: &C, [from, to]: [Address; 2], amount: U256) -> Result<(), Revert>
where
    C: SolCall + ToWords,
{
    let token = ledger.slots.token.get();
    let context = Call::new_mutating(ledger);
    match call(ledger.vm(), context, token, &encode(C::SELECTOR, transfer)).map_err(Revert::from) {
        Ok(data) if data.is_empty() || U256::try_from_be_slice(&data) == Some(TRUE) => Ok(()),
        Err(data) if !data.is_empty() => Err(data),
        _ => Err(revert(&ClearingTokenTransferFailed { token, from, to, amountAtoms: amount })),
    }
}

#[inline(never)]
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
