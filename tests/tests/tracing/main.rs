//! Traces: by calls as geth's, by host calls as Nitro's, and what `equipoise explain` makes of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "tests"
)]
#![allow(dead_code, reason = "the fixture is the market's")]
#![allow(missing_docs, reason = "tests")]

#[path = "../market/fixture.rs"]
mod fixture;
#[path = "../market/state.rs"]
mod state;

mod explained;
mod frames;
mod host_calls;
mod trades;
