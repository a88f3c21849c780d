//! Where the underwriter keeps what it knows.

use alloy_primitives::{B256, U256};
use equipoise_kit::number::to_u64;
use equipoise_kit::storage::{namespace_root, Mapping, Namespace, Namespaced, Word};
use stylus_sdk::prelude::*;

/// Where the underwriter's storage begins.
pub struct UnderwriterSpace;

impl Namespace for UnderwriterSpace {
    const ROOT: U256 = namespace_root("equipoise.underwriter");
}

/// [`UnderwriterSlots`] at their place.
pub type Slots = Namespaced<UnderwriterSpace, UnderwriterSlots>;

/// The underwriter's slots.
#[storage]
pub struct UnderwriterSlots {
    /// The market.
    pub(crate) market: Word,
    /// The clearing house.
    pub(crate) clearing: Word,
    /// Units of an offer that have been taken, by what was signed.
    filled: Mapping<Word>,
    /// The last moment at which offers may be taken, by account and number.
    ends: Mapping<Mapping<Word>>,
}

impl UnderwriterSlots {
    /// Units of an offer that have been taken.
    pub(crate) fn filled_units(&self, digest: B256) -> u64 {
        narrow(self.filled.at(digest).number())
    }

    /// Keeps how many units of an offer have been taken.
    pub(crate) fn set_filled_units(&mut self, digest: B256, units: u64) {
        self.filled.at_mut(digest).set_number(U256::from(units));
    }

    /// The last moment at which offers of an account under a number may be taken, zero if they are not cancelled.
    pub(crate) fn cancelled_at(&self, account: B256, nonce: U256) -> u64 {
        narrow(self.ends.at(account).at(nonce.into()).number())
    }

    /// Keeps that moment.
    pub(crate) fn set_cancelled_at(&mut self, account: B256, nonce: U256, last_at: u64) {
        self.ends.at_mut(account).at_mut(nonce.into()).set_number(U256::from(last_at));
    }
}

/// A number that was stored from 64 bits.
fn narrow(number: U256) -> u64 {
    to_u64(number).unwrap_or(u64::MAX)
}
