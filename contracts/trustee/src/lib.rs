//! The hedger's trustee: construction, terms, venues, the lender, checkpoints and plain views.
//!
//! It is never called itself: the hedger hands it, by delegate call, every function but rebalances, and so it works on the
//! hedger's storage, with its caller. What it does not know it hands on to the broker, as it was handed, and hedges by options to
//! the dealer.
//!
//! # Calls: the market in views and to record, the referee, the clearing house for cash and the lock, the lender with the lock held
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod admin;
mod checkpoint;
mod lender;
mod program;
mod views;
