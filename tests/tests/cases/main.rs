//! Cases in which nobody may lose what is his: each is tried on the real programs, as an attacker would.
//!
//! `README.md` says which test is which case.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::struct_field_names,
    missing_docs
)]

#[path = "../market/fixture.rs"]
mod fixture;
#[path = "../underwriter/offering.rs"]
mod offering;
#[path = "../market/state.rs"]
mod state;

mod capital;
mod doors;
mod feeds;
mod lapse;
mod liquidation;
mod numbers;
mod positions;
mod prices;
mod reentry;
mod settlement;
mod shares;
mod stage;
mod tokens;
mod trading;
