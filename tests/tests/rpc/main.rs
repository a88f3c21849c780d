//! The JSON-RPC server under real clients: cast and viem from npm, alloy, cargo-stylus, and under malformed requests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod alloy;
mod artifacts;
mod cargo_stylus;
mod cast;
mod control;
mod deployer;
mod malformed;
mod methods;
mod support;
mod tracing;
mod viem;
