//! Prices that are signed off chain and brought along: when one may be traded at, and what beside its age widens the band.
//!
//! ```text
//! traded at while  age <= 5 s  and  (|pulled - pushed| + confidence) / pushed < 1.5 %
//! u = max(5 bp, 2 s sqrt(age)) + doubt,  doubt = max(0, apart - 5 bp) + confidence / pulled + moved
//! apart = |pushed / pulled - 1|
//! 1 + moved = product over the updates of this second of (1 + |new - old| / min(new, old)), where old could still be traded at
//! ```
//!
//! What the two prices lie apart is within the band, so what the vault asks is never below the pushed price and what it bids never above:
//! whoever signs prices, or has stolen what signs them, trades with the vault no better than at the pushed price. For the same
//! reason a trade at the pushed price and one at the pulled price, in one transaction or two, never make a round trip that
//! pays: each is on its own side of the pushed price.
//!
//! Two pulled prices of one second are told apart by what the price has moved in it. The product along the way is at least the
//! ratio of any two of its points, so that the band at the last price takes in every price of that second that was traded at:
//! the worse of old and new. An old price past its age was not, and counts nothing: else whoever brings the first price
//! in an hour would pay for all that the market has moved in it.

use equipoise_math::Fx;

use super::band::WIDEST_BAND;
use crate::breakers::SOURCES_APART;
use crate::millionths::Millionths;

/// The age in seconds past which a pulled price trades nothing.
pub const MOST_PULL_AGE_SECS: u64 = 5;
/// The band of a pull feed at least: 5 bp.
pub const NARROWEST_PULL_BAND: Millionths = Millionths::from_raw(500);
/// A pulled price this far from the pushed one, with what it may be off by, is not traded at: the breaker of two sources that
/// disagree trips there.
pub const MOST_PULL_APART: Millionths = SOURCES_APART;

const MILLION: u128 = 1_000_000;

/// A price as its publishers sign it. All prices are below 2^100, in one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Above zero.
    pub price: u128,
    /// How far it may be off.
    pub confidence: u128,
    /// When it was published, in unix seconds.
    pub at: u64,
    /// What the price has moved in this second: see [`moved_ceil`].
    pub moved: Millionths,
}

/// What widens the band of a pulled price beside its age, as a share of it above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt(Fx);

impl Doubt {
    /// Whether a signed price may be traded at, beside a pushed one, and what is doubtful of it then.
    /// # Returns: None if it is from after now, too old, or too far from the pushed price
    /// # Rounding: up
    pub fn beside(pushed: u128, signed: &Signed, now: u64) -> Option<Self> {
        let age_secs = now.checked_sub(signed.at)?;
        let far = apart_ceil(pushed, signed.price, signed.confidence);
        if age_secs > MOST_PULL_AGE_SECS || far >= MOST_PULL_APART {
            return None;
        }
        let apart = apart_ceil(signed.price, pushed, 0).raw().saturating_sub(NARROWEST_PULL_BAND.raw());
        let unsure = apart_ceil(signed.price, signed.price, signed.confidence);
        let doubt = Millionths::from_raw(apart).plus(unsure).plus(signed.moved);
        doubt.number_ceil().map(|share| Self(share.min(WIDEST_BAND))).ok()
    }

    /// Of a price where the pushed one is, and which has not moved.
    /// # Inputs: what it may be off by, as a share above zero
    pub const fn of_confidence(share: Fx) -> Self {
        Self(share)
    }

    /// From calldata.
    /// # Returns: None for zero, of a price that was pushed
    pub fn from_bits(bits: u64) -> Option<Self> {
        (bits > 0).then_some(Self(Fx::from_bits(bits.into())))
    }

    /// For calldata.
    pub fn bits(self) -> u64 {
        // At most half.
        u64::try_from(self.0.to_bits()).unwrap_or(u64::MAX)
    }

    /// The share.
    pub const fn share(self) -> Fx {
        self.0
    }
}

/// What a price has moved in this second, once another has come.
/// # Inputs: what it had moved in this second before; the old price and when it was published
/// # Rounding: up
pub fn moved_ceil(before: Millionths, (old, old_at): (u128, u64), new: u128, now: u64) -> Millionths {
    if now.saturating_sub(old_at) > MOST_PULL_AGE_SECS {
        return before;
    }
    let step = apart_ceil(old.min(new), old.max(new), 0);
    before.plus(step).plus(before.times_ceil(step))
}

/// How far two prices may lie apart as a share of the first, one of them off by so much.
/// # Inputs: prices below 2^100, the first above zero
/// # Rounding: up
pub fn apart_ceil(first: u128, second: u128, off: u128) -> Millionths {
    let apart = first.abs_diff(second).saturating_add(off).saturating_mul(MILLION);
    let millionths = apart.checked_add(first.saturating_sub(1)).and_then(|apart| apart.checked_div(first));
    millionths.and_then(|millionths| u32::try_from(millionths).ok()).map_or(Millionths::MOST, Millionths::from_raw)
}

#[cfg(test)]
mod tests;
