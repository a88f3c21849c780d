//! The keeper by JSON-RPC, on the embedded chain's server with the programs' real WASM.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]
#![allow(clippy::cast_precision_loss, clippy::as_conversions, reason = "tests")]

mod chores;
#[path = "../market/entry.rs"]
mod entry;
mod fixture;
mod liquidation;
mod process;
#[path = "../deploy/relay.rs"]
#[allow(dead_code, reason = "deployments need more of it")]
mod relay;
mod surface;
