//! Inventories to compare with, the average price, and the window.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::{SolCall, SolEvent};
use equipoise_interfaces::words::{read_array, words_of, write_array};
use equipoise_interfaces::{CheckpointTaken, HedgerCheckpointTooYoung, HedgerCheckpointUnknown, IHedged};
use equipoise_kit::lean::{emit, failed, revert, view_bytes};
use equipoise_kit::Revert;
use equipoise_market_state::convert::unsigned_wad;
use equipoise_math::Fx;
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms};
use stylus_sdk::prelude::*;

use crate::program::Hedger;
use crate::slots::Checkpoint;

/// Words of the event before its array: time, price, average, window, and where the array begins.
const HEAD_WORDS: u64 = 5;

impl Hedger {
    /// Keeps the vault's inventory, once the younger of the two that are kept is old enough to be compared with: whoever takes
    /// checkpoints all the time keeps nobody from having an old one.
    /// # Errors: ProgramsLocked, HedgerNumberOutOfDomain, the market's
    pub(crate) fn checkpoint(&mut self) -> Result<(), Revert> {
        let (now, terms) = (self.vm().block_timestamp(), self.slots.terms());
        let words = self.inventory()?;
        let told = self.appraised(&words)?;
        let hash = self.hash_of(&words);
        let taken = self.slots.checkpoints();
        if is_old(&taken[0], &terms, now) {
            self.slots.set_checkpoints(&[Checkpoint { hash, at: now }, taken[0]]);
        }
        let mut kept = self.slots.kept();
        let net = self.position()?.net(kept.atoms);
        (kept.opened_at, kept.average) = self.observed(&kept, net, &told)?;
        kept.averaged_at = now;
        self.slots.set_kept(&kept);
        let average = unsigned_wad(Fx::from_bits(kept.average));
        let mut data = words_of(&(now, told.head.spotWad, average, kept.opened_at));
        write_array(HEAD_WORDS, &words, &mut data);
        emit(self.vm(), &[CheckpointTaken::SIGNATURE_HASH, hash], &data);
        Ok(())
    }

    /// Fails unless the words are those of a checkpoint that is old enough.
    /// # Errors: HedgerCheckpointUnknown, HedgerCheckpointTooYoung
    pub(crate) fn require_checkpoint(&self, words: &[B256], terms: &HedgeTerms, now: u64) -> Result<(), Revert> {
        let hash = self.hash_of(words);
        let mut oldest = None;
        // The older one is not read where the younger one will do. An inventory that has not changed may be both.
        for kept in (0..2).map(|place| self.slots.checkpoint(place)).filter(|kept| kept.at != 0 && kept.hash == hash) {
            if is_old(&kept, terms, now) {
                return Ok(());
            }
            oldest = Some(kept);
        }
        let Some(oldest) = oldest else {
            return Err(revert(&HedgerCheckpointUnknown { hash }));
        };
        let least = terms.secs(HedgeTerm::CheckpointSecs);
        Err(revert(&HedgerCheckpointTooYoung { takenAt: oldest.at, leastSecs: least }))
    }

    /// The vault's options, as the market tells of them.
    /// # Errors: ProgramsLocked
    pub(crate) fn inventory(&self) -> Result<Vec<B256>, Revert> {
        const SELECTOR: [u8; 4] = IHedged::inventoryCall::SELECTOR;
        let market = self.slots.market.address();
        let data = view_bytes(self.vm(), market, SELECTOR, &SELECTOR)?;
        read_array(&data, &mut &data[..]).ok_or_else(|| failed(market, SELECTOR))
    }

    fn hash_of(&self, words: &[B256]) -> B256 {
        let bytes: Vec<u8> = words.iter().flatten().copied().collect();
        self.vm().native_keccak256(&bytes)
    }
}

fn is_old(kept: &Checkpoint, terms: &HedgeTerms, now: u64) -> bool {
    now.saturating_sub(kept.at) >= terms.secs(HedgeTerm::CheckpointSecs)
}
