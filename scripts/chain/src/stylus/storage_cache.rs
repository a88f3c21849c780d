//! The storage cache of one call of a program.

use alloy_primitives::{map::HashMap, U256};

use crate::wasm::prices::gas;

#[derive(Clone, Copy, Debug)]
struct Slot {
    value: U256,
    /// What the state holds, if known: a slot written blindly is dirty whatever it holds.
    known: Option<U256>,
}

/// Slots read or written by one call, in order of first use.
#[derive(Debug, Default)]
pub(crate) struct StorageCache {
    index: HashMap<U256, usize>,
    slots: Vec<(U256, Slot)>,
    reads: u64,
    writes: u64,
}

impl StorageCache {
    /// Counts a read.
    /// # Returns: its gas, and the value if cached
    pub(crate) fn read(&mut self, key: U256) -> (u64, Option<U256>) {
        self.reads += 1;
        let cached = self.index.get(&key).and_then(|at| self.slots.get(*at)).map(|(_, slot)| slot.value);
        (gas::cache_read(self.reads), cached)
    }

    /// Remembers a value read from the state.
    pub(crate) fn learn(&mut self, key: U256, value: U256) {
        self.put(key, Slot { value, known: Some(value) });
    }

    /// Counts a write and keeps its value.
    /// # Returns: its gas
    pub(crate) fn write(&mut self, key: U256, value: U256) -> u64 {
        self.writes += 1;
        match self.index.get(&key).and_then(|at| self.slots.get_mut(*at)) {
            Some((_, slot)) => slot.value = value,
            None => self.put(key, Slot { value, known: None }),
        }
        gas::cache_write(self.writes)
    }

    /// Takes the dirty slots, which count as written from now on; forgets all slots if asked.
    pub(crate) fn flush(&mut self, clear: bool) -> Vec<(U256, U256)> {
        let mut dirty = Vec::new();
        for (key, slot) in &mut self.slots {
            if slot.known != Some(slot.value) {
                dirty.push((*key, slot.value));
                slot.known = Some(slot.value);
            }
        }
        if clear {
            self.index.clear();
            self.slots.clear();
        }
        dirty
    }

    fn put(&mut self, key: U256, slot: Slot) {
        self.index.insert(key, self.slots.len());
        self.slots.push((key, slot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(value: u64) -> U256 {
        U256::from(value)
    }

    #[test]
    fn only_changed_slots_are_dirty_but_blind_writes_always() {
        let mut cache = StorageCache::default();
        cache.learn(word(1), word(7));
        cache.write(word(1), word(7));
        cache.write(word(2), word(0));
        assert_eq!(cache.flush(false), vec![(word(2), word(0))]);
        assert_eq!(cache.flush(false), vec![]);
        cache.write(word(1), word(8));
        assert_eq!(cache.flush(true), vec![(word(1), word(8))]);
        assert_eq!(cache.read(word(1)), (0, None));
    }

    #[test]
    fn accesses_cost_more_as_they_add_up() {
        let mut cache = StorageCache::default();
        let reads: u64 = (0..129).map(|_| cache.read(word(1)).0).sum();
        assert_eq!(reads, 96 * 2 + 10);
        let writes: u64 = (0..65).map(|_| cache.write(word(1), word(1))).sum();
        assert_eq!(writes, 56 * 7 + 10);
    }
}
