//! A tranche: shares in one layer of the vault (ERC-20), entered and left by request (ERC-7540). Deployed twice.
//!
//! The tranche holds no tokens: deposits wait, and claims are kept, in the clearing house. What it holds is shares: those
//! it minted for deposits that are not claimed yet, and those that wait to be redeemed.
//!
//! # Requests
//!
//! A request joins the epoch whose cut is between one and two spacings away; its id is the epoch. An epoch keeps totals
//! only, so pricing costs the same for any number of requests, and a claim is never lost, however late anybody comes. A
//! controller has one request of a kind at a time; what is priced makes room for the next by itself.
//!
//! # Series
//!
//! Where the junior's value has come to nothing, the next deposit starts a new series; where the vault's has for good, its
//! owner may have one started in both tranches, so that deposits are taken in again. Balances and supply are of the
//! current series: the shares of an earlier one are worth nothing for good, cannot be moved, and take no part in what later
//! ones earn. What was paid for them before, and is not claimed yet, can be claimed as ever.
//!
//! # Authority
//!
//! The vault program ends epochs. An LP, or his operator, does everything else in his name. Nobody requests in the name of
//! a controller who has not made him his operator, so nobody can fill another's one place.
//!
//! # Calls: down to the vault program, for the value, and the clearing house
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

mod claims;
mod epochs;
mod operators;
mod parts;
mod permit;
mod program;
mod requests;
mod shares;
mod slots;
mod views;

pub use parts::{Claim, Parts};
pub use program::Tranche;
