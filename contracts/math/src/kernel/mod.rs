//! Kernels on 64-bit limbs: what the hot paths of this crate and of the option formulas share.
//!
//! Formats are written `Qm.n`: `m` integer and `n` fraction bits in a word. Nothing here checks its
//! inputs at run time; each function states the range in which its result holds.

pub mod coarse;
pub(crate) mod division;
mod exp2;
mod log_ratio;
mod log_word;
mod mills;
mod newton;
mod polynomials;
mod scaled;
pub(crate) mod word;

pub use exp2::{exp2, gaussian};
pub use log_ratio::{log_ratio, Aligned};
pub use log_word::log_word;
pub use mills::{mills_ratio, mills_ratio_short};
pub(crate) use newton::{reciprocal_word, sqrt_word};
pub(crate) use polynomials::{
    atanh_excess, central_slope, quantile_guess, tail_far, tail_farthest, tail_middle, tail_near,
};
pub use scaled::Scaled;
pub use word::{keep_if, mul_high_below, mul_wide, negate_if, negative_mask, sign_mask, times_word};

#[cfg(test)]
mod tests;
