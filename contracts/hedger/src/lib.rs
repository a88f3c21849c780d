//! The hedger: it holds the underlying against a market's book, and lets whoever likes move that under rules.
//!
//! A rebalance goes from `program` to `rebalance`: the market appraises its book and an older inventory at one price; with the lock
//! held, `fills` hands each leg to its venue and counts what comes back; the referee judges; then the cash
//! goes home, the market learns what is held, and the solver gets his tip.
//!
//! Nothing that a venue or a solver says is believed: what counts is what the hedger's balances have become.
//!
//! # Calls: the market in views and to record, the referee, the clearing house for cash and the lock, venues and tokens with the lock held
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod admin;
mod appraisal;
mod checkpoint;
mod fills;
mod program;
mod rebalance;
mod signed;
mod slots;
mod tokens;
mod views;
