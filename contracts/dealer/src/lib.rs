//! The hedger's dealer: pays solvers who trade options with the vault and lower its gamma and vega by it.
//!
//! It is never called itself: the trustee hands it, by delegate call, what it is for, and so it works on the hedger's storage, with
//! its caller.
//!
//! A hedge goes from `program` to `hedge`: the market appraises its book and an older inventory at one price; the solver's account trades
//! as any other, the hedger being its operator; the market appraises itself once more, and the referee judges; then the clearing
//! house pays the tip. Nobody else's code runs in between.
//!
//! # Calls: the market in views, to trade and to record, the referee, the clearing house for the tip
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod hedge;
mod program;
