//! The hedger's storage, and what more than one of its programs do on it: asking the market and the referee, measuring what is
//! held, the account at the lender, and what every request must keep to.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

pub mod appraisal;
pub mod balances;
pub mod checkpoints;
pub mod currency;
pub mod domain;
pub mod known;
pub mod legs;
pub mod lending;
pub mod slots;
pub mod venues;

use equipoise_kit::ownership::Ownership;
use stylus_sdk::prelude::*;

pub use appraisal::{Appraised, Observed};
pub use lending::Position;
pub use slots::{Checkpoint, Kept, Options, Order, Perp, Slots, Token, VenueTerms};

/// The hedger, as all of its programs open it.
#[storage]
pub struct Hedger {
    /// Its owner.
    pub ownership: Ownership,
    /// All else.
    pub slots: Slots,
}

// SAFETY: it is the one storage struct of the programs that open it.
unsafe impl TopLevelStorage for Hedger {}
