//! Deposits with an allowance by signature.

use alloy_primitives::U256;
use equipoise_clearing_state::custody::take;
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::account::of;
use equipoise_interfaces::IERC20;
use equipoise_kit::lean::{call, Arguments};
use equipoise_kit::{lock, Revert};
use stylus_sdk::prelude::*;

/// Deposits into the caller's first account, with an allowance by signature (EIP-2612). A signature that somebody else has used
/// already does no harm: what counts is the allowance.
/// # Errors: ClearingNotFinal, ClearingAmount.., ClearingT.., the token's own
pub fn deposit(ledger: &mut Ledger, given: &mut Arguments<'_>) -> Result<(), Revert> {
    let amount_atoms: U256 = given.take()?;
    let (owner, program) = (ledger.vm().msg_sender(), ledger.vm().contract_address());
    let permit = IERC20::permitCall {
        owner,
        spender: program,
        value: amount_atoms,
        deadline: given.take()?,
        v: given.take()?,
        r: given.take()?,
        s: given.take()?,
    };
    let token = ledger.slots.token.get();
    lock::enter(program)?;
    let _used_or_not = call(ledger, token, &permit);
    lock::exit(program)?;
    take(ledger, owner, of(owner), amount_atoms)
}
