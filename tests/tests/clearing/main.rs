//! The clearing house on the embedded chain, against stand-in markets.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    missing_docs
)]

mod access;
mod auctions;
mod cash;
mod debts;
mod fixture;
mod gas;
mod ledger;
mod margin;
mod operators;
mod token;
