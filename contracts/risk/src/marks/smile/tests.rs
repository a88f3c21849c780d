//! The smile against the slice's own exact arithmetic.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{float, fx, price_of};

proptest! {
    #[test]
    fn a_smile_is_its_slice(
        (a, b, rho, m, sigma) in (0.0_f64..0.5, 0.0_f64..2.0, -0.99_f64..0.99, -0.5_f64..0.5, 0.01_f64..0.8),
        strike in 100.0_f64..90_000.0, (forward, reference) in (1_000.0_f64..9_000.0, 1_000.0_f64..9_000.0),
    ) {
        let slice = Slice { a: fx(a), b: fx(b), rho: fx(rho), m: fx(m), sigma: fx(sigma) };
        let log = |over: f64, under: f64| equipoise_math::ln(fx(over) / fx(under)).unwrap();
        let smile = Smile::new(&slice, word(log(forward, reference), 60)).unwrap();
        let vol = smile.vol(word(log(forward, strike), 60)).map(|(vol, _)| vol.to_fixed());
        match slice.variance(price_of(strike), price_of(reference)) {
            Ok(variance) => {
                let vol = float(vol.unwrap());
                prop_assert!((vol * vol - float(variance)).abs() < 1e-14 * (1.0 + b), "{} {}", vol, variance);
            }
            Err(error) => prop_assert_eq!(vol, Err(error)),
        }
    }
}

#[test]
fn a_smile_keeps_its_places() {
    // On a grid the exact arithmetic and the words differ by the words' last places only.
    let slice = Slice { a: fx(0.125), b: fx(0.25), rho: fx(-0.25), m: fx(0.0625), sigma: fx(0.375) };
    let smile = Smile::new(&slice, 0).unwrap();
    for step in -100_i64..=100 {
        let log = fx(f64::from(i32::try_from(step).unwrap()) / 64.0);
        let strike = equipoise_math::exp(log).unwrap() * 3_000;
        let exact = slice.variance(crate::units::Price::from_fx(strike), price_of(3_000.0)).unwrap();
        let (own, room) = smile.variance(word(log, 60).wrapping_neg());
        let own = Fx::from_bits(i128::from(own) << (64 - VARIANCE_PLACES));
        assert!(room >= 0 && (own - exact).abs() <= Fx::from_bits(1 << 11), "{step}: {own} {exact}");
    }
}

#[test]
fn what_a_smile_cannot_hold_is_refused() {
    let slice = crate::fixtures::slice();
    let refused = Err(RiskError::Slice(SliceError::ParameterOutOfRange));
    for slice in [
        Slice { a: fx(128.0), ..slice },
        Slice { a: fx(-128.0), ..slice },
        Slice { m: fx(64.0), ..slice },
        Slice { sigma: fx(64.0), ..slice },
        Slice { sigma: fx(-0.1), ..slice },
        Slice { b: fx(4_096.0), ..slice },
        Slice { b: fx(-0.1), ..slice },
        Slice { rho: fx(1.0), ..slice },
    ] {
        assert_eq!(Smile::new(&slice, 0).map(|_| ()), refused);
    }
}
