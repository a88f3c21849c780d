//! The hedger: it holds the underlying against a market's book, and lets whoever likes move that under rules.
//!
//! A rebalance goes from `program` to `rebalance`: the market appraises its book and an older inventory at one price; the clearing
//! house pays for what is bought and takes the lock; `fills` hands each leg to its venue and counts what comes;
//! the referee judges; then the market learns what is held, and the clearing house credits what has come and pays the tip.
//!
//! Nothing that a venue or a solver says is believed: what counts is what balances have become, of the underlying here and of the
//! stablecoin in the clearing house.
//!
//! What is rarer than a rebalance runs in the trustee, by delegate call.
//!
//! # Calls: the market in views and to record, the referee, the clearing house for cash and the lock, venues and tokens with the lock held
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod fills;
mod loan;
mod program;
mod rebalance;
mod signed;
