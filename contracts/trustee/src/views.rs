//! What is kept, for whoever asks.

use alloy_primitives::U256;
use equipoise_hedger_state::Hedger;
use equipoise_market_state::convert::unsigned_wad;
use equipoise_math::Fx;

/// The epoch, the window and the average.
pub fn state(hedger: &Hedger) -> (u64, u64, U256, u64) {
    let kept = hedger.slots.kept();
    (kept.epoch, kept.opened_at, unsigned_wad(Fx::from_bits(kept.average)), kept.averaged_at)
}

/// What is used of a day's budget, and as of when.
pub fn budget(hedger: &Hedger) -> (U256, u64) {
    let kept = hedger.slots.kept();
    (unsigned_wad(Fx::from_bits(kept.used)), kept.used_at)
}

/// The same of what trades of options have used.
pub fn options_budget(hedger: &Hedger) -> (U256, u64) {
    let options = hedger.slots.options();
    (unsigned_wad(Fx::from_bits(options.used)), options.used_at)
}
