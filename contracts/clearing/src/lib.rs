//! The clearing house: custody of the stablecoin and the cash ledger.
//!
//! All tokens of the system lie here, and every other movement is an entry in the ledger. Tokens move
//! on deposit and withdrawal only, and are counted before and after.
//!
//! # Invariants
//!
//! - The token balance plus what the settlement account owes is the sum of all positive cash, plus
//!   what somebody sent without depositing it.
//! - Only the settlement account owes.
//! - A movement between accounts changes no sum.
//!
//! # Authority
//!
//! The owner names the market and the vault program, once; nothing moves before. The market moves cash
//! between the vault, the settlement account and the accounts of traders; the vault program between
//! the LPs and the vault. Anybody moves his own free cash. Nobody else moves anything.
//!
//! # Calls: down to the token only. A token that calls back finds every function refused
#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

mod entries;
mod ledger;
mod program;
mod token;

pub use ledger::{Account, LedgerError};
pub use program::Clearing;
