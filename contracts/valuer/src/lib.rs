//! The market's valuer: values the whole book and a trade in it, as a pure function of the market's slots.
//!
//! It has no storage and calls nobody: the market hands it its boards and what it knows of the moment, and gets
//! back numbers. So what the vault is worth is one function of calldata, which a test or a solver can run
//! natively and compare bit for bit.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod live;
mod program;
