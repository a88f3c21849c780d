#![no_std]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, reason = "a test may fail loudly")
)]
#![allow(clippy::inline_always, reason = "a call costs 8,700 ink in WASM, more than most of what is inlined here")]
//! Fixed-point numbers and elementary functions, without a chain, an allocator or a float.
//!
//! The surface speaks [`I64F64`] of the `fixed` crate. Under it are kernels on 64-bit limbs
//! ([`kernel`]) which the option formulas share. Every function is total or returns a typed
//! [`MathError`]; none panics or wraps. Results are the same bits on every target.

#[cfg(test)]
extern crate std;

mod arithmetic;
mod error;
mod exponential;
pub mod kernel;
mod logarithm;
mod normal;
mod root;

pub use arithmetic::{div_ceil, div_floor, mul_ceil, mul_floor};
pub use error::{Function, MathError};
pub use exponential::{exp, exp_negative};
pub use fixed::types::{I64F64, U64F64};
pub use logarithm::ln;
pub use normal::{normal_cdf, normal_inverse_cdf, normal_pdf};
pub use root::sqrt;

/// The number that crosses every interface: 64 integer bits, sign included, and 64 fraction bits.
pub type Fx = I64F64;
