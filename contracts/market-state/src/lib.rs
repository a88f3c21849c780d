//! What the market's programs share: the layout of its storage and the numbers of its ABI.
//!
//! The market keeps the slots, the desk, the mover, the curator and the watcher work on them by delegate call, programs without state read and
//! pack them without having any: [`layout`] packs, [`store`] says where, [`snapshot`] hands them over, [`pricing`] reads
//! them there; [`watch`] stops what may not pass.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

pub mod account_boards;
pub mod assessment;
pub mod convert;
pub mod effect;
pub mod errors;
pub mod interest;
pub mod layout;
pub mod pricing;
pub mod snapshot;
pub mod store;
pub mod surface_guard;
pub mod takings;
pub mod watch;
