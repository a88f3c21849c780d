//! What is posted on the way is free of arbitrage, within a step, and gets there.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{float, fx, price_of, slice, DAY, STRIKES};

const LIMITS: StepLimits = StepLimits { vol: Fx::lit("0.05"), basis: Fx::lit("0.005") };

fn strikes() -> [Price; 4] {
    STRIKES.map(price_of)
}

fn posted(spot: f64, basis: f64, slice: Slice) -> Posted {
    Posted { forward: price_of(spot * basis), basis: fx(basis), slice }
}

/// The usual smile with its variances multiplied.
fn times(factor: f64) -> Slice {
    let usual = slice();
    Slice { a: fx(0.3 * factor), b: fx(0.2 * factor), ..usual }
}

fn ways<'a>(last: &[Option<Posted>], wanted: &[Posted], days: &[u64], strikes: &'a [Price]) -> Vec<Way<'a>> {
    let each = last.iter().zip(wanted).zip(days);
    each.map(|((last, wanted), days)| Way { last: *last, wanted: *wanted, strikes, left_secs: days * DAY }).collect()
}

fn assert_takes(ways: &[Way<'_>], posted: &[Posted]) {
    let mut earlier: Option<(Slice, Years)> = None;
    for (way, posted) in ways.iter().zip(posted) {
        let years = Years::from_secs(way.left_secs).unwrap();
        posted.slice.check(years).unwrap();
        if let Some((before, before_years)) = earlier {
            posted.slice.check_after(years, &before, before_years).unwrap();
        }
        if let Some(last) = way.last {
            LIMITS.share_ceil(&last, posted, way.strikes.iter().copied(), way.left_secs).unwrap();
        }
        earlier = Some((posted.slice, years));
    }
}

#[test]
fn a_basis_beyond_a_step_is_followed_by_a_step_either_way() {
    let limit = Fx::lit("0.005");
    let follows = |wanted: f64| nearest_basis(fx(1.0), fx(wanted), limit).unwrap();
    assert_eq!([follows(1.004), follows(0.996)], [fx(1.004), fx(0.996)], "within it, as it is wanted");
    let step = mul_floor(Fx::ONE, limit).unwrap();
    assert_eq!([follows(1.02), follows(0.98)], [Fx::ONE + step, Fx::ONE - step]);
}

#[test]
fn what_a_step_allows_is_posted_as_it_is_wanted() {
    let strikes = strikes();
    let last = posted(3_000.0, 1.0, times(1.0));
    let wanted = posted(3_010.0, 1.001, times(1.05));
    let ways = ways(&[Some(last), None], &[wanted, wanted], &[30, 90], &strikes);
    assert_eq!(longest(&ways, price_of(3_010.0), &LIMITS), Some(Fx::ONE));
    for way in &ways {
        let at = way.at(Fx::ONE, price_of(3_010.0), &LIMITS).unwrap();
        assert_eq!((at.forward, at.basis), (wanted.forward, wanted.basis));
        assert_eq!(at.slice, stored(&wanted.slice));
        assert_ne!(at.slice, wanted.slice, "what storage drops is not posted");
        assert_eq!(way.gap_ceil(&way.wanted), Ok(VolGap::ZERO));
    }
}

#[test]
fn nothing_moves_at_the_start_of_the_way_wherever_spot_went() {
    let strikes = strikes();
    let last = posted(3_000.0, 1.002, times(1.0));
    for spot in [2_400.0, 2_999.0, 3_600.0] {
        let way =
            Way { last: Some(last), wanted: posted(spot, 1.002, times(2.0)), strikes: &strikes, left_secs: 30 * DAY };
        let start = way.at(Fx::ZERO, price_of(spot), &LIMITS).unwrap();
        let (_, moved) = farthest(&last, &start, strikes.into_iter()).unwrap();
        assert!(float(moved) < 1e-11, "{moved}");
    }
}

#[test]
fn a_shock_of_40_points_is_followed_step_by_step() {
    let strikes = strikes();
    let spot = price_of(3_000.0);
    let mut last = [7, 30, 90].map(|_| posted(3_000.0, 1.0, times(1.0)));
    // From 60 % to 100 % at the money.
    let wanted = [7, 30, 90].map(|_| posted(3_000.0, 1.01, times(1.0 / 0.36)));
    let mut gaps = Vec::new();
    for _ in 0..30 {
        let ways = ways(&last.map(Some), &wanted, &[7, 30, 90], &strikes);
        let share = longest(&ways, spot, &LIMITS).unwrap();
        let next: Vec<_> = ways.iter().map(|way| way.at(share, spot, &LIMITS).unwrap()).collect();
        assert_takes(&ways, &next);
        gaps.push(ways[1].gap_ceil(&next[1]).unwrap().raw());
        last.copy_from_slice(&next);
        if share == Fx::ONE && next[0].basis == wanted[0].basis {
            break;
        }
    }
    assert!(gaps.windows(2).all(|pair| pair[1] < pair[0]), "{gaps:?}");
    assert!(*gaps.last().unwrap() <= 1, "but for what storage cuts: {gaps:?}");
    // The expiry of 90 days sets the pace: 40 points by 2.9 each.
    assert!((13..=16).contains(&gaps.len()), "{gaps:?}");
}

#[test]
fn a_way_without_an_open_surface_is_none() {
    let strikes = strikes();
    let wild = Slice { rho: fx(1.5), ..times(1.0) };
    let lone = Way { last: None, wanted: posted(3_000.0, 1.0, wild), strikes: &strikes, left_secs: DAY };
    assert_eq!(longest(&[lone], price_of(3_000.0), &LIMITS), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_posted_is_taken_and_its_gap_covers_the_rest(
        from in 0.3..3.0, to in 0.3..3.0, tilts in (-0.4..0.2, -0.4..0.2), move_ in 0.85..1.15, basis in 0.98..1.02,
    ) {
        let strikes = strikes();
        let tilted = |factor: f64, tilt: f64| Slice { rho: fx(tilt), ..times(factor) };
        let last = [7, 30, 90].map(|_| posted(3_000.0, 1.0, tilted(from, tilts.0)));
        let wanted = [7, 30, 90].map(|_| posted(3_000.0 * move_, basis, tilted(to, tilts.1)));
        let spot = price_of(3_000.0 * move_);
        let ways = ways(&last.map(Some), &wanted, &[7, 30, 90], &strikes);
        let share = longest(&ways, spot, &LIMITS).unwrap();
        let next: Vec<_> = ways.iter().map(|way| way.at(share, spot, &LIMITS).unwrap()).collect();
        assert_takes(&ways, &next);
        for (way, next) in ways.iter().zip(&next) {
            let (_, missing) = farthest(next, &way.wanted, strikes.into_iter()).unwrap();
            prop_assert!(way.gap_ceil(next).unwrap().vol_ceil() >= missing);
        }
    }
}
