//! The market's desk: parameters, wiring, ownership, settlement of accounts, transfers of longs, what LPs put in or take out, the limit
//! on what traders hold against each other, views of what is stored.
//!
//! It is never called itself: the market hands it, by delegate call, every function that it does not know, and
//! so the desk works on the market's storage, with the market's caller.
//!
//! # Calls: down to the oracle in views, and to the ledger
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod admin;
mod interest;
mod program;
mod settle;
mod transfer;
mod views;
