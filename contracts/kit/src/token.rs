//! Telling tokens what to do. Some answer yes, some nothing; what they have done, balances say.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::ToWords;
use equipoise_interfaces::{TokenTransferFailed, IERC20};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

use crate::lean::{call_bytes, encode, revert};
use crate::Revert;

/// Sends tokens.
/// # Errors: TokenTransferFailed, the token's own
pub fn transfer<P>(program: &mut P, token: Address, to: Address, value: U256) -> Result<(), Revert>
where
    P: TopLevelStorage + HostAccess<Host = VM>,
{
    tell(program, token, &IERC20::transferCall { to, value }, value)
}

/// Lets somebody take so much, and no more.
/// # Errors: TokenTransferFailed, the token's own
pub fn approve<P>(program: &mut P, token: Address, spender: Address, value: U256) -> Result<(), Revert>
where
    P: TopLevelStorage + HostAccess<Host = VM>,
{
    tell(program, token, &IERC20::approveCall { spender, value }, value)
}

fn tell<P, C>(program: &mut P, token: Address, call: &C, amount: U256) -> Result<(), Revert>
where
    P: TopLevelStorage + HostAccess<Host = VM>,
    C: SolCall + ToWords,
{
    let answer = call_bytes(program, token, C::SELECTOR, &encode(C::SELECTOR, call))?;
    if answer.is_empty() || U256::try_from_be_slice(&answer) == Some(U256::ONE) {
        return Ok(());
    }
    Err(revert(&TokenTransferFailed { token, amountAtoms: amount }))
}
