//! An embedded Arbitrum Stylus chain: real WASM programs beside EVM bytecode, in process.
//!
//! [`Chain`] is one deterministic chain with Nitro's rules and prices (`ArbOS` 61): the same gas, the same
//! refusals, the same activation. It needs no network, no container and no wall clock.
//!
//! Where to look:
//! * [`chain`]: sending, calling, reading, time, snapshots
//! * [`program`]: what a deploy tool does to a WASM file before it goes on chain

// A host tool: its sums are bounded by gas, block numbers and file sizes, and its conversions are between
// integer widths of the same machine. The lint wall's arithmetic rules guard the programs, not this crate.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod chain;
mod config;
mod error;
pub mod program;
mod arbos;
mod evm;
mod state;
mod stylus;
pub mod wasm;
pub mod rpc;

pub use chain::{Block, BlockSelector, CallOutcome, Chain, Deployment, Receipt, SnapshotId};
pub use config::Config;
pub use error::{DeployError, EstimateError, ProgramError, SendError, TimeError};

#[cfg(test)]
mod tests;
