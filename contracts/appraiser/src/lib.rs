//! The appraiser: the market's side of its hedge, and what its flow was worth. Who holds the hedge, what is held, what a hedger must know
//! of the book; and what spreads learn from what they have earned.
//!
//! The market runs it by delegate call, through its desk, so it works on the market's storage, with the market's caller.
//!
//! # Calls: down to the oracle, the valuer and the ledger in views
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod hedge;
mod learn;
mod program;
