//! The spread: what widens it, what bounds it, and that each part is a norm.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, float, fx, money, six_decimals, spread, World};
use crate::millionths::Millionths;
use crate::regime::Regime;
use crate::skew::SkewReserve;
use crate::units::Money;

const REGIMES: [Regime; 4] = [Regime::Calm, Regime::Normal, Regime::Stressed, Regime::Crisis];
const PUSH: Feed = Feed::Push { deviation: Fx::lit("0.0005"), latency_secs: 30, heartbeat_secs: 3_600 };

/// A pulled price where the pushed one is, and whose publishers are sure of it.
const PULL: Feed = Feed::Pull(Doubt::of_confidence(Fx::DELTA));

fn factors(regime: usize, toxicity: u32, utilisation: u32) -> Factors {
    let [toxicity, utilisation] = [toxicity, utilisation].map(Millionths::from_raw);
    Factors { regime: REGIMES[regime], toxicity, utilisation }
}

fn two_sigma(secs: f64) -> f64 {
    1.2 * (secs / 31_536_000.0).sqrt()
}

#[test]
fn the_multiplier_is_the_product_of_its_factors() {
    let product =
        |regime, toxicity, utilisation| SpreadMultiplier::of(factors(regime, toxicity, utilisation)).stored().raw();
    assert_eq!(product(0, 1_000_000, 1_000_000), 1_000_000);
    assert_eq!(product(1, 1_000_000, 1_000_000), 1_250_000);
    assert_eq!(product(2, 1_500_000, 1_100_000), 3_300_000);
    assert_eq!(product(3, 3_000_000, 2_000_000), 24_000_000);
    assert_eq!(product(3, u32::MAX, u32::MAX), 24_000_000, "bounded by its factors");
    assert_eq!(product(0, 0, 0), 1_000_000, "never below one");
    assert_eq!(SpreadMultiplier::from_stored(Millionths::ZERO), SpreadMultiplier::ONE, "unset storage");
    assert_eq!(SpreadMultiplier::from_stored(Millionths::MOST), SpreadMultiplier::MOST);
}

#[test]
fn a_closing_trade_pays_the_spread_of_a_stressed_market_at_least() {
    assert_eq!(SpreadMultiplier::ONE.for_closing().number(), Ok(fx(2.0)));
    assert_eq!(SpreadMultiplier::MOST.for_closing(), SpreadMultiplier::MOST);
}

#[test]
fn the_multiplier_reaches_what_a_package_pays_and_widens_the_volatility_alone() {
    let world = World::new(1e6, &[], SkewReserve::default());
    let legs = [(0, 2, false, 5_000), (1, 1, true, -3_000)];
    let package = world.clone().enter(&legs).unwrap().package;
    let charge = |multiplier: SpreadMultiplier| {
        let world = World { state: world.state.widened(multiplier), ..world.clone() };
        world.quote(&legs).unwrap().1.charge
    };
    let (plain, wide) = (charge(SpreadMultiplier::ONE), charge(SpreadMultiplier::of(factors(2, 0, 0))));
    assert_eq!((plain.mid, plain.skew, plain.fee), (wide.mid, wide.skew, wide.fee));
    // Twice the spread of volatility is once more of it.
    let added = wide.spread.minus(plain.spread).unwrap().count();
    let of_vol = six_decimals().atoms_ceil(package.spread.of_vol).unwrap().count();
    assert!(of_vol > 0 && added.abs_diff(of_vol) <= 1, "{added} and {of_vol}");
    assert!(package.spread.rest > Money::ZERO);
}

#[test]
fn an_old_surface_widens_the_volatility_alone_and_a_fresh_one_nothing() {
    let (terms, parameters) = (spread(3_000.0), Parameters::default());
    let on = |secs| terms.on_surface_of(secs, &parameters).unwrap();
    let hours = 26 * 3_600;
    assert_eq!([on(0), on(hours)], [terms; 2]);
    // an hour past what is fresh, at 0.4 per square root of a year
    let wider = float(terms.vol_half_spread) + 0.8 * (1.0_f64 / 8_760.0).sqrt();
    assert_near(on(hours + 3_600).vol_half_spread, wider, 1e-15, "late");
    assert_eq!(SpreadTerms { vol_half_spread: terms.vol_half_spread, ..on(hours + 3_600) }, terms);
}

#[test]
fn a_used_vault_widens_from_half_of_its_capacity() {
    let factor = |used| utilisation_factor_ceil(fx(used)).unwrap().raw();
    assert_eq!([factor(0.0), factor(0.5), factor(0.75), factor(1.0)], [1_000_000, 1_000_000, 1_500_000, 2_000_000]);
    assert_eq!([factor(-1.0), factor(7.0)], [1_000_000, 2_000_000]);
}

#[test]
fn a_push_feed_has_its_threshold_and_twice_the_move_of_its_latency() {
    let band = PUSH.band_ceil(fx(0.36), 3_600).unwrap();
    assert_near(band.share, 0.000_5 + two_sigma(30.0), 1e-15, "in time");
    assert_eq!(band.admitted, Admitted::All);
    assert_eq!(PUSH.band_ceil(fx(0.36), 0).unwrap(), band, "its age says nothing while no update is overdue");
    let late = PUSH.band_ceil(fx(0.36), 3_601).unwrap();
    assert_near(late.share, two_sigma(3_601.0), 1e-15, "overdue");
    assert_eq!(late.admitted, Admitted::Closing);
}

#[test]
fn a_push_feed_that_falls_silent_never_narrows_the_spread() {
    let hasty = Feed::Push { deviation: fx(0.005), latency_secs: 30, heartbeat_secs: 60 };
    let [before, after] = [60, 61].map(|age| hasty.band_ceil(fx(0.36), age).unwrap());
    assert!(two_sigma(61.0) < 0.005 && after.share == before.share && after.admitted == Admitted::Closing);
}

#[test]
fn a_pull_feed_has_five_basis_points_or_twice_the_move_of_its_age() {
    let narrow = PULL.band_ceil(fx(0.36), 0).unwrap();
    assert_near(narrow.share, 0.000_5, 1e-18, "calm");
    assert_eq!(narrow.admitted, Admitted::All);
    assert_near(PULL.band_ceil(fx(4.0), 5).unwrap().share, 4.0 * (5.0_f64 / 31_536_000.0).sqrt(), 1e-15, "wild");
    let unsure = Feed::Pull(Doubt::of_confidence(fx(0.000_1)));
    assert_near(unsure.band_ceil(fx(0.36), 0).unwrap().share, 0.000_6, 1e-18, "its publishers are not sure");
    let too_old = BandError::PulledPriceTooOld { age_secs: 6, most_secs: 5 };
    assert_eq!(PULL.band_ceil(fx(0.36), 6), Err(too_old));
    assert_eq!(PULL.band_ceil(fx(-0.36), 5), Err(BandError::Risk(RiskError::Math)));
}

#[test]
fn a_factor_widens_further_and_stays_in_bounds() {
    let stored = |raw| SpreadMultiplier::from_stored(Millionths::from_raw(raw));
    assert_eq!(stored(1_250_000).times_ceil(Millionths::from_raw(1_500_001)), stored(1_875_002));
    assert_eq!(stored(1_250_000).times_ceil(Millionths::ZERO), stored(1_250_000));
    assert_eq!(stored(20_000_000).times_ceil(Millionths::from_raw(2_000_000)), SpreadMultiplier::MOST);
}

proptest! {
    #[test]
    fn the_multiplier_is_bounded_and_rises_with_each_factor(
        regime in 0_usize..3, (toxicity, utilisation) in (any::<u32>(), any::<u32>()), more in any::<u32>(),
    ) {
        let multiplier = SpreadMultiplier::of(factors(regime, toxicity, utilisation));
        prop_assert!(SpreadMultiplier::ONE <= multiplier && multiplier <= SpreadMultiplier::MOST);
        prop_assert!(SpreadMultiplier::of(factors(regime + 1, toxicity, utilisation)) >= multiplier);
        prop_assert!(SpreadMultiplier::of(factors(regime, toxicity.saturating_add(more), utilisation)) >= multiplier);
        prop_assert!(SpreadMultiplier::of(factors(regime, toxicity, utilisation.saturating_add(more))) >= multiplier);
        prop_assert_eq!(SpreadMultiplier::from_stored(multiplier.stored()), multiplier);
    }

    #[test]
    fn at_one_half_a_spread_is_its_sum_and_above_it_grows_by_its_volatility(
        (of_vol, rest) in (0.0_f64..1e12, 0.0_f64..1e12), stored in any::<u32>(),
    ) {
        let spread = HalfSpread { of_vol: money(of_vol), rest: money(rest) };
        let sum = spread.of_vol.plus(spread.rest).unwrap();
        prop_assert_eq!(spread.widened_ceil(SpreadMultiplier::ONE), Ok(sum));
        let multiplier = SpreadMultiplier::from_stored(Millionths::from_raw(stored));
        let wide = spread.widened_ceil(multiplier).unwrap();
        let times = float(multiplier.number().unwrap());
        assert_near(wide.fx(), of_vol * times + rest, 1e-12 * (of_vol * times + rest) + 1e-15, "times the volatility");
        prop_assert!(wide >= sum);
    }

    #[test]
    fn bands_grow_with_variance_and_age_and_stay_in_bounds(
        variance in 0.0_f64..100.0, more in 0.0_f64..100.0, (age, older) in (0_u64..1 << 40, 0_u64..1 << 40),
    ) {
        for feed in [PUSH, PULL] {
            let Ok(band) = feed.band_ceil(fx(variance), age) else { continue };
            prop_assert!(Fx::ZERO < band.share && band.share <= WIDEST_BAND);
            prop_assert!(feed.band_ceil(fx(variance + more), age).unwrap().share >= band.share);
            if let Ok(later) = feed.band_ceil(fx(variance), age + older) {
                prop_assert!(later.share >= band.share);
            }
        }
    }

    #[test]
    fn the_spread_of_buckets_is_a_norm(
        half in 0.0_f64..10.0, first in (-1e9_f64..1e9, -1e9_f64..1e9), second in (-1e9_f64..1e9, -1e9_f64..1e9),
    ) {
        let change = |(vega, wing): (f64, f64)| BucketChange { vega: fx(vega), wing_vega: fx(wing) };
        let paid = |change| bucket_spread_ceil(fx(half), change).unwrap();
        let (one, other) = (change(first), change(second));
        let sum = BucketChange { vega: one.vega + other.vega, wing_vega: one.wing_vega + other.wing_vega };
        prop_assert!(paid(sum) <= paid(one) + paid(other), "parts pay no less than the whole");
        let opposite = BucketChange { vega: -one.vega, wing_vega: -one.wing_vega };
        prop_assert_eq!(paid(opposite), paid(one));
        prop_assert_eq!(paid(BucketChange::default()), Fx::ZERO);
        let wide = BucketChange { wing_vega: Fx::ZERO, ..one };
        prop_assert!(paid(one) >= paid(wide), "a wing is never free");
    }

    #[test]
    fn no_number_makes_the_spread_wrap(
        (half, vega, wing) in (any_fx(), any_fx(), any_fx()), (variance, used) in (any_fx(), any_fx()),
        (age, latency, heartbeat) in (any::<u64>(), any::<u64>(), any::<u64>()),
    ) {
        let _ = bucket_spread_ceil(half, BucketChange { vega, wing_vega: wing });
        let factor = utilisation_factor_ceil(used).unwrap();
        prop_assert!(Millionths::ONE <= factor && factor <= MOST_UTILISATION);
        let push = Feed::Push { deviation: half, latency_secs: latency, heartbeat_secs: heartbeat };
        for feed in [push, PULL] {
            if let Ok(band) = feed.band_ceil(variance, age) {
                prop_assert!(band.share <= WIDEST_BAND);
            }
        }
        let spread = HalfSpread { of_vol: Money::from_fx(vega), rest: Money::from_fx(wing) };
        let _ = spread.widened_ceil(SpreadMultiplier::MOST);
    }
}
