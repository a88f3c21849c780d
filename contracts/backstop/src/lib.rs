//! The clearing house's backstop: what comes after an auction. The vault takes over, positions are closed against each
//! other, and bad debt is paid, the vault's own for settled boards included.
//!
//! It is never called itself: the clearing house hands it, by delegate call, these functions, and so it works on the
//! clearing house's storage, with its caller, once its lock has been found free.
//!
//! # Calls: down to markets, for margins and to move positions
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod debts;
mod program;
mod resolve;
