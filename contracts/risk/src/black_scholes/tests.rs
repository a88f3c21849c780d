//! The spot formula against 60-digit references, and what no input may break.
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "errors are measured in floating point")]

use std::string::ToString;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::black76;
use crate::black76::tests::{domain, Exact};

const REFERENCE: &str = include_str!("reference.csv");

/// The certified error of a price: 6e-18 of both legs, and three units of 2^-64.
fn price_error(own: &Evaluation) -> f64 {
    6e-18 * (own.asset_leg + own.cash_leg).to_num::<f64>() + 1.7e-19
}

fn priced(terms: &Terms) -> Evaluation {
    evaluate(&Inputs::new(terms).unwrap())
}

#[test]
fn prices_and_greeks_are_accurate() {
    let mut compared = 0;
    for line in REFERENCE.lines() {
        let fields: Vec<_> = line.split(',').collect();
        let input = |index: usize| Fx::from_bits(fields[index].parse().unwrap());
        let terms = Terms {
            spot: input(0),
            strike: input(1),
            vol: input(2),
            years: input(3),
            rate: input(4),
            dividend_yield: input(5),
        };
        let own = priced(&terms);
        let exact: Vec<_> = fields[6..].iter().map(|field| Exact::new(field)).collect();
        assert!(exact[0].error(own.call) <= price_error(&own), "call {} at {terms:?}", own.call);
        assert!(exact[1].error(own.put) <= price_error(&own), "put {} at {terms:?}", own.put);
        assert!(exact[2].error(own.call_delta) <= 1e-15, "delta {} at {terms:?}", own.call_delta);
        assert!(exact[3].error(own.put_delta) <= 1e-15, "delta {} at {terms:?}", own.put_delta);
        let greeks =
            [own.gamma, own.vega, own.call_theta, own.put_theta, own.call_rho, own.put_rho, own.vanna, own.volga];
        // theta is a difference of the legs' interest, and volga vanishes where d1 or d2 does
        let of_legs = 4e-18 * (own.asset_leg + own.cash_leg).to_num::<f64>();
        let of_factors = 1e-14 * (own.vega / terms.vol).to_num::<f64>();
        let allowed = [0.0, 0.0, of_legs, of_legs, 0.0, 0.0, 0.0, of_factors];
        for ((greek, exact), allowed) in greeks.into_iter().zip(&exact[4..]).zip(allowed) {
            let error = exact.error(greek) - allowed;
            assert!(error <= 1e-13 * exact.size().max(1.0), "{greek} off by {error:e} at {terms:?}");
        }
        compared += 1;
    }
    assert!(compared > 200, "the reference file is incomplete");
}

/// Black's domain with rates; the strike follows the forward.
fn terms() -> impl Strategy<Value = Terms> {
    let rate = || prop_oneof![-0.5..2.0_f64, -0.02..0.1_f64, Just(0.0), Just(-0.5), Just(2.0)];
    (domain(), rate(), rate()).prop_map(|([spot, strike, vol, years], rate, dividend_yield)| {
        let growth = ((rate - dividend_yield) * years.to_num::<f64>()).exp();
        let strike = Fx::from_num(strike.to_num::<f64>() * growth).max(Fx::DELTA);
        Terms { spot, strike, vol, years, rate: Fx::from_num(rate), dividend_yield: Fx::from_num(dividend_yield) }
    })
}

fn holds_its_bounds(own: &Evaluation) {
    let parity = own.asset_leg - own.cash_leg;
    assert_eq!(own.call - own.put, parity);
    assert!(own.call >= parity.max(Fx::ZERO) && own.call <= own.asset_leg, "{own:?}");
    assert!(own.put >= (-parity).max(Fx::ZERO) && own.put <= own.cash_leg, "{own:?}");
    assert!(own.call_delta >= Fx::ZERO && own.put_delta <= Fx::ZERO, "{own:?}");
    assert!(own.gamma >= Fx::ZERO && own.vega >= Fx::ZERO, "{own:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn parity_and_bounds_are_exact(terms in terms()) {
        let own = priced(&terms);
        holds_its_bounds(&own);
        prop_assert!(own.call_rho >= Fx::ZERO && own.put_rho <= Fx::ZERO);
    }

    #[test]
    fn prices_are_monotone_within_twice_the_error(terms in terms(), step in 1.0..1.1_f64) {
        let own = priced(&terms);
        let raised = |x: Fx| Fx::from_num(x.to_num::<f64>() * step).max(x);
        let slack = |other: &Evaluation| Fx::from_num(price_error(&own) + price_error(other));
        if let Ok(inputs) = Inputs::new(&Terms { strike: raised(terms.strike), ..terms }) {
            let other = evaluate(&inputs);
            prop_assert!(other.call <= own.call + slack(&other) && other.put + slack(&other) >= own.put);
        }
        if let Ok(inputs) = Inputs::new(&Terms { vol: raised(terms.vol), ..terms }) {
            let other = evaluate(&inputs);
            prop_assert!(other.call + slack(&other) >= own.call && other.put + slack(&other) >= own.put);
        }
        if let Ok(inputs) = Inputs::new(&Terms { spot: raised(terms.spot), ..terms }) {
            let other = evaluate(&inputs);
            prop_assert!(other.call + slack(&other) >= own.call && other.put <= own.put + slack(&other));
        }
        if let Ok(inputs) = Inputs::new(&Terms { rate: terms.rate + Fx::from_num(step - 1.0), ..terms }) {
            let other = evaluate(&inputs);
            prop_assert!(other.call + slack(&other) >= own.call && other.put <= own.put + slack(&other));
        }
    }

    #[test]
    fn without_rates_it_is_blacks_formula(inputs in domain()) {
        let [spot, strike, vol, years] = inputs;
        let own = priced(&Terms { spot, strike, vol, years, rate: Fx::ZERO, dividend_yield: Fx::ZERO });
        let other = black76::evaluate(&black76::Inputs::new(spot, strike, vol, years).unwrap());
        prop_assert_eq!((own.call, own.put), (other.call, other.put));
        prop_assert_eq!((own.asset_leg, own.cash_leg, own.vega), (spot, strike, other.vega));
        for (own, other) in [(own.call_delta, other.call_delta), (own.put_delta, other.put_delta), (own.gamma, other.gamma), (own.vanna, other.vanna), (own.volga, other.volga), (own.call_theta, other.theta), (own.put_theta, other.theta)] {
            let allowed = Fx::from_num(1e-17 * other.to_num::<f64>().abs().max(1.0));
            prop_assert!((own - other).abs() <= allowed, "{} and {}", own, other);
        }
    }

    #[test]
    fn on_a_forward_it_is_blacks_formula_discounted(inputs in domain(), rate in -0.5..2.0_f64) {
        let [forward, strike, vol, years] = inputs;
        let rate = Fx::from_num(rate);
        let own = evaluate(&Inputs::on_forward(forward, strike, vol, years, rate).unwrap());
        holds_its_bounds(&own);
        let other = black76::evaluate(&black76::Inputs::new(forward, strike, vol, years).unwrap());
        let (rate, years) = (rate.to_num::<f64>(), years.to_num::<f64>());
        let discount = (-rate * years).exp();
        let near = |own: Fx, other: f64| (own.to_num::<f64>() - other).abs() <= 1e-14 * other.abs().max(forward.to_num::<f64>() + strike.to_num::<f64>());
        let times = |other: Fx| discount * other.to_num::<f64>();
        prop_assert!(near(own.call, times(other.call)) && near(own.put, times(other.put)));
        prop_assert!((own.call_delta.to_num::<f64>() - times(other.call_delta)).abs() < 1e-14);
        prop_assert!(near(own.vega, times(other.vega)) && near(own.volga, times(other.volga)));
        prop_assert!(near(own.call_theta, times(other.theta) + rate * times(other.call)));
        prop_assert!(near(own.put_theta, times(other.theta) + rate * times(other.put)));
        prop_assert!(near(own.call_rho, -years * times(other.call)) && near(own.put_rho, -years * times(other.put)));
    }

    #[test]
    fn no_input_panics(raw in any::<[i128; 6]>(), shifts in any::<[u8; 6]>()) {
        let fx = |index: usize| Fx::from_bits(raw[index] >> (shifts[index] & 127));
        let terms = Terms { spot: fx(0), strike: fx(1), vol: fx(2), years: fx(3), rate: fx(4), dividend_yield: fx(5) };
        if let Ok(inputs) = Inputs::new(&terms) {
            holds_its_bounds(&evaluate(&inputs));
        }
        if let Ok(inputs) = Inputs::on_forward(fx(0), fx(1), fx(2), fx(3), fx(4)) {
            holds_its_bounds(&evaluate(&inputs));
        }
    }
}

#[test]
fn bounds_hold_at_every_corner_of_the_domain() {
    let second = Fx::ONE / 31_536_000 + Fx::DELTA;
    let rates = [RATE_MIN, Fx::ZERO, RATE_MAX];
    for spot in [FORWARD_MIN + Fx::DELTA, Fx::lit("3000"), FORWARD_MAX] {
        for [rate, dividend_yield] in rates.iter().flat_map(|rate| rates.map(|other| [*rate, other])) {
            for years in [second, Fx::lit("0.5"), YEARS_MAX] {
                let forward = spot.to_num::<f64>() * ((rate - dividend_yield) * years).to_num::<f64>().exp();
                for ratio in [0.001_000_01, 0.5, 0.999_999, 1.0, 1.000_001, 2.0, 999.99] {
                    for vol in [Fx::lit("0.01") + Fx::DELTA, Fx::lit("0.5"), Fx::lit("10")] {
                        let strike = Fx::from_num(forward * ratio);
                        holds_its_bounds(&priced(&Terms { spot, strike, vol, years, rate, dividend_yield }));
                    }
                }
            }
        }
    }
}

fn at_the_market() -> Terms {
    let [spot, strike] = [Fx::from_num(3000); 2];
    Terms { spot, strike, vol: Fx::ONE, years: Fx::ONE, rate: Fx::lit("0.05"), dividend_yield: Fx::lit("0.01") }
}

#[test]
fn a_textbook_example_is_reproduced() {
    // Hull, "Options, Futures, and Other Derivatives", example 15.6
    let fx = |text| Fx::from_str(text).unwrap();
    let own = priced(&Terms {
        spot: fx("42"),
        strike: fx("40"),
        vol: fx("0.2"),
        years: fx("0.5"),
        rate: fx("0.1"),
        dividend_yield: Fx::ZERO,
    });
    assert!((own.call - fx("4.76")).abs() < fx("0.005"), "{}", own.call);
    assert!((own.put - fx("0.81")).abs() < fx("0.005"), "{}", own.put);
}

#[test]
fn zero_time_is_intrinsic_exactly() {
    let at = |strike: i32| priced(&Terms { strike: Fx::from_num(strike), years: Fx::ZERO, ..at_the_market() });
    assert_eq!((at(2900).call, at(2900).put, at(2900).call_delta), (Fx::from_num(100), Fx::ZERO, Fx::ONE));
    assert_eq!((at(3100).call, at(3100).put, at(3100).put_delta), (Fx::ZERO, Fx::from_num(100), -Fx::ONE));
    assert_eq!((at(3000).call, at(3000).put, at(3000).call_delta), (Fx::ZERO, Fx::ZERO, Fx::ONE >> 1));
    for strike in [2900, 3000, 3100] {
        let own = at(strike);
        let rest = [own.gamma, own.vega, own.call_theta, own.put_theta, own.call_rho, own.put_rho];
        assert_eq!((rest, own.vanna, own.volga), ([Fx::ZERO; 6], Fx::ZERO, Fx::ZERO));
    }
}

#[test]
fn the_domain_ends_where_it_says() {
    let market = at_the_market();
    let negative = Fx::from_num(-1);
    let flat = Terms { rate: Fx::ZERO, dividend_yield: Fx::ZERO, ..market };
    for inside in [
        Terms { spot: FORWARD_MIN, strike: FORWARD_MIN, ..market },
        Terms { spot: FORWARD_MAX, strike: FORWARD_MAX, ..market },
        Terms { strike: Fx::from_num(3), ..flat },
        Terms { strike: Fx::from_num(3_000_000), ..flat },
        Terms { years: YEARS_MIN, ..market },
        Terms {
            rate: RATE_MAX,
            dividend_yield: RATE_MIN,
            years: YEARS_MAX,
            strike: Fx::from_num(5_000_000_000_i64),
            ..market
        },
    ] {
        assert!(Inputs::new(&inside).is_ok(), "{inside:?}");
    }
    for (outside, text) in [
        (Terms { spot: Fx::ZERO, ..market }, "spot 0 must be from 0.0001 to 1000000000 quote per base"),
        (Terms { spot: Fx::MAX, ..market }, "spot 9223372036854775807.9999"),
        (Terms { strike: Fx::ZERO, ..flat }, "strike 0 must be from 0.001 to 1000 times the forward 3000"),
        (Terms { strike: negative, ..flat }, "strike -1 must"),
        (Terms { strike: Fx::MAX, ..market }, "strike 9223372036854775807.9999"),
        (Terms { strike: Fx::lit("2.9999"), ..flat }, "strike 2.9999 must"),
        (
            Terms { strike: Fx::from_num(3_000_001), ..flat },
            "strike 3000001 must be from 0.001 to 1000 times the forward 3000",
        ),
        (
            Terms { strike: Fx::from_num(3_200_000), ..market },
            "strike 3200000 must be from 0.001 to 1000 times the forward 3122.4323",
        ),
        (Terms { vol: Fx::lit("0.0099"), ..market }, "vol 0.0099 must be from 0.01 to 10"),
        (Terms { years: YEARS_MIN - Fx::DELTA, ..market }, "time 0.0000000317"),
        (Terms { years: Fx::from_num(4), ..market }, "time 4 must be 0 or from one second to 3 years"),
        (Terms { rate: Fx::lit("-0.51"), ..market }, "rate -0.51 must be from -0.5 to 2 a year"),
        (Terms { rate: Fx::lit("2.01"), ..market }, "rate 2.01 must"),
        (Terms { dividend_yield: Fx::from_num(3), ..market }, "dividend yield 3 must be from -0.5 to 2 a year"),
        (Terms { dividend_yield: negative, ..market }, "dividend yield -1 must"),
    ] {
        let message = Inputs::new(&outside).unwrap_err().to_string();
        assert!(message.starts_with(text), "{message}");
    }
    let message = Inputs::on_forward(Fx::ZERO, market.strike, market.vol, market.years, market.rate).unwrap_err();
    assert!(message.to_string().starts_with("forward 0 must"), "{message}");
}
