//! The market as real WASM on the embedded chain, with every program it works with.

#![allow(
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

mod access;
mod audit;
mod breakers;
mod conditions;
mod debts;
mod differential;
mod entry;
mod fixture;
mod invariants;
mod learning;
mod life;
mod margin;
mod margin_attacks;
mod matched;
// The random lives of `stateful` use the rest of it.
#[allow(dead_code)]
mod native;
mod posting;
mod proxies;
// Others use the rest of it.
#[allow(dead_code)]
mod publishers;
mod pulled;
mod refusals;
mod settlement;
mod state;
mod surface;
mod two_markets;
mod worked_trade;
mod wrapped;
