//! The registry's storage.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{namespace_root, Mapping, Namespace, Namespaced, Word};
use equipoise_risk::governed::{Group, Numbers};
use stylus_sdk::prelude::*;

/// Where the registry keeps its state.
pub struct RegistrySpace;

impl Namespace for RegistrySpace {
    const ROOT: U256 = namespace_root("equipoise.parameters");
}

/// [`RegistrySlots`] at their place.
pub type Slots = Namespaced<RegistrySpace, RegistrySlots>;

/// Everything the registry keeps.
#[storage]
pub struct RegistrySlots {
    pub(crate) governor: Word,
    pub(crate) clearing: Word,
    /// What each registered program is, by its address.
    kinds: Mapping<Word>,
    /// When votes changed the numbers of a group, eight to a slot of 32 bits each: enough until 2106.
    times: Mapping<Word>,
}

/// Times in a slot, and bytes of each.
const LANE_BYTES: usize = 4;

impl RegistrySlots {
    /// What a program is registered as, 0 for nothing.
    pub(crate) fn kind(&self, target: Address) -> u8 {
        self.kinds.at(target.into_word()).get().0[31]
    }

    /// Registers a program.
    pub(crate) fn set_kind(&mut self, target: Address, kind: u8) {
        self.kinds.at_mut(target.into_word()).set(B256::with_last_byte(kind));
    }

    /// Reads when votes changed a group's numbers.
    pub(crate) fn load_times(&self, target: Address, group: Group, numbers: &mut Numbers) {
        for (page, times) in (0u8..).zip(numbers.changed_at.chunks_mut(8)) {
            if usize::from(page).saturating_mul(8) >= group.count() {
                break;
            }
            let word = self.times.at(key(target, group, page)).get();
            for (time, lane) in times.iter_mut().zip(word.chunks_exact(LANE_BYTES)) {
                *time = lane.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            }
        }
    }

    /// Keeps when votes changed a group's numbers.
    pub(crate) fn store_times(&mut self, target: Address, group: Group, numbers: &Numbers) {
        for (page, times) in (0u8..).zip(numbers.changed_at.chunks(8)) {
            if usize::from(page).saturating_mul(8) >= group.count() {
                break;
            }
            let mut word = B256::ZERO;
            for (lane, time) in word.chunks_exact_mut(LANE_BYTES).zip(times) {
                lane.copy_from_slice(&u32::try_from(*time).unwrap_or(u32::MAX).to_be_bytes());
            }
            self.times.at_mut(key(target, group, page)).set(word);
        }
    }
}

/// A group's slot of times: its number, the page, and the program.
fn key(target: Address, group: Group, page: u8) -> B256 {
    let mut key = target.into_word();
    let [first, second, ..] = &mut key.0;
    (*first, *second) = (group.number(), page);
    key
}
