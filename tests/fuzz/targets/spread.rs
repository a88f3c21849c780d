//! `equipoise_risk::{spread, regime}`: spreads never shrink with age, variance or stress, parts never pay less than
//! the whole, and multipliers stay in their bounds.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::market::parameters;
use equipoise_fuzz::{ceil_shift, wide, AnyFx, Magnitude, Share};
use equipoise_math::Fx;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::parameters::{Parameter, Parameters, COUNT};
use equipoise_risk::regime::Regime;
use equipoise_risk::spread::{
    bucket_spread_ceil, utilisation_factor_ceil, Admitted, BandError, BucketChange, Doubt, Factors, Feed, HalfSpread,
    SpreadMultiplier, SpreadTerms, MOST_PULL_AGE_SECS, MOST_TOXICITY, MOST_UTILISATION, NARROWEST_PULL_BAND,
    WIDEST_BAND,
};
use equipoise_risk::units::{Money, Price};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    parameters: [Share; COUNT],
    spot: Magnitude,
    variances: (Magnitude, Magnitude),
    ages: (u32, u32),
    heartbeat: (u16, u16),
    deviation: Share,
    factors: (u8, u32, u32, u32),
    halves: (Magnitude, Magnitude),
    utilisation: (AnyFx, AnyFx),
    buckets: [(Magnitude, bool); 4],
}

fuzz_target!(|input: Input| {
    let parameters = parameters(input.parameters);
    let spot = Price::from_fx(input.spot.between(Fx::lit("0.0001"), Fx::lit("1000000000")));
    let [less, more] = [input.variances.0, input.variances.1].map(|x| x.between(Fx::lit("0.0001"), Fx::lit("100")));
    let (less, more) = (less.min(more), less.max(more));
    let (young, old) = (input.ages.0.min(input.ages.1).into(), input.ages.0.max(input.ages.1).into());
    terms(spot, (less, more), (young, old), &parameters);
    bands(&input, (less, more), (young, old));
    multipliers(&input);
    let [a, b, c, d] = input.buckets.map(|(size, is_negative)| {
        let size = size.between(Fx::DELTA, Fx::lit("1000000000000"));
        if is_negative {
            -size
        } else {
            size
        }
    });
    buckets(input.deviation.fx(), (a, b), (c, d));
});

fn terms(spot: Price, (less, more): (Fx, Fx), (young, old): (u64, u64), parameters: &Parameters) {
    let of = |age, variance| SpreadTerms::new(spot, age, variance, parameters).expect("it fits");
    let (calm, late, wild) = (of(young, less), of(old, less), of(young, more));
    let ceil = |parameter| {
        let share = parameters.number(parameter).expect("it fits");
        ceil_shift(wide(spot.fx()) * wide(share), 64)
    };
    assert_eq!(wide(calm.floor), ceil(Parameter::SpreadFloor));
    assert_eq!(wide(calm.fee), ceil(Parameter::Fee));
    assert!(calm.band >= Fx::ZERO && late.band >= calm.band && wild.band >= calm.band);
    assert!(late.band <= WIDEST_BAND && wild.band <= WIDEST_BAND);
    let on = |terms: SpreadTerms, age| terms.on_surface_of(age, parameters).expect("it fits").vol_half_spread;
    assert!(on(calm, young) >= calm.vol_half_spread && on(calm, old) >= on(calm, young));
    let fresh = SpreadTerms::within(spot, calm.band, parameters).expect("it fits");
    assert_eq!(fresh, calm, "both doors lead to the same terms");
}

fn bands(input: &Input, (less, more): (Fx, Fx), (young, old): (u64, u64)) {
    let deviation = input.deviation.fx() >> 4_u32;
    let (latency_secs, heartbeat_secs) = (input.heartbeat.0.into(), input.heartbeat.1.into());
    let push = Feed::Push { deviation, latency_secs, heartbeat_secs };
    let of = |feed: Feed, variance, age| feed.band_ceil(variance, age);
    let (fresh, stale) = (of(push, less, young).expect("it fits"), of(push, less, old).expect("it fits"));
    assert_eq!(fresh.admitted == Admitted::All, young <= heartbeat_secs);
    assert!(fresh.share >= deviation.min(WIDEST_BAND) && fresh.share <= stale.share && stale.share <= WIDEST_BAND);
    assert!(of(push, more, young).expect("it fits").share >= fresh.share);
    let pull = Feed::Pull(Doubt::of_confidence(input.deviation.fx() >> 4_u32));
    match of(pull, less, young) {
        Ok(band) => {
            assert!(young <= MOST_PULL_AGE_SECS && band.admitted == Admitted::All);
            let least = NARROWEST_PULL_BAND.number().expect("it fits");
            assert!(band.share >= least && band.share <= WIDEST_BAND);
        }
        Err(error) => {
            let expected = BandError::PulledPriceTooOld { age_secs: young, most_secs: MOST_PULL_AGE_SECS };
            assert!(error == expected && young > MOST_PULL_AGE_SECS);
        }
    }
}

fn multipliers(input: &Input) {
    let (regime, toxicity, utilisation, stored) = input.factors;
    let regimes = [Regime::Calm, Regime::Normal, Regime::Stressed, Regime::Crisis];
    let place = usize::from(regime) % regimes.len();
    let factors = Factors {
        regime: regimes[place],
        toxicity: Millionths::from_raw(toxicity),
        utilisation: Millionths::from_raw(utilisation),
    };
    let own = SpreadMultiplier::of(factors);
    assert!(own >= SpreadMultiplier::ONE && own <= SpreadMultiplier::MOST);
    let product = u128::from(factors.regime.factor().raw())
        * u128::from(toxicity.clamp(1_000_000, MOST_TOXICITY.raw()))
        * u128::from(utilisation.clamp(1_000_000, MOST_UTILISATION.raw()));
    let exact = u128::from(own.stored().raw()) * 1_000_000_000_000;
    // each of two products rounds up by less than a millionth, the first of which is at most doubled
    assert!(exact >= product && exact - product < 3_000_000_000_000, "{own:?}");
    if let Some(worse) = regimes.get(place + 1) {
        assert!(SpreadMultiplier::of(Factors { regime: *worse, ..factors }) > own);
    }
    assert!(own.for_closing() >= own && own.for_closing().stored() >= Regime::Stressed.factor());
    assert_eq!(SpreadMultiplier::from_stored(own.stored()), own);
    let any = SpreadMultiplier::from_stored(Millionths::from_raw(stored));
    assert!(any >= SpreadMultiplier::ONE && any <= SpreadMultiplier::MOST);
    let [of_vol, rest] = [input.halves.0, input.halves.1].map(|half| half.between(Fx::DELTA, Fx::lit("1000000000000")));
    let half = HalfSpread { of_vol: Money::from_fx(of_vol), rest: Money::from_fx(rest) };
    let paid = |multiplier| half.widened_ceil(multiplier).expect("it fits");
    assert_eq!(paid(SpreadMultiplier::ONE), half.of_vol.plus(half.rest).expect("it fits"));
    assert!(paid(own.min(any)) <= paid(own.max(any)), "wider costs more");
    let (a, b) = (input.utilisation.0.fx(), input.utilisation.1.fx());
    let of = |used: Fx| utilisation_factor_ceil(used).expect("none in range");
    assert!(of(a.min(b)) <= of(a.max(b)));
    assert!(of(a) >= Millionths::ONE && of(a) <= MOST_UTILISATION);
    assert!(a > Fx::lit("0.5") || of(a) == Millionths::ONE);
}

fn buckets(half_spread: Fx, (a, b): (Fx, Fx), (c, d): (Fx, Fx)) {
    let pays = |vega, wing_vega| bucket_spread_ceil(half_spread, BucketChange { vega, wing_vega }).expect("it fits");
    assert!(pays(a, b) >= Fx::ZERO);
    assert_eq!(pays(a, b), pays(-a, -b), "both ways cost the same");
    assert!(pays(a + c, b + d) <= pays(a, b) + pays(c, d), "parts pay less than the whole");
    assert_eq!(wide(pays(a, b)), ceil_shift(wide(half_spread) * (wide(a).abs() + wide(b).abs()), 64));
}
