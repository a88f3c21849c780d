//! Typed calls of other contracts through the types of the ABI crate.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use equipoise_interfaces::CallFailed;
use stylus_sdk::call::{call as call_contract, static_call};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

use crate::{revert, Revert};

/// Calls a view function. Pending storage writes are flushed first and stay cached.
/// # Errors: the callee's own, unchanged; CallFailed if it gave none or returned something else
pub fn view<C: SolCall>(vm: &VM, to: Address, call: &C) -> Result<C::Return, Revert> {
    let answer = static_call(vm, Call::new(), to, &call.abi_encode());
    decode::<C>(to, answer.map_err(Revert::from))
}

/// Calls a function that may change state. Pending storage writes are flushed first and the
/// cache is cleared, so what is read afterwards is what the callee left.
///
/// Warning: values read into locals before the call are not refreshed.
/// # Errors: the callee's own, unchanged; CallFailed if it gave none or returned something else
pub fn call<P, C>(program: &mut P, to: Address, call: &C) -> Result<C::Return, Revert>
where
    P: TopLevelStorage + HostAccess<Host = VM>,
    C: SolCall,
{
    let context = Call::new_mutating(program);
    let answer = call_contract(program.vm(), context, to, &call.abi_encode());
    decode::<C>(to, answer.map_err(Revert::from))
}

fn decode<C: SolCall>(callee: Address, answer: Result<Revert, Revert>) -> Result<C::Return, Revert> {
    match answer {
        Ok(data) => C::abi_decode_returns_validate(&data).map_err(|_| failed::<C>(callee)),
        Err(data) if data.is_empty() => Err(failed::<C>(callee)),
        Err(data) => Err(data),
    }
}

#[cold]
fn failed<C: SolCall>(callee: Address) -> Revert {
    revert(&CallFailed { callee, selector: C::SELECTOR.into() })
}
