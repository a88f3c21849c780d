//! `equipoise_risk::surface`: an accepted slice has no butterfly at any strike, and an accepted pair no calendar
//! spread, of a negative price.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::market::SliceSeed;
use equipoise_fuzz::{AnyFx, Magnitude, Share};
use equipoise_math::{div_floor, ln, Fx};
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Price, Years};
use equipoise_risk::{RiskError, SliceError};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    slices: (SliceSeed, SliceSeed),
    years: (Magnitude, Share),
    places: [Share; 8],
    strike: (Magnitude, Magnitude),
    wild: [AnyFx; 7],
}

fuzz_target!(|input: Input| {
    let (slice, earlier) = (input.slices.0.slice(), input.slices.1.slice());
    // from an hour to three years
    let years = input.years.0.between(Fx::lit("0.000114"), Fx::lit("3"));
    let earlier_years = Years::from_fx(years * input.years.1.fx());
    let years = Years::from_fx(years);
    let places = input.places.map(|place| place.between(Fx::lit("-7"), Fx::lit("7")));
    variance(&slice, input.strike);
    butterflies(&slice, years, &places);
    // half of the pairs differ in level only, so that some are accepted
    let lower = Slice { a: slice.a - earlier.a.abs() / 4, ..slice };
    for earlier in [earlier, lower, slice] {
        calendar((&slice, years), (&earlier, earlier_years), &places);
    }
    flat(earlier.a, years);
    wild(input.wild.map(AnyFx::fx));
});

const DOMAIN: (Fx, Fx) = (Fx::lit("0.0001"), Fx::lit("100"));

fn variance(slice: &Slice, (strike, forward): (Magnitude, Magnitude)) {
    let of = |price: Magnitude| Price::from_fx(price.between(Fx::lit("0.0001"), Fx::lit("1000000000")));
    let (strike, forward) = (of(strike), of(forward));
    let Ok(moneyness) = div_floor(strike.fx(), forward.fx()) else { return };
    let Ok(moneyness) = ln(moneyness) else { return };
    let curve = slice.curve_at(moneyness).expect("far from the type's end");
    let is_inside = curve.variance >= DOMAIN.0 && curve.variance <= DOMAIN.1;
    let expected = if is_inside { Ok(curve.variance) } else { Err(SliceError::VarianceOutOfDomain.into()) };
    assert_eq!(slice.variance(strike, forward), expected);
    assert_eq!(slice.variance_at(moneyness), expected);
    // rounded down at each of a few steps
    let least = slice.least_variance().expect("far from the type's end");
    assert!(curve.variance >= least - Fx::from_bits(32), "{} is below the least {least}", curve.variance);
    assert!(curve.curvature >= -Fx::from_bits(4), "variance is convex");
    let steepest = slice.b * (Fx::ONE + slice.rho.abs());
    assert!(curve.slope.abs() <= steepest + Fx::from_bits(8), "it is no steeper than its wings");
}

fn butterflies(slice: &Slice, years: Years, places: &[Fx]) {
    if slice.check(years).is_err() {
        return;
    }
    for moneyness in places {
        let curve = slice.curve_at(*moneyness).expect("far from the type's end");
        assert!(curve.variance >= DOMAIN.0 - Fx::from_bits(32), "{} at {moneyness}", curve.variance);
        for share in 0..3_u32 {
            // what is proved holds at less time, too
            let years = Years::from_fx(years.fx() >> share);
            let density = curve.durrleman(*moneyness, years).expect("far from the type's end");
            assert!(density >= Fx::lit("-0.0000000001"), "the density at {moneyness} and {years:?} is {density}");
        }
    }
}

fn calendar((slice, years): (&Slice, Years), (earlier, earlier_years): (&Slice, Years), places: &[Fx]) {
    match slice.check_after(years, earlier, earlier_years) {
        Ok(()) => {
            assert!(years >= earlier_years);
            for moneyness in places {
                let of = |slice: &Slice| slice.curve_at(*moneyness).expect("far from the type's end").variance;
                let (later, before) = (of(slice) * years.fx(), of(earlier) * earlier_years.fx());
                assert!(later >= before - Fx::from_bits(256), "at {moneyness} {later} follows {before}");
            }
        }
        Err(error) if slice.check(years).is_ok() && earlier.check(earlier_years).is_ok() => {
            assert_eq!(error, SliceError::CalendarArbitrage.into());
        }
        Err(error) => assert!(is_documented(error), "{error:?}"),
    }
}

const fn is_documented(error: RiskError) -> bool {
    matches!(error, RiskError::Slice(_) | RiskError::Overflow | RiskError::Math)
}

/// A slice of one variance is accepted exactly inside the domain.
fn flat(level: Fx, years: Years) {
    let slice = Slice { a: level, b: Fx::ZERO, rho: Fx::ZERO, m: Fx::ZERO, sigma: Fx::ONE };
    let is_inside = level >= DOMAIN.0 && level <= DOMAIN.1;
    let expected = if is_inside { Ok(()) } else { Err(SliceError::VarianceOutOfDomain.into()) };
    assert_eq!(slice.check(years), expected);
    if is_inside {
        assert_eq!(slice.check_after(years, &slice, Years::from_fx(years.fx() >> 1_u32)), Ok(()));
    }
}

/// Any numbers: a documented error or an answer, and never a slice outside its own shape.
fn wild([a, b, rho, m, sigma, years, other]: [Fx; 7]) {
    let slice = Slice { a, b, rho, m, sigma };
    let (years, other) = (Years::from_fx(years), Years::from_fx(other));
    let checked = slice.check(years);
    let outcomes = [checked, slice.check_after(years, &slice, other)];
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert!(is_documented(error), "{error:?}");
    }
    if checked.is_ok() {
        assert!(b >= 0 && rho > -1 && rho < 1 && sigma > 0 && years > Years::ZERO);
    }
    for outcome in [slice.variance_at(other.fx()), slice.least_variance(), slice.curve_at(m).map(|curve| curve.slope)] {
        assert!(outcome.is_ok() || outcome.is_err_and(is_documented));
    }
}
