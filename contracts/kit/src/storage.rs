//! Storage at a root of its own (ERC-7201), so that what a program inherits or a proxy keeps
//! beside it can never share a slot with it.

use core::cell::Cell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::AlreadyWired;
use stylus_sdk::host::VM;
use stylus_sdk::keccak_const::Keccak256;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::{StorageGuard, StorageGuardMut, StorageType};

use crate::lean::revert;
use crate::{require_code, Revert};

/// Names a region of storage.
pub trait Namespace {
    /// The first slot of the region.
    const ROOT: U256;
}

/// The root of a namespace: `keccak256(keccak256(id) - 1) & ~0xff`.
/// # Source: ERC-7201
pub const fn namespace_root(id: &str) -> U256 {
    let mut bytes = Keccak256::new().update(id.as_bytes()).finalize();
    let mut index = bytes.len();
    let mut is_borrowing = true;
    while is_borrowing && index > 0 {
        index = index.saturating_sub(1);
        is_borrowing = bytes[index] == 0;
        bytes[index] = bytes[index].wrapping_sub(1);
    }
    let mut root = Keccak256::new().update(&bytes).finalize();
    root[31] = 0;
    U256::from_be_bytes(root)
}

/// A `#[storage]` struct that lives at the root of the namespace `N`, wherever it is declared.
pub struct Namespaced<N, T> {
    inner: T,
    marker: PhantomData<N>,
}

impl<N: Namespace, T: StorageType> StorageType for Namespaced<N, T> {
    type Wraps<'a>
        = StorageGuard<'a, Self>
    where
        Self: 'a;
    type WrapsMut<'a>
        = StorageGuardMut<'a, Self>
    where
        Self: 'a;

    // It takes no room where it is declared.
    const SLOT_BYTES: usize = 0;
    const REQUIRED_SLOTS: usize = 0;

    unsafe fn new(_slot: U256, _offset: u8, host: VM) -> Self {
        // SAFETY: the region belongs to this namespace alone, and a program declares it once.
        let inner = unsafe { T::new(N::ROOT, 0, host) };
        Self { inner, marker: PhantomData }
    }

    fn load<'s>(self) -> Self::Wraps<'s>
    where
        Self: 's,
    {
        StorageGuard::new(self)
    }

    fn load_mut<'s>(self) -> Self::WrapsMut<'s>
    where
        Self: 's,
    {
        StorageGuardMut::new(self)
    }
}

impl<N, T> Deref for Namespaced<N, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<N, T> DerefMut for Namespaced<N, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

/// One slot, whole. Unlike the SDK's types it costs a program no code where it is used, but a call.
pub struct Word {
    slot: U256,
    vm: VM,
}

impl Word {
    /// What it holds.
    pub fn get(&self) -> B256 {
        load(&self.vm, &self.slot)
    }

    /// Replaces what it holds.
    pub fn set(&mut self, word: B256) {
        save(&self.vm, &self.slot, word);
    }

    /// The address it holds.
    pub fn address(&self) -> Address {
        Address::from_word(self.get())
    }

    /// Replaces the address it holds.
    pub fn set_address(&mut self, address: Address) {
        self.set(address.into_word());
    }

    /// Names the program that it holds, once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode
    pub fn name_once(&mut self, program: Address) -> Result<(), Revert> {
        if !self.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(&self.vm, program)?;
        self.set_address(program);
        Ok(())
    }

    /// The number it holds.
    pub fn number(&self) -> U256 {
        self.get().into()
    }

    /// Replaces the number it holds.
    pub fn set_number(&mut self, number: U256) {
        self.set(number.into());
    }
}

impl StorageType for Word {
    type Wraps<'a> = StorageGuard<'a, Self>;
    type WrapsMut<'a> = StorageGuardMut<'a, Self>;

    unsafe fn new(slot: U256, _offset: u8, vm: VM) -> Self {
        Self { slot, vm }
    }

    fn load<'s>(self) -> Self::Wraps<'s> {
        StorageGuard::new(self)
    }

    fn load_mut<'s>(self) -> Self::WrapsMut<'s> {
        StorageGuardMut::new(self)
    }
}

/// One slot that is loaded once a call, whatever the call calls: for what construction names, and what nobody changes while it runs.
///
/// Calls clear the host's cache of storage, so a [`Word`] is loaded anew after each.
pub struct Lasting {
    word: Word,
    loaded: Cell<Option<B256>>,
}

impl Lasting {
    /// What it holds.
    pub fn get(&self) -> B256 {
        if let Some(word) = self.loaded.get() {
            return word;
        }
        let word = self.word.get();
        self.loaded.set(Some(word));
        word
    }

    /// Replaces what it holds.
    pub fn set(&mut self, word: B256) {
        self.loaded.set(Some(word));
        self.word.set(word);
    }

    /// The address it holds, in its last twenty bytes.
    pub fn address(&self) -> Address {
        Address::from_word(self.get())
    }
}

impl StorageType for Lasting {
    type Wraps<'a> = StorageGuard<'a, Self>;
    type WrapsMut<'a> = StorageGuardMut<'a, Self>;

    unsafe fn new(slot: U256, offset: u8, vm: VM) -> Self {
        // SAFETY: the slot is the word's alone.
        let word = unsafe { Word::new(slot, offset, vm) };
        Self { word, loaded: Cell::new(None) }
    }

    fn load<'s>(self) -> Self::Wraps<'s> {
        StorageGuard::new(self)
    }

    fn load_mut<'s>(self) -> Self::WrapsMut<'s> {
        StorageGuardMut::new(self)
    }
}

/// A mapping from words to values of whole slots, laid out as Solidity does: what belongs to `key` begins at
/// `keccak256(key . slot)`. Addresses are keys as words, numbers as [`number_key`].
pub struct Mapping<T> {
    slot: U256,
    marker: PhantomData<T>,
    vm: VM,
}

impl<T: StorageType> Mapping<T> {
    /// What belongs to a key.
    pub fn at(&self, key: B256) -> StorageGuard<'_, T> {
        StorageGuard::new(self.place(key))
    }

    /// What belongs to a key, to be changed.
    pub fn at_mut(&mut self, key: B256) -> StorageGuardMut<'_, T> {
        StorageGuardMut::new(self.place(key))
    }

    fn place(&self, key: B256) -> T {
        const { assert!(T::SLOT_BYTES == 32, "values fill whole slots") };
        // SAFETY: the place is the key's alone, and the guards borrow the mapping.
        unsafe { T::new(mapped(&self.vm, key, &self.slot), 0, self.vm.clone()) }
    }
}

impl<T: StorageType> StorageType for Mapping<T> {
    type Wraps<'a>
        = StorageGuard<'a, Self>
    where
        Self: 'a;
    type WrapsMut<'a>
        = StorageGuardMut<'a, Self>
    where
        Self: 'a;

    unsafe fn new(slot: U256, _offset: u8, vm: VM) -> Self {
        Self { slot, marker: PhantomData, vm }
    }

    fn load<'s>(self) -> Self::Wraps<'s>
    where
        Self: 's,
    {
        StorageGuard::new(self)
    }

    fn load_mut<'s>(self) -> Self::WrapsMut<'s>
    where
        Self: 's,
    {
        StorageGuardMut::new(self)
    }
}

/// A number as the key of a mapping.
pub fn number_key(number: u64) -> B256 {
    joined(0, number.into())
}

#[inline(never)]
fn load(vm: &VM, slot: &U256) -> B256 {
    vm.storage_load_bytes32(*slot)
}

#[inline(never)]
fn save(vm: &VM, slot: &U256, word: B256) {
    // SAFETY: each slot has one owner, who is borrowed.
    unsafe { vm.storage_cache_bytes32(*slot, word) };
}

#[inline(never)]
fn mapped(vm: &VM, key: B256, mapping: &U256) -> U256 {
    let preimage: [u8; 64] = key.concat_const::<32, 64>(B256::from(*mapping)).0;
    vm.native_keccak256(&preimage).into()
}

/// The two numbers that share a slot: the high half and the low.
#[inline(never)]
pub fn halves(word: B256) -> [u128; 2] {
    let [a, b, c, d] = *U256::from_be_bytes(word.0).as_limbs();
    [paired(d, c), paired(b, a)]
}

/// A slot of two numbers.
#[inline(never)]
pub fn joined(high: u128, low: u128) -> B256 {
    let ([d, c], [b, a]) = (quarters(high), quarters(low));
    B256::new(U256::from_limbs([a, b, c, d]).to_be_bytes())
}

/// The two numbers that share half a slot.
pub fn quarters(half: u128) -> [u64; 2] {
    let [low, high, ..] = *U256::from(half).as_limbs();
    [high, low]
}

/// Half a slot of two numbers.
pub fn paired(high: u64, low: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// The two numbers that share a quarter of a slot.
pub fn eighths(quarter: u64) -> [u32; 2] {
    // Each fits.
    [quarter >> 32, quarter & u64::from(u32::MAX)].map(|part| u32::try_from(part).unwrap_or(0))
}

/// A quarter of a slot of two numbers.
pub fn coupled(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::uint;

    #[test]
    fn root_is_the_example_of_the_standard() {
        let example = uint!(0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500_U256);
        assert_eq!(namespace_root("example.main"), example);
    }

    #[test]
    fn numbers_share_a_slot_and_come_back() {
        let word = joined(u128::MAX - 1, paired(7, u64::MAX));
        assert_eq!(halves(word), [u128::MAX - 1, paired(7, u64::MAX)]);
        assert_eq!(quarters(paired(7, u64::MAX)), [7, u64::MAX]);
        assert_eq!(word[15], 0xfe);
        assert_eq!(word[23], 7);
    }
}
