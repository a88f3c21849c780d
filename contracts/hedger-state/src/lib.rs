//! The hedger's storage, and what both of its programs do on it: asking the market and the referee, measuring what is held,
//! and the account at the lender.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

pub mod appraisal;
pub mod balances;
pub mod checkpoints;
pub mod domain;
pub mod lending;
pub mod slots;

use equipoise_kit::ownership::Ownership;
use stylus_sdk::prelude::*;

pub use appraisal::Appraised;
pub use lending::Position;
pub use slots::{Checkpoint, Kept, Slots, Token, VenueTerms};

/// The hedger, as both programs open it.
#[storage]
pub struct Hedger {
    /// Its owner.
    pub ownership: Ownership,
    /// All else.
    pub slots: Slots,
}

// SAFETY: it is the one storage struct of the programs that open it.
unsafe impl TopLevelStorage for Hedger {}
