//! What the programs share: typed calls, ownership, namespaced storage, checked numbers. It also
//! brings the allocator, the SDK's `mini-alloc`.
//!
//! # Re-entrancy
//!
//! Programs are built without the SDK's `reentrant` feature: a call that comes back into a program
//! that is already running reverts with no data, views included. A program may therefore call
//! another only downwards, in the order vault, market, oracle and clearing, then the token and the
//! feed; and a token that calls its sender or receiver back cannot reach any of them.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions)
)]

extern crate alloc;

pub mod call;
pub mod number;
pub mod ownership;
pub mod storage;

pub use call::{call, view};

use alloy_primitives::Address;
use alloy_sol_types::SolError;
use equipoise_interfaces::{AddressHasNoCode, AddressIsZero, CallerNotAllowed, NotWired};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

/// The encoded error that a failed call leaves its caller.
pub type Revert = Vec<u8>;

/// Encodes a typed error.
#[cold]
pub fn revert<E: SolError>(error: &E) -> Revert {
    error.abi_encode()
}

/// Fails unless the caller is `allowed`, an address that wiring has set.
/// # Errors: NotWired, CallerNotAllowed
pub fn only(vm: &VM, allowed: Address) -> Result<(), Revert> {
    let caller = vm.msg_sender();
    if allowed.is_zero() {
        return Err(revert(&NotWired {}));
    }
    if caller != allowed {
        return Err(revert(&CallerNotAllowed { caller, allowed }));
    }
    Ok(())
}

/// Fails unless `address` is a deployed contract, so that calls to it cannot succeed by silence.
/// # Errors: AddressIsZero, AddressHasNoCode
pub fn require_code(vm: &VM, address: Address) -> Result<(), Revert> {
    if address.is_zero() {
        return Err(revert(&AddressIsZero {}));
    }
    if vm.code_size(address) == 0 {
        return Err(revert(&AddressHasNoCode { account: address }));
    }
    Ok(())
}
