//! `equipoise_risk::black76`: parity, bounds, order, symmetry and slopes of Black's formula over its whole domain,
//! and refusals exactly outside it.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{wide, AnyFx, Magnitude, Share, Wide};
use equipoise_math::Fx;
use equipoise_risk::black76::{evaluate, Evaluation, Inputs, PricingError};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    forward: Magnitude,
    moneyness: Magnitude,
    vol: Magnitude,
    years: Option<Magnitude>,
    step: Share,
    raw: [AnyFx; 4],
}

fuzz_target!(|input: Input| {
    let option = Priced::new(&input);
    option.assert_bounds();
    option.assert_symmetry();
    option.assert_order(input.step);
    option.assert_total_vol();
    assert_domain(input.raw.map(AnyFx::fx));
});

const FORWARD: (Fx, Fx) = (Fx::lit("0.0001"), Fx::lit("1000000000"));
const MONEYNESS: (Fx, Fx) = (Fx::lit("0.0010001"), Fx::lit("999.9"));
const VOL: (Fx, Fx) = (Fx::lit("0.01"), Fx::lit("10"));
const YEARS: (Fx, Fx) = (Fx::lit("0.0000000317097919837"), Fx::lit("3"));

struct Priced {
    forward: Fx,
    strike: Fx,
    vol: Fx,
    years: Fx,
    value: Evaluation,
}

fn price(forward: Fx, strike: Fx, vol: Fx, years: Fx) -> Option<Evaluation> {
    Inputs::new(forward, strike, vol, years).ok().map(|inputs| evaluate(&inputs))
}

/// The certified error of a price: 1e-17 of the forward and half a unit, rounded up.
fn error(forward: Fx) -> Fx {
    Fx::from_bits((forward.to_bits() / 100_000_000_000_000_000) + 2)
}

impl Priced {
    fn new(input: &Input) -> Self {
        let forward = input.forward.between(FORWARD.0, FORWARD.1);
        let strike = forward * input.moneyness.between(MONEYNESS.0, MONEYNESS.1);
        let vol = input.vol.between(VOL.0, VOL.1);
        let years = input.years.map_or(Fx::ZERO, |years| years.between(YEARS.0, YEARS.1));
        let value = price(forward, strike, vol, years).expect("the inputs are inside the domain");
        Self { forward, strike, vol, years, value }
    }

    fn assert_bounds(&self) {
        let Self { forward, strike, value: own, .. } = *self;
        assert_eq!(own.call - own.put, forward - strike, "parity");
        assert!(own.call >= (forward - strike).max(Fx::ZERO) && own.call <= forward);
        assert!(own.put >= (strike - forward).max(Fx::ZERO) && own.put <= strike);
        assert!(own.call_delta >= Fx::ZERO && own.call_delta <= Fx::ONE);
        assert_eq!(own.call_delta - own.put_delta, Fx::ONE);
        assert!(own.gamma >= Fx::ZERO && own.vega >= Fx::ZERO && own.theta <= Fx::ZERO);
        if self.years == Fx::ZERO {
            assert_eq!(own.call, (forward - strike).max(Fx::ZERO), "at expiry the intrinsic value, exactly");
            assert_eq!((own.gamma, own.vega, own.theta), (Fx::ZERO, Fx::ZERO, Fx::ZERO));
        }
    }

    /// What a call on F struck at K is worth, a put on K struck at F is worth too.
    fn assert_symmetry(&self) {
        let Some(mirrored) = price(self.strike, self.forward, self.vol, self.years) else { return };
        let slack = error(self.forward) + error(self.strike);
        assert!((mirrored.put - self.value.call).abs() <= slack, "{} and {}", mirrored.put, self.value.call);
        assert!((mirrored.call - self.value.put).abs() <= slack, "{} and {}", mirrored.call, self.value.put);
        // theta is minus vega times vol over twice the time; both are held to 1e-13, relatively or absolutely
        if self.years > Fx::ZERO {
            let [vega, theta, vol, years] =
                [self.value.vega, self.value.theta, self.vol, self.years].map(Fx::to_num::<f64>);
            let factor = vol / (2.0 * years);
            let most = 1e-13 * (vega.max(1.0) * factor + theta.abs().max(1.0)) + 1e-15 * theta.abs();
            assert!((theta + vega * factor).abs() <= most, "theta {theta} and vega {vega}");
        }
    }

    fn assert_order(&self, step: Share) {
        let Self { forward, strike, vol, years, value } = *self;
        // up to twice as much
        let raised = |x: Fx| x + x * step.fx();
        if let Some(other) = price(forward, raised(strike), vol, years) {
            let slack = error(forward) + error(forward);
            assert!(other.call <= value.call + slack, "the call rises with the strike");
            assert!(other.put + slack >= value.put, "the put falls with the strike");
            // a vertical spread is worth at most the distance of its strikes
            assert!(value.call - other.call <= raised(strike) - strike + slack);
        }
        for other in [price(forward, strike, raised(vol), years), price(forward, strike, vol, raised(years))] {
            let Some(other) = other else { continue };
            assert!(other.call + error(forward) + error(forward) >= value.call, "volatility or time make it cheaper");
        }
        let higher = raised(forward);
        if let Some(other) = price(higher, strike, vol, years) {
            let slack = error(forward) + error(higher);
            let [before, after] = [value, other].map(|value| value.call_delta);
            assert!(other.call + slack >= value.call, "the call falls with the forward");
            assert!(after + Fx::from_bits(400) >= before, "delta falls with the forward");
            // the call is convex: it gains between its two slopes
            let width = wide(higher - forward);
            let gained = wide(other.call) - wide(value.call);
            let slope = |delta: Fx, up: i128| (width * (wide(delta) + Wide::from(200 * up))) >> 64_u32;
            assert!(gained + wide(slack) >= slope(before, -1), "the call gains less than delta");
            assert!(gained <= slope(after, 1) + wide(slack) + 1_i128, "the call gains more than delta");
        }
    }

    /// The other door leads to the same prices.
    fn assert_total_vol(&self) {
        let total = self.vol * equipoise_math::sqrt(self.years).unwrap();
        if let Ok(inputs) = Inputs::with_total_vol(self.forward, self.strike, self.vol, total) {
            let other = evaluate(&inputs);
            assert_eq!(other.call - other.put, self.forward - self.strike);
            // total volatility was cut by at most 11 units; vega in it is at most 0.4 of the forward
            let slack = error(self.forward) + error(self.forward) + Fx::from_bits(self.forward.to_bits() >> 62);
            assert!((other.call - self.value.call).abs() <= slack * 2, "{} and {}", other.call, self.value.call);
        }
    }
}

/// Refused exactly where an input is outside, and for the first that is.
fn assert_domain([forward, strike, vol, years]: [Fx; 4]) {
    let within = |x: Fx, (low, high): (Fx, Fx)| low <= x && x <= high;
    let thousand = Wide::from(1_000);
    let is_strike_inside =
        strike > Fx::ZERO && wide(strike) * thousand >= wide(forward) && wide(strike) <= wide(forward) * thousand;
    let prices = if !within(forward, FORWARD) {
        Err(PricingError::ForwardOutOfDomain { forward })
    } else if !is_strike_inside {
        Err(PricingError::StrikeOutOfDomain { strike, forward })
    } else if !within(vol, VOL) {
        Err(PricingError::VolOutOfDomain { vol })
    } else {
        Ok(())
    };
    let is_time_inside = years == Fx::ZERO || within(years, YEARS);
    let expected = prices.and(if is_time_inside { Ok(()) } else { Err(PricingError::YearsOutOfDomain { years }) });
    assert_eq!(Inputs::new(forward, strike, vol, years).map(|_| ()), expected);
    let total_vol = years;
    let is_inside = total_vol == Fx::ZERO || within(total_vol, (Fx::lit("0.000001"), Fx::lit("17.33")));
    let expected = prices.and(if is_inside { Ok(()) } else { Err(PricingError::TotalVolOutOfDomain { total_vol }) });
    assert_eq!(Inputs::with_total_vol(forward, strike, vol, total_vol).map(|_| ()), expected);
}
