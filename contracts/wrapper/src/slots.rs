//! The wrapper's storage: where each slot is, as Solidity would place it.
//!
//! From [`ROOT`] on:
//!
//! | slot | holds |
//! |---|---|
//! | 0, 1, 2 | market, clearing house, the underlying's symbol |
//! | 3 | balances, by owner in the high 20 bytes and series in the low 4 |
//! | 4 | supplies, eight series to a slot, by board in the high bytes and slot in the last |
//! | 5 | what settled boards share, by board |
//! | 6 | approvals, by owner and operator |

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::account::of;
use equipoise_kit::storage::namespace_root;
use stylus_sdk::prelude::*;

use crate::program::Wrapper;

/// Where the wrapper's storage begins.
pub(crate) const ROOT: U256 = namespace_root("equipoise.wrapper");

/// The places from [`ROOT`] on.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Place {
    Market,
    Clearing,
    Underlying,
    Balances,
    Supplies,
    Redemptions,
    Approvals,
}

impl Wrapper {
    /// An address that construction has set.
    pub(crate) fn peer(&self, place: Place) -> Address {
        Address::from_word(self.load(key(place)))
    }

    pub(crate) fn set_peer(&mut self, place: Place, peer: Address) {
        self.save(key(place), peer.into_word());
    }

    /// The underlying's symbol, filled up with zeros.
    pub(crate) fn underlying(&self) -> B256 {
        self.load(key(Place::Underlying))
    }

    pub(crate) fn set_underlying(&mut self, symbol: B256) {
        self.save(key(Place::Underlying), symbol);
    }

    /// Where an owner's balance of a series is.
    pub(crate) fn balance_key(&self, owner: Address, series: u32) -> B256 {
        let mut entry = of(owner);
        if let Some(place) = entry.last_chunk_mut() {
            *place = series.to_be_bytes();
        }
        self.mapped(entry, key(Place::Balances))
    }

    /// Where a slot of a board's supplies is.
    pub(crate) fn supplies_key(&self, board: u16, slot: u8) -> B256 {
        let [high, low] = board.to_be_bytes();
        self.mapped(word([0, high, low, slot]), key(Place::Supplies))
    }

    /// Where what a settled board's tokens share is.
    pub(crate) fn redemption_key(&self, board: u16) -> B256 {
        let [high, low] = board.to_be_bytes();
        self.mapped(word([0, 0, high, low]), key(Place::Redemptions))
    }

    /// Where it is kept whether an operator may move an owner's tokens.
    pub(crate) fn approval_key(&self, owner: Address, operator: Address) -> B256 {
        self.mapped(operator.into_word(), self.mapped(owner.into_word(), key(Place::Approvals)))
    }

    #[inline(never)]
    pub(crate) fn load(&self, key: B256) -> B256 {
        self.vm.storage_load_bytes32(key.into())
    }

    #[inline(never)]
    pub(crate) fn save(&mut self, key: B256, word: B256) {
        // SAFETY: every key of this program comes from this module, which keeps them apart.
        unsafe { self.vm.storage_cache_bytes32(key.into(), word) };
    }

    /// Where a mapping keeps a key.
    #[inline(never)]
    fn mapped(&self, entry: B256, mapping: B256) -> B256 {
        let mut preimage = [0; 64];
        let (high, low) = preimage.split_at_mut(32);
        high.copy_from_slice(entry.as_slice());
        low.copy_from_slice(mapping.as_slice());
        self.vm.native_keccak256(&preimage)
    }
}

const fn key(place: Place) -> B256 {
    // A discriminant of one byte.
    #[allow(clippy::as_conversions)]
    let place = place as u8;
    // The last byte of a namespace's root is zero.
    let mut bytes: [u8; 32] = ROOT.to_be_bytes();
    bytes[31] = place;
    B256::new(bytes)
}

/// A word of its last four bytes.
fn word(low: [u8; 4]) -> B256 {
    let mut word = B256::ZERO;
    if let Some(place) = word.last_chunk_mut() {
        *place = low;
    }
    word
}
