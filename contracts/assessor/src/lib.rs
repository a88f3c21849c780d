//! The market's assessor: what an account must hold against its options, as a pure function of the market's slots.
//!
//! It has no storage and calls nobody, so that a test or a liquidator can run it natively and compare bit for bit.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod portfolio;
mod program;
