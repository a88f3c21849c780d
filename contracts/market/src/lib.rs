//! The market of one underlying: it keeps the boards, the vault's book and the positions, and trades.
//!
//! The program is thin. A trade goes from `program` to `trade`: a snapshot loads the slots, asks the oracle for spot
//! and the valuer and the pricer for the price; then it stores, asks the assessor for the margin if the account is
//! short, lets the ledger move the cash, and emits. What is rarer than a trade runs by delegate call: positions that move
//! otherwise in the mover, listing and the surface in the curator, what stops the market in the watcher, all else in the desk.
//!
//! # Calls: down to the oracle, the valuer, the pricer, the assessor and the ledger in views, and to the ledger last
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod program;
mod trade;
