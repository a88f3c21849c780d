//! How far the market may be from the price that the vault quotes at: u, as a share of spot.
//!
//! ```text
//! push feed:  u = deviation threshold + 2 s sqrt(latency)                    while an update is not overdue
//!             u = max of that and 2 s sqrt(age), closing trades only         past the heartbeat
//! pull feed:  u = max(5 bp, 2 s sqrt(age)) + doubt,  age <= 5 s
//! ```
//!
//! with s the market's volatility, and the [`Doubt`] that a pulled price leaves. A push feed is silent while the price stays within its threshold, so its
//! age says nothing until an update is overdue. Past the heartbeat only the age is left to go by; the larger of
//! both counts, lest a feed that falls silent narrow the spread.

use equipoise_math::Fx;

use super::pull::{Doubt, MOST_PULL_AGE_SECS};
use crate::arithmetic::{add, mul_ceil, sqrt};
use crate::units::Years;
use crate::RiskError;

/// [`NARROWEST_PULL_BAND`](super::NARROWEST_PULL_BAND) as a number, by test.
const NARROWEST_PULL_SHARE: Fx = Fx::lit("0.0005");
/// A band of half of spot or more would price nothing.
pub const WIDEST_BAND: Fx = Fx::lit("0.5");

/// Where the spot price comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Written to the chain when it moves, and at least every heartbeat.
    Push {
        /// How far it may move without an update, as a share.
        deviation: Fx,
        /// From a move until its update is on chain, in seconds.
        latency_secs: u64,
        /// An update is overdue after so many seconds.
        heartbeat_secs: u64,
    },
    /// Signed off chain and brought along by whoever trades.
    Pull(Doubt),
}

/// Who may trade at a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// All trades.
    All,
    /// Those that only close.
    Closing,
}

/// How far the market may be from the price, and who may trade at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// u, at most [`WIDEST_BAND`].
    pub share: Fx,
    /// Who may trade.
    pub admitted: Admitted,
}

/// Why a price has no band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandError {
    /// A pulled price is too old: bring a newer one.
    PulledPriceTooOld {
        /// Its age in seconds.
        age_secs: u64,
        /// At most.
        most_secs: u64,
    },
    /// A number does not fit.
    Risk(RiskError),
}

impl From<RiskError> for BandError {
    fn from(error: RiskError) -> Self {
        Self::Risk(error)
    }
}

impl Feed {
    /// The band of a price of some age.
    /// # Inputs: the market's annualised variance, from 0
    /// # Rounding: up, in the vault's favour, but for the root, which is exact to 2^-64
    /// # Errors: PulledPriceTooOld, Math, Overflow
    pub fn band_ceil(self, variance: Fx, age_secs: u64) -> Result<Band, BandError> {
        let (share, admitted) = match self {
            Self::Push { deviation, latency_secs, heartbeat_secs } => {
                let share = push_band_ceil(deviation, (latency_secs, heartbeat_secs), variance, age_secs)?;
                (share, if age_secs <= heartbeat_secs { Admitted::All } else { Admitted::Closing })
            }
            Self::Pull(_) if age_secs > MOST_PULL_AGE_SECS => {
                return Err(BandError::PulledPriceTooOld { age_secs, most_secs: MOST_PULL_AGE_SECS });
            }
            Self::Pull(doubt) => (pull_band_ceil(doubt, variance, age_secs)?, Admitted::All),
        };
        Ok(Band { share, admitted })
    }
}

/// The band of a push feed.
/// # Rounding: as [`Feed::band_ceil`]. Errors: Math, Overflow
pub(super) fn push_band_ceil(
    deviation: Fx,
    (latency_secs, heartbeat_secs): (u64, u64),
    variance: Fx,
    age_secs: u64,
) -> Result<Fx, RiskError> {
    let lag = add(deviation, twice_moved(variance, latency_secs)?)?;
    let overdue = if age_secs <= heartbeat_secs { Fx::ZERO } else { twice_moved(variance, age_secs)? };
    Ok(lag.max(overdue).min(WIDEST_BAND))
}

/// The band of a pulled price, whatever its age.
/// # Rounding: as [`Feed::band_ceil`]. Errors: Math, Overflow
pub(super) fn pull_band_ceil(doubt: Doubt, variance: Fx, age_secs: u64) -> Result<Fx, RiskError> {
    let of_age = twice_moved(variance, age_secs)?.max(NARROWEST_PULL_SHARE);
    Ok(add(of_age, doubt.share())?.min(WIDEST_BAND))
}

/// `2 s sqrt(t)`.
#[inline(never)]
fn twice_moved(variance: Fx, secs: u64) -> Result<Fx, RiskError> {
    let moved = sqrt(mul_ceil(variance, Years::from_secs(secs)?.fx())?)?;
    add(moved, moved)
}
