//! The lock: one transient word in the clearing house, seen by all programs.
//!
//! It is held while code runs that nobody here has written: a token, a wallet that checks a signature, a receiver of
//! tokens. It ends with the transaction at the latest. Loading it costs 108 gas.

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::{IClearing, LockNotHeld, ProgramsLocked};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

use crate::lean::{call, revert, view};
use crate::storage::namespace_root;
use crate::Revert;

/// Where the word lies in transient storage: who holds the lock, zero if nobody.
const PLACE: U256 = namespace_root("equipoise.lock");
/// Where a word of its holder's lies, while he holds it.
const KEPT: U256 = namespace_root("equipoise.lock.kept");

/// Who holds the lock, zero if nobody. In the clearing house only: transient storage is a program's own.
pub fn holder() -> Address {
    Address::from_word(host::load(PLACE.into()))
}

/// Fails while somebody holds the lock. In the clearing house only.
/// # Errors: ProgramsLocked
pub fn require_free() -> Result<(), Revert> {
    let holder = holder();
    if holder.is_zero() {
        return Ok(());
    }
    Err(revert(&ProgramsLocked { holder }))
}

/// Takes the lock for `taker`. In the clearing house only.
/// # Errors: ProgramsLocked
pub fn enter(taker: Address) -> Result<(), Revert> {
    require_free()?;
    host::store(PLACE.into(), taker.into_word());
    Ok(())
}

/// Fails unless `taker` holds the lock. In the clearing house only.
/// # Errors: LockNotHeld
pub fn require_held(taker: Address) -> Result<(), Revert> {
    let holder = holder();
    if holder == taker {
        return Ok(());
    }
    Err(revert(&LockNotHeld { caller: taker, holder }))
}

/// Gives the lock back, which `taker` must hold. In the clearing house only.
/// # Errors: LockNotHeld
pub fn exit(taker: Address) -> Result<(), Revert> {
    require_held(taker)?;
    host::store(PLACE.into(), B256::ZERO);
    Ok(())
}

/// Has foreign code run with the clearing house's lock held. Whoever calls must be one of its programs.
/// # Errors: ProgramsLocked, those of what is run
pub fn held<P, T>(
    program: &mut P,
    clearing: Address,
    foreign: impl FnOnce(&mut P) -> Result<T, Revert>,
) -> Result<T, Revert>
where
    P: TopLevelStorage + HostAccess<Host = VM>,
{
    call(program, clearing, &IClearing::enterLockCall {})?;
    let answer = foreign(program)?;
    call(program, clearing, &IClearing::exitLockCall {})?;
    Ok(answer)
}

/// Keeps a word until it is taken back, or the transaction ends. In the clearing house only.
pub fn keep(word: B256) {
    host::store(KEPT.into(), word);
}

/// Takes back what was kept. In the clearing house only.
pub fn kept() -> B256 {
    let word = host::load(KEPT.into());
    host::store(KEPT.into(), B256::ZERO);
    word
}

/// Fails while somebody holds the clearing house's lock. For all other programs.
/// # Errors: ProgramsLocked; CallFailed while the clearing house itself is running
pub fn require_unlocked(vm: &VM, clearing: Address) -> Result<(), Revert> {
    if view(vm, clearing, &IClearing::isLockedCall {})? {
        return Err(revert(&ProgramsLocked { holder: clearing }));
    }
    Ok(())
}

#[cfg(target_arch = "wasm32")]
mod host {
    use alloy_primitives::B256;

    // The SDK does not declare them.
    #[link(wasm_import_module = "vm_hooks")]
    extern "C" {
        fn transient_load_bytes32(key: *const u8, value: *mut u8);
        fn transient_store_bytes32(key: *const u8, value: *const u8);
    }

    pub fn load(key: B256) -> B256 {
        let mut value = B256::ZERO;
        // SAFETY: the host reads 32 bytes of the key and writes 32 of the value.
        unsafe { transient_load_bytes32(key.as_ptr(), value.as_mut_ptr()) };
        value
    }

    pub fn store(key: B256, value: B256) {
        // SAFETY: the host reads 32 bytes of each.
        unsafe { transient_store_bytes32(key.as_ptr(), value.as_ptr()) };
    }
}

/// Outside of a chain a thread stands in for a transaction.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use alloy_primitives::B256;

    thread_local! {
        static WORDS: RefCell<BTreeMap<B256, B256>> = const { RefCell::new(BTreeMap::new()) };
    }

    pub fn load(key: B256) -> B256 {
        WORDS.with_borrow(|words| words.get(&key).copied().unwrap_or_default())
    }

    pub fn store(key: B256, value: B256) {
        WORDS.with_borrow_mut(|words| words.insert(key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_the_lock_and_only_he_gives_it_back() {
        let (one, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        assert_eq!(exit(one), Err(revert(&LockNotHeld { caller: one, holder: Address::ZERO })));
        enter(one).unwrap();
        assert_eq!(holder(), one);
        let locked = Err(revert(&ProgramsLocked { holder: one }));
        assert_eq!((require_free(), enter(other), enter(one)), (locked.clone(), locked.clone(), locked));
        assert_eq!(exit(other), Err(revert(&LockNotHeld { caller: other, holder: one })));
        exit(one).unwrap();
        assert_eq!(require_free(), Ok(()));
    }
}
