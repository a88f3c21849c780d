//! Measures what the operations of `equipoise-math` and `equipoise-risk` cost.
//!
//! One function, [`run`], reads a clock before and after each operation. Compiled to WASM it is a Stylus program
//! whose clock is the ink that is left, one program for each feature of the crate; natively the clock counts nanoseconds. Both give the operations'
//! results beside their cost, so that one can see that they are the same bits.
// A measuring tool: it may fail loudly on malformed input, which only the bench writes.
// Calls between the two readings of the clock would be measured too, so nothing there is left to the inliner.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::inline_always
)]
// A program has some of the operations; native code has, and checks, all.
#![cfg_attr(target_arch = "wasm32", allow(dead_code, unused_imports, unused_variables))]

mod book;
mod margin;
mod operation;
#[cfg(target_arch = "wasm32")]
mod program;

use core::hint::black_box;

use equipoise_math::Fx;
pub use operation::{Operation, Results, REFUSED};

/// What one run of an operation cost and gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// How much the clock moved.
    pub cost: u64,
    /// The results, unused places zero.
    pub results: Results,
}

/// Runs the operation on each input; `inputs` holds [`Operation::arity`] numbers for each run.
pub fn run(operation: Operation, inputs: &[Fx], clock: impl Fn() -> u64) -> Vec<Measured> {
    let mut measured = Vec::new();
    for input in inputs.chunks_exact(operation.arity()) {
        measured.push(operation.measure(black_box(input), &clock));
    }
    measured
}

/// The cost of `work` and what it gives.
#[inline(always)]
fn measure(clock: &impl Fn() -> u64, work: impl FnOnce() -> Results) -> Measured {
    let before = clock();
    let results = black_box(work());
    let after = clock();
    Measured { cost: after.abs_diff(before), results }
}
