//! Kernels on 64-bit limbs: what the hot paths of this crate and of the option formulas share.
//!
//! Formats are written `Qm.n`: `m` integer and `n` fraction bits in a word. Nothing here checks its
//! inputs at run time; each function states the range in which its result holds.

pub mod coarse;
pub(crate) mod division;
mod exp2;
mod log_ratio;
mod mills;
mod polynomials;
mod scaled;
pub(crate) mod word;

pub use exp2::{exp2, gaussian};
pub use log_ratio::{log_ratio, Aligned};
pub use mills::{mills_ratio, mills_ratio_far};
pub(crate) use polynomials::central_slope;
pub use scaled::Scaled;
pub use word::{keep_if, mul_wide, negate_if, negative_mask, sign_mask, times_word};

#[cfg(test)]
mod tests;
