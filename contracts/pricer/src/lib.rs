//! The market's pricer: makes prices of values: R and what a trade changes in it, charges, limits, the net asset value.
//!
//! It has no storage and calls nobody. The market asks its valuer, then hands the answer on to the pricer as it came:
//! both addresses are the market's own, so no caller can slip in other values, and what passes between them
//! is numbers of the book rather than the slots of every board twice. It is a program of its own for size alone: in the market
//! it would save a call, but take more than 24,300 of 24,576 bytes and leave none for margin.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod counter;
mod program;
