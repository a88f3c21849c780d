//! How well a slice fits.

use std::fmt;

use jiff::Timestamp;

use super::target::Target;
use super::Fit;
use crate::chain::median;
use crate::svi::Slice;

/// Call deltas between which errors are judged.
const DELTA_RANGE: std::ops::RangeInclusive<f64> = 0.1..=0.9;

/// What the fit of one expiry left over. Errors are those of the vols aimed at (the mark's, inside the
/// market's bid and ask) of the out-of-the-money options with 0.1 ≤ |delta| ≤ 0.9.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpiryFit {
    /// The expiry.
    pub expiry: Timestamp,
    /// Years to it (ACT/365).
    pub tau: f64,
    /// Strikes with a usable vol.
    pub strikes: usize,
    /// Strikes set aside as outliers; they are in no other figure.
    pub outliers: usize,
    /// Vol at the money, vol points.
    pub at_the_money_points: f64,
    /// Strikes judged.
    pub judged: usize,
    /// Root mean square error, vol points.
    pub rms_points: f64,
    /// Median size of an error, vol points.
    pub median_points: f64,
    /// Largest error, vol points.
    pub max_points: f64,
    /// Judged strikes with both a bid and an ask.
    pub two_sided: usize,
    /// Those of them whose fitted vol lies between bid and ask.
    pub inside: usize,
}

/// The reports of a fit as a table for people.
#[derive(Debug, Clone, Copy)]
pub struct FitTable<'fit>(pub &'fit Fit);

pub(crate) fn judge(slice: &Slice, tau: f64, targets: &[Target]) -> ExpiryFit {
    let kept: Vec<&Target> = targets.iter().filter(|target| target.weight > 0.0).collect();
    let judged: Vec<&Target> = kept.iter().copied().filter(|target| DELTA_RANGE.contains(&target.delta)).collect();
    let errors: Vec<f64> = judged.iter().map(|target| 100.0 * (slice.vol(target.k, tau) - target.vol)).collect();
    let squares: f64 = errors.iter().map(|error| error * error).sum();
    let inside = |(target, (bid, ask)): (&Target, (f64, f64))| (bid..=ask).contains(&slice.vol(target.k, tau));
    let two_sided: Vec<_> = judged.iter().filter_map(|&target| Some((target, target.market?))).collect();
    ExpiryFit {
        expiry: slice.expiry,
        tau,
        strikes: targets.len(),
        outliers: targets.len() - kept.len(),
        at_the_money_points: 100.0 * slice.vol(0.0, tau),
        judged: judged.len(),
        rms_points: (squares / errors.len().max(1) as f64).sqrt(),
        median_points: median(errors.iter().map(|error| error.abs()).collect()).unwrap_or(0.0),
        max_points: errors.iter().fold(0.0, |worst, error| error.abs().max(worst)),
        two_sided: two_sided.len(),
        inside: two_sided.into_iter().filter(|&pair| inside(pair)).count(),
    }
}

impl ExpiryFit {
    /// Share of the two-sided strikes whose fitted vol lies between bid and ask; 1 if there are none.
    pub fn share_inside(&self) -> f64 {
        if self.two_sided == 0 {
            return 1.0;
        }
        self.inside as f64 / self.two_sided as f64
    }
}

impl fmt::Display for FitTable<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{:<17} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>9}",
            "expiry (UTC)", "days", "strikes", "outliers", "atm vol", "rms pts", "median", "max pts", "inside"
        )?;
        for report in &self.0.reports {
            writeln!(
                out,
                "{:<17} {:>7.2} {:>7} {:>8} {:>7.2}% {:>8.3} {:>8.3} {:>8.3} {:>7.1} %",
                report.expiry.strftime("%Y-%m-%d %H:%M").to_string(),
                report.tau * 365.0,
                report.strikes,
                report.outliers,
                report.at_the_money_points,
                report.rms_points,
                report.median_points,
                report.max_points,
                100.0 * report.share_inside(),
            )?;
        }
        for expiry in &self.0.skipped {
            writeln!(out, "{expiry} left out: too few strikes with a usable vol")?;
        }
        Ok(())
    }
}
