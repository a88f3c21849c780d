//! The filler venue: a solver fills a hedge himself, with whatever liquidity he finds.
//!
//! It is a trampoline. The solver has what the vault gives before it is called; it calls him, and he sends the other side straight
//! to whom it is for. It never holds anything, nobody trusts it with anything, and what has come is counted elsewhere:
//! whoever is called here is called by nobody in particular.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod program;
