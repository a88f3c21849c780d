//! `equipoise_risk::black76::implied_vol`: finds the volatility of every price that has one, and names the reason
//! where there is none.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{AnyFx, Magnitude, Share};
use equipoise_math::Fx;
use equipoise_risk::black76::{evaluate, implied_vol, Evaluation, ImpliedVolError, Inputs, Kind};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    forward: Magnitude,
    moneyness: Magnitude,
    vol: Magnitude,
    years: Magnitude,
    is_call: bool,
    share: Share,
    raw: [AnyFx; 4],
}

const VOL: (Fx, Fx) = (Fx::lit("0.01"), Fx::lit("10"));

fuzz_target!(|input: Input| {
    let forward = input.forward.between(Fx::lit("0.0001"), Fx::lit("1000000000"));
    let market = Market {
        forward,
        strike: forward * input.moneyness.between(Fx::lit("0.0010001"), Fx::lit("999.9")),
        years: input.years.between(Fx::lit("0.0000000317097919837"), Fx::lit("3")),
        kind: if input.is_call { Kind::Call } else { Kind::Put },
    };
    market.assert_recovers(input.vol.between(VOL.0, VOL.1));
    market.assert_explains(input.share);
    let [price, forward, strike, years] = input.raw.map(AnyFx::fx);
    let refused = Inputs::new(forward, strike, Fx::ONE, years).is_err() || years == Fx::ZERO;
    let outcome = implied_vol(price, forward, strike, years, market.kind);
    assert_eq!(refused, matches!(outcome, Err(ImpliedVolError::Pricing(_))), "{outcome:?}");
});

struct Market {
    forward: Fx,
    strike: Fx,
    years: Fx,
    kind: Kind,
}

impl Market {
    fn evaluation(&self, vol: Fx) -> Evaluation {
        evaluate(&Inputs::new(self.forward, self.strike, vol, self.years).expect("the inputs are inside the domain"))
    }

    fn price(&self, vol: Fx) -> Fx {
        let value = self.evaluation(vol);
        match self.kind {
            Kind::Call => value.call,
            Kind::Put => value.put,
        }
    }

    fn of(&self, price: Fx) -> Result<Fx, ImpliedVolError> {
        implied_vol(price, self.forward, self.strike, self.years, self.kind)
    }

    /// What the price itself may be off by: 1e-16 of the forward and a unit.
    fn unit(&self) -> f64 {
        1e-16 * self.forward.to_num::<f64>() + 1e-19
    }

    fn assert_recovers(&self, vol: Fx) {
        // what that error is worth in volatility, which says nothing where vega is small
        let worth = self.unit() / self.evaluation(vol).vega.to_num::<f64>();
        if worth > 1e-4 {
            return;
        }
        match self.of(self.price(vol)) {
            Ok(back) => {
                assert!(back >= VOL.0 && back <= VOL.1);
                let error = (back - vol).abs().to_num::<f64>();
                assert!(error <= 1e-12 + 4.0 * worth, "{back} for {vol}: {error:e}, of which {worth:e} is the price's");
            }
            Err(error) => assert!(vol < Fx::lit("0.0102") || vol > Fx::lit("9.9"), "{error} for {vol}"),
        }
    }

    /// Any price: an answer prices to it, a refusal is right.
    fn assert_explains(&self, share: Share) {
        let forward_value = self.forward - self.strike;
        let (intrinsic, bound) = match self.kind {
            Kind::Call => (forward_value.max(Fx::ZERO), self.forward),
            Kind::Put => ((-forward_value).max(Fx::ZERO), self.strike),
        };
        // a little past both bounds, too
        let margin = (bound - intrinsic) >> 4_u32;
        let price = share.between(intrinsic - margin, bound + margin);
        let slack = Fx::from_num(10.0 * self.unit());
        match self.of(price) {
            Ok(vol) => {
                assert!(price > intrinsic && price < bound && vol >= VOL.0 && vol <= VOL.1);
                let allowed = self.evaluation(vol).vega.to_num::<f64>() * 1e-12 + 10.0 * self.unit();
                let error = (self.price(vol) - price).abs().to_num::<f64>();
                assert!(error <= allowed, "{price} at {vol} is off by {error:e}");
            }
            Err(ImpliedVolError::NotAboveIntrinsic { .. }) => assert!(price <= intrinsic),
            Err(ImpliedVolError::NotBelowBound { .. }) => assert!(price >= bound),
            Err(ImpliedVolError::VolOutOfDomain { .. }) => {
                assert!(price > intrinsic && price < bound);
                let inside = self.price(VOL.0) + slack < price && price + slack < self.price(VOL.1);
                assert!(!inside, "{price} has a volatility");
            }
            Err(error) => panic!("{error}"),
        }
    }
}
