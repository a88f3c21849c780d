//! The LP vault: one class of shares (ERC-20), entered and left by request.
//!
//! The vault holds no tokens: deposits wait, and claims are kept, in the clearing house. What it holds
//! is shares: those it minted for deposits that are not claimed yet, and those that wait to be redeemed.
//!
//! # Epochs
//!
//! Requests join the epoch whose cut is between one and two spacings away. After the cut anybody may
//! have the oldest epoch priced, once, by a net asset value whose spot is from after the cut: nobody
//! knows the price when he asks; who processes chooses its moment. Deposits pay the high end of the value,
//! redemptions get the low end. Each epoch keeps totals only, so pricing costs the same for any number
//! of requests, and a claim is never lost, however late anybody comes. A request that stays unpriced
//! for a week after its cut, because there is no price, may be taken back.
//!
//! # Authority: none. Whatever the vault does, anybody may have it do
//!
//! # Calls: down to the market and the clearing house
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

mod epoch;
mod processing;
mod program;
mod requests;
mod shares;
mod slots;

pub use epoch::{Fill, Pending, Snapshot, Split, VIRTUAL_ATOMS, VIRTUAL_SHARES};
pub use program::Vault;
