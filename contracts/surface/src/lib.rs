//! The market's surface: proves that volatility slices are free of arbitrage, in themselves and one after another, and
//! that none goes further than a step.
//!
//! It has no storage and calls nobody: the market's curator hands it the slices that it is about to store, and those that
//! it has.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod check;
mod program;
