//! The market's surface: proves that volatility slices are free of arbitrage, in themselves and one after another.
//!
//! It has no storage and calls nobody: the market's desk hands it the slices that it is about to store.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod check;
mod program;
