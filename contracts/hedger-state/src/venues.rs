//! Which venues are open, and telling the market what is held at all of them.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::VenueSet;
use equipoise_kit::lean::log;
use equipoise_kit::number::from_u128;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::lending::Position;
use crate::slots::{Kept, Perp, VenueTerms};
use crate::Hedger;

impl Hedger {
    /// Keeps what a venue may fill. What lies at a perpetual venue that is closed counts for nothing.
    pub fn keep_venue(&mut self, venue: Address, terms: VenueTerms) {
        self.slots.set_venue(venue, terms);
        if terms.cap_wad == 0 && venue == self.slots.perp_venue.address() {
            self.slots.set_perp_held(Perp::default());
        }
        self.next_epoch();
        log(self.vm(), &VenueSet { venue, capWad: from_u128(terms.cap_wad) });
    }

    /// Has signed requests of before lapse.
    pub fn next_epoch(&mut self) {
        let mut kept = self.slots.kept();
        kept.epoch = kept.epoch.saturating_add(1);
        self.slots.set_kept(&kept);
    }

    /// Tells the market what is held, and what has come of it.
    /// # Errors: HedgerNumberOutOfDomain, the market's
    pub fn tell_held(&mut self, kept: &Kept, position: &Position, cost: U256) -> Result<(), Revert> {
        let held = self.holding(kept, position)?;
        self.tell_market(&held, cost)
    }
}
