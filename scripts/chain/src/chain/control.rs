//! Time, mining, snapshots, setting state.

use alloy_primitives::{Address, Bytes, B256, U256};
use revm::state::AccountInfo;

use super::{call::bytecode, Chain, Snapshot, SnapshotId};
use crate::TimeError;

impl Chain {
    /// Marks the present state; taking one costs a few words.
    pub fn snapshot(&mut self) -> SnapshotId {
        let id = SnapshotId(self.next_snapshot);
        self.next_snapshot += 1;
        let snapshot = Snapshot {
            mark: self.state.mark(),
            blocks: self.blocks.len(),
            open: self.open.clone(),
            clock: self.clock,
            base_fee: self.base_fee,
        };
        self.snapshots.insert(id, snapshot);
        id
    }

    /// Returns to a snapshot, which it uses up together with all later ones; false if unknown.
    pub fn revert(&mut self, id: SnapshotId) -> bool {
        let Some(snapshot) = self.snapshots.get(&id).cloned() else {
            return false;
        };
        self.snapshots.retain(|other, _| *other < id);
        if !self.state.revert(snapshot.mark) {
            return false;
        }
        let dropped = self.blocks.split_off(snapshot.blocks);
        let open = self.open.take().map(|open| open.transactions).unwrap_or_default();
        let kept = snapshot.open.as_ref().map(|open| open.transactions.as_slice()).unwrap_or_default();
        for hash in dropped.iter().flat_map(|block| &block.transactions).chain(&open) {
            self.receipts.remove(hash);
            if !kept.contains(hash) {
                self.transactions.remove(hash);
                self.origins.remove(hash);
            }
        }
        std::sync::Arc::make_mut(&mut self.hashes).truncate(snapshot.blocks);
        self.marks.truncate(snapshot.blocks);
        self.open = snapshot.open;
        self.clock = snapshot.clock;
        self.base_fee = snapshot.base_fee;
        true
    }

    /// The storage slots whose values differ from those at a snapshot, by address and slot; none if it is unknown.
    pub fn changed_slots(&self, since: SnapshotId) -> Option<Vec<(Address, U256)>> {
        let before = self.state.overlay_at(self.snapshots.get(&since)?.mark)?;
        let differing = before.slots().filter(|((address, slot), value)| self.state.slot(*address, *slot) != **value);
        let mut places: Vec<_> = differing.map(|(place, _)| *place).collect();
        places.sort_unstable();
        Some(places)
    }

    /// Forgets a snapshot without returning to it; false if unknown.
    pub fn release(&mut self, id: SnapshotId) -> bool {
        self.snapshots.remove(&id).is_some()
    }

    fn change(&mut self, address: Address, change: impl FnOnce(AccountInfo) -> AccountInfo) {
        let info = self.state.info(address).unwrap_or_default();
        self.state.set_info(address, change(info));
    }

    /// Sets a balance in wei.
    pub fn set_balance(&mut self, address: Address, wei: U256) {
        self.change(address, |info| AccountInfo { balance: wei, ..info });
    }

    /// Sets an account's code.
    pub fn set_code(&mut self, address: Address, code: Bytes) {
        self.change(address, |info| info.with_code(bytecode(code)));
    }

    /// Sets an account's next nonce.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.change(address, |info| AccountInfo { nonce, ..info });
    }

    /// Sets one storage slot.
    pub fn set_storage(&mut self, address: Address, slot: U256, value: B256) {
        self.state.set_slot(address, slot, value.into());
    }

    /// Fixes the next block's timestamp; later blocks go on from there.
    /// # Errors: [`TimeError`] if before the head
    pub fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), TimeError> {
        let head = self.timestamp();
        if timestamp < head {
            return Err(TimeError { given: timestamp, head });
        }
        self.clock = timestamp;
        Ok(())
    }

    /// Moves the clock forward by `seconds` as from the next block.
    pub fn increase_time(&mut self, seconds: u64) {
        self.clock = self.clock.saturating_add(seconds);
    }

    /// Sets the clock as from the next block.
    /// # Errors: [`TimeError`] if before the head
    pub fn set_time(&mut self, timestamp: u64) -> Result<(), TimeError> {
        self.set_next_timestamp(timestamp)
    }

    /// Mines `blocks` blocks, `interval` seconds apart (the first takes what is pending).
    pub fn mine(&mut self, blocks: u64, interval: Option<u64>) {
        for block in 0..blocks {
            if block > 0 {
                self.increase_time(interval.unwrap_or_default());
            }
            self.seal();
        }
    }

    /// Turns mining at once on or off; turning it on mines what is pending.
    pub fn set_automine(&mut self, automine: bool) {
        self.automine = automine;
        if automine && self.open.is_some() {
            self.seal();
        }
    }

    /// Sets the base fee as from the next block, wei per gas.
    pub fn set_base_fee(&mut self, wei: u128) {
        self.base_fee = wei;
    }
}
