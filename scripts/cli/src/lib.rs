//! The equipoise command-line program: the demo, the bench, the pricer, the fitter, the programs' sizes.
//!
//! Where to look:
//! * [`demo`]: the main job, from files to report
//! * [`world`]: a chain with the token, the feed and a whole market on it, for the demo and for tests
//! * [`deployment`]: what a deployment is made of, behind proxies, for all of them
//! * [`deploy`]: the same deployment on a network by JSON-RPC: dry run, records, check, keeping alive
//! * [`input`]: option chain and price history, read or generated, and the surface through time
//! * [`bench`]: what the pure crates' operations cost in ink, and that WASM gives native code's bits
//! * [`price`]: options priced from standard input, to the last bit
//! * [`replay`]: a price history through the protocol's crates
//! * [`governance`]: votes on parameters, by JSON-RPC
//! * [`keep`]: the chores that keep markets, by JSON-RPC
//! * [`solve`]: the solver that hedges markets for tips, by JSON-RPC
//! * [`explain`]: what a transaction did, and why it failed
//! * [`report`]: what a demo leaves, for machines and for people

// A host tool: floating-point arithmetic does not trap, sums are bounded by the tokens there are, and the
// conversions are from counts far below 2^53.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]
// The project writes `# Errors: …` on one line, which the lint does not recognise.
#![allow(clippy::missing_errors_doc)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod args;
pub mod attack;
pub mod bench;
pub mod demo;
pub mod deploy;
pub mod deployment;
pub mod error;
pub mod explain;
pub mod fit;
pub mod governance;
pub mod input;
pub mod keep;
pub mod price;
pub mod programs;
pub mod progress;
pub mod replay;
pub mod report;
pub mod reverts;
pub mod serve;
pub mod solve;
pub mod tls;
pub mod uniswap;
pub mod units;
pub mod world;
