//! Amounts of the ABI, of the ledger and of the pure crates, each into the other.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{ClearingAmountIsZero, ClearingAmountTooLarge, ClearingNumberOutOfDomain};
use equipoise_kit::lean::revert;
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_risk::units::{Atoms, Money, TokenScale};
use equipoise_risk::RiskError;

/// A positive amount of the ABI in the ledger's width.
/// # Errors: ClearingAmountIsZero, ClearingAmountTooLarge
pub fn positive(amount: U256) -> Result<u128, Revert> {
    if amount.is_zero() {
        return Err(revert(&ClearingAmountIsZero {}));
    }
    unsigned(amount)
}

/// An amount of the ABI in the ledger's width.
/// # Errors: ClearingAmountTooLarge
pub fn unsigned(amount: U256) -> Result<u128, Revert> {
    to_u128(amount).ok_or_else(|| revert(&ClearingAmountTooLarge { amountAtoms: amount }))
}

/// A signed amount of the ABI in the ledger's width.
/// # Errors: ClearingAmountTooLarge
pub fn signed(amount: I256) -> Result<i128, Revert> {
    to_i128(amount).ok_or_else(|| revert(&ClearingAmountTooLarge { amountAtoms: amount.unsigned_abs() }))
}

/// Cash as a quantity of the pure crates.
/// # Rounding: down, against the account. Errors: ClearingNumberOutOfDomain
#[inline(never)]
pub fn money_floor(scale: TokenScale, cash: i128) -> Result<Money, Revert> {
    scale.money_floor(Atoms::new(cash)).map_err(number_error)
}

/// Whole atoms of money.
/// # Rounding: down. Errors: ClearingNumberOutOfDomain
#[inline(never)]
pub fn atoms_floor(scale: TokenScale, money: Money) -> Result<i128, Revert> {
    Ok(scale.atoms_floor(money).map_err(number_error)?.count())
}

/// Whole atoms of money.
/// # Rounding: up. Errors: ClearingNumberOutOfDomain
#[inline(never)]
pub fn atoms_ceil(scale: TokenScale, money: Money) -> Result<i128, Revert> {
    Ok(scale.atoms_ceil(money).map_err(number_error)?.count())
}

/// Atoms as the ABI shows them, zero for none or less.
pub fn shown(atoms: i128) -> U256 {
    from_u128(atoms.max(0).unsigned_abs())
}

/// Money as errors and views show it: what is there down.
#[inline(never)]
pub fn shown_floor(scale: TokenScale, money: Money) -> I256 {
    from_i128(scale.atoms_floor(money).map_or(i128::MIN, Atoms::count))
}

/// Money as errors and views show it: what is required up.
#[inline(never)]
pub fn shown_ceil(scale: TokenScale, money: Money) -> U256 {
    shown(scale.atoms_ceil(money).map_or(i128::MAX, Atoms::count))
}

/// A sum that must fit.
/// # Errors: ClearingNumberOutOfDomain
pub fn plus(left: i128, right: i128) -> Result<i128, Revert> {
    left.checked_add(right).ok_or_else(out_of_domain)
}

/// A difference that must fit.
/// # Errors: ClearingNumberOutOfDomain
pub fn minus(left: i128, right: i128) -> Result<i128, Revert> {
    left.checked_sub(right).ok_or_else(out_of_domain)
}

/// An error of the pure crates.
#[cold]
pub fn number_error(_: RiskError) -> Revert {
    out_of_domain()
}

/// The error that a number left its domain.
#[cold]
pub fn out_of_domain() -> Revert {
    revert(&ClearingNumberOutOfDomain {})
}
