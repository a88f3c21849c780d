//! A surface on the way from the last to the one that is wanted, as far as one post may go.
//!
//! Keepers post it where a step would be refused, and sign what is still missing as the gap that the spread covers. Each
//! board goes the same share of its way, from its last slice, moved to the new forward so that each strike keeps its
//! volatility, to the slice that is wanted: the numbers of the two are mixed. The longest way that is free of arbitrage
//! and within the step is searched by halves.

use equipoise_math::Fx;

use super::gap::VolGap;
use super::step::{farthest, Posted, StepLimits};
use super::Slice;
use crate::arithmetic::{abs, add, div_ceil, div_floor, ln, mul_floor, neg, sub};
use crate::units::{Price, Years};
use crate::RiskError;

/// Bits of a slice's fraction that storage drops.
const DROPPED_BITS: u32 = 24;
/// Halvings of the way: a millionth of it is left.
const HALVINGS: u32 = 20;
const HALF: Fx = Fx::lit("0.5");
/// Of its limit a step uses this: the rest is for what rounding adds.
const CAUTION: Fx = Fx::lit("0.999");

/// Where a board stands and where its keepers want it.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// What was posted last; none for a board that has no slice yet.
    pub last: Option<Posted>,
    /// What is wanted.
    pub wanted: Posted,
    /// The strikes that are listed.
    pub strikes: &'a [Price],
    /// Seconds to expiry.
    pub left_secs: u64,
}

/// The longest share of their ways that boards may go in one post.
/// # Inputs: boards by rising expiry; the spot of the post; the limits of one step, or of what is left of the bucket
/// # Returns: none if no surface on the way is free of arbitrage within the step
pub fn longest(boards: &[Way<'_>], spot: Price, limits: &StepLimits) -> Option<Fx> {
    let limits =
        StepLimits { vol: mul_floor(limits.vol, CAUTION).ok()?, basis: mul_floor(limits.basis, CAUTION).ok()? };
    let is_open = |share| is_accepted(boards, spot, &limits, share).is_ok_and(|accepted| accepted);
    if is_open(Fx::ONE) {
        return Some(Fx::ONE);
    }
    let (mut open, mut step) = (Fx::ZERO, HALF);
    for _ in 0..HALVINGS {
        let further = add(open, step).ok()?;
        if is_open(further) {
            open = further;
        }
        step = mul_floor(step, HALF).ok()?;
    }
    is_open(open).then_some(open)
}

fn is_accepted(boards: &[Way<'_>], spot: Price, limits: &StepLimits, share: Fx) -> Result<bool, RiskError> {
    let mut earlier: Option<(Slice, Years)> = None;
    for way in boards {
        let posted = way.at(share, spot, limits)?;
        let years = Years::from_secs(way.left_secs.max(1))?;
        posted.slice.check(years)?;
        if let Some((before, before_years)) = earlier {
            posted.slice.check_after(years, &before, before_years)?;
        }
        let strikes = way.strikes.iter().copied();
        if let Some(last) = way.last {
            if limits.share_ceil(&last, &posted, strikes, way.left_secs).is_err() {
                return Ok(false);
            }
        } else {
            farthest(&posted, &posted, strikes)?;
        }
        earlier = Some((posted.slice, years));
    }
    Ok(true)
}

impl Way<'_> {
    /// What is posted of the board after a share of its way. The basis goes as far as its own limit lets it.
    /// # Inputs: the share, in [0, 1]
    /// # Rounding: each number of the slice down to what storage keeps
    /// # Errors: Math, Overflow
    pub fn at(&self, share: Fx, spot: Price, limits: &StepLimits) -> Result<Posted, RiskError> {
        let Some(last) = self.last else { return Ok(self.stored_wanted()) };
        let basis = nearest_basis(last.basis, self.wanted.basis, limits.basis)?;
        if share >= Fx::ONE && basis == self.wanted.basis {
            return Ok(self.stored_wanted());
        }
        let forward = spot.scaled_floor(basis)?;
        let (from, to) = (referred(&last, forward)?, referred(&self.wanted, forward)?);
        let mix = |from: Fx, to: Fx| add(from, mul_floor(sub(to, from)?, share)?);
        let slice = Slice {
            a: mix(from.a, to.a)?,
            b: mix(from.b, to.b)?,
            rho: mix(from.rho, to.rho)?,
            m: mix(from.m, to.m)?,
            sigma: mix(from.sigma, to.sigma)?,
        };
        Ok(Posted { forward, basis, slice: stored(&slice) })
    }

    /// How far what is posted lies from what is wanted, at the strike where it does most.
    /// # Rounding: up
    /// # Errors: Math, Slice; Overflow past what a gap can be
    pub fn gap_ceil(&self, posted: &Posted) -> Result<VolGap, RiskError> {
        let (_, missing) = farthest(posted, &self.wanted, self.strikes.iter().copied())?;
        VolGap::from_fx_ceil(missing).ok_or(RiskError::Overflow)
    }

    fn stored_wanted(&self) -> Posted {
        Posted { slice: stored(&self.wanted.slice), ..self.wanted }
    }
}

/// The basis that is wanted, or as far towards it as a step goes.
fn nearest_basis(last: Fx, wanted: Fx, limit: Fx) -> Result<Fx, RiskError> {
    let change = sub(wanted, last)?;
    if div_ceil(abs(change)?, last)? <= limit {
        return Ok(wanted);
    }
    let most = mul_floor(last, limit)?;
    add(last, if change < 0 { neg(most)? } else { most })
}

/// The slice that gives every strike its volatility with another forward to refer to.
fn referred(posted: &Posted, forward: Price) -> Result<Slice, RiskError> {
    let moved = ln(div_floor(forward.fx(), posted.forward.fx())?)?;
    Ok(Slice { m: sub(posted.slice.m, moved)?, ..posted.slice })
}

/// A slice as storage keeps it.
fn stored(slice: &Slice) -> Slice {
    let cut = |number: Fx| Fx::from_bits(number.to_bits() >> DROPPED_BITS << DROPPED_BITS);
    Slice { a: cut(slice.a), b: cut(slice.b), rho: cut(slice.rho), m: cut(slice.m), sigma: cut(slice.sigma) }
}

#[cfg(test)]
mod tests;
