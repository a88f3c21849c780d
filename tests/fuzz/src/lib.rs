//! What the fuzz targets share: numbers made from the fuzzer's bytes, and arithmetic wide enough to judge results.
//!
//! Every target asserts what its module documents: exact rounding, ranges, identities, order, and errors only
//! outside the domain. `scripts/fuzz` builds and runs them.

pub mod market;
mod numbers;
mod wide;

pub use numbers::{AnyFx, Magnitude, Share};
pub use wide::{assert_close, ceil_shift, fitted, wide, Wide};
