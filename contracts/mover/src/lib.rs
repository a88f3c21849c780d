//! The market's mover: positions that change hands without a trade of the vault's, and what an account must hold against them, by the
//! averages that have begun.
//!
//! It is never called itself: the market hands it these functions by delegate call, so it works on the market's
//! storage, with the market's caller. A liquidator's bid, a takeover by the vault, closing two
//! accounts against each other, and what a maker takes of a trade are all here; trades are in the market, settlement and
//! transfers of longs in the desk.
//!
//! # Calls: down to the oracle, the valuer, the pricer and the assessor in views, and to the ledger last
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod begun;
mod cross;
mod liquidation;
mod positions;
mod program;
