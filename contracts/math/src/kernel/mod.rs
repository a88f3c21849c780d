//! Kernels on 64-bit limbs: what the hot paths of this crate and of the option formulas share.
//!
//! Formats are written `Qm.n`: `m` integer and `n` fraction bits in a word. Nothing here checks its
//! inputs at run time; each function states the range in which its result holds.

mod exp2;
mod log_ratio;
mod mills;
mod polynomials;
mod scaled;
pub(crate) mod word;

pub use exp2::{exp2, exp2_negative, gaussian};
pub use log_ratio::log_ratio;
pub use mills::mills_ratio;
pub use scaled::Scaled;
pub use word::{mul_high, mul_high_below, mul_wide};
