//! What the hedger stores, shown to solvers and pages.

use alloy_primitives::U256;
use equipoise_market_state::convert::unsigned_wad;
use equipoise_math::Fx;

use crate::program::Hedger;

impl Hedger {
    /// The epoch, the window and the average.
    pub(crate) fn state(&self) -> (u64, u64, U256, u64) {
        let kept = self.slots.kept();
        (kept.epoch, kept.opened_at, unsigned_wad(Fx::from_bits(kept.average)), kept.averaged_at)
    }

    /// What is used of a day's budget, and as of when.
    pub(crate) fn budget(&self) -> (U256, u64) {
        let kept = self.slots.kept();
        (unsigned_wad(Fx::from_bits(kept.used)), kept.used_at)
    }
}
