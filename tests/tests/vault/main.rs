//! The vault program and its tranches on the embedded chain.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions, missing_docs)]

mod attacks;
mod differential;
mod fixture;
mod permit;
mod reopening;
mod requests;
mod rounds;
mod tranches;
