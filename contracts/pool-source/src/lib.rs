//! The pool source: the time-weighted average of a Uniswap v3 pool over a window.
//!
//! It holds no funds, has no owner and cannot be changed. The average is geometric, over the ticks that the pool itself
//! has summed up, so a trade moves it by no more than the share of the window that its price has stood; and as far as the
//! pool is from its average now, so far the average may be off.
//!
//! # Calls: down to the pool only, in views only; when it is made, to both tokens
#![cfg_attr(not(test), no_main)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::cast_precision_loss
    )
)]

extern crate alloc;

mod average;
mod pool;
mod program;
mod terms;

pub use average::{confidence_wad_ceil, mean_liquidity_down, Sides};
pub use program::PoolSource;
