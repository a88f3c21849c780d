//! What the programs share: typed calls, ownership, namespaced storage, checked numbers, share prices. It also
//! brings the allocator, the SDK's `mini-alloc`.
//!
//! # Re-entrancy
//!
//! Programs are built without the SDK's `reentrant` feature: a call that comes back into a program
//! that is already running reverts with no data, views included. A program may therefore call
//! another only downwards, in the order tranche or vault, market, oracle and clearing, then the token and
//! the feed; and a token that calls its sender or receiver back cannot reach any of them.
//!
//! Beside it there is one [`lock`] that all programs see, for code that is not trusted and calls a program that is not
//! running.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

pub mod lean;
pub mod lock;
pub mod number;
pub mod ownership;
pub mod price;
pub mod quorum;
pub mod registry;
pub mod shares;
pub mod signature;
pub mod storage;
pub mod token;

use alloy_primitives::Address;
use equipoise_interfaces::{AddressHasNoCode, AddressIsZero};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

use lean::revert;

/// The encoded error that a failed call leaves its caller.
pub type Revert = Vec<u8>;

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
