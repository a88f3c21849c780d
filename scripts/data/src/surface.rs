//! A surface as a whole: its check, and where it goes as time passes or when it is taken elsewhere.

use equipoise_risk::RiskError;
use jiff::{SignedDuration, Timestamp};

use crate::svi::{check_calendar, check_slice, Slice};
use crate::time::year_fraction;

const DAY_NANOS: i128 = 86_400_000_000_000;
/// Bisections of the level where the one asked for would be arbitrable.
const LEVEL_STEPS: usize = 40;

/// Slices of one currency at one moment, together free of butterfly and calendar arbitrage.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// Moment of the quotes; vols are over the time from here to each expiry.
    pub observed_at: Timestamp,
    /// Spot index, USD per coin.
    pub spot: f64,
    /// Slices, earliest expiry first.
    pub slices: Vec<Slice>,
}

impl Surface {
    /// Checks every slice, and every pair of neighbours, as the chain does.
    /// # Errors: the first expiry at fault, and what the chain would refuse it for
    pub fn check(&self) -> Result<(), (Timestamp, RiskError)> {
        let mut before: Option<(&Slice, f64)> = None;
        for slice in &self.slices {
            let fault = |refusal| (slice.expiry, refusal);
            let tau = year_fraction(self.observed_at, slice.expiry);
            check_slice(slice, tau).map_err(fault)?;
            if let Some(before) = before {
                check_calendar(before, (slice, tau)).map_err(fault)?;
            }
            before = Some((slice, tau));
        }
        Ok(())
    }

    /// The surface later on: each expiry keeps its vol per log-moneyness, times `level`.
    ///
    /// Expiries passed are dropped, and forwards keep their yearly carry over spot. Time alone, and any
    /// level up to 1, keep a surface free of arbitrage: total variance of every slice is multiplied by
    /// level²·(time left / time it was fitted for), at most 1, and more for a later expiry than for an
    /// earlier; and g is a concave function of that factor which is not negative at 0 and at 1.
    /// # Inputs: `now` not before the surface's moment; `spot` in USD per coin; `level` > 0
    /// # Returns: a surface that passes [`Surface::check`], its level lowered as far as that takes
    #[must_use]
    pub fn moved_to(&self, now: Timestamp, spot: f64, level: f64) -> Self {
        let moved = self.scaled(now, spot, level);
        if level <= 1.0 || moved.check().is_ok() {
            return moved;
        }
        let (mut low, mut high) = (1.0, level);
        for _ in 0..LEVEL_STEPS {
            let middle = f64::midpoint(low, high);
            if self.scaled(now, spot, middle).check().is_ok() {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.scaled(now, spot, low)
    }

    /// The surface in another period: its expiries shifted by whole days, so that each is as far from
    /// `observed_at` as it was, up to a day less; then as [`Surface::moved_to`].
    ///
    /// For price histories with no chain beside them. The smile is then that of another time: say so
    /// wherever results are shown.
    #[must_use]
    pub fn rebased_to(&self, observed_at: Timestamp, spot: f64, level: f64) -> Self {
        let gap = observed_at.as_nanosecond() - self.observed_at.as_nanosecond();
        let days = i64::try_from(gap.div_euclid(DAY_NANOS)).unwrap_or(0);
        let shift = SignedDuration::from_secs(days * 86_400);
        let later = |time: Timestamp| time.checked_add(shift).unwrap_or(time);
        let slices = self.slices.iter().map(|slice| Slice { expiry: later(slice.expiry), ..*slice });
        let shifted = Self { observed_at: later(self.observed_at), spot: self.spot, slices: slices.collect() };
        shifted.moved_to(observed_at, spot, level)
    }

    fn scaled(&self, now: Timestamp, spot: f64, level: f64) -> Self {
        let slices = self.slices.iter().filter(|slice| slice.expiry > now).map(|slice| {
            let share = year_fraction(now, slice.expiry) / year_fraction(self.observed_at, slice.expiry);
            let factor = level * level * share;
            let carry = libm::log(slice.forward / self.spot);
            let forward = spot * libm::exp(carry * share);
            Slice { forward, a: slice.a * factor, b: slice.b * factor, ..*slice }
        });
        Self { observed_at: now, spot, slices: slices.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fit_chain, generate_chain, ChainRecipe, FitOptions};

    fn surface() -> Surface {
        let chain = generate_chain(&ChainRecipe::default());
        fit_chain(&chain, &FitOptions::default()).unwrap().surface
    }

    fn hours(surface: &Surface, count: i64) -> Timestamp {
        surface.observed_at + SignedDuration::from_hours(count)
    }

    #[test]
    fn nothing_moves_when_nothing_happens() {
        let surface = surface();
        assert_eq!(surface.check(), Ok(()));
        let same = surface.moved_to(surface.observed_at, surface.spot, 1.0);
        for (old, new) in surface.slices.iter().zip(&same.slices) {
            assert!((new.forward / old.forward - 1.0).abs() < 1e-14);
            assert_eq!((new.a, new.b, new.expiry), (old.a, old.b, old.expiry));
        }
    }

    #[test]
    fn time_and_level_never_bring_arbitrage() {
        let surface = surface();
        for count in [1, 24, 47, 48, 100, 1000, 5000, 7000] {
            for level in [0.1, 0.5, 1.0, 1.5, 4.0] {
                let moved = surface.moved_to(hours(&surface, count), 2500.0, level);
                assert_eq!(moved.check(), Ok(()), "{count} h, level {level}");
                assert!(moved.slices.iter().all(|slice| slice.expiry > moved.observed_at));
            }
        }
        assert!(surface.moved_to(hours(&surface, 7000), 2500.0, 1.0).slices.is_empty());
    }

    #[test]
    fn vol_per_moneyness_stays_and_follows_the_level() {
        let surface = surface();
        let now = hours(&surface, 30);
        let moved = surface.moved_to(now, 2000.0, 0.8);
        for (old, new) in surface.slices.iter().zip(&moved.slices) {
            for k in [-0.1, 0.0, 0.1] {
                let before = old.vol(k, year_fraction(surface.observed_at, old.expiry));
                let after = new.vol(k, year_fraction(now, new.expiry));
                assert!((after - 0.8 * before).abs() < 1e-12);
            }
            assert!(new.forward > 2000.0 && new.forward < 2000.0 * old.forward / surface.spot);
        }
    }

    #[test]
    fn level_is_lowered_until_no_arbitrage_is_left() {
        let steep = Slice {
            expiry: Timestamp::from_second(1_800_000_000).unwrap(),
            forward: 3000.0,
            a: 0.05,
            b: 0.6,
            rho: -0.6,
            m: 0.0,
            sigma: 0.4,
        };
        let observed_at = Timestamp::from_second(1_790_000_000).unwrap();
        let surface = Surface { observed_at, spot: 3000.0, slices: vec![steep] };
        assert_eq!(surface.check(), Ok(()));
        assert!(surface.scaled(observed_at, 3000.0, 1.5).check().is_err());
        let moved = surface.moved_to(observed_at, 3000.0, 1.5);
        assert_eq!(moved.check(), Ok(()));
        assert!(moved.slices[0].b > steep.b && moved.slices[0].b < 2.25 * steep.b);
    }

    #[test]
    fn rebasing_keeps_the_distances_to_expiry_up_to_a_day() {
        let surface = surface();
        for text in ["2022-05-09T03:30:00Z", "2026-01-05T08:00:00Z", "2031-01-01T00:00:00Z"] {
            let then: Timestamp = text.parse().unwrap();
            let moved = surface.rebased_to(then, 2400.0, 1.2);
            assert_eq!(moved.check(), Ok(()), "{text}");
            assert_eq!((moved.observed_at, moved.slices.len()), (then, surface.slices.len()));
            for (old, new) in surface.slices.iter().zip(&moved.slices) {
                let before = 365.0 * year_fraction(surface.observed_at, old.expiry);
                let after = 365.0 * year_fraction(then, new.expiry);
                assert!(after <= before + 1e-9 && after > before - 1.0, "{before} {after}");
                assert_eq!(new.expiry.as_second() % 86_400, old.expiry.as_second() % 86_400);
            }
        }
    }
}
