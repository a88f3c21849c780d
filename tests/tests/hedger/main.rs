//! Hedges as real WASM on the embedded chain: who may move them, at what price, and what he earns.

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
#[path = "../market/state.rs"]
mod state;

mod attacks;
mod book;
mod broker;
mod cases;
mod dealer;
mod floor;
mod lender;
mod liar;
mod neglect;
mod perp;
mod pool;
mod powers;
mod rules;
mod short;
mod signed;
mod stage;
