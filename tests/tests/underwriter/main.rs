//! Trades that a maker shares, as real WASM on the embedded chain: what everybody pays, what offers allow, and who is refused.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::struct_field_names,
    missing_docs
)]

#[path = "../market/fixture.rs"]
mod fixture;
#[path = "../market/publishers.rs"]
mod publishers;
#[path = "../market/state.rs"]
mod state;

mod access;
mod accounts;
mod offering;
mod offers;
mod pulled;
mod signers;
mod stage;
mod trades;
