//! `equipoise_math`: the elementary functions keep their domain, range, order and functional equations, within
//! the errors that they document.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{assert_close, wide, AnyFx, Magnitude, Share, Wide};
use equipoise_math::{
    exp, exp_negative, ln, mul_floor, normal_cdf, normal_inverse_cdf, normal_pdf, sqrt, Function, Fx, MathError,
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    any: (AnyFx, AnyFx),
    signed: (Magnitude, bool),
    step: Magnitude,
    probability: Share,
}

fuzz_target!(|input: Input| {
    let size = input.signed.0.between(Fx::DELTA, Fx::lit("50"));
    let x = if input.signed.1 { -size } else { size };
    let step = input.step.between(Fx::DELTA, Fx::lit("16"));
    let (a, b) = (input.any.0.fx(), input.any.1.fx());
    for (x, y) in [(a, b), (x, x + step), (x, step)] {
        exponential(x, y);
        logarithm(x, y);
        density(x, y);
        distribution(x, y);
    }
    quantile(input.probability.fx());
    quantile(a);
});

const LARGEST: Fx = Fx::lit("43.6");
const DENSITY_MOST: Fx = Fx::lit("0.39894228040143267794");

/// The documented error in units: 2^-60 of the value or so many units.
fn error(value: Fx, units: i32) -> Wide {
    (wide(value).abs() >> 60_u32).max(Wide::from(units - 1)) + 1_i128
}

fn exponential(x: Fx, y: Fx) {
    let domain_error = |value| Err(MathError::Domain { function: Function::Exp, value });
    let (Ok(of_x), Ok(of_y)) = (exp(x), exp(y)) else {
        assert_eq!(exp(x.max(y)), domain_error(x.max(y)));
        assert!(x.max(y) > LARGEST);
        return;
    };
    assert!(x.max(y) <= LARGEST && of_x >= Fx::ZERO && of_y >= Fx::ZERO);
    assert_eq!(exp_negative(x), if x <= Fx::ZERO { of_x } else { Fx::ONE });
    let (low, high) = if x <= y { (of_x, of_y) } else { (of_y, of_x) };
    assert!(wide(low) <= wide(high) + error(low, 1) + error(high, 1), "exp falls from {x} to {y}");
    let Some(sum) = x.checked_add(y) else { return };
    if let Ok(of_sum) = exp(sum) {
        let (ex, ey) = (error(of_x, 1), error(of_y, 1));
        let most = wide(of_x) * ey + wide(of_y) * ex + ex * ey + (error(of_sum, 1) << 64_u32);
        assert_close(wide(of_x) * wide(of_y), wide(of_sum) << 64_u32, most, "exp(x) exp(y) and exp(x + y)");
    }
}

fn logarithm(x: Fx, y: Fx) {
    let Ok(of_x) = ln(x) else {
        assert!(x <= Fx::ZERO, "ln refused {x}");
        assert_eq!(ln(x), Err(MathError::Domain { function: Function::Ln, value: x }));
        return;
    };
    assert!(x > Fx::ZERO && of_x >= Fx::lit("-44.4") && of_x <= Fx::lit("43.7"));
    assert_eq!(of_x == Fx::ZERO, x == Fx::ONE, "ln({x}) = {of_x}");
    let Ok(of_y) = ln(y) else { return };
    let errors = error(of_x, 1) + error(of_y, 1);
    let (low, high) = if x <= y { (of_x, of_y) } else { (of_y, of_x) };
    assert!(wide(low) <= wide(high) + errors, "ln falls between {x} and {y}");
    if let Ok(product) = mul_floor(x, y) {
        if product > Fx::ZERO {
            // the product was rounded down by less than a unit
            let cut = (Wide::ONE << 64_u32) / wide(product) + 1_i128;
            let most = errors + error(of_x + of_y, 1) + cut;
            assert_close(wide(of_x) + wide(of_y), wide(ln(product).unwrap()), most, "ln(x) + ln(y) and ln(x y)");
        }
    }
    if let Ok(power) = exp(of_x) {
        // an error of one unit in ln is one of x units in exp
        let most = (((error(of_x, 1) + 1_i128) * wide(x)) >> 64_u32) + error(power, 1) + 2_i128;
        assert_close(wide(power), wide(x), most, "exp(ln(x)) and x");
    }
}

fn density(x: Fx, y: Fx) {
    let (of_x, of_y) = (normal_pdf(x), normal_pdf(y));
    assert!(of_x >= Fx::ZERO && of_x <= DENSITY_MOST + Fx::DELTA);
    let (Some(opposite), Some(farther)) = (x.checked_neg(), y.checked_abs()) else { return };
    assert_eq!(normal_pdf(opposite), of_x, "the density is even");
    let (inner, outer) = if x.abs() <= farther { (of_x, of_y) } else { (of_y, of_x) };
    assert!(wide(outer) <= wide(inner) + error(outer, 1) + error(inner, 1), "the density rises from {x} to {y}");
    if x.abs() < 16 {
        let power = exp_negative(-(mul_floor(x, x).unwrap() >> 1_u32));
        let most = error(of_x, 1) + error(power, 1) + 3_i128;
        let product = (wide(power) * wide(DENSITY_MOST)) >> 64_u32;
        assert_close(wide(of_x), product, most, "the density and the exponential");
    }
}

fn distribution(x: Fx, y: Fx) {
    let (x, y) = (x.min(y), x.max(y));
    let (of_x, of_y) = (normal_cdf(x), normal_cdf(y));
    assert!(of_x >= Fx::ZERO && of_y <= Fx::ONE);
    if let Some(opposite) = x.checked_neg() {
        assert_eq!(of_x + normal_cdf(opposite), Fx::ONE);
    }
    let errors = error(of_x, 2) + error(of_y, 2);
    assert!(wide(of_x) <= wide(of_y) + errors, "the distribution falls from {x} to {y}");
    let Some(step) = y.checked_sub(x) else { return };
    // the slope is the density, which between two places is at least the lower of its ends
    let least = (wide(step) * (wide(normal_pdf(x).min(normal_pdf(y))) - 1_i128)) >> 64_u32;
    let most = (wide(step) * wide(DENSITY_MOST)) >> 64_u32;
    let gained = wide(of_y) - wide(of_x);
    assert!(gained + errors >= least - 1_i128, "the distribution gains too little from {x} to {y}");
    assert!(gained <= most + errors + 1_i128, "the distribution gains too much from {x} to {y}");
}

fn quantile(p: Fx) {
    let Ok(value) = normal_inverse_cdf(p) else {
        assert!(p <= Fx::ZERO || p >= Fx::ONE, "the inverse refused {p}");
        let expected = MathError::Domain { function: Function::NormalInverseCdf, value: p };
        assert_eq!(normal_inverse_cdf(p), Err(expected));
        return;
    };
    assert!(p > Fx::ZERO && p < Fx::ONE && value.abs() <= Fx::lit("9.2"));
    assert_eq!(normal_inverse_cdf(Fx::ONE - p), Ok(-value), "the quantile is odd");
    // 64 units of the quantile are less than 26 of the probability
    assert_close(wide(normal_cdf(value)), wide(p), Wide::from(28), "the probability of its quantile");
    // sqrt is exact, so that the density bounds how far a quantile lies: p <= exp(-y^2 / 2) / 2
    let tail = p.min(Fx::ONE - p);
    let bound = sqrt(-(ln(tail).unwrap() + Fx::lit("0.6931")) * 2).unwrap_or(Fx::ZERO);
    assert!(value.abs() <= bound + Fx::lit("0.02"), "{value} is too far out for {p}");
}
