//! The inventory that a request compares with.

use alloy_primitives::B256;
use equipoise_interfaces::{HedgerCheckpointTooYoung, HedgerCheckpointUnknown};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms};

use crate::checkpoints::is_old;
use crate::slots::Kept;
use crate::Hedger;

/// Fails unless the words are those of a checkpoint that is old enough.
/// # Errors: HedgerCheckpointUnknown, HedgerCheckpointTooYoung
pub fn require_checkpoint(
    hedger: &Hedger,
    words: &[B256],
    (kept, terms): (&Kept, &HedgeTerms),
    now: u64,
) -> Result<(), Revert> {
    let hash = hedger.hash_of(words);
    let is_known = |place: usize, taken_at: u64| taken_at != 0 && hedger.slots.checkpoint_hash(place) == hash;
    let places = || kept.taken_at.into_iter().enumerate();
    // One that is too young is not read where another one will do. An inventory that has not changed may be both.
    if places().any(|(place, taken_at)| is_old(taken_at, terms, now) && is_known(place, taken_at)) {
        return Ok(());
    }
    let Some((_, taken_at)) = places().rev().find(|(place, taken_at)| is_known(*place, *taken_at)) else {
        return Err(revert(&HedgerCheckpointUnknown { hash }));
    };
    Err(revert(&HedgerCheckpointTooYoung { takenAt: taken_at, leastSecs: terms.secs(HedgeTerm::CheckpointSecs) }))
}
