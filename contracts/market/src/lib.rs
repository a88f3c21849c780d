//! The market of one underlying: it keeps the boards, the vault's book and the positions, and trades.
//!
//! The program is thin. A trade goes from `program` to `trade`: `book` loads the slots, asks the oracle for spot
//! and the valuer and the pricer for the price; then it stores, lets the ledger move the cash, and emits. What is rarer than a trade
//! runs in the desk, by delegate call.
//!
//! # Calls: down to the oracle, the valuer, the pricer and the ledger in views, and to the ledger last
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod book;
mod program;
mod trade;
