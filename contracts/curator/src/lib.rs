//! The market's curator: lists boards and settles them, and takes the surface, which its keepers sign.
//!
//! It is never called itself: the market hands it, by delegate call, what it knows, and so the curator works on the
//! market's storage, with the market's caller and the market's address in what is signed.
//!
//! # Calls: the surface program, the oracle, contracts that are surface keepers, by static call; the clearing house, with payoffs
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod keepers;
mod listing;
mod post;
mod program;
mod settle;
