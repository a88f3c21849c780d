#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects))]
//! The ABI of every Equipoise program, in one place: types, functions, events and errors.
//!
//! # Units
//!
//! A suffix carries the unit: `Wad` is a number times 1e18 (signed where the type is), `Atoms` are
//! the stablecoin's own smallest units, `Secs` and `At` are unix seconds. Sizes are WAD contracts
//! (one contract is one unit of the underlying) and must be whole lots of 1e15, a thousandth of a contract.
//!
//! # Accounts
//!
//! An account is a `bytes32`: its owner's address in the high 20 bytes and a sub-account number in
//! the low 12. Ids below 2^96 have no owner: see [`account`].
//!
//! # Series
//!
//! A series is a `uint32`: see [`series`].

#![cfg_attr(feature = "abi", recursion_limit = "512")]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod account;
pub mod series;
pub mod words;

#[cfg(feature = "abi")]
#[macro_use]
pub mod abi;
#[cfg(feature = "abi")]
pub(crate) use abi::sol;
#[cfg(not(feature = "abi"))]
pub(crate) use alloy_sol_types::sol;

mod breakers;
mod broker;
mod clearing;
mod dealer;
mod feed;
mod hedge;
mod learning;
mod lender;
mod market;
mod oracle;
mod parameters;
mod perp;
mod source;
mod tranche;
mod underwriting;
mod vault;
mod wrapper;

pub use breakers::*;
pub use broker::*;
pub use clearing::*;
pub use dealer::*;
pub use feed::*;
pub use hedge::*;
pub use learning::*;
pub use lender::*;
pub use market::*;
pub use oracle::*;
pub use parameters::*;
pub use perp::*;
pub use source::*;
pub use tranche::*;
pub use underwriting::*;
pub use vault::*;
pub use wrapper::*;
