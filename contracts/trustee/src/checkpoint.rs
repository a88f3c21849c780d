//! Inventories to compare with, the average price, and the windows.

use alloc::vec::Vec;

use alloy_sol_types::SolEvent;
use equipoise_hedger_state::checkpoints::is_old;
use equipoise_hedger_state::{Hedger, Options};
use equipoise_interfaces::words::{words_of, write_array};
use equipoise_interfaces::CheckpointTaken;
use equipoise_kit::lean::emit;
use equipoise_kit::Revert;
use equipoise_market_state::convert::unsigned_wad;
use equipoise_math::Fx;
use stylus_sdk::prelude::*;

/// Words of the event before its array: time, price, average, window, and where the array begins.
const HEAD_WORDS: usize = 5;

/// Keeps the vault's inventory, once the younger of the two that are kept is old enough to be compared with: whoever takes
/// checkpoints all the time keeps nobody from having an old one.
/// # Errors: ProgramsLocked, HedgerNumberOutOfDomain, the market's
pub fn checkpoint(hedger: &mut Hedger) -> Result<(), Revert> {
    let (now, terms) = (hedger.vm().block_timestamp(), hedger.slots.terms());
    let words = hedger.inventory()?;
    let told = hedger.appraised(&words)?;
    let (hash, mut kept) = (hedger.hash_of(&words), hedger.slots.kept());
    let [young, _] = kept.taken_at;
    if is_old(young, &terms, now) {
        let before = hedger.slots.checkpoint_hash(0);
        hedger.slots.set_checkpoint_hashes([hash, before]);
        kept.taken_at = [now, young];
    }
    let net = hedger.position()?.net(kept.atoms);
    let options = hedger.slots.options();
    let seen = hedger.observed(&kept, net, options.opened_at, &told)?;
    (kept.opened_at, kept.average) = (seen.opened_at, seen.average);
    kept.averaged_at = now;
    hedger.slots.set_options(&Options { opened_at: seen.options_opened_at, ..options });
    hedger.slots.set_kept(&kept);
    let average = unsigned_wad(Fx::from_bits(kept.average));
    let mut data: Vec<u8> = words_of(&(now, told.head.spotWad, average, kept.opened_at));
    write_array(HEAD_WORDS, &words, &mut data);
    emit(hedger.vm(), &[CheckpointTaken::SIGNATURE_HASH, hash], &data);
    Ok(())
}
