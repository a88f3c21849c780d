//! Plans rebalances: how much of the underlying the vault should buy or sell, at which venues, at what price.
//!
//! * [`Market`]: what a hedger and its referee know at one price, and what they will say of a rebalance, to the last bit: the
//!   rule itself is `equipoise_risk::rebalance`, which the chain runs as well
//! * [`Venue`]: where hedges are filled, with its cap and what each further unit costs there
//! * [`pool`]: what each further unit costs at a Uniswap v3 pool
//! * [`plan`]: the legs that make the risk penalty and all costs together least, in whole atoms, judged before they are sent
//!
//! It is pure: it asks nobody, and the same numbers give the same plan.

// A host tool: floating-point arithmetic does not trap, and the conversions are from counts far below 2^53. Whatever is planned
// in floating point is judged in the chain's arithmetic before it is told.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod cone;
mod curve;
mod legs;
mod market;
mod nothing;
mod planner;
pub mod pool;
mod venue;

pub use legs::Leg;
pub use market::{Market, Outcome, Verdict};
pub use nothing::Nothing;
pub use planner::{plan, Costs, Plan, Wishes};
pub use venue::{Tier, Venue};
