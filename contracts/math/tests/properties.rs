//! What must hold for every input: exact rounding, totality, order, identities.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::arithmetic_side_effects,
    reason = "a test may fail loudly"
)]

use equipoise_math::{
    div_ceil, div_floor, exp, exp_negative, ln, mul_ceil, mul_floor, normal_cdf, normal_inverse_cdf, normal_pdf, sqrt,
    Function, Fx, MathError,
};
use proptest::prelude::*;

/// Bits of every length, so that small and large numbers meet.
fn any_bits() -> impl Strategy<Value = i128> {
    (any::<i128>(), 0_u32..128).prop_map(|(bits, shift)| bits >> shift)
}

fn any_fx() -> impl Strategy<Value = Fx> {
    any_bits().prop_map(Fx::from_bits)
}

/// `x * y` in 256 bits (high, low), by schoolbook.
fn wide(x: u128, y: u128) -> (u128, u128) {
    let halves = |v: u128| (v >> 64, v & u128::from(u64::MAX));
    let ((x1, x0), (y1, y0)) = (halves(x), halves(y));
    let low = x0 * y0;
    let first = x1 * y0 + (low >> 64);
    let second = x0 * y1 + (first & u128::from(u64::MAX));
    (x1 * y1 + (first >> 64) + (second >> 64), (second << 64) | (low & u128::from(u64::MAX)))
}

/// The magnitude of a product in units of 2^-64, rounded down, and whether it is exact.
fn product(a: u128, b: u128) -> (Option<u128>, bool) {
    let (high, low) = wide(a, b);
    let units = (high >> 64 == 0).then_some((high << 64) | (low >> 64));
    (units, low & u128::from(u64::MAX) == 0)
}

/// The signed number of units that rounding a magnitude towards `up` gives, if it fits.
fn rounded(units: Option<u128>, exact: bool, negative: bool, up: bool) -> Option<i128> {
    let away = u128::from(!exact && negative != up);
    let magnitude = units?.checked_add(away)?;
    if negative {
        0_i128.checked_sub_unsigned(magnitude)
    } else {
        i128::try_from(magnitude).ok()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn products_round_as_named(a in any_bits(), b in any_bits()) {
        let (units, exact) = product(a.unsigned_abs(), b.unsigned_abs());
        let negative = (a < 0) != (b < 0);
        for (up, own) in [
            (false, mul_floor(Fx::from_bits(a), Fx::from_bits(b))),
            (true, mul_ceil(Fx::from_bits(a), Fx::from_bits(b))),
        ] {
            let expected = rounded(units, exact, negative, up).ok_or(MathError::Overflow);
            prop_assert_eq!(own.map(Fx::to_bits), expected);
        }
    }

    #[test]
    fn quotients_round_as_named(a in any_bits(), b in any_bits()) {
        let floor = div_floor(Fx::from_bits(a), Fx::from_bits(b));
        let ceil = div_ceil(Fx::from_bits(a), Fx::from_bits(b));
        if b == 0 {
            prop_assert_eq!(floor, Err(MathError::DivideByZero));
            prop_assert_eq!(ceil, Err(MathError::DivideByZero));
            return Ok(());
        }
        // dividend = |a| 2^64 in 256 bits; q is right if q |b| <= dividend < (q + 1) |b|
        let (dividend, divisor) = (wide(a.unsigned_abs(), 1 << 64), b.unsigned_abs());
        let negative = (a < 0) != (b < 0) && a != 0;
        for (up, own) in [(false, floor), (true, ceil)] {
            let towards_zero = negative == up;
            match own {
                Ok(value) => {
                    let magnitude = value.to_bits().unsigned_abs();
                    prop_assert!(magnitude == 0 || (value < 0) == negative);
                    let (low, high) = if towards_zero {
                        (magnitude, magnitude + 1)
                    } else {
                        (magnitude.saturating_sub(1), magnitude)
                    };
                    if towards_zero {
                        prop_assert!(wide(low, divisor) <= dividend && dividend < wide(high, divisor));
                    } else {
                        prop_assert!(dividend <= wide(high, divisor));
                        prop_assert!(magnitude == 0 || wide(low, divisor) < dividend);
                    }
                }
                // the quotient is at least 2^127 - 1 units
                Err(error) => {
                    prop_assert_eq!(error, MathError::Overflow);
                    prop_assert!(wide((1 << 127) - 1, divisor) < dividend);
                }
            }
        }
    }

    #[test]
    fn roots_are_floors(bits in any_bits()) {
        let x = Fx::from_bits(bits.saturating_abs());
        let root = sqrt(x).unwrap().to_bits().cast_unsigned();
        let square = wide(x.to_bits().cast_unsigned(), 1 << 64);
        prop_assert!(wide(root, root) <= square && square < wide(root + 1, root + 1));
    }

    #[test]
    fn no_argument_panics(a in any_fx(), b in any_fx()) {
        let _ = (exp(a), exp_negative(a), ln(a), sqrt(a), normal_inverse_cdf(a), mul_floor(a, b));
        let _ = (normal_cdf(a), normal_pdf(a), mul_ceil(a, b), div_floor(a, b), div_ceil(a, b));
    }

    #[test]
    fn probabilities_lie_between_zero_and_one_and_mirror(x in any_fx()) {
        let below = normal_cdf(x);
        prop_assert!(below >= Fx::ZERO && below <= Fx::ONE);
        if let Some(mirrored) = x.checked_neg() {
            prop_assert_eq!(below + normal_cdf(mirrored), Fx::ONE);
        }
        prop_assert!(normal_pdf(x) >= Fx::ZERO && normal_pdf(x) < Fx::lit("0.39895"));
    }

    #[test]
    fn order_is_kept_within_twice_the_error(a in any_fx(), step in 0_i128..1 << 70) {
        let Some(b) = a.checked_add(Fx::from_bits(step)) else { return Ok(()) };
        let slack = Fx::from_bits(4);
        prop_assert!(normal_cdf(a) <= normal_cdf(b) + slack);
        prop_assert!(exp_negative(a) <= exp_negative(b) + slack);
        if a > Fx::ZERO {
            prop_assert!(ln(a).unwrap() <= ln(b).unwrap() + Fx::from_bits(1 << 10));
        }
    }

    #[test]
    fn exp_and_ln_undo_each_other(bits in 1_i128 << 50..1 << 80) {
        let x = Fx::from_bits(bits);
        let back = exp(ln(x).unwrap()).unwrap();
        // an error of one unit in ln is one of x units in exp
        let allowed = (x / Fx::lit("4611686018427387904")) * 8 + Fx::from_bits(4) + (x >> 58_u32);
        prop_assert!((back - x).abs() <= allowed, "{x}: {back}");
    }

    #[test]
    fn quantiles_undo_probabilities(bits in 1_i128..(1 << 64)) {
        let p = Fx::from_bits(bits);
        let back = normal_cdf(normal_inverse_cdf(p).unwrap());
        prop_assert!((back - p).abs() <= Fx::from_bits(16), "{p}: {back}");
    }
}

/// On a grid of 2^-10 that meets every joint between two polynomials, with the unit before each point.
#[test]
fn functions_rise_on_a_dense_grid_within_twice_the_error() {
    let slack = |value: Fx| Fx::from_bits(4).max(value.abs() >> 59_u32);
    let (mut power, mut log, mut probability) = (Fx::ZERO, Fx::MIN, Fx::ZERO);
    for step in -40_000..40_000_i128 {
        for x in [Fx::from_bits((step << 54) - 1), Fx::from_bits(step << 54)] {
            let next = (exp_negative(x), normal_cdf(x));
            assert!(next.0 + slack(next.0) >= power && next.1 + slack(next.1) >= probability, "at {x}");
            (power, probability) = next;
            if x > Fx::ZERO {
                let next = ln(x).unwrap();
                assert!(next + slack(next) >= log, "ln({x})");
                log = next;
            }
        }
    }
}

#[test]
fn edges_are_exact() {
    assert_eq!(exp(Fx::ZERO), Ok(Fx::ONE));
    assert_eq!(ln(Fx::ONE), Ok(Fx::ZERO));
    assert_eq!(sqrt(Fx::ZERO), Ok(Fx::ZERO));
    assert_eq!(sqrt(Fx::from_num(4)), Ok(Fx::from_num(2)));
    assert_eq!(normal_cdf(Fx::ZERO), Fx::ONE >> 1);
    assert_eq!(normal_cdf(Fx::MAX), Fx::ONE);
    assert_eq!(normal_cdf(Fx::MIN), Fx::ZERO);
    assert_eq!(normal_pdf(Fx::MIN), Fx::ZERO);
    assert_eq!(normal_inverse_cdf(Fx::ONE >> 1), Ok(Fx::ZERO));
    assert_eq!(exp_negative(Fx::MIN), Fx::ZERO);
    assert_eq!(exp_negative(Fx::MAX), Fx::ONE);
}

#[test]
fn the_largest_argument_of_exp_is_allowed() {
    let largest = Fx::lit("43.6");
    assert!(exp(largest).is_ok());
    let above = largest + Fx::DELTA;
    assert_eq!(exp(above), Err(MathError::Domain { function: Function::Exp, value: above }));
}

#[test]
fn pieces_of_the_distribution_begin_where_they_say() {
    // 1,948,894,336,277,817,667.49 units, of which the piece below 5/4 would make one more
    assert_eq!(normal_cdf(Fx::lit("-1.25") - Fx::from_bits(8)), Fx::from_bits(1_948_894_336_277_817_667));
    // 0.37 units
    assert_eq!(normal_cdf(Fx::lit("-9.1875")), Fx::ZERO);
}

#[test]
fn a_root_of_two_equal_words_is_not_zero() {
    assert_eq!(sqrt(Fx::ONE + Fx::DELTA), Ok(Fx::ONE));
}

#[test]
fn quotients_one_unit_past_the_format_are_refused() {
    // 2^63 and 2^63 + 1/2: their bits have one or two ones
    let (half, quarter) = (Fx::ONE >> 1, Fx::ONE >> 2);
    assert_eq!(div_floor(Fx::MIN, -Fx::ONE), Err(MathError::Overflow));
    assert_eq!(div_ceil(Fx::MIN, -Fx::ONE), Err(MathError::Overflow));
    assert_eq!(div_floor(Fx::lit("4611686018427387904") + quarter, half), Err(MathError::Overflow));
    assert_eq!(div_floor(Fx::MIN, Fx::ONE), Ok(Fx::MIN));
    assert_eq!(div_ceil(Fx::MIN + Fx::DELTA, -Fx::ONE), Ok(Fx::MAX));
}

#[test]
fn refusals_name_the_argument() {
    for (error, text) in [
        (exp(Fx::from_num(44)).unwrap_err(), "exp takes at most 43.6, not 44"),
        (ln(Fx::ZERO).unwrap_err(), "ln takes more than 0, not 0"),
        (sqrt(Fx::from_num(-1)).unwrap_err(), "sqrt takes 0 or more, not -1"),
        (
            normal_inverse_cdf(Fx::ONE).unwrap_err(),
            "the inverse normal takes a probability strictly between 0 and 1, not 1",
        ),
        (div_floor(Fx::ONE, Fx::ZERO).unwrap_err(), "division by zero"),
        (mul_floor(Fx::MAX, Fx::MAX).unwrap_err(), "the result does not fit 64 integer bits"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
