//! The vault's steward: construction and wiring, terms, ownership, fees, the senior's claim, and views of them.
//!
//! It is never called itself: the vault hands it, by delegate call, every function that it does not know, and so it works on
//! the vault's storage, with the vault's caller.
//!
//! # Calls: down to the markets, for their value, and the clearing house
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod admin;
mod capital;
mod program;
mod reopening;
