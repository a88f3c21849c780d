//! The clearing house's liquidator: auctions and bids.
//!
//! It is never called itself: the clearing house hands it, by delegate call, every function of theirs, and so
//! it works on the clearing house's storage, with its caller, once its lock has been found free.
//!
//! # Calls: down to markets, for margins and to move positions
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod auction;
mod bid;
mod program;
