//! The polynomials against exact rational arithmetic, and against the formulas that they stand for.

use std::vec::Vec;

use num_rational::BigRational;
use proptest::prelude::*;

use super::super::bernstein::KNOWN_FROM;
use super::*;
use crate::fixtures::fx;

fn exact(number: Fx) -> BigRational {
    BigRational::new(number.to_bits().into(), (1_i128 << 64).into())
}

fn whole(number: i64) -> BigRational {
    BigRational::from_integer(number.into())
}

fn product(left: &[BigRational], right: &[BigRational]) -> Vec<BigRational> {
    let mut product = std::vec![whole(0); left.len() + right.len() - 1];
    for (i, x) in left.iter().enumerate() {
        for (j, y) in right.iter().enumerate() {
            product[i + j] += x * y;
        }
    }
    product
}

fn sum(left: &[BigRational], right: &[BigRational]) -> Vec<BigRational> {
    let term = |all: &[BigRational], place| all.get(place).cloned().unwrap_or_else(|| whole(0));
    (0..left.len().max(right.len())).map(|place| term(left, place) + term(right, place)).collect()
}

fn times(all: &[BigRational], factor: &BigRational) -> Vec<BigRational> {
    all.iter().map(|term| term * factor).collect()
}

/// P, Q and k s as the module's head defines them.
struct Parts {
    total: Vec<BigRational>,
    slope: Vec<BigRational>,
    moneyness: Vec<BigRational>,
    level: BigRational,
    steepness: BigRational,
}

impl Parts {
    fn of(slice: &Slice, years: Fx) -> Self {
        let [a, b, rho, m, sigma, years] = [slice.a, slice.b, slice.rho, slice.m, slice.sigma, years].map(exact);
        let (level, steepness) = (a * &years, b * &years);
        let [left, right] = [whole(1) - &rho, whole(1) + &rho].map(|tilt| tilt * &steepness);
        let half = sigma / whole(2);
        Self {
            total: std::vec![&half * &left, level.clone(), &half * &right],
            slope: std::vec![-left, whole(0), right],
            moneyness: std::vec![-half.clone(), m, half],
            level,
            steepness,
        }
    }
}

/// Durrleman's function over `4 P^2 (s^2 + 1)^3` by the formula, times four.
fn exact_numerator(slice: &Slice, years: Fx, curvature: Fx) -> Vec<BigRational> {
    let Parts { total, slope, moneyness, .. } = Parts::of(slice, years);
    let ring = [whole(1), whole(0), whole(1)];
    let two = [whole(2)];
    let tilt = sum(&product(&product(&ring, &total), &two), &times(&product(&moneyness, &slope), &whole(-1)));
    let quarter = BigRational::new(1.into(), 4.into());
    let weight = sum(&product(&[whole(0), whole(1)], &total), &times(&product(&total, &total), &quarter));
    let spread = product(&product(&slope, &slope), &weight);
    let rest = sum(&product(&tilt, &tilt), &times(&spread, &whole(-1)));
    let bend = product(&product(&total, &total), &[whole(0), whole(0), whole(0), exact(curvature) * whole(16)]);
    times(&sum(&product(&ring, &rest), &bend), &whole(4))
}

fn exact_distances(slice: &Slice, years: Fx, earlier: &Slice, earlier_years: Fx) -> [Vec<BigRational>; 2] {
    let (above, below) = (Parts::of(slice, years), Parts::of(earlier, earlier_years));
    let [rho, m, sigma] = [earlier.rho, earlier.m, earlier.sigma].map(exact);
    let offset = sum(&above.moneyness, &[whole(0), -m]);
    let mean = sum(&[whole(0), below.level], &times(&offset, &(&below.steepness * rho)));
    let centre = sum(&above.total, &times(&mean, &whole(-1)));
    // (w - mean)^2 - b'^2 ((k - m')^2 + sigma'^2), times s^2
    let root = sum(&product(&offset, &offset), &[whole(0), whole(0), &sigma * &sigma]);
    let square = &below.steepness * &below.steepness;
    let product = sum(&product(&centre, &centre), &times(&root, &-square));
    [times(&centre, &whole(4)), times(&product, &whole(4))]
}

/// That each coefficient is as near to the exact one as the proof assumes.
fn assert_known(computed: &[Fx], weights: &[u16], expected: &[BigRational], scale: u32) {
    assert_eq!(computed.len(), expected.len());
    let scale = BigRational::from_integer((1_i128 << scale).into());
    for ((number, weight), expected) in computed.iter().zip(weights).zip(expected) {
        let error = (exact(*number) - expected * &scale) * BigRational::from_integer((*weight).into());
        let limit = exact(Fx::from_bits(1 << KNOWN_FROM));
        assert!(error < limit && -error < limit, "{computed:?} {expected}");
    }
}

/// Slices of every shape inside the domain, with numbers as markets store them.
fn any_slice() -> impl Strategy<Value = Slice> {
    let power = |low: f64, high: f64| (low..high).prop_map(f64::exp2);
    let tilt =
        (power(-40.0, 0.0), any::<bool>()).prop_map(|(gap, is_left)| if is_left { gap - 1.0 } else { 1.0 - gap });
    (power(-13.0, 6.0), power(-20.0, 6.0), tilt, -16.0_f64..16.0, power(-30.0, 4.0), 0.0_f64..1.0).prop_map(
        |(least, b, rho, m, sigma, share)| {
            let stored = |number: f64| Fx::from_bits(fx(number).to_bits() >> 24 << 24);
            let a = least - share * b * sigma * (1.0 - rho * rho).sqrt();
            Slice { a: stored(a), b: stored(b), rho: stored(rho), m: stored(m), sigma: stored(sigma).max(fx(1e-9)) }
        },
    )
}

/// A second and a bit: no time is shorter.
const SHORTEST: f64 = -24.9;

/// From that to three years.
fn any_years() -> impl Strategy<Value = Fx> {
    (SHORTEST..1.58).prop_map(|power| fx(power.exp2()))
}

/// Shortens the time to one that Lee's bound allows.
fn bounded(slice: &Slice, years: Fx) -> Fx {
    let steepness = slice.b * (Fx::ONE + slice.rho.abs());
    if steepness * years > 1 {
        years.min(Fx::ONE / steepness)
    } else {
        years
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_butterfly_polynomial_is_known_as_well_as_the_proof_assumes(slice in any_slice(), years in any_years()) {
        let years = bounded(&slice, years);
        let time = Years::from_fx(years);
        let curvature = curvature_floor(&slice, time).unwrap();
        prop_assert!(exact(curvature) <= Parts::of(&slice, years).steepness / exact(slice.sigma));
        let numerator = durrleman_numerator(&slice, time).unwrap();
        let scale = Scale::of(&slice, time).unwrap().power * 2;
        assert_known(&numerator, &WEIGHTS_10, &exact_numerator(&slice, years, curvature), scale);
        prop_assert!(is_never_negative(&numerator, &WEIGHTS_10).is_ok());
    }

    #[test]
    fn the_calendar_polynomials_are_known_as_well_as_the_proof_assumes(
        (slice, earlier) in (any_slice(), any_slice()), (years, share) in (any_years(), 0.01_f64..1.0),
    ) {
        let years = bounded(&slice, years);
        let earlier_years = bounded(&earlier, (years * fx(share)).max(fx(SHORTEST.exp2())));
        let (time, earlier_time) = (Years::from_fx(years), Years::from_fx(earlier_years));
        let Ok((centre, product)) = distances(&slice, time, &earlier, earlier_time) else {
            return Err(TestCaseError::fail("past the range"));
        };
        let shift = Scale::of(&slice, time).unwrap().min(Scale::of(&earlier, earlier_time).unwrap()).power;
        let [exact_centre, exact_product] = exact_distances(&slice, years, &earlier, earlier_years);
        assert_known(&centre, &WEIGHTS_2, &exact_centre, shift);
        assert_known(&product, &WEIGHTS_4, &exact_product, shift * 2);
        prop_assert!(is_never_negative(&product, &WEIGHTS_4).is_ok());
    }

    #[test]
    fn the_butterfly_polynomial_has_the_values_of_durrlemans_function(
        (a, b, rho) in (0.05_f64..0.5, 0.01_f64..0.5, -0.9_f64..0.9),
        (m, sigma, years, s) in (-0.5_f64..0.5, 0.05_f64..1.0, 0.02_f64..1.0, 0.05_f64..20.0),
    ) {
        let slice = Slice { a: fx(a), b: fx(b), rho: fx(rho), m: fx(m), sigma: fx(sigma) };
        let time = Years::from_fx(fx(years));
        let float = |number: Fx| number.to_num::<f64>();
        let numerator = durrleman_numerator(&slice, time).unwrap();
        let value = numerator.iter().rev().fold(0.0, |sum, coefficient| sum * s + float(*coefficient));
        let scale = f64::from(Scale::of(&slice, time).unwrap().power).exp2();
        let moneyness = fx(m + sigma * (s - 1.0 / s) / 2.0);
        let curve = slice.curve_at(moneyness).unwrap();
        let total = float(curve.variance) * years * s * scale;
        let expected = float(curve.durrleman(moneyness, time).unwrap());
        let actual = value / (16.0 * total * total * (s * s + 1.0).powi(3));
        prop_assert!((actual - expected).abs() < 1e-9, "{actual} is not {expected}");
    }
}
