//! When a pulled price may be traded at, and that no way of choosing prices makes trades pay.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, assert_near, float, fx};
use crate::spread::Feed;

const WAD: u128 = 1_000_000_000_000_000_000;
const PUSHED: u128 = 3_000 * WAD;
const NOW: u64 = 1_800_000_000;
const CALM: f64 = 0.36;

fn signed(price: u128, confidence: u128, at: u64) -> Signed {
    Signed { price, confidence, at, moved: Millionths::ZERO }
}

/// In millionths; it is told to 2^-64 more.
fn told(doubt: Doubt) -> u32 {
    Millionths::from_fx_ceil(doubt.share() - Fx::DELTA).raw()
}

fn band_of(signed: &Signed) -> Option<f64> {
    let doubt = Doubt::beside(PUSHED, signed, NOW)?;
    Some(float(Feed::Pull(doubt).band_ceil(fx(CALM), NOW - signed.at).unwrap().share))
}

#[test]
fn a_price_of_the_pushed_one_leaves_the_doubt_that_its_publishers_have() {
    assert_eq!(told(Doubt::beside(PUSHED, &signed(PUSHED, 0, NOW), NOW).unwrap()), 0);
    assert_eq!(told(Doubt::beside(PUSHED, &signed(PUSHED, 1, NOW), NOW).unwrap()), 1, "up");
    assert_eq!(told(Doubt::beside(PUSHED, &signed(PUSHED, WAD, NOW), NOW).unwrap()), 334, "up");
    let moved = Signed { moved: Millionths::from_raw(70), ..signed(PUSHED, WAD, NOW) };
    assert_eq!(told(Doubt::beside(PUSHED, &moved, NOW).unwrap()), 404);
}

#[test]
fn a_price_is_traded_at_until_it_is_five_seconds_old() {
    for age in 0..=5 {
        assert!(Doubt::beside(PUSHED, &signed(PUSHED, 1, NOW - age), NOW).is_some(), "{age}");
    }
    assert_eq!(Doubt::beside(PUSHED, &signed(PUSHED, 1, NOW - 6), NOW), None);
    assert_eq!(Doubt::beside(PUSHED, &signed(PUSHED, 1, NOW + 1), NOW), None, "from the future");
}

#[test]
fn what_lies_apart_widens_the_band_and_at_one_and_a_half_percent_ends_it() {
    let doubt = |price| Doubt::beside(PUSHED, &signed(price, 0, NOW), NOW).map(told);
    assert_eq!(doubt(PUSHED + PUSHED / 2_000), Some(0), "five basis points are within five");
    assert_eq!(doubt(PUSHED + PUSHED / 1_000), Some(500), "1 - 1 / 1.001, up");
    assert_eq!(doubt(PUSHED - PUSHED / 1_000), Some(502), "1 / 0.999 - 1, up");
    let limit = PUSHED / 1_000 * 15;
    for far in [PUSHED + limit, PUSHED - limit] {
        assert_eq!(doubt(far), None);
    }
    // Told in millionths, up: what is within the last one of the limit is past it.
    assert_eq!(doubt(PUSHED + limit - PUSHED / 1_000_000 + 1), None);
    assert_eq!(doubt(PUSHED + limit - PUSHED / 1_000_000), Some(14_278));
    let unsure = |confidence| Doubt::beside(PUSHED, &signed(PUSHED + limit / 2, confidence, NOW), NOW).is_some();
    assert!(unsure(limit / 2 - PUSHED / 1_000_000) && !unsure(limit / 2), "what it may be off by counts as distance");
}

#[test]
fn only_a_price_that_could_be_traded_at_counts_as_moved_from() {
    let moved = |before, old_at, new| moved_ceil(Millionths::from_raw(before), (PUSHED, old_at), new, NOW).raw();
    assert_eq!(moved(0, NOW - 5, PUSHED / 1_000 * 1_001), 1_000);
    assert_eq!(moved(0, NOW - 6, PUSHED / 1_000 * 1_001), 0);
    assert_eq!(moved(0, NOW - 5, PUSHED / 1_000 * 999), 1_002, "of the smaller, up");
    assert_eq!(moved(10_000, NOW, PUSHED / 100 * 101), 20_100, "once more of a second's moves");
    assert_eq!(moved(70, NOW - 6, PUSHED * 2), 70);
    assert_eq!(moved(u32::MAX, NOW, PUSHED * 2), u32::MAX);
}

#[test]
fn calldata_says_which_price_was_pulled() {
    assert_eq!(Doubt::from_bits(0), None);
    let doubt = Doubt::beside(PUSHED, &signed(PUSHED, WAD, NOW), NOW).unwrap();
    assert_eq!(Doubt::from_bits(doubt.bits()), Some(doubt));
    let moved = Signed { moved: Millionths::MOST, ..signed(PUSHED, WAD, NOW) };
    let doubt = Doubt::beside(PUSHED, &moved, NOW).unwrap();
    assert_eq!(doubt.share(), WIDEST_BAND);
    assert_eq!(Doubt::from_bits(doubt.bits()), Some(doubt), "however far it has moved");
}

#[test]
fn a_band_is_that_of_its_age_and_the_doubt() {
    let band = |price, confidence, moved, age, variance| {
        let signed = Signed { moved: Millionths::from_raw(moved), ..signed(price, confidence, NOW - age) };
        let doubt = Doubt::beside(PUSHED, &signed, NOW).unwrap();
        Feed::Pull(doubt).band_ceil(fx(variance), age).unwrap().share
    };
    assert_near(band(PUSHED, 0, 0, 0, CALM), 0.000_5, 1e-18, "at least");
    let of_age = 4.0 * (5.0_f64 / 31_536_000.0).sqrt();
    assert_near(band(PUSHED, 3 * WAD, 40, 5, 4.0), of_age + 0.001 + 0.000_04, 1e-12, "of its age, and two more");
    assert_near(band(PUSHED / 100 * 101, 3 * WAD, 0, 5, CALM), 0.009_901 + 0.000_991, 1e-12, "apart, and one more");
    assert_eq!(NARROWEST_PULL_BAND.number_ceil(), Ok(Fx::lit("0.0005")));
}

/// A price in a second, and what was known of it when it was traded at.
fn second(prices: &[u128]) -> Vec<(u128, Option<f64>)> {
    let mut moved = Millionths::ZERO;
    let mut last = None;
    let mut told = Vec::new();
    for (place, price) in (0..).zip(prices) {
        // They all come in one second, each published a second after the one before.
        let at = NOW - 5 + place;
        if let Some(last) = last {
            moved = moved_ceil(moved, last, *price, NOW);
        }
        last = Some((*price, at));
        told.push((*price, band_of(&Signed { price: *price, confidence: 0, at, moved })));
    }
    told
}

fn near_pushed() -> impl Strategy<Value = u128> {
    (PUSHED / 1_000 * 984)..(PUSHED / 1_000 * 1_016)
}

#[allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "profits are measured in floating point")]
fn float_of(price: u128) -> f64 {
    price as f64 / 1e18
}

proptest! {
    #[test]
    fn whoever_signs_trades_no_better_than_at_the_pushed_price(
        price in near_pushed(), (confidence, age) in (0..10 * WAD, 0_u64..5), moved in 0_u32..2_000,
    ) {
        let signed = Signed { moved: Millionths::from_raw(moved), ..signed(price, confidence, NOW - age) };
        if let Some(band) = band_of(&signed) {
            let (ask, bid) = (float_of(price) * (1.0 + band), float_of(price) * (1.0 - band));
            prop_assert!(ask >= float_of(PUSHED) && bid <= float_of(PUSHED), "{bid} {ask}");
        }
    }

    #[test]
    fn no_round_trip_within_a_second_pays(prices in prop::collection::vec(near_pushed(), 2..6), push_band in 0.0_f64..0.01) {
        let mut told = second(&prices);
        // Before the first update, and after the last has aged, the market trades at the pushed price.
        told.insert(0, (PUSHED, Some(push_band)));
        told.push((PUSHED, Some(push_band)));
        for (place, (early, early_band)) in told.iter().enumerate() {
            for (late, late_band) in &told[place + 1..] {
                let (Some(early_band), Some(late_band)) = (early_band, late_band) else { continue };
                let (early, late) = (float_of(*early), float_of(*late));
                prop_assert!(early * (1.0 + early_band) >= late * (1.0 - late_band), "bought at {early}, sold at {late}");
                prop_assert!(late * (1.0 + late_band) >= early * (1.0 - early_band), "sold at {early}, bought at {late}");
            }
        }
    }

    #[test]
    fn no_number_makes_a_pulled_band_wrap(
        (pushed, price) in (1_u128..1 << 100, 1_u128..1 << 100), confidence in any::<u128>(), (at, now) in (any::<u64>(), any::<u64>()),
        moved in any::<u32>(), variance in any_fx(),
    ) {
        let moved = moved_ceil(Millionths::from_raw(moved), (pushed, at), price, now);
        if let Some(doubt) = Doubt::beside(pushed, &Signed { price, confidence, at, moved }, now) {
            if let Ok(band) = Feed::Pull(doubt).band_ceil(variance, now - at) {
                prop_assert!(band.share >= NARROWEST_PULL_BAND.number().unwrap() && band.share <= WIDEST_BAND);
            }
        }
    }
}
