//! The solver by JSON-RPC, on the embedded chain's server with the programs' real WASM.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "tests")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "tests")]

mod competition;
mod fixture;
mod hedging;
#[path = "../keep/fixture.rs"]
#[allow(dead_code, reason = "the keeper's tests need more of it")]
mod kept;
mod options;
mod pool;
#[path = "../deploy/relay.rs"]
#[allow(dead_code, reason = "deployments need more of it")]
mod relay;
