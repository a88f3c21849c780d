//! The implied volatility over its whole domain.
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "errors are measured in floating point")]

use std::string::ToString;

use proptest::prelude::*;

use super::*;
use crate::black76::tests::{domain, price, references};
use crate::black76::{evaluate, Inputs};

/// The guess's relative error, at most.
const GUESS_ERROR: f64 = 0.017;
/// The second step's size relative to the total volatility, at most: the first one's error, whose
/// fourth power is what remains.
const SECOND_STEP: f64 = 1.1e-7;

/// What a price's error is worth in volatility: 5e-17 of the forward and a unit of 2^-64.
fn worth(forward: Fx, vega: Fx) -> f64 {
    (5e-17 * forward.to_num::<f64>() + 5.5e-20) / vega.to_num::<f64>()
}

/// Searches for a price between its bounds and holds both steps to their limits; the total volatility.
fn converge(value: Fx, forward: Fx, strike: Fx) -> Option<f64> {
    let target = Target::new(value, forward, strike);
    let guess = target.guess();
    if guess.is_zero() {
        return None;
    }
    let start = guess.to_fixed().to_num::<f64>();
    if !(0.98e-6..17.7).contains(&start) {
        return None;
    }
    let first = target.refine(guess);
    let second = target.refine(first.total_vol);
    let end = second.total_vol.to_fixed().to_num::<f64>();
    let place = std::format!("price {value}, forward {forward}, strike {strike}, total vol {end}");
    assert!((start / end - 1.0).abs() <= GUESS_ERROR, "guess {start} at {place}");
    let step = second.step as f64 / 2_f64.powi(62);
    assert!(step <= SECOND_STEP, "second step {step:e} at {place}");
    Some(end)
}

#[test]
fn two_steps_suffice_over_a_grid_of_moneyness_and_total_vol() {
    // with so large a forward every price down to 1e-28 of it is told apart
    let forward = Fx::lit("999999999");
    let mut solved = 0;
    for moneyness in 0..=140_i32 {
        let width = match moneyness {
            0 => 0.0,
            1..=60 => 10_f64.powf(f64::from(moneyness) / 4.0 - 16.0),
            _ => 6.9077 * f64::from(moneyness - 60) / 80.0,
        };
        let strike = Fx::from_num(forward.to_num::<f64>() * width.exp()).min(forward * 1000);
        for step in 0..=300 {
            let total_vol = Fx::from_num(1e-6 * 17.32e6_f64.powf(f64::from(step) / 300.0));
            let inputs = Inputs::with_total_vol(forward, strike, Fx::ONE, total_vol.max(Fx::lit("0.000001")));
            let value = evaluate(&inputs.unwrap()).call;
            if value > Fx::ZERO && value < forward {
                solved += usize::from(converge(value, forward, strike).is_some());
            }
        }
    }
    assert!(solved > 20_000, "only {solved} prices are within the bounds");
}

/// Prices of the option out of the money: a share of the bound, close to 0, to 1 or to neither.
fn shares() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-28.2..0.0_f64).prop_map(|power| 10_f64.powf(power)),
        (-28.2..0.0_f64).prop_map(|power| -10_f64.powf(power)),
        0.0..1.0_f64,
    ]
}

fn widths() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..6.907_f64, (-17.0..0.8_f64).prop_map(|power| 10_f64.powf(power))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn two_steps_suffice_for_any_price(share in shares(), width in widths(), is_put in any::<bool>()) {
        let bound = Fx::lit("999000");
        let other = Fx::from_num(999_000.0 * width.exp());
        let part = Fx::from_num(999_000.0 * share.abs());
        let value = if share < 0.0 { bound - part } else { part };
        if value > Fx::ZERO && value < bound {
            let (forward, strike) = if is_put { (other, bound) } else { (bound, other) };
            converge(value, forward, strike);
        }
    }

    #[test]
    fn volatilities_are_recovered(inputs in domain(), is_call in any::<bool>()) {
        let [forward, strike, vol, years] = inputs;
        let own = price(inputs);
        let (kind, value) = if is_call { (Kind::Call, own.call) } else { (Kind::Put, own.put) };
        let worth = worth(forward, own.vega);
        if worth > 1e-4 {
            return Ok(());
        }
        let back = implied_vol(value, forward, strike, years, kind);
        prop_assert!(back.is_ok(), "{:?} for {}", back, vol);
        let error = (back.unwrap() - vol).abs().to_num::<f64>();
        prop_assert!(error <= 1e-15 + worth, "{:?} for {vol}: {error:e}, {worth:e}", back);
    }

    #[test]
    fn any_price_between_the_bounds_has_a_vol_or_a_reason(inputs in domain(), share in 0.0..1.0_f64) {
        let [forward, strike, _, years] = inputs;
        let intrinsic = (forward - strike).max(Fx::ZERO);
        let value = intrinsic + (forward - intrinsic) * Fx::from_num(share);
        match implied_vol(value, forward, strike, years, Kind::Call) {
            Ok(vol) => {
                let again = evaluate(&Inputs::new(forward, strike, vol, years).unwrap());
                let allowed = again.vega.to_num::<f64>() * 1e-15 + 5e-17 * forward.to_num::<f64>() + 5.5e-20;
                let error = (again.call - value).abs().to_num::<f64>();
                prop_assert!(error <= allowed, "{error:e} of {value} at {vol}");
            }
            Err(ImpliedVolError::VolOutOfDomain { .. } | ImpliedVolError::NotAboveIntrinsic { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn a_higher_price_implies_no_lower_vol(inputs in domain(), step in 0..1_000_000_i128) {
        let [forward, strike, _, years] = inputs;
        let own = price(inputs);
        let low = implied_vol(own.call, forward, strike, years, Kind::Call);
        let high = implied_vol(own.call + Fx::from_bits(step), forward, strike, years, Kind::Call);
        if let (Ok(low), Ok(high)) = (low, high) {
            let slack = 2.0 * (1e-15 + worth(forward, own.vega)).min(10.0);
            prop_assert!(low <= high + Fx::from_num(slack));
        }
    }

    #[test]
    fn no_price_panics(raw in any::<[i128; 4]>(), shifts in any::<[u8; 4]>()) {
        let fx = |index: usize| Fx::from_bits(raw[index] >> (shifts[index] & 127));
        for kind in [Kind::Call, Kind::Put] {
            let _ = implied_vol(fx(0), fx(1), fx(2), fx(3), kind);
        }
    }
}

#[test]
fn volatilities_of_exact_prices_are_accurate() {
    let mut compared = 0;
    for ([forward, strike, vol, years], exact) in references() {
        for (kind, price) in [(Kind::Call, &exact[0]), (Kind::Put, &exact[1])] {
            let price = Fx::from_bits(price.whole);
            let own = evaluate(&Inputs::new(forward, strike, vol, years).unwrap());
            let worth = worth(forward, own.vega);
            if worth < 1e-4 {
                let back = implied_vol(price, forward, strike, years, kind).unwrap();
                let error = (back - vol).abs().to_num::<f64>();
                assert!(error <= 1e-15 + worth, "{back} for {vol}: {error:e}, {worth:e}");
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "only {compared} references have a volatility");
}

#[test]
fn the_ends_of_the_domain_are_recovered() {
    let second = Fx::from_num(1) / 31_536_000 + Fx::DELTA;
    for forward in [Fx::lit("0.0001") + Fx::DELTA, Fx::lit("3000"), Fx::lit("1000000000")] {
        for strike in [forward / 1000 + Fx::DELTA, forward / 2, forward, forward * 2, forward * 1000] {
            for vol in [VOL_MIN + Fx::DELTA, VOL_MAX] {
                for years in [second, Fx::lit("0.25"), Fx::lit("3")] {
                    let own = evaluate(&Inputs::new(forward, strike, vol, years).unwrap());
                    for (kind, value) in [(Kind::Call, own.call), (Kind::Put, own.put)] {
                        let Ok(back) = implied_vol(value, forward, strike, years, kind) else {
                            // no time value is left, or none missing
                            assert!(own.vega < Fx::from_num(1e-12), "{kind:?} {forward} {strike} {vol} {years}");
                            continue;
                        };
                        let error = (back - vol).abs().to_num::<f64>();
                        assert!(error <= 1e-15 + worth(forward, own.vega), "{back} for {vol}: {error:e}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_volatility_outside_the_domain_is_refused() {
    let years = Fx::lit("0.25");
    let forward = Fx::lit("3000");
    for strike in [forward, forward * 9 / 10, forward * 11 / 10] {
        for (vol, is_inside) in
            [("0.0099999999", false), ("0.01", true), ("10", true), ("10.00000001", false), ("20", false)]
        {
            let total_vol = Fx::from_str(vol).unwrap() / 2;
            let own = evaluate(&Inputs::with_total_vol(forward, strike, Fx::ONE, total_vol).unwrap());
            let is_worthless = own.vega < Fx::from_num(1e-3);
            let found = implied_vol(own.call, forward, strike, years, Kind::Call);
            assert!(is_worthless || found.is_ok() == is_inside, "{found:?} for {vol} at {strike}");
        }
    }
}

#[test]
fn a_price_outside_its_bounds_implies_no_vol() {
    let of = |price: i32, kind| {
        let [price, forward, strike] = [price, 3000, 2500].map(Fx::from_num);
        implied_vol(price, forward, strike, Fx::lit("0.1"), kind)
    };
    for (outcome, text) in [
        (of(500, Kind::Call), "price 500 must exceed the intrinsic value 500"),
        (of(0, Kind::Put), "price 0 must exceed the intrinsic value 0"),
        (of(3000, Kind::Call), "price 3000 must be below 3000"),
        (of(2500, Kind::Put), "price 2500 must be below 2500"),
        (of(2999, Kind::Call), "price 2999 implies a vol outside 0.01 to 10"),
    ] {
        let message = outcome.unwrap_err().to_string();
        assert!(message.starts_with(text), "{message}");
    }
}
