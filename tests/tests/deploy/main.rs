//! Deployment by JSON-RPC, on the embedded chain's server and against answers of networks that tests cannot reach.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]

mod dry_runs;
mod hedges;
mod interruption;
mod life;
mod recordings;
mod refusals;
mod relay;
mod support;
