//! The fitter: from the market's quotes to arbitrage-free raw-SVI slices.
//!
//! Each expiry is fitted on its own first, then, from the earliest to the latest, once more where its
//! neighbours leave no room for that: not below the slice before, and beyond its own quotes not above
//! those after. For given vertex (m, sigma) total variance is
//! linear in the three other parameters, so they follow from a small convex least-squares problem
//! ([`linear`]; the quasi-explicit method of Zeliade 2009), in which these limits, Lee's bound and |rho| < 1 are linear constraints. Nelder-Mead searches
//! the two that remain, from several starts, with a penalty for butterfly arbitrage ([`search`]).
//! What comes out is repaired, and returned only if the chain would accept it: the same function decides.

mod frame;
mod linear;
mod report;
mod search;
mod target;

#[cfg(test)]
mod tests;

use equipoise_risk::RiskError;
use jiff::Timestamp;
use thiserror::Error;

use crate::chain::{Chain, ExpiryQuotes};
use crate::surface::Surface;
use crate::svi::{meaning, Slice};
use crate::time::year_fraction;

pub use report::{ExpiryFit, FitTable};

use frame::Frame;
use target::Target;

/// A free fit that its neighbours only move by this much vol is moved and kept.
const NEGLIGIBLE_VOL: f64 = 1e-4;

/// How to fit a chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitOptions {
    /// Strikes with a usable vol that an expiry needs; a slice has five parameters.
    pub min_strikes: usize,
    /// Leave out expiries that have fewer, instead of failing.
    pub skip_thin: bool,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { min_strikes: 5, skip_thin: true }
    }
}

/// A fitted surface and what the fit left over.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The surface.
    pub surface: Surface,
    /// One report per slice, in the same order.
    pub reports: Vec<ExpiryFit>,
    /// Expiries left out for having too few usable strikes.
    pub skipped: Vec<Timestamp>,
}

/// Why a chain could not be fitted.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FitError {
    /// An expiry has too few strikes with a usable vol.
    #[error(
        "{source_name}: expiry {expiry} has {found} strikes with a usable vol, {needed} are \
         needed; drop the expiry or fill its quotes"
    )]
    TooFewStrikes {
        /// Source of the chain.
        source_name: String,
        /// The expiry.
        expiry: Timestamp,
        /// Usable strikes.
        found: usize,
        /// Strikes needed.
        needed: usize,
    },
    /// No expiry has enough strikes.
    #[error(
        "{source_name}: no expiry has the {needed} strikes with a usable vol that a fit needs; use \
         a fuller chain"
    )]
    NoExpiry {
        /// Source of the chain.
        source_name: String,
        /// Strikes needed.
        needed: usize,
    },
    /// No arbitrage-free slice was found near the quotes.
    #[error(
        "{source_name}: the quotes of expiry {expiry} admit no arbitrage-free slice ({meaning}); \
         check their vols and forward, or drop the expiry",
        meaning = meaning(*refusal)
    )]
    NotArbitrageFree {
        /// Source of the chain.
        source_name: String,
        /// The expiry.
        expiry: Timestamp,
        /// What the chain would refuse the best candidate for.
        refusal: RiskError,
    },
}

/// Fits every expiry of `chain`. Deterministic: the same chain gives the same bits on every machine.
/// # Returns: slices that pass [`check_slice`](crate::check_slice) and, in order,
///   [`check_calendar`](crate::check_calendar); with errors per expiry in vol points
/// # Errors: [`FitError`]
pub fn fit_chain(chain: &Chain, options: &FitOptions) -> Result<Fit, FitError> {
    let needed = options.min_strikes.max(5);
    let mut free = Vec::with_capacity(chain.expiries.len());
    let mut skipped = Vec::new();
    for quotes in &chain.expiries {
        match FreeFit::of(chain, quotes, needed) {
            Ok(fit) => free.push(fit),
            Err(FitError::TooFewStrikes { expiry, .. }) if options.skip_thin => {
                skipped.push(expiry);
            }
            Err(error) => return Err(error),
        }
    }
    if free.is_empty() {
        return Err(FitError::NoExpiry { source_name: chain.source.clone(), needed });
    }
    let shapes: Vec<Slice> = free.iter().map(|fit| fit.slice).collect();
    let mut slices: Vec<Slice> = Vec::with_capacity(free.len());
    let mut reports = Vec::with_capacity(free.len());
    for (index, fit) in free.iter().enumerate() {
        let after = shapes.get(index + 1..).unwrap_or(&[]);
        let slice = fit.bound(chain, slices.last(), after)?;
        reports.push(report::judge(&slice, fit.tau, &fit.targets));
        slices.push(slice);
    }
    let surface = Surface { observed_at: chain.observed_at, spot: chain.spot, slices };
    Ok(Fit { surface, reports, skipped })
}

/// The fit of one expiry on its own, blind to its neighbours.
struct FreeFit {
    targets: Vec<Target>,
    tau: f64,
    slice: Slice,
}

impl FreeFit {
    fn of(chain: &Chain, quotes: &ExpiryQuotes, needed: usize) -> Result<Self, FitError> {
        let (expiry, forward) = (quotes.expiry, quotes.forward);
        let tau = year_fraction(chain.observed_at, expiry);
        let mut targets = target::targets(quotes, tau);
        if targets.len() < needed {
            let (source_name, found) = (chain.source.clone(), targets.len());
            return Err(FitError::TooFewStrikes { source_name, expiry, found, needed });
        }
        let frame = Frame { expiry, forward, tau, before: None, after: &[] };
        let refuse = |refusal| not_free(chain, expiry, refusal);
        let mut slice = search::fit_slice(&targets, &frame).map_err(refuse)?;
        if target::mark_outliers(&mut targets, &slice, tau, needed) {
            slice = search::fit_slice(&targets, &frame).map_err(refuse)?;
        }
        Ok(Self { targets, tau, slice })
    }

    /// The slice itself where its neighbours leave room for it, else the best that they do.
    fn bound(&self, chain: &Chain, before: Option<&Slice>, after: &[Slice]) -> Result<Slice, FitError> {
        let Slice { expiry, forward, .. } = self.slice;
        let frame = Frame { expiry, forward, tau: self.tau, before, after };
        for slice in [self.slice, frame.raised(&self.slice)] {
            if self.moved_by(&slice) <= NEGLIGIBLE_VOL && frame.admits(&slice) {
                return Ok(slice);
            }
        }
        search::fit_slice(&self.targets, &frame).map_err(|refusal| not_free(chain, expiry, refusal))
    }

    /// Largest change of vol at any strike if `slice` took the place of the free one.
    fn moved_by(&self, slice: &Slice) -> f64 {
        let change = |k: f64| (slice.vol(k, self.tau) - self.slice.vol(k, self.tau)).abs();
        self.targets.iter().map(|target| change(target.k)).fold(0.0, f64::max)
    }
}

fn not_free(chain: &Chain, expiry: Timestamp, refusal: RiskError) -> FitError {
    let source_name = chain.source.clone();
    FitError::NotArbitrageFree { source_name, expiry, refusal }
}
