//! Governance from the command line: votes, and the numbers they are about.
//!
//! It speaks JSON-RPC to any chain that has the governor and the registry, the embedded one too, and checks every change
//! by the same rules as the registry before it sends anything.

pub mod abi;
pub mod args;
pub(crate) mod client;
mod error;
mod numbers;
pub mod parameters;
mod proposal;
mod registry;
pub mod vote;

pub use error::GovernanceError;
pub use numbers::GroupName;
