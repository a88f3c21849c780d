//! `equipoise_risk::black_scholes`: parity and bounds on the discounted legs, Black's formula where the rates are
//! nothing, order, and refusals exactly outside the domain.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{AnyFx, Magnitude, Share};
use equipoise_math::{exp, mul_floor, Fx};
use equipoise_risk::black76::{self, PricingError};
use equipoise_risk::black_scholes::{evaluate, Evaluation, Inputs, Terms};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    spot: Magnitude,
    moneyness: Magnitude,
    vol: Magnitude,
    years: Option<Magnitude>,
    rates: (Share, Share),
    step: Share,
    raw: [AnyFx; 6],
}

const RATE: (Fx, Fx) = (Fx::lit("-0.5"), Fx::lit("2"));
const YEARS: (Fx, Fx) = (Fx::lit("0.0000000317097919837"), Fx::lit("3"));

fuzz_target!(|input: Input| {
    let spot = input.spot.between(Fx::lit("0.0001"), Fx::lit("1000000000"));
    let terms = Terms {
        spot,
        strike: spot * input.moneyness.between(Fx::lit("0.01"), Fx::lit("100")),
        vol: input.vol.between(Fx::lit("0.01"), Fx::lit("10")),
        years: input.years.map_or(Fx::ZERO, |years| years.between(YEARS.0, YEARS.1)),
        rate: input.rates.0.between(RATE.0, RATE.1),
        dividend_yield: input.rates.1.between(RATE.0, RATE.1),
    };
    if let Ok(inputs) = Inputs::new(&terms) {
        let own = evaluate(&inputs);
        assert_bounds(&own);
        assert_legs(&terms, &own);
        assert_order(&terms, &own, input.step);
    }
    on_forward(&terms);
    refusals(input.raw.map(AnyFx::fx));
});

/// The certified error of a price: 6e-18 of both legs and three units, rounded up.
fn error(own: &Evaluation) -> Fx {
    Fx::from_bits((own.asset_leg.to_bits() + own.cash_leg.to_bits()) / 100_000_000_000_000_000 + 4)
}

fn assert_bounds(own: &Evaluation) {
    let (asset, cash) = (own.asset_leg, own.cash_leg);
    assert_eq!(own.call - own.put, asset - cash, "parity");
    assert!(own.call >= (asset - cash).max(Fx::ZERO) && own.call <= asset, "{own:?}");
    assert!(own.put >= (cash - asset).max(Fx::ZERO) && own.put <= cash, "{own:?}");
    assert!(own.call_delta >= Fx::ZERO && own.put_delta <= Fx::ZERO, "{own:?}");
    assert!(own.gamma >= Fx::ZERO && own.vega >= Fx::ZERO);
}

fn assert_legs(terms: &Terms, own: &Evaluation) {
    for (leg, amount, rate) in
        [(own.asset_leg, terms.spot, terms.dividend_yield), (own.cash_leg, terms.strike, terms.rate)]
    {
        let factor = exp(-mul_floor(rate, terms.years).expect("at most six")).expect("at most six");
        let product = mul_floor(amount, factor).expect("it fits");
        // the exponent is cut by a unit and the factor is held to 2^-60 of itself
        let most = Fx::from_bits((product.to_bits() >> 58) + (amount.to_bits() >> 62) + 16);
        assert!((leg - product).abs() <= most, "a leg of {leg} is not {product}");
    }
    // delta is what the asset's leg is worth a share of
    let factor = own.call_delta - own.put_delta;
    let leg = mul_floor(factor, terms.spot).expect("it fits");
    let most = Fx::from_bits((leg.to_bits() >> 58) + (terms.spot.to_bits() >> 62) + 4);
    assert!((own.asset_leg - leg).abs() <= most, "{} is not {leg}", own.asset_leg);
}

fn assert_order(terms: &Terms, own: &Evaluation, step: Share) {
    let raised = |x: Fx| x + (x >> 2_u32) * step.fx();
    let of = |terms: Terms| Inputs::new(&terms).ok().map(|inputs| evaluate(&inputs));
    if let Some(other) = of(Terms { vol: raised(terms.vol).min(Fx::from_num(10)), ..*terms }) {
        assert!(other.call + error(own) * 2 >= own.call, "the call falls with volatility");
    }
    if let Some(other) = of(Terms { strike: raised(terms.strike), ..*terms }) {
        let slack = error(own) + error(&other);
        assert!(other.call <= own.call + slack && other.put + slack >= own.put, "out of order in the strike");
    }
    if let Some(other) = of(Terms { spot: raised(terms.spot), ..*terms }) {
        let slack = error(own) + error(&other);
        assert!(other.call + slack >= own.call && other.put <= own.put + slack, "out of order in spot");
    }
}

/// On a forward, and without a rate, it is Black's formula.
fn on_forward(terms: &Terms) {
    let Terms { spot: forward, strike, vol, years, rate, .. } = *terms;
    let exact = black76::Inputs::new(forward, strike, vol, years).map(|inputs| black76::evaluate(&inputs));
    let exact = exact.expect("the inputs are inside the domain");
    let own = evaluate(&Inputs::on_forward(forward, strike, vol, years, Fx::ZERO).expect("it is inside"));
    assert_eq!((own.asset_leg, own.cash_leg), (forward, strike));
    let slack = error(&own) * 2;
    assert!((own.call - exact.call).abs() <= slack, "{} is not {}", own.call, exact.call);
    assert!((own.call_delta - exact.call_delta).abs() <= Fx::lit("0.000000000000002"));
    let discounted = evaluate(&Inputs::on_forward(forward, strike, vol, years, rate).expect("it is inside"));
    assert_bounds(&discounted);
}

fn refusals([spot, strike, vol, years, rate, dividend_yield]: [Fx; 6]) {
    let terms = Terms { spot, strike, vol, years, rate, dividend_yield };
    let within = |x: Fx, (low, high): (Fx, Fx)| low <= x && x <= high;
    let is_spot_inside = within(spot, (Fx::lit("0.0001"), Fx::lit("1000000000")));
    let is_time_inside = years == Fx::ZERO || within(years, YEARS);
    let expected = if !is_spot_inside {
        Some(PricingError::SpotOutOfDomain { spot })
    } else if !within(vol, (Fx::lit("0.01"), Fx::lit("10"))) {
        Some(PricingError::VolOutOfDomain { vol })
    } else if !is_time_inside {
        Some(PricingError::YearsOutOfDomain { years })
    } else if !within(rate, RATE) {
        Some(PricingError::RateOutOfDomain { rate })
    } else if !within(dividend_yield, RATE) {
        Some(PricingError::DividendYieldOutOfDomain { dividend_yield })
    } else {
        None
    };
    match (Inputs::new(&terms), expected) {
        (Err(error), Some(expected)) => assert_eq!(error, expected),
        (Err(PricingError::StrikeOutOfDomain { forward, .. }), None) => {
            // the edge itself is a logarithm's, held to 2^-50
            let ratio = strike.to_num::<f64>() / forward.to_num::<f64>();
            assert!(!(1.001e-3..=0.999e3).contains(&ratio), "{strike} is refused on {forward}");
        }
        (Ok(inputs), None) => assert_bounds(&evaluate(&inputs)),
        (outcome, expected) => panic!("{outcome:?}, not {expected:?}"),
    }
}
