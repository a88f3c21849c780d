//! The keeper: what anybody may do for a vault's markets, done when it is due, by JSON-RPC to any chain.
//!
//! A chore reads, decides by a pure function, and sends. It keeps nothing that it needs: whatever has been done is seen on
//! chain, so a keeper that is started again, or beside another, does nothing twice. The posting of surfaces and the
//! settlement of boards stand here once, for the embedded world, too: see [`Client`].

mod accounts;
pub mod args;
mod breakers;
mod client;
mod connection;
mod context;
mod epochs;
mod error;
mod follow;
mod keeper;
mod learning;
mod liquidation;
mod post;
mod programs;
mod quotes;
mod remote;
mod report;
mod rounds;
mod schedule;
mod settlement;
mod site;
mod surface;
mod telemetry;

use std::sync::mpsc::Receiver;

use args::{KeepArguments, Keys};
use keeper::Keeper;

pub use client::{first_event, Client, Order, Tried};
pub(crate) use connection::{is_stopped, patiently, Connection, Purpose};
pub use error::KeepError;
pub use follow::Road;
pub use post::{post, slices_of, Observation};
pub(crate) use remote::Remote;
pub use remote::{Deed, Fate};
pub use report::{ChoreReport, KeepReport};
pub use rounds::Feed;
pub(crate) use schedule::Task;
pub use settlement::{settle_account, settle_board};
pub use site::{MarketSite, Site};
pub use telemetry::log_to_stderr;
pub(crate) use telemetry::measured;

/// Does every chore once.
/// # Returns: what each came to
/// # Errors: [`KeepError`], before any chore has begun
pub fn once(arguments: &KeepArguments, keys: &Keys) -> Result<KeepReport, KeepError> {
    let keeper = Keeper::new(arguments, keys)?;
    measured(arguments.metrics, telemetry::describe, || keeper.once())
}

/// Does each chore whenever it is due, until somebody says stop.
/// # Errors: [`KeepError`], before any chore has begun
pub fn go_on(arguments: &KeepArguments, keys: &Keys, stop: &Receiver<()>) -> Result<(), KeepError> {
    let keeper = Keeper::new(arguments, keys)?;
    measured(arguments.metrics, telemetry::describe, || keeper.go_on(stop))
}
