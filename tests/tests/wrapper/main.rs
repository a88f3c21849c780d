//! The wrapper's real WASM on the embedded chain, between a stand-in for the market and the clearing house and
//! receivers of every manner.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    missing_docs
)]

mod costs;
mod fixture;
mod life;
mod metadata;
mod positions;
mod receivers;
mod redemption;
mod tokens;
