//! A market in native code, made of the crates that the programs are made of, and attackers that try to take
//! money out of it.
//!
//! [`Venue`] does what the programs do, without a chain: it quotes, trades, settles, takes LPs in and pays them
//! out. [`attack`] holds the attackers and what they are allowed to gain.
// A simulator: its sums are bounded by its own random draws, and it measures in floating point.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::missing_errors_doc
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod attack;
mod random;
mod venue;

pub use random::Random;
pub use venue::{Board, FeedKind, Inventory, Leg, Mark, Offer, Refusal, Settings, Trader, Venue};
