//! Who may change a program's tunable numbers: the parameters' registry, once the owner has named it.
//!
//! It can be named once and for ever: an owner who could name another one could have numbers set past the registry's
//! steps and intervals. Before, in a market that nobody governs yet, the owner himself may set them, within their bounds.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{AlreadyWired, RegistryNamed};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

use crate::lean::{log, only, revert};
use crate::ownership::OwnershipSlots;
use crate::storage::namespace_root;
use crate::{require_code, Revert};

/// The slot of the registry's address, the same in every program.
const PLACE: U256 = namespace_root("equipoise.registry");

/// The registry, zero before it is named.
pub fn named(vm: &VM) -> Address {
    Address::from_word(vm.storage_load_bytes32(PLACE))
}

/// Names the registry, once. Owner only.
/// # Errors: CallerNotOwner, AlreadyWired, AddressIsZero, AddressHasNoCode
pub fn name(vm: &VM, ownership: &OwnershipSlots, registry: Address) -> Result<(), Revert> {
    ownership.only_owner()?;
    if !named(vm).is_zero() {
        return Err(revert(&AlreadyWired {}));
    }
    require_code(vm, registry)?;
    // SAFETY: the slot belongs to this namespace alone, which only this module uses.
    unsafe { vm.storage_cache_bytes32(PLACE, registry.into_word()) };
    log(vm, &RegistryNamed { registry });
    Ok(())
}

/// Fails unless the caller is the registry or, before one is named, the owner.
/// # Errors: CallerNotAllowed, CallerNotOwner
pub fn require(vm: &VM, ownership: &OwnershipSlots) -> Result<(), Revert> {
    match named(vm) {
        Address::ZERO => ownership.only_owner(),
        registry => only(vm, registry),
    }
}
