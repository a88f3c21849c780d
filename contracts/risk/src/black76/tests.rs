//! Black's formula against 60-digit references, and what no input may break.
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "errors are measured in floating point")]

use std::string::ToString;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;

const REFERENCE: &str = include_str!("reference.csv");

/// A value in units of 2^-64: whole and fraction.
pub(crate) struct Exact {
    pub(crate) whole: i128,
    fraction: f64,
}

impl Exact {
    pub(crate) fn new(text: &str) -> Self {
        let (whole, fraction) = text.split_once('.').unwrap();
        let sign = if whole.starts_with('-') { -1.0 } else { 1.0 };
        let fraction = sign * fraction.parse::<f64>().unwrap() / 1e6;
        Self { whole: whole.parse().unwrap(), fraction }
    }

    pub(crate) fn error(&self, value: Fx) -> f64 {
        ((value.to_bits() - self.whole) as f64 - self.fraction).abs() / 2_f64.powi(64)
    }

    pub(crate) fn size(&self) -> f64 {
        (self.whole as f64 + self.fraction).abs() / 2_f64.powi(64)
    }
}

pub(crate) fn references() -> Vec<([Fx; 4], Vec<Exact>)> {
    let rows: Vec<_> = REFERENCE
        .lines()
        .map(|line| {
            let fields: Vec<_> = line.split(',').collect();
            let input = |index: usize| Fx::from_bits(fields[index].parse().unwrap());
            let outputs = fields[4..].iter().map(|field| Exact::new(field)).collect();
            ([input(0), input(1), input(2), input(3)], outputs)
        })
        .collect();
    assert!(rows.len() > 400, "the reference file is incomplete");
    rows
}

#[test]
fn prices_and_greeks_are_accurate() {
    for ([forward, strike, vol, years], exact) in references() {
        let own = evaluate(&Inputs::new(forward, strike, vol, years).unwrap());
        let place = std::format!("forward {forward}, strike {strike}, vol {vol}, years {years}");
        // half a unit of the format, which is 2.7e-20, comes on top
        let price_bound = 1e-17 * forward.to_num::<f64>() + 3.3e-20;
        assert!(exact[0].error(own.call) <= price_bound, "call {} at {place}", own.call);
        assert!(exact[1].error(own.put) <= price_bound, "put {} at {place}", own.put);
        assert!(exact[2].error(own.call_delta) <= 1e-17, "delta {} at {place}", own.call_delta);
        let greeks = [own.gamma, own.vega, own.theta, own.vanna, own.volga];
        // where volga vanishes its error is that of its factors
        let of_factors = 1e-15 * (own.vega / vol).to_num::<f64>();
        for (index, (greek, exact)) in greeks.into_iter().zip(&exact[3..]).enumerate() {
            let error = exact.error(greek) - if index == 4 { of_factors } else { 0.0 };
            assert!(error <= 1e-13 * exact.size().max(1.0), "{greek} off by {error:e} at {place}");
        }
    }
}

/// The design's domain, each input spread over its orders of magnitude.
pub(crate) fn domain() -> impl Strategy<Value = [Fx; 4]> {
    let log_uniform = |low: f64, high: f64| (low.ln()..high.ln()).prop_map(f64::exp);
    let years = log_uniform(3.170_979_3e-8, 3.0);
    let width = prop_oneof![-6.9..6.9_f64, -1e-9..1e-9_f64, -0.5..0.5_f64, Just(0.0)];
    (log_uniform(1.000_1e-4, 0.999_9e9), width, log_uniform(0.010_001, 9.999), years).prop_map(
        |(forward, width, vol, years)| {
            let forward = Fx::from_num(forward);
            let strike = Fx::from_num(forward.to_num::<f64>() * width.exp());
            [forward, strike.max(Fx::DELTA), Fx::from_num(vol), Fx::from_num(years)]
        },
    )
}

pub(crate) fn price([forward, strike, vol, years]: [Fx; 4]) -> Evaluation {
    evaluate(&Inputs::new(forward, strike, vol, years).unwrap())
}

/// Twice the certified error of a price.
fn slack(forward: Fx) -> Fx {
    Fx::from_num(2e-17 * forward.to_num::<f64>()) + Fx::from_bits(2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn parity_and_bounds_are_exact(inputs in domain()) {
        let [forward, strike, ..] = inputs;
        let own = price(inputs);
        prop_assert_eq!(own.call - own.put, forward - strike);
        prop_assert!(own.call >= (forward - strike).max(Fx::ZERO) && own.call <= forward);
        prop_assert!(own.put >= (strike - forward).max(Fx::ZERO) && own.put <= strike);
        prop_assert!(own.call_delta >= Fx::ZERO && own.call_delta <= Fx::ONE);
        prop_assert_eq!(own.call_delta - own.put_delta, Fx::ONE);
        prop_assert!(own.gamma >= Fx::ZERO && own.vega >= Fx::ZERO && own.theta <= Fx::ZERO);
    }

    #[test]
    fn prices_are_monotone_within_twice_the_error(inputs in domain(), step in 1.0..1.1_f64) {
        let [forward, strike, vol, years] = inputs;
        let own = price(inputs);
        let raised = |x: Fx| Fx::from_num(x.to_num::<f64>() * step).max(x);
        let slack = slack(raised(forward));
        if let Ok(higher) = Inputs::new(forward, raised(strike), vol, years) {
            prop_assert!(evaluate(&higher).call <= own.call + slack);
            prop_assert!(evaluate(&higher).put + slack >= own.put);
        }
        if let Ok(higher) = Inputs::new(forward, strike, raised(vol), years) {
            prop_assert!(evaluate(&higher).call + slack >= own.call);
        }
        if let Ok(longer) = Inputs::new(forward, strike, vol, raised(years)) {
            prop_assert!(evaluate(&longer).call + slack >= own.call);
        }
        if let Ok(higher) = Inputs::new(raised(forward), strike, vol, years) {
            let other = evaluate(&higher);
            prop_assert!(other.call + slack >= own.call);
            prop_assert!(other.call_delta + Fx::from_num(2e-17) >= own.call_delta);
        }
    }

    #[test]
    fn both_doors_lead_to_the_same_prices(inputs in domain()) {
        let [forward, strike, vol, years] = inputs;
        // a root that the format holds, so that both doors see the same total volatility
        let root = equipoise_math::sqrt(years).unwrap() >> 32_u32 << 32_u32;
        let (vol, years) = (vol >> 32_u32 << 32_u32, root * root);
        let (Ok(first), Ok(second)) = (
            Inputs::new(forward, strike, vol, years),
            Inputs::with_total_vol(forward, strike, vol, vol * root),
        ) else { return Ok(()) };
        let (first, second) = (evaluate(&first), evaluate(&second));
        // the root of time is cut to 2^-64 beside the square that was cut too
        let loss = 2_f64.powi(-62) / root.to_num::<f64>();
        let bound = (loss + 1e-17) * forward.to_num::<f64>() + 1e-19;
        prop_assert!((first.call - second.call).abs() <= Fx::from_num(bound));
    }

    #[test]
    fn no_input_panics(raw in any::<[i128; 4]>(), shifts in any::<[u8; 4]>()) {
        let fx = |index: usize| Fx::from_bits(raw[index] >> (shifts[index] & 127));
        if let Ok(inputs) = Inputs::new(fx(0), fx(1), fx(2), fx(3)) {
            evaluate(&inputs);
        }
        if let Ok(inputs) = Inputs::with_total_vol(fx(0), fx(1), fx(2), fx(3)) {
            evaluate(&inputs);
        }
    }
}

/// From `low` to `high` in equal ratios, both included.
fn powers(low: f64, high: f64, count: i32) -> impl Iterator<Item = f64> {
    (0..=count).map(move |step| low * (high / low).powf(f64::from(step) / f64::from(count)))
}

#[test]
fn prices_are_monotone_over_dense_grids_up_to_the_limits() {
    let years = [Fx::lit("0.0000000317097919838"), Fx::lit("0.25"), YEARS_MAX];
    let moved = |x: Fx, factor: f64| Fx::from_num(x.to_num::<f64>() * factor);
    let mut compared = 0;
    let mut along = |case: &dyn Fn(f64) -> Option<[Fx; 4]>, low: f64, high: f64, rises: bool| {
        let cases: Vec<_> = powers(low, high, 400).filter_map(case).collect();
        for pair in cases.windows(2) {
            let (lower, higher) = (price(pair[0]), price(pair[1]));
            let slack = slack(pair[1][0].max(pair[0][0]));
            let (lower, higher) = if rises { (lower, higher) } else { (higher, lower) };
            assert!(lower.call <= higher.call + slack, "{pair:?}");
            compared += 1;
        }
    };
    let inside = |inputs: [Fx; 4]| {
        let [forward, strike, vol, years] = inputs;
        Inputs::new(forward, strike, vol, years).is_ok().then_some(inputs)
    };
    for forward in [FORWARD_MIN + Fx::DELTA, Fx::lit("3000"), FORWARD_MAX] {
        for years in years {
            for vol in [Fx::lit("0.01") + Fx::DELTA, Fx::lit("0.6"), VOL_MAX] {
                // the whole range of strikes, and the region around the forward
                for reach in [1000.0, 1.01, 1.000_001] {
                    along(&|by| inside([forward, moved(forward, by), vol, years]), 1.0 / reach, reach, false);
                    along(&|by| inside([moved(forward, by), forward, vol, years]), 1.0 / reach, reach, true);
                }
            }
            for ratio in [0.001_000_1, 0.5, 0.99, 1.0, 1.01, 2.0, 999.9] {
                let strike = moved(forward, ratio);
                along(&|vol| inside([forward, strike, Fx::from_num(vol), years]), 0.01, 10.0, true);
                along(&|time| inside([forward, strike, Fx::ONE, Fx::from_num(time)]), 3.171e-8, 3.0, true);
            }
        }
    }
    assert!(compared > 90_000, "only {compared} pairs are inside the domain");
}

#[test]
fn zero_time_is_intrinsic_exactly() {
    let at = |strike: i32| {
        let inputs = Inputs::new(Fx::from_num(3000), Fx::from_num(strike), Fx::ONE, Fx::ZERO);
        evaluate(&inputs.unwrap())
    };
    assert_eq!((at(2900).call, at(2900).put, at(2900).call_delta), (Fx::from_num(100), Fx::ZERO, Fx::ONE));
    assert_eq!((at(3100).call, at(3100).put, at(3100).call_delta), (Fx::ZERO, Fx::from_num(100), Fx::ZERO));
    assert_eq!((at(3000).call, at(3000).put, at(3000).call_delta), (Fx::ZERO, Fx::ZERO, Fx::ONE >> 1));
    assert_eq!((at(3000).gamma, at(3000).vega, at(3000).theta), (Fx::ZERO, Fx::ZERO, Fx::ZERO));
}

#[test]
fn the_domain_ends_where_it_says() {
    let (forward, vol, years) = (Fx::from_num(3000), Fx::ONE, Fx::ONE);
    let second = Fx::from_num(1) / 31_536_000 + Fx::DELTA;
    let new = Inputs::new;
    for inside in [
        new(FORWARD_MIN, FORWARD_MIN, vol, years),
        new(FORWARD_MAX, FORWARD_MAX, vol, years),
        new(forward, Fx::from_num(3), vol, years),
        new(forward, Fx::from_num(3_000_000), vol, years),
        new(forward, forward, Fx::from_num(10), Fx::from_num(3)),
        new(forward, forward, Fx::lit("0.01") + Fx::DELTA, second),
        Inputs::with_total_vol(forward, forward, vol, Fx::lit("0.000002")),
        Inputs::with_total_vol(forward, forward, vol, Fx::ZERO),
        Inputs::with_total_vol(FORWARD_MIN, FORWARD_MIN, VOL_MIN, TOTAL_VOL_MAX),
    ] {
        let _ = evaluate(&inside.unwrap());
    }
    let beyond = forward * 1000 + Fx::DELTA;
    let negative = Fx::from_num(-1);
    for (outside, text) in [
        (new(Fx::ZERO, forward, vol, years), "forward 0 must be from 0.0001 to 1000000000 quote per base"),
        (new(Fx::MAX, forward, vol, years), "forward 9223372036854775807.9999"),
        (new(Fx::MIN, Fx::MIN, vol, years), "forward -9223372036854775808 must"),
        (new(forward, Fx::ZERO, vol, years), "strike 0 must be from 0.001 to 1000 times the forward 3000"),
        (new(forward, negative, vol, years), "strike -1 must"),
        (new(forward, Fx::from_num(3) - Fx::DELTA, vol, years), "strike 2.999999999999999999"),
        (new(forward, beyond, vol, years), "strike 3000000.0000000000000000000"),
        (new(forward, Fx::MAX, vol, years), "strike 9223372036854775807.9999"),
        (new(forward, forward, Fx::lit("0.0099"), years), "vol 0.0099 must be from 0.01 to 10"),
        (new(forward, forward, Fx::from_num(11), years), "vol 11 must be from 0.01 to 10"),
        (new(forward, forward, Fx::MIN, years), "vol -9223372036854775808 must"),
        (new(forward, forward, vol, Fx::DELTA), "time 0.000000000000000000"),
        (new(forward, forward, vol, Fx::from_num(4)), "time 4 must be 0 or from one second to 3 years"),
        (new(forward, forward, vol, negative), "time -1 must"),
        (Inputs::with_total_vol(forward, forward, vol, Fx::from_num(18)), "total vol 18 must"),
        (Inputs::with_total_vol(forward, forward, vol, negative), "total vol -1 must"),
    ] {
        let message = outside.unwrap_err().to_string();
        assert!(message.starts_with(text), "{message}");
    }
}
