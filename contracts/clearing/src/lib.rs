//! The clearing house: custody of the stablecoin, the cash ledger, and margin over all markets.
//!
//! All tokens of the system lie here, and every other movement is an entry in the ledger. Tokens move
//! on deposit, on withdrawal and for a vault's hedge only, and are counted before and after. What is rarer runs by delegate call:
//! auctions in the liquidator, bad debt in the backstop, operators, LPs' epochs and administration in the registrar.
//!
//! # Invariants
//!
//! - The token balance is the sum of the cash of all accounts, less what some owe, plus what somebody sent without
//!   depositing it.
//! - Of the ledger's own accounts only those of settlement owe; of traders', those that hold options, and bad debt.
//! - A movement between accounts changes no sum.
//!
//! # Authority
//!
//! The owner registers markets, and names the vault program and its tranches, once; nothing moves before. A market moves
//! cash between its vault, its settlement account and the accounts of traders, a trade's only on behalf of who owns or
//! operates the account; the vault program and the tranches between the LPs and the vaults. A trader's cash leaves by his
//! own hand only. Nobody else moves anything.
//!
//! # Calls: down to the token, and to markets for their margins. A token that calls back finds every function refused, and
//! the lock held
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod cash;
mod hedge;
mod program;
mod trades;
