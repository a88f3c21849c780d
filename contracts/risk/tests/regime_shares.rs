#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test may fail loudly"
)]
//! How much of the time each regime has, on real hourly prices if they are at hand: in the folder that
//! `EQUIPOISE_DATA` names, or in `../shared/data` beside the workspace.

use std::path::{Path, PathBuf};

use equipoise_math::Fx;
use equipoise_risk::regime::{Observation, Regime, RegimeState};
use equipoise_risk::units::Price;

const HOUR: u64 = 3_600;
const START: u64 = 1_640_995_200;

/// The closes of hourly candles, one for each line.
fn closes(text: &str) -> Vec<f64> {
    text.lines().skip(1).map(|line| line.split(',').nth(4).unwrap().parse().unwrap()).collect()
}

/// Percent of the time in each regime, and changes a year, against `implied` of the average of squared returns.
fn shares(closes: &[f64], implied: impl Fn(f64) -> f64) -> ([f64; 4], f64) {
    let observed = |place: usize| {
        let at = START + HOUR * u64::try_from(place).unwrap();
        Observation { price: Price::from_fx(Fx::from_num(closes[place])), at }
    };
    let weight = 1.0 - (-1.0_f64 / 720.0).exp();
    let (mut average, mut changes, mut hours) = (0.5, 0.0, [0.0; 4]);
    let mut state = RegimeState::start(observed(0), Fx::from_num(implied(average))).unwrap();
    for place in 1..closes.len() {
        let next = state.sampled(observed(place), Fx::from_num(implied(average))).unwrap();
        average += weight * ((closes[place] / closes[place - 1]).ln().powi(2) * 8_760.0 - average);
        changes += f64::from(u8::from(next.regime != state.regime));
        state = next;
        let all = [Regime::Calm, Regime::Normal, Regime::Stressed, Regime::Crisis];
        hours[all.iter().position(|regime| *regime == state.regime).unwrap()] += 1.0;
    }
    let all = hours.iter().sum::<f64>();
    (hours.map(|count| 100.0 * count / all), changes * 8_760.0 / all)
}

#[test]
fn on_real_prices_each_regime_has_the_documented_share_of_the_time() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("EQUIPOISE_DATA").map_or(beside, PathBuf::from).join("ETHUSDT_1h.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no prices at {} (set EQUIPOISE_DATA)", path.display());
        return;
    };
    let closes = closes(&text);
    let (against_average, changes) = shares(&closes, |average| 1.1 * average);
    println!("against 1.1 times the 30-day average: {against_average:.1?} %, {changes:.0} changes a year");
    for vol in [0.5_f64, 0.6, 0.7] {
        let (fixed, changes) = shares(&closes, |_| vol * vol);
        println!("against {vol}: {fixed:.1?} %, {changes:.0} changes a year");
    }
    for (share, documented) in against_average.iter().zip([51.0, 32.0, 15.0, 2.0]) {
        assert!((share - documented).abs() < 1.0, "{against_average:?}");
    }
}
