//! What the market's programs share: the layout of its storage and the numbers of its ABI.
//!
//! The market keeps the slots, the desk works on them by delegate call, programs without state read and pack them
//! without having any: [`layout`] packs, [`store`] says where.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

pub mod convert;
pub mod cover;
pub mod errors;
pub mod layout;
pub mod store;
