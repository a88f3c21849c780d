//! The vault's storage, and what both of its programs do on it: asking the markets for their value, the tranches' claims as of
//! now, and an epoch as arithmetic.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions))]

extern crate alloc;

pub mod plan;
pub mod rounds;
pub mod slots;
pub mod survey;

pub use plan::{
    Asked, Capital, Epoch, Filled, Plan, Sides, Terms, Worth, BASE_PRICE_X64, MOST_MANAGEMENT_FEE, MOST_PERFORMANCE_FEE,
};
pub use slots::Vault;
pub use survey::{Each, Survey};
