//! The filler venue: a solver fills a hedge himself, with whatever liquidity he finds.
//!
//! It is a trampoline. The hedger sends it what it gives; it passes that on and calls the solver, who sends the other side straight
//! to the hedger. It holds nothing before and after, nobody trusts it with anything, and the hedger counts what has come:
//! whoever is called here is called by nobody in particular.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod program;
