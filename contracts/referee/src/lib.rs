//! The referee: says what a rebalance leaves, or why it is refused.
//!
//! It has no storage and calls nobody: it is a pure function of what the market has told and the hedger keeps, so a solver
//! runs the same code natively before he sends anything. It is a program of its own for size alone.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod holding;
mod judge;
mod options;
mod perp;
mod program;
mod refusals;
