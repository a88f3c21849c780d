//! Steps are measured at strikes, as a share of a limit that time scales, and leak out of their bucket.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{assert_near, float, fx, price_of, slice, DAY, STRIKES};

const MONTH: u64 = 30 * DAY;
const LIMITS: StepLimits = StepLimits { vol: Fx::lit("0.05"), basis: Fx::lit("0.01") };

fn strikes() -> impl Iterator<Item = Price> {
    STRIKES.into_iter().map(price_of)
}

fn posted(forward: f64) -> Posted {
    Posted { forward: price_of(forward), basis: Fx::ONE, slice: slice() }
}

/// The same volatility of every strike, as flat as slices are.
fn flat(vol: f64) -> Posted {
    let level = Slice { a: fx(vol * vol), b: Fx::ZERO, rho: Fx::ZERO, m: Fx::ZERO, sigma: Fx::ONE };
    Posted { slice: level, ..posted(3_000.0) }
}

fn share(last: &Posted, next: &Posted, left_secs: u64) -> Result<u32, StepError> {
    LIMITS.share_ceil(last, next, strikes(), left_secs).map(Millionths::raw)
}

fn ratio(millionths: u32) -> Millionths {
    Millionths::from_raw(millionths)
}

#[test]
fn the_same_surface_is_no_step() {
    assert_eq!(share(&posted(3_000.0), &posted(3_000.0), MONTH), Ok(0));
}

#[test]
fn the_limit_is_for_30_days_and_scales_to_3() {
    let up = |points: f64| flat(0.6 + points / 100.0);
    assert_near(fx(f64::from(share(&flat(0.6), &up(2.5), MONTH).unwrap())), 500_000.0, 2.0, "half");
    assert_near(fx(f64::from(share(&up(2.5), &flat(0.6), MONTH).unwrap())), 500_000.0, 2.0, "half, down");
    assert_near(
        fx(f64::from(share(&flat(0.6), &up(2.499_999), 120 * DAY).unwrap())),
        1_000_000.0,
        2.0,
        "twice that later",
    );
    assert_near(fx(f64::from(share(&flat(0.6), &up(7.5), MONTH / 9).unwrap())), 500_000.0, 2.0, "a third of it before");
    assert_near(LIMITS.vol_at_floor(3 * DAY).unwrap(), 0.05 * 10f64.sqrt(), 1e-12, "3 days");
    assert_eq!(LIMITS.vol_at_floor(1), LIMITS.vol_at_floor(3 * DAY));
}

#[test]
fn a_step_past_the_limit_is_refused_with_its_strike() {
    let mut tilted = posted(3_000.0);
    (tilted.slice.b, tilted.slice.rho) = (fx(0.5), fx(-0.9));
    let Err(StepError::Vol { strike, moved, most }) = share(&posted(3_000.0), &tilted, MONTH) else { panic!() };
    assert_eq!(strike, price_of(STRIKES[0]), "the skew is steeper, so the lowest strike moves most");
    let vol = |of: &Posted| float(of.slice.variance(strike, of.forward).unwrap()).sqrt();
    assert_near(moved, vol(&tilted) - vol(&posted(3_000.0)), 1e-12, "moved");
    assert_near(most, 0.05, 1e-12, "most");
}

#[test]
fn a_smile_that_follows_spot_steps_by_its_skew_only() {
    // The same curve in moneyness, 10 % lower: at the money nothing would seem to move.
    let lower = posted(2_700.0);
    let (_, moved) = farthest(&posted(3_000.0), &lower, strikes()).unwrap();
    let by_hand = |strike: f64| {
        let vol = |forward: f64| float(slice().variance(price_of(strike), price_of(forward)).unwrap()).sqrt();
        (vol(2_700.0) - vol(3_000.0)).abs()
    };
    let expected = STRIKES.into_iter().map(by_hand).fold(0.0, f64::max);
    assert_near(moved, expected, 1e-12, "moved");
    assert!(expected > 0.005);
    // A slice whose bend is moved along keeps every strike's volatility.
    let mut still = lower;
    still.slice.m = fx((3_000.0_f64 / 2_700.0).ln());
    assert!(farthest(&posted(3_000.0), &still, strikes()).unwrap().1 < fx(1e-12));
}

#[test]
fn the_basis_has_a_limit_of_its_own() {
    let with = |basis: f64| Posted { basis: fx(basis), ..posted(3_000.0) };
    assert_near(fx(f64::from(share(&with(1.0), &with(1.005), MONTH).unwrap())), 500_000.0, 2.0, "half");
    assert_near(fx(f64::from(share(&with(1.0), &with(0.9975), MONTH).unwrap())), 250_000.0, 2.0, "a quarter, down");
    let Err(StepError::Basis { moved, most }) = share(&with(2.0), &with(2.03), MONTH) else { panic!() };
    assert_near(moved, 0.015, 1e-12, "moved, of itself");
    assert_eq!(most, LIMITS.basis);
}

#[test]
fn a_step_of_exactly_its_limit_is_the_whole_of_it() {
    let (last, next) = (flat(0.6), flat(0.62));
    let (strike, moved) = farthest(&last, &next, strikes()).unwrap();
    assert_eq!(strike, price_of(STRIKES[0]), "the first of those that move as far");
    let limits = StepLimits { vol: moved, ..LIMITS };
    assert_eq!(limits.vol_at_floor(MONTH), Ok(moved));
    assert_eq!(limits.share_ceil(&last, &next, strikes(), MONTH), Ok(Millionths::ONE));

    let limits = StepLimits { basis: fx(1.0 / 128.0), ..LIMITS };
    let moved = Posted { basis: fx(1.0 + 1.0 / 128.0), ..last };
    assert_eq!(limits.share_ceil(&last, &moved, strikes(), MONTH), Ok(Millionths::ONE));
}

#[test]
fn a_share_of_the_limits_is_one_of_each() {
    let half = LIMITS.times_floor(ratio(500_000)).unwrap();
    assert_near(half.vol, 0.025, 1e-15, "vol");
    assert_near(half.basis, 0.005, 1e-15, "basis");
}

#[test]
fn a_bucket_takes_an_hours_steps_at_once_and_gives_them_back_evenly() {
    let (one, six) = (Millionths::ONE, ratio(6_000_000));
    let mut bucket = StepBucket::default();
    for _ in 0..6 {
        bucket = bucket.taking(one, six, 1_000).unwrap();
    }
    let refused = bucket.taking(one, six, 1_000).unwrap_err();
    assert_eq!(refused, TooFast { used: 7_000_000, most: 6_000_000, retry_at: 1_600 });
    assert!(bucket.taking(one, six, 1_599).is_err());
    assert!(bucket.taking(one, six, 1_600).is_ok());
    assert_eq!(bucket.taking(Millionths::ZERO, six, 1_000), Ok(bucket), "what does not move waits for nothing");
    assert_eq!(bucket.used_at_ceil(six, 2_800), ratio(3_000_000));
    assert_eq!(bucket.used_at_ceil(six, 4_600), Millionths::ZERO);
    assert_eq!(bucket.used_at_ceil(six, u64::MAX), Millionths::ZERO);
}

#[test]
fn a_bucket_fuller_than_its_new_size_takes_nothing_until_it_has_leaked() {
    let full = StepBucket { used: ratio(6_000_000), at: 0 };
    let refused = full.taking(ratio(500_000), ratio(1_000_000), 0).unwrap_err();
    assert_eq!(refused.retry_at, 19_800);
    assert!(full.taking(ratio(500_000), ratio(1_000_000), 19_800).is_ok());
}

proptest! {
    #[test]
    fn no_hour_sees_more_than_twice_its_steps(
        steps in prop::collection::vec((0_u32..=1_000_000, 0_u64..900), 1..200), per_hour in 1_000_000_u32..20_000_000,
    ) {
        let (mut bucket, mut now, mut taken) = (StepBucket::default(), 0, Vec::new());
        for (step, wait) in steps {
            now += wait;
            if let Ok(next) = bucket.taking(ratio(step), ratio(per_hour), now) {
                prop_assert!(next.used <= ratio(per_hour));
                bucket = next;
                taken.push((now, u64::from(step)));
            }
        }
        for (start, _) in &taken {
            let within = taken.iter().filter(|(at, _)| (*start..=start + 3_600).contains(at));
            let sum: u64 = within.map(|(_, step)| step).sum();
            // The rounding of each leak adds less than a millionth.
            prop_assert!(sum <= 2 * u64::from(per_hour) + 200);
        }
    }

    #[test]
    fn a_step_may_be_taken_when_it_is_told_to(used in 0_u32..20_000_000, step in 0_u32..=1_000_000, per_hour in 1_000_000_u32..20_000_000) {
        let bucket = StepBucket { used: ratio(used), at: 500 };
        if let Err(refused) = bucket.taking(ratio(step), ratio(per_hour), 500) {
            prop_assert!(bucket.taking(ratio(step), ratio(per_hour), refused.retry_at).is_ok());
            prop_assert!(bucket.taking(ratio(step), ratio(per_hour), refused.retry_at - 1).is_err());
        }
    }

    #[test]
    fn a_step_that_passes_is_within_its_share(vol in 0.2..1.5, points in -20.0..20.0_f64, left in 1..400 * DAY) {
        let (last, next) = (flat(vol), flat(vol + points / 100.0));
        let most = float(LIMITS.vol_at_floor(left).unwrap());
        let expected = points.abs() / 100.0 / most;
        match share(&last, &next, left) {
            Ok(share) => prop_assert!((f64::from(share) / 1e6 - expected).abs() < 2e-6 && expected < 1.000_001),
            Err(_) => prop_assert!(expected > 0.999_999),
        }
    }
}
