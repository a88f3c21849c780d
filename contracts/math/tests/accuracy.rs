//! Every elementary function against 60-digit reference values (`scripts/coefficients/reference.py`).
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::arithmetic_side_effects,
    reason = "a test measures errors in floating point and may fail loudly"
)]

use equipoise_math::{self as math, Fx, MathError};

const REFERENCE: &str = include_str!("data/elementary.csv");

/// The distance from the reference in units of 2^-64, and in units of 2^-60 of its value.
struct Gap {
    units: f64,
    relative: f64,
}

fn gaps(function: &str, compute: impl Fn(Fx) -> Result<Fx, MathError>) -> Vec<(Fx, Gap)> {
    let rows = REFERENCE.lines().filter_map(|line| {
        let mut fields = line.split(',');
        (fields.next() == Some(function)).then(|| (fields.next().unwrap(), fields.next().unwrap()))
    });
    let gaps: Vec<_> = rows
        .map(|(argument, value)| {
            let argument = Fx::from_bits(argument.parse().unwrap());
            let (whole, fraction) = value.split_once('.').unwrap();
            let sign = if whole.starts_with('-') { -1.0 } else { 1.0 };
            let fraction = sign * fraction.parse::<f64>().unwrap() / 1e6;
            let whole: i128 = whole.parse().unwrap();
            let units = ((compute(argument).unwrap().to_bits() - whole) as f64 - fraction).abs();
            let relative = units / (whole as f64 + fraction).abs() * 2_f64.powi(60);
            (argument, Gap { units, relative })
        })
        .collect();
    assert!(gaps.len() > 100, "the reference file lost {function}");
    gaps
}

/// Within 2^-60 of the value, or within so many units where the format holds less.
fn assert_within(function: &str, units: f64, compute: impl Fn(Fx) -> Result<Fx, MathError>) {
    for (argument, gap) in gaps(function, compute) {
        assert!(
            gap.relative <= 1.0 || gap.units <= units,
            "{function}({argument}): {} units, {} of 2^-60",
            gap.units,
            gap.relative
        );
    }
}

#[test]
fn exp() {
    assert_within("exp", 1.0, math::exp);
}

#[test]
fn ln() {
    assert_within("ln", 1.0, math::ln);
}

#[test]
fn sqrt_is_the_floor() {
    for line in REFERENCE.lines().filter(|line| line.starts_with("sqrt,")) {
        let mut fields = line.split(',').skip(1);
        let argument = Fx::from_bits(fields.next().unwrap().parse().unwrap());
        let (whole, _) = fields.next().unwrap().split_once('.').unwrap();
        assert_eq!(math::sqrt(argument).unwrap().to_bits().to_string(), whole, "sqrt({argument})");
    }
}

#[test]
fn normal_cdf() {
    assert_within("normal_cdf", 2.0, |x| Ok(math::normal_cdf(x)));
}

#[test]
fn normal_pdf() {
    assert_within("normal_pdf", 1.0, |x| Ok(math::normal_pdf(x)));
}

/// A probability is held to half a unit of 2^-64, which its quantile magnifies: the error is
/// measured as the probability that lies between the two quantiles.
#[test]
fn normal_inverse_cdf() {
    for (argument, gap) in gaps("normal_inverse_cdf", math::normal_inverse_cdf) {
        let quantile = math::normal_inverse_cdf(argument).unwrap();
        let between = gap.units * math::normal_pdf(quantile).to_num::<f64>();
        assert!(between <= 2.0, "inverse({argument}): {} units", gap.units);
    }
}
