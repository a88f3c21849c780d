//! The numbers' own arithmetic with this crate's error.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, fx};

#[test]
fn known_results_round_as_named() {
    let (three, two) = (fx(3.0), fx(2.0));
    assert_eq!((add(three, two), sub(two, three)), (Ok(fx(5.0)), Ok(fx(-1.0))));
    assert_eq!(
        (neg(three), abs(fx(-3.0)), abs(three), abs(Fx::ZERO)),
        (Ok(fx(-3.0)), Ok(three), Ok(three), Ok(Fx::ZERO))
    );
    assert_eq!((mul_floor(Fx::DELTA, Fx::DELTA), mul_ceil(Fx::DELTA, Fx::DELTA)), (Ok(Fx::ZERO), Ok(Fx::DELTA)));
    let third = Fx::ONE / 3;
    assert_eq!((div_floor(Fx::ONE, three), div_ceil(Fx::ONE, three)), (Ok(third), Ok(third + Fx::DELTA)));
    assert_eq!((square_floor(fx(-1.5)), sqrt(fx(2.25)), ln(Fx::ONE)), (Ok(fx(2.25)), Ok(fx(1.5)), Ok(Fx::ZERO)));
}

#[test]
fn what_has_no_result_says_why() {
    let (overflow, math) = (Err(RiskError::Overflow), Err(RiskError::Math));
    assert_eq!((add(Fx::MAX, Fx::DELTA), sub(Fx::MIN, Fx::DELTA)), (overflow, overflow));
    assert_eq!((neg(Fx::MIN), abs(Fx::MIN), square_floor(Fx::MAX)), (overflow, overflow, overflow));
    assert_eq!((mul_floor(Fx::MAX, Fx::MAX), mul_ceil(Fx::MAX, Fx::MAX)), (overflow, overflow));
    assert_eq!((div_floor(Fx::ONE, Fx::ZERO), div_ceil(Fx::ONE, Fx::ZERO)), (math, math));
    assert_eq!((sqrt(-Fx::DELTA), ln(Fx::ZERO)), (math, math));
}

proptest! {
    #[test]
    fn results_are_those_of_the_numbers(left in any_fx(), right in any_fx()) {
        prop_assert_eq!(add(left, right).ok(), left.checked_add(right));
        prop_assert_eq!(sub(left, right).ok(), left.checked_sub(right));
        prop_assert_eq!((neg(left).ok(), abs(left).ok()), (left.checked_neg(), left.checked_abs()));
        prop_assert_eq!(mul_floor(left, right).ok(), equipoise_math::mul_floor(left, right).ok());
        prop_assert_eq!(mul_ceil(left, right).ok(), equipoise_math::mul_ceil(left, right).ok());
        prop_assert_eq!(square_floor(left).ok(), equipoise_math::mul_floor(left, left).ok());
        prop_assert_eq!(div_floor(left, right).ok(), equipoise_math::div_floor(left, right).ok());
        prop_assert_eq!(div_ceil(left, right).ok(), equipoise_math::div_ceil(left, right).ok());
        prop_assert_eq!((sqrt(left).ok(), ln(left).ok()), (equipoise_math::sqrt(left).ok(), equipoise_math::ln(left).ok()));
    }
}
