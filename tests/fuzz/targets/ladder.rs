//! `equipoise_risk::black76::ladder`: the exact prices are those of the formula, the coarse ones as close as they say.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{wide, AnyFx, Magnitude};
use equipoise_math::kernel::coarse;
use equipoise_math::Fx;
use equipoise_risk::black76::ladder::{vol_bits, CoarseVol, Forward, Ladder, Multiple, Tenor, TotalVol};
use equipoise_risk::black76::{evaluate, Evaluation, Inputs, PricingError};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    forward: Magnitude,
    moneyness: Magnitude,
    vol: Magnitude,
    years: Option<Magnitude>,
    share: Magnitude,
    raw: (AnyFx, AnyFx, AnyFx, AnyFx),
}

fuzz_target!(|input: Input| {
    let forward = input.forward.between(Fx::lit("0.0001"), Fx::lit("1000000000"));
    let strike = forward * input.moneyness.between(Fx::lit("0.0010001"), Fx::lit("999.9"));
    let vol = input.vol.between(Fx::lit("0.01"), Fx::lit("10"));
    let years = input.years.map_or(Fx::ZERO, |years| years.between(Fx::lit("0.0000000317097919837"), Fx::lit("3")));
    let share = input.share.between(Fx::lit("0.015625"), Fx::lit("4"));
    prices([forward, strike, vol, years], share);
    refusals(&input);
});

fn price([forward, strike, vol, years]: [Fx; 4]) -> Option<Evaluation> {
    Inputs::new(forward, strike, vol, years).ok().map(|inputs| evaluate(&inputs))
}

fn prices([forward, strike, vol, years]: [Fx; 4], share: Fx) {
    let exact = price([forward, strike, vol, years]).expect("the inputs are inside the domain");
    let base = Forward::new(forward).expect("it is inside");
    let tenor = Tenor::new(years).expect("it is inside");
    let total = TotalVol::new(vol_bits(vol), &tenor);
    let ladder = Ladder::new(&base, strike).expect("it is inside");
    let error = (ladder.call(&total) - exact.call).abs().to_num::<f64>();
    assert!(error <= forward.to_num::<f64>() * 2_f64.powi(-56) + 2_f64.powi(-64), "the formula but for {error:e}");
    let multiple = Multiple::new(share).expect("it is inside");
    assert_eq!(multiple.share(), share);
    let coarse_vol = CoarseVol::new(&total);
    for multiple in [Multiple::ONE, multiple] {
        let moved = equipoise_math::mul_floor(forward, multiple.share()).expect("at most 4e9");
        let (call, forward_value) = ladder.call_at(&multiple, &total);
        assert_eq!(forward_value, moved - strike);
        let Some(there) = price([moved, strike, vol, years]) else { continue };
        // 1e-16 of the moved forward beside the formula's own 1e-17
        let most = moved.to_num::<f64>() * 1.1e-16 + 1.7e-19;
        let error = (call - there.call).abs().to_num::<f64>();
        assert!(error <= most, "{call} for {}: {error:e} of {most:e}", there.call);
        // a share of the forward in units of 2^-40
        let own = wide(forward) * i128::from(ladder.coarse_call(&multiple, &coarse_vol));
        let off = (own - (wide(there.call) << 40_u32)).abs().as_f64() / 104_f64.exp2();
        let most = moved.max(forward).max(strike).to_num::<f64>() * 2_f64.powi(-28);
        assert!(
            off <= most,
            "{forward} x {} {strike} {vol} {years}: a coarse price is {off:e} off, {most:e} allowed",
            multiple.share()
        );
    }
    if years > Fx::ZERO {
        let greeks = ladder.coarse_greeks(&coarse_vol);
        let delta = greeks.delta as f64 / coarse::ONE as f64;
        let off = (delta - exact.call_delta.to_num::<f64>()).abs();
        // the logarithm is cut to 2^-40, which the total volatility divides
        let total_vol = vol.to_num::<f64>() * years.to_num::<f64>().sqrt();
        let most = 2_f64.powi(-28) + 2_f64.powi(-40) / total_vol;
        assert!(off <= most, "a coarse delta is {off:e} off, {most:e} allowed");
        assert!(greeks.density >= 0 && greeks.density as f64 <= 0.398_943 * coarse::ONE as f64);
    }
}

fn refusals(input: &Input) {
    let (forward, strike, years, share) = (input.raw.0.fx(), input.raw.1.fx(), input.raw.2.fx(), input.raw.3.fx());
    let expected = Inputs::new(forward, forward, Fx::ONE, Fx::ONE).err();
    let base = Forward::new(forward);
    assert_eq!(base.as_ref().err(), expected.as_ref());
    if let Ok(base) = base {
        let expected = Inputs::new(forward, strike, Fx::ONE, Fx::ONE).err();
        assert_eq!(Ladder::new(&base, strike).err(), expected);
    }
    let expected = Inputs::new(Fx::ONE, Fx::ONE, Fx::ONE, years).err();
    assert_eq!(Tenor::new(years).err(), expected);
    let is_inside = share >= Fx::lit("0.015625") && share <= Fx::lit("4");
    let expected = (!is_inside).then_some(PricingError::ForwardOutOfDomain { forward: share });
    assert_eq!(Multiple::new(share).err(), expected);
}
