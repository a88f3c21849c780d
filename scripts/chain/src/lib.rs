//! An embedded Arbitrum Stylus chain: real WASM programs beside EVM bytecode, in process.
//!
//! [`Chain`] is one deterministic chain with Nitro's rules and prices (`ArbOS` 61): the same gas, the same
//! refusals, the same activation. It needs no network, no container and no wall clock.
//!
//! Where to look:
//! * [`chain`]: sending, calling, tracing, reading, time, snapshots
//! * `evm`: call frames of EVM code and programs over one journal
//! * `stylus`: programs: activation, calls, and `stylus/host`, the host calls by topic
//! * `wasm`: the rules for modules, instrumentation, and `prices`, every price in one file
//! * `arbos`: Arbitrum's precompiles and the state behind them
//! * `state`: accounts and storage with a log of changes
//! * [`program`]: what a deploy tool does to a WASM file before it goes on chain
//!
//! # What differs from Arbitrum
//!
//! * There is no parent chain: data costs nothing (its price is zero), messages to it are refused, its block hashes are
//!   digests of their numbers, and its block number rises by one every 12 seconds of chain time.
//! * The base fee stays where it is set; nobody can change Stylus parameters.
//! * Module hashes name our instrumented module, not the prover's; state and receipt roots are digests, not tries.
//! * Programs compressed with Nitro's dictionary (byte 1) are refused; the deploy tools compress without.
//! * Calls and estimates get at most the gas of one transaction, 32 million.

// A host tool: its sums are bounded by gas, block numbers and file sizes, and its conversions are between
// integer widths of the same machine. The lint wall's arithmetic rules guard the programs, not this crate.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]
// Doc comments state errors in the project's own form, `# Errors: ...` on one line, which this lint does not read.
#![allow(clippy::missing_errors_doc)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod arbos;
pub mod chain;
mod config;
mod error;
mod evm;
pub mod program;
pub mod rpc;
mod state;
mod stylus;
pub mod wasm;

pub use chain::{Block, BlockSelector, CallOutcome, Chain, Deployment, Receipt, SnapshotId, Trace};
pub use config::Config;
pub use error::{DeployError, EstimateError, ProgramError, SendError, TimeError, TraceError};
pub use evm::HostCall;

#[cfg(test)]
mod tests;
