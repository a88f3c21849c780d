//! The signed source: a price that m of n publishers have signed, and that anybody brings.
//!
//! It holds no funds. Its owner names the publishers; what they sign is believed within checks of its time and its size.
//! It is replaced by pointing to another.
//!
//! Whose prices are traded at is told beside the last one by how much the price has moved in this second, so that a trade in
//! the second of an update is priced at the worse of old and new: `equipoise_risk::spread`.
//!
//! # Calls: contracts that are publishers, by static call
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

mod program;
mod publishers;
mod slots;
mod update;

pub use program::SignedSource;
