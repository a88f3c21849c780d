//! What the neighbours of a slice leave room for.

use equipoise_risk::{RiskError, SliceError};
use jiff::Timestamp;

use crate::svi::{check_calendar, check_slice, grid, Slice};
use crate::time::year_fraction;

/// Vol below which no slice may fall, fraction per sqrt(year).
pub(crate) const VOL_FLOOR: f64 = 0.02;
pub(crate) const MAX_RHO: f64 = 0.999;
/// Lee's bound, kept with room for the rounding of the parameters on chain.
pub(crate) const MAX_WING: f64 = 1.999;
/// Slack kept between slices, relative to the variance at the money, for the same reason: it is worth
/// a few thousandths of a vol point.
pub(crate) const CALENDAR_SLACK: f64 = 1e-4;
/// Share of a later slice's wing slopes left free for each expiry in between.
const WING_ROOM: f64 = 2e-3;
/// Points on each side of the centre of the grids on which a slice is raised.
const RAISING_HALF: i32 = 400;

/// What is fixed for one slice.
pub(crate) struct Frame<'before> {
    pub expiry: Timestamp,
    pub forward: f64,
    pub tau: f64,
    /// The slice of the expiry before, not to be undercut.
    pub before: Option<&'before Slice>,
    /// The free fits of the expiries after, not to be exceeded where there are no quotes.
    pub after: &'before [Slice],
}

impl Frame<'_> {
    /// What total variance must stay above: the slice before, or a flat one of the least vol.
    pub(crate) fn floor(&self) -> Slice {
        self.before.copied().unwrap_or(Slice {
            expiry: self.expiry,
            forward: self.forward,
            a: VOL_FLOOR * VOL_FLOOR * self.tau,
            b: 0.0,
            rho: 0.0,
            m: 0.0,
            sigma: 0.1,
        })
    }

    /// Slopes of the wings, left and right, that the expiries after leave room for; a little less for
    /// each expiry further away, so that every one of them can rise above the one before.
    pub(crate) fn largest_wings(&self) -> (f64, f64) {
        let share = |distance: usize| 1.0 - WING_ROOM * (distance + 1) as f64;
        let wings = self.after.iter().map(Slice::wing_slopes).enumerate();
        wings.fold((MAX_WING, MAX_WING), |(left, right), (distance, (x, y))| {
            (left.min(x * share(distance)), right.min(y * share(distance)))
        })
    }

    /// Whether `slice` keeps the floor, and the wings that the expiries after leave room for.
    pub(crate) fn admits(&self, slice: &Slice) -> bool {
        let (left, right) = slice.wing_slopes();
        let (left_limit, right_limit) = self.largest_wings();
        self.accept(slice).is_ok() && left <= left_limit && right <= right_limit
    }

    /// Whether `slice` is free of arbitrage, also against the slice before.
    pub(crate) fn accept(&self, slice: &Slice) -> Result<(), RiskError> {
        check_slice(slice, self.tau)?;
        if let Some(before) = self.before {
            let tau = self.tau - year_fraction(before.expiry, self.expiry);
            return check_calendar((before, tau), (slice, self.tau));
        }
        if slice.least_variance() < self.floor().a {
            return Err(SliceError::VarianceOutOfDomain.into());
        }
        Ok(())
    }

    /// `slice` with its wings, then its level, raised to the floor: closes what penalties left open.
    pub(crate) fn raised(&self, slice: &Slice) -> Slice {
        let below = self.floor();
        let (left, right) = slice.wing_slopes();
        let (left_below, right_below) = below.wing_slopes();
        let slack = 1.0 + CALENDAR_SLACK;
        let left = left.max(left_below * slack).clamp(0.0, MAX_WING);
        let right = right.max(right_below * slack).clamp(0.0, MAX_WING);
        let b = f64::midpoint(left, right);
        let rho = if b > 0.0 { (0.5 * (right - left) / b).clamp(-MAX_RHO, MAX_RHO) } else { 0.0 };
        let mut raised = Slice { b, rho, ..*slice };
        let slack = CALENDAR_SLACK * raised.total_variance(0.0).abs();
        let shortfall = grid(0.0, 0.02, RAISING_HALF)
            .chain(grid(slice.m, slice.sigma, RAISING_HALF))
            .chain(grid(below.m, below.sigma, RAISING_HALF))
            .map(|k| below.total_variance(k) + slack - raised.total_variance(k))
            .fold(0.0, f64::max);
        raised.a += shortfall;
        raised
    }
}
