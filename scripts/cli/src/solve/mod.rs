//! The solver: hedges a vault's markets for the tips that their hedgers pay.
//!
//! * `abi`: what hedgers are asked and told, and how it is encoded
//! * `venues`, `pool`: where hedges are filled, and what that costs now
//! * `options`: what trades of options with the vault would cost and earn
//! * [`round`]: one round for one market, over any [`Client`](crate::keep::Client): the demo makes the same in process
//! * `solver`: the loop, by JSON-RPC, with what it shares with the keeper
//!
//! What the chain will say of a rebalance is computed before it is asked, by [`equipoise_solver`] on the crates that the chain runs.

pub mod abi;
pub mod args;
mod error;
mod options;
mod pool;
mod report;
mod round;
mod solver;
mod telemetry;
mod venues;

use std::sync::mpsc::Receiver;

use args::SolveArguments;
use solver::Solver;

use crate::deploy::KeySource;
use crate::keep::measured;

pub use error::SolveError;
pub use options::{Desk, OptionsPlan};
pub use report::{MarketReport, OptionsReport, RebalanceReport, SolveReport};
pub use round::{round, Done, OptionsDone, Policy, Round, Seen, Step};
pub use venues::{found, Stock, VenueKind, VenueSite};

/// Makes one round for each market.
/// # Returns: what each came to
/// # Errors: [`SolveError`], before any round has begun
pub fn once(arguments: &SolveArguments, key: &KeySource) -> Result<SolveReport, SolveError> {
    let solver = Solver::new(arguments, key)?;
    measured(arguments.metrics, telemetry::describe, || solver.once())
}

/// Makes rounds at their interval, until somebody says stop.
/// # Errors: [`SolveError`], before any round has begun
pub fn go_on(arguments: &SolveArguments, key: &KeySource, stop: &Receiver<()>) -> Result<(), SolveError> {
    let solver = Solver::new(arguments, key)?;
    measured(arguments.metrics, telemetry::describe, || solver.go_on(stop))
}
