//! The vault's storage.

use alloy_primitives::{Address, U128, U256, U64};
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced};
use stylus_sdk::prelude::*;
use stylus_sdk::storage::{StorageAddress, StorageMap, StorageU128, StorageU256, StorageU64, StorageU8};

use crate::epoch::Split;

/// Where the vault keeps its state.
pub struct VaultSpace;

impl Namespace for VaultSpace {
    const ROOT: U256 = namespace_root("equipoise.vault");
}

/// [`VaultSlots`] at their place.
pub type Slots = Namespaced<VaultSpace, VaultSlots>;

/// Everything the vault keeps.
#[storage]
pub struct VaultSlots {
    pub(crate) clearing: StorageAddress,
    pub(crate) token_decimals: StorageU8,
    pub(crate) market: StorageAddress,
    pub(crate) cut_spacing: StorageU64,
    supply: StorageU128,
    first: StorageU64,
    last: StorageU64,
    pub(crate) balances: StorageMap<Address, StorageU256>,
    pub(crate) allowances: StorageMap<Address, StorageMap<Address, StorageU256>>,
    pub(crate) epochs: StorageMap<U64, EpochSlots>,
    pub(crate) deposits: StorageMap<Address, RequestSlot>,
    pub(crate) redemptions: StorageMap<Address, RequestSlot>,
}

impl VaultSlots {
    /// All shares.
    pub(crate) fn supply(&self) -> u128 {
        self.supply.get().to()
    }

    /// Replaces the number of all shares.
    pub(crate) fn set_supply(&mut self, supply: u128) {
        self.supply.set(U128::from(supply));
    }

    /// The oldest epoch with requests that is not priced, zero if there is none.
    pub(crate) fn first_epoch(&self) -> u64 {
        self.first.get().to()
    }

    /// Puts an epoch at the end of those that wait to be priced, if it is not there.
    pub(crate) fn enqueue(&mut self, epoch: u64) {
        if self.first_epoch() == 0 {
            self.first.set(U64::from(epoch));
        } else if self.last.get().to::<u64>() == epoch {
            return;
        } else {
            let last = self.last.get();
            self.epochs.setter(last).next.set(U64::from(epoch));
        }
        self.last.set(U64::from(epoch));
    }

    /// Takes the oldest epoch off.
    pub(crate) fn dequeue(&mut self) {
        let next = self.epochs.getter(self.first.get()).next.get();
        self.first.set(next);
    }
}

/// How far an epoch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not priced yet.
    Waiting,
    /// Priced, deposits accepted.
    Accepted,
    /// Priced, deposits refused.
    Refused,
}

/// An epoch's totals: first what was requested, then what has not been claimed of it.
#[storage]
pub struct EpochSlots {
    deposit_atoms: StorageU128,
    minted: StorageU128,
    redeem_shares: StorageU128,
    paid_atoms: StorageU128,
    unfilled: StorageU128,
    next: StorageU64,
    stage: StorageU8,
}

impl EpochSlots {
    /// How far the epoch is.
    pub(crate) fn stage(&self) -> Stage {
        match self.stage.get().to::<u8>() {
            0 => Stage::Waiting,
            1 => Stage::Accepted,
            _ => Stage::Refused,
        }
    }

    /// Says how far the epoch is.
    pub(crate) fn set_stage(&mut self, stage: Stage) {
        let code = match stage {
            Stage::Waiting => 0,
            Stage::Accepted => 1,
            Stage::Refused => 2,
        };
        self.stage.set(alloy_primitives::U8::from(code));
    }

    /// Deposits and the shares for them.
    pub(crate) fn deposits(&self) -> Split {
        Split { requested: self.deposit_atoms.get().to(), given: self.minted.get().to() }
    }

    /// Replaces deposits and the shares for them.
    pub(crate) fn set_deposits(&mut self, split: Split) {
        self.deposit_atoms.set(U128::from(split.requested));
        self.minted.set(U128::from(split.given));
    }

    /// Shares to redeem and what is paid for them.
    pub(crate) fn redemptions(&self) -> Split {
        Split { requested: self.redeem_shares.get().to(), given: self.paid_atoms.get().to() }
    }

    /// Replaces shares to redeem and what is paid for them.
    pub(crate) fn set_redemptions(&mut self, split: Split) {
        self.redeem_shares.set(U128::from(split.requested));
        self.paid_atoms.set(U128::from(split.given));
    }

    /// Shares to give back.
    pub(crate) fn unfilled(&self) -> u128 {
        self.unfilled.get().to()
    }

    /// Replaces the shares to give back.
    pub(crate) fn set_unfilled(&mut self, shares: u128) {
        self.unfilled.set(U128::from(shares));
    }
}

/// What one owner requested, of one kind.
#[storage]
pub struct RequestSlot {
    epoch: StorageU64,
    amount: StorageU128,
}

impl RequestSlot {
    /// The epoch and the amount, zero if there is no request.
    pub(crate) fn get(&self) -> (u64, u128) {
        (self.epoch.get().to(), self.amount.get().to())
    }

    /// Replaces the request.
    pub(crate) fn set(&mut self, epoch: u64, amount: u128) {
        self.epoch.set(U64::from(epoch));
        self.amount.set(U128::from(amount));
    }
}
