//! The chain's state: accounts and storage in memory, with a log of what each change replaced.
//!
//! The log makes snapshots free (a position in it), reverting proportional to what changed since, and calls on past
//! blocks possible (an [`Overlay`] of the values of then).

mod overlay;

use std::collections::{hash_map::Entry, VecDeque};

use alloy_primitives::{map::HashMap, Address, B256, U256};
use revm::{
    bytecode::Bytecode,
    database_interface::Database,
    primitives::{StorageKey, StorageValue},
    state::{Account, AccountInfo, EvmState},
};

pub(crate) use overlay::Overlay;

/// A position in the log of changes.
pub(crate) type Mark = u64;

#[derive(Clone, Debug, Default)]
struct Record {
    info: AccountInfo,
    storage: HashMap<U256, U256>,
}

/// What a change replaced.
#[derive(Clone, Debug)]
enum Undo {
    Account(Address, Option<AccountInfo>),
    Slot(Address, U256, U256),
}

/// Accounts, storage, and the log of changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    records: HashMap<Address, Record>,
    undo: VecDeque<Undo>,
    /// Changes forgotten: the mark of the log's first entry.
    forgotten: Mark,
    /// What readings see instead of the records while a call runs on other than the present state.
    pub(crate) overlay: Overlay,
}

impl State {
    /// The present position in the log.
    pub(crate) fn mark(&self) -> Mark {
        self.forgotten + self.undo.len() as u64
    }

    /// Returns to a position, if its changes are still known.
    pub(crate) fn revert(&mut self, mark: Mark) -> bool {
        if mark < self.forgotten {
            return false;
        }
        while self.mark() > mark {
            match self.undo.pop_back() {
                Some(Undo::Account(address, previous)) => self.put_info(address, previous),
                Some(Undo::Slot(address, key, previous)) => self.put_slot(address, key, previous),
                None => return false,
            }
        }
        true
    }

    /// Forgets changes before a position: nothing can return there any more.
    pub(crate) fn forget_before(&mut self, mark: Mark) {
        let count = mark.saturating_sub(self.forgotten).min(self.undo.len() as u64);
        self.undo.drain(..count as usize);
        self.forgotten += count;
    }

    /// The values of a past position, as far as they differ from the present; none if forgotten.
    pub(crate) fn overlay_at(&self, mark: Mark) -> Option<Overlay> {
        let skip = mark.checked_sub(self.forgotten)?;
        let mut overlay = Overlay::default();
        for undo in self.undo.iter().skip(skip as usize).rev() {
            match undo {
                Undo::Account(address, previous) => overlay.set_info(*address, previous.clone()),
                Undo::Slot(address, key, previous) => overlay.set_slot(*address, *key, *previous),
            }
        }
        Some(overlay)
    }

    /// An account as readings see it.
    pub(crate) fn info(&self, address: Address) -> Option<AccountInfo> {
        match self.overlay.info(address) {
            Some(info) => info,
            None => self.records.get(&address).map(|record| record.info.clone()),
        }
    }

    /// A slot as readings see it.
    pub(crate) fn slot(&self, address: Address, key: U256) -> U256 {
        self.overlay.slot(address, key).unwrap_or_else(|| {
            self.records.get(&address).and_then(|record| record.storage.get(&key).copied()).unwrap_or_default()
        })
    }

    /// Replaces an account.
    pub(crate) fn set_info(&mut self, address: Address, info: AccountInfo) {
        let previous = self.records.get(&address).map(|record| record.info.clone());
        self.undo.push_back(Undo::Account(address, previous));
        self.put_info(address, Some(info));
    }

    /// Replaces a slot.
    pub(crate) fn set_slot(&mut self, address: Address, key: U256, value: U256) {
        if !self.records.contains_key(&address) {
            self.set_info(address, AccountInfo::default());
        }
        let previous = self.slot(address, key);
        self.undo.push_back(Undo::Slot(address, key, previous));
        self.put_slot(address, key, value);
    }

    /// Takes over what a transaction changed.
    pub(crate) fn commit(&mut self, changes: EvmState) {
        for (address, account) in changes {
            if !account.is_touched() {
                continue;
            }
            if account.is_selfdestructed() || account.is_empty() {
                self.remove(address);
            } else {
                self.update(address, account);
            }
        }
    }

    fn update(&mut self, address: Address, account: Account) {
        let Account { mut info, storage, .. } = account;
        let previous = self.records.get(&address).map(|record| &record.info);
        if info.code.is_none() {
            info.code = previous.filter(|old| old.code_hash == info.code_hash).and_then(|old| old.code.clone());
        }
        if previous != Some(&info) {
            self.set_info(address, info);
        }
        for (key, slot) in storage {
            if slot.is_changed() {
                self.set_slot(address, key, slot.present_value);
            }
        }
    }

    fn remove(&mut self, address: Address) {
        let Some(record) = self.records.remove(&address) else {
            return;
        };
        self.undo.extend(record.storage.into_iter().map(|(key, value)| Undo::Slot(address, key, value)));
        // Last, so that undoing restores the account before its slots.
        self.undo.push_back(Undo::Account(address, Some(record.info)));
    }

    fn put_info(&mut self, address: Address, info: Option<AccountInfo>) {
        match (info, self.records.entry(address)) {
            (Some(info), entry) => entry.or_default().info = info,
            (None, Entry::Occupied(entry)) => {
                entry.remove();
            }
            (None, Entry::Vacant(_)) => {}
        }
    }

    fn put_slot(&mut self, address: Address, key: U256, value: U256) {
        let storage = &mut self.records.entry(address).or_default().storage;
        if value.is_zero() {
            storage.remove(&key);
        } else {
            storage.insert(key, value);
        }
    }
}

impl Database for State {
    type Error = std::convert::Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        Ok(self.info(address))
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        // Accounts carry their code, so nothing is ever asked for by hash but the code of no account.
        let code = self.records.values().find(|record| record.info.code_hash == code_hash);
        Ok(code.and_then(|record| record.info.code.clone()).unwrap_or_default())
    }

    fn storage(&mut self, address: Address, key: StorageKey) -> Result<StorageValue, Self::Error> {
        Ok(self.slot(address, key))
    }

    /// Hash of a block of the parent chain, which this chain does not have: a digest of its number.
    fn block_hash(&mut self, number: u64) -> Result<B256, Self::Error> {
        Ok(alloy_primitives::keccak256(number.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests;
