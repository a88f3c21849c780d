//! Which time an option is priced with: until expiry, but for the average it settles at.
//!
//! The settlement price is the average over the last W before expiry, so the variance that is left
//! is less than that of the price at expiry: before the window it is worth `T - 2 W / 3` of time;
//! inside it, with `t` left, `t^3 / (3 W^2)` (the variance of the rest of the average).

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, mul_floor, sub};
use crate::units::{Price, Years};
use crate::RiskError;

/// W: the settlement price is the average over the half hour before expiry.
pub const WINDOW_SECS: u64 = 1_800;
/// Two thirds of W.
const WINDOW_LAG_SECS: u64 = 1_200;
/// The pricing formula's shortest time; below it an option is worth its intrinsic value.
const SHORTEST_SECS: u64 = 1;

/// Where a board is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It trades.
    Open,
    /// The settlement average runs: no trades.
    InWindow,
    /// It waits for its settlement price.
    Expired,
}

/// The phase of a board that expires at `expiry`, in unix seconds.
pub const fn phase(now: u64, expiry: u64) -> Phase {
    let left = expiry.saturating_sub(now);
    if left > WINDOW_SECS {
        Phase::Open
    } else if left > 0 {
        Phase::InWindow
    } else {
        Phase::Expired
    }
}

/// The time to price a board with; zero means intrinsic.
/// # Rounding: down. Errors: none in range
pub fn pricing_time(now: u64, expiry: u64) -> Result<Years, RiskError> {
    let left = expiry.saturating_sub(now);
    let years = match phase(now, expiry) {
        Phase::Open => Years::from_secs(left.saturating_sub(WINDOW_LAG_SECS))?,
        Phase::InWindow => {
            let share = div_floor(Fx::from_num(left.min(WINDOW_SECS)), Fx::from_num(WINDOW_SECS))?;
            let square = mul_floor(share, share)?;
            Years::from_secs(left)?.scaled_floor(div_floor(square, Fx::from_num(3u8))?)?
        }
        Phase::Expired => Years::ZERO,
    };
    let shortest = Years::from_secs(SHORTEST_SECS)?;
    Ok(if years < shortest { Years::ZERO } else { years })
}

/// The forward over spot of a board in its window: of what it settles at, the part that is past is known, and the rest follows the
/// forward.
/// # Inputs: what the average comes to if spot stands still; spot; the forward over spot that the surface has; seconds left
/// # Returns: `((W - t) A + t F) / (W S)` for what has been averaged so far, A, and the forward F
/// # Rounding: down
/// # Errors: Overflow
pub fn begun_basis_floor(begun: Price, spot: Price, basis: Fx, left_secs: u64) -> Result<Fx, RiskError> {
    let share = div_floor(Fx::from_num(left_secs.min(WINDOW_SECS)), Fx::from_num(WINDOW_SECS))?;
    add(begun.ratio_floor(spot)?, mul_floor(sub(basis, Fx::ONE)?, share)?)
}

#[cfg(test)]
mod tests;
