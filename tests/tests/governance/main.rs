//! Votes over real programs: OpenZeppelin's governor and timelock, the parameters' registry as real WASM, a market that trades.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
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

mod attacks;
mod command_line;
#[path = "../market/fixture.rs"]
#[allow(dead_code, reason = "the market's tests use all of it")]
mod fixture;
mod governed;
mod guardian;
mod registry;
mod signatures;
#[path = "../market/state.rs"]
#[allow(dead_code, reason = "the market's tests use all of it")]
mod state;
mod votes;
