//! Inventories to compare with.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::read_array;
use equipoise_interfaces::IHedged;
use equipoise_kit::lean::{failed, view_bytes};
use equipoise_kit::Revert;
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms};
use stylus_sdk::prelude::*;

use crate::Hedger;

impl Hedger {
    /// The vault's options, as the market tells of them.
    /// # Errors: ProgramsLocked
    pub fn inventory(&self) -> Result<Vec<B256>, Revert> {
        const SELECTOR: [u8; 4] = IHedged::inventoryCall::SELECTOR;
        let market = self.slots.market.address();
        let data = view_bytes(self.vm(), market, SELECTOR, &SELECTOR)?;
        read_array(&data, &mut &data[..]).ok_or_else(|| failed(market, SELECTOR))
    }

    /// What an inventory is known by.
    pub fn hash_of(&self, words: &[B256]) -> B256 {
        let mut bytes = Vec::new();
        for word in words {
            bytes.extend_from_slice(word.as_slice());
        }
        self.vm().native_keccak256(&bytes)
    }
}

/// Whether a checkpoint of then may be compared with.
pub fn is_old(taken_at: u64, terms: &HedgeTerms, now: u64) -> bool {
    now.saturating_sub(taken_at) >= terms.secs(HedgeTerm::CheckpointSecs)
}
