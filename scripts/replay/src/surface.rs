//! The volatility surface of a history: from chains where they are at hand, else from realised volatility.
//!
//! Level. Two exponential averages of squared returns, of 2 and of 30 days, as the ends of a variance that reverts in 12
//! days, times 1.1 for the premium of implied over realised variance:
//!
//! ```text
//! theta(T) = 1.1 [ slow T + (fast - slow) (1 - exp(-k T)) / k ],   k = 1 / 12 d
//! ```
//!
//! Only returns of the past enter. Shape. SSVI with phi = eta / sqrt(theta) (Gatheral and Jacquier 2014), whose slices are
//! free of butterfly arbitrage where eta^2 (1 + |rho|) <= 4 and eta sqrt(theta) (1 + |rho|) < 4 (their theorem
//! 4.2), and of calendar arbitrage since theta rises (theorem 4.1). Eta and rho are fitted to chains.

use equipoise_data::{Fit, Surface, Timestamp};
use equipoise_math::Fx;
use equipoise_risk::surface::Slice;

const DAY_YEARS: f64 = 1.0 / 365.0;
const YEAR_SECS: f64 = 31_536_000.0;
/// Averages over so many years.
const FAST: f64 = 2.0 * DAY_YEARS;
const SLOW: f64 = 30.0 * DAY_YEARS;
const REVERSION: f64 = 1.0 / (12.0 * DAY_YEARS);
const PREMIUM: f64 = 1.1;
/// Volatility before there are returns, and the lowest and highest that are implied.
const FIRST_VOL: f64 = 0.75;
const LOWEST_VOL: f64 = 0.25;
const HIGHEST_VOL: f64 = 3.0;
/// A chain older than this is not used.
const OLDEST_CHAIN_SECS: u64 = 36 * 3_600;
/// The market's own volatility is that of this time.
const REFERENCE_YEARS: f64 = 30.0 * DAY_YEARS;

/// The shape of a smile in units of its own deviation, the same for every expiry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smile {
    /// Curvature.
    pub eta: f64,
    /// Tilt.
    pub rho: f64,
}

impl Default for Smile {
    /// Fitted by [`Smile::fit`] to the generated default chain, whose smiles are rounded from ETH chains of 2026.
    fn default() -> Self {
        Self { eta: 0.75, rho: -0.176 }
    }
}

/// Where a smile is fitted, in deviations from the money, and to which expiries.
const FIT_PLACES: [f64; 9] = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0];
const FIT_YEARS: [f64; 2] = [3.0 * DAY_YEARS, 120.0 * DAY_YEARS];
const FIT_ETA: (f64, f64) = (0.1, 1.35);
const FIT_RHO: (f64, f64) = (-0.8, 0.5);
const FIT_STEPS: u32 = 50;

impl Smile {
    /// The slice of an expiry, annualised.
    /// # Inputs: its total variance at the money and its time, above zero
    pub fn slice(&self, theta: f64, years: f64) -> Slice {
        let phi = self.eta / theta.sqrt();
        let narrow = 1.0 - self.rho * self.rho;
        Slice {
            a: Fx::from_num(theta / 2.0 * narrow / years),
            b: Fx::from_num(theta * phi / 2.0 / years),
            rho: Fx::from_num(self.rho),
            m: Fx::from_num(-self.rho / phi),
            sigma: Fx::from_num(narrow.sqrt() / phi),
        }
    }

    /// Total variance over that at the money, `z` deviations from it.
    fn relative(&self, z: f64) -> f64 {
        let place = self.eta * z + self.rho;
        0.5 * (1.0 + self.rho * self.eta * z + (place * place + 1.0 - self.rho * self.rho).sqrt())
    }

    /// The shape nearest to fitted surfaces, by squares of the error in variance over that at the money.
    pub fn fit<'a>(surfaces: impl Iterator<Item = &'a Surface>) -> Option<Self> {
        let mut targets: Vec<(f64, f64)> = Vec::new();
        for surface in surfaces {
            for slice in &surface.slices {
                let years = equipoise_data::year_fraction(surface.observed_at, slice.expiry);
                let theta = slice.total_variance(0.0);
                if !(FIT_YEARS[0]..=FIT_YEARS[1]).contains(&years) {
                    continue;
                }
                targets.extend(FIT_PLACES.map(|z| (z, slice.total_variance(z * theta.sqrt()) / theta)));
            }
        }
        let place = |(low, high): (f64, f64), step: u32| low + (high - low) * f64::from(step) / f64::from(FIT_STEPS);
        let error = |smile: &Self| -> f64 {
            let errors = targets.iter().map(|(z, wanted)| smile.relative(*z) - wanted);
            errors.map(|error| error * error).sum()
        };
        let all = (0..=FIT_STEPS).flat_map(|eta| (0..=FIT_STEPS).map(move |rho| (eta, rho)));
        let shapes = all.map(|(eta, rho)| Self { eta: place(FIT_ETA, eta), rho: place(FIT_RHO, rho) });
        let scored = shapes.map(|smile| (error(&smile), smile));
        let best = scored.min_by(|(first, _), (second, _)| first.total_cmp(second));
        best.filter(|_| !targets.is_empty()).map(|(_, smile)| smile)
    }
}

/// Realised variance, fast and slow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Realised {
    fast: f64,
    slow: f64,
}

impl Default for Realised {
    fn default() -> Self {
        Self { fast: FIRST_VOL * FIRST_VOL, slow: FIRST_VOL * FIRST_VOL }
    }
}

impl Realised {
    /// After a move from one price to another over so many seconds, above zero.
    pub fn moved(&mut self, from: f64, to: f64, secs: u64) {
        let years = secs as f64 / YEAR_SECS;
        let change = libm::log(to / from);
        let variance = change * change / years;
        for (average, length) in [(&mut self.fast, FAST), (&mut self.slow, SLOW)] {
            *average += (1.0 - libm::exp(-years / length)) * (variance - *average);
        }
    }

    /// Theta: implied total variance at the money. It rises with time.
    pub fn total_variance(&self, years: f64) -> f64 {
        let bounded = |variance: f64| (PREMIUM * variance).clamp(LOWEST_VOL * LOWEST_VOL, HIGHEST_VOL * HIGHEST_VOL);
        let (fast, slow) = (bounded(self.fast), bounded(self.slow));
        slow * years + (fast - slow) * (1.0 - libm::exp(-REVERSION * years)) / REVERSION
    }
}

/// Where the surface comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The shape where no chain tells it.
    pub smile: Smile,
    /// Fitted chains by rising time; none: realised volatility.
    pub chains: Vec<Fit>,
}

/// The surface of one moment.
#[derive(Clone, Debug)]
pub struct Posted {
    smile: Smile,
    realised: Realised,
    chain: Option<Surface>,
    now: u64,
}

impl Source {
    /// The surface that keepers post now.
    pub fn at(&self, now: u64, spot: f64, realised: Realised) -> Posted {
        let seconds = |fit: &Fit| u64::try_from(fit.surface.observed_at.as_second()).unwrap_or_default();
        let before = self.chains.partition_point(|fit| seconds(fit) <= now);
        let latest = before.checked_sub(1).and_then(|place| self.chains.get(place));
        let recent = latest.filter(|fit| now - seconds(fit) <= OLDEST_CHAIN_SECS);
        let then = i64::try_from(now).ok().and_then(|now| Timestamp::from_second(now).ok());
        let chain = recent.zip(then).map(|(fit, then)| fit.surface.moved_to(then, spot, 1.0));
        let chain = chain.filter(|surface| !surface.slices.is_empty());
        Posted { smile: self.smile, realised, chain, now }
    }
}

impl Posted {
    /// Total variance at the money.
    pub fn theta(&self, years: f64) -> f64 {
        let Some(chain) = &self.chain else { return self.realised.total_variance(years) };
        let mut before = (0.0, 0.0);
        for slice in &chain.slices {
            let next = (equipoise_data::year_fraction(chain.observed_at, slice.expiry), slice.total_variance(0.0));
            if next.0 >= years {
                let share = (years - before.0) / (next.0 - before.0);
                return before.1 + share * (next.1 - before.1);
            }
            before = next;
        }
        before.1 * years / before.0
    }

    /// Volatility at the money.
    pub fn vol(&self, years: f64) -> f64 {
        (self.theta(years) / years).sqrt()
    }

    /// The market's annualised variance: that of thirty days.
    pub fn reference_variance(&self) -> f64 {
        self.theta(REFERENCE_YEARS) / REFERENCE_YEARS
    }

    /// The slice of an expiry: the chain's own where it has one.
    pub fn slice(&self, expiry: u64) -> Slice {
        let years = expiry.saturating_sub(self.now).max(1) as f64 / YEAR_SECS;
        let own = self.chain.as_ref().and_then(|chain| {
            let same = |at: Timestamp| u64::try_from(at.as_second()).is_ok_and(|at| at == expiry);
            chain.slices.iter().find(|slice| same(slice.expiry))
        });
        let stored = own.and_then(|slice| slice.stored(years).ok());
        stored.unwrap_or_else(|| self.smile.slice(self.theta(years), years))
    }
}

#[cfg(test)]
mod tests;
