use super::*;
use proptest::prelude::*;

#[test]
fn conversions_refuse_what_does_not_fit() {
    let two_to_128 = U256::from(1) << 128;
    assert_eq!(to_u128(two_to_128), None);
    assert_eq!(to_u128(two_to_128 - U256::from(1)), Some(u128::MAX));
    assert_eq!(to_u64(U256::from(u64::MAX)), Some(u64::MAX));
    assert_eq!(to_u64(U256::from(1) << 64), None);
    let edge = I256::try_from(i128::MAX).unwrap();
    assert_eq!(to_i128(edge), Some(i128::MAX));
    assert_eq!(to_i128(edge + I256::ONE), None);
    let edge = I256::try_from(i128::MIN).unwrap();
    assert_eq!(to_i128(edge), Some(i128::MIN));
    assert_eq!(to_i128(edge - I256::ONE), None);
    assert_eq!(to_i128(I256::MIN), None);
    assert_eq!(to_i128(I256::MAX), None);
}

#[test]
fn division_refuses_zero_and_overflow() {
    assert_eq!(mul_div_down(1, 1, 0), None);
    assert_eq!(mul_div_up(1, 1, 0), None);
    assert_eq!(mul_div_down(u128::MAX, 2, 1), None);
    assert_eq!(mul_div_down(u128::MAX, u128::MAX, u128::MAX), Some(u128::MAX));
    assert_eq!(mul_div_up(u128::MAX, 2, 3), mul_div_down(u128::MAX, 2, 3));
    assert_eq!(mul_div_up(u128::MAX - 1, 2, 3), mul_div_down(u128::MAX - 1, 2, 3).map(|q| q + 1));
}

proptest! {
    #[test]
    fn conversions_round_trip(unsigned: u128, signed: i128) {
        prop_assert_eq!(from_u128(unsigned), U256::from(unsigned));
        prop_assert_eq!(to_u128(from_u128(unsigned)), Some(unsigned));
        prop_assert_eq!(from_i128(signed), I256::try_from(signed).unwrap());
        prop_assert_eq!(to_i128(from_i128(signed)), Some(signed));
    }

    #[test]
    fn quotients_are_those_of_wide_integers(a: u128, b: u128, divisor in 1u128.., shift in 0u32..128) {
        let divisor = (divisor >> shift).max(1);
        let product = U256::from(a) * U256::from(b);
        let (quotient, remainder) = product.div_rem(U256::from(divisor));
        let down = to_u128(quotient);
        let up = to_u128(quotient + U256::from(!remainder.is_zero()));
        prop_assert_eq!(mul_div_down(a, b, divisor), down);
        prop_assert_eq!(mul_div_up(a, b, divisor), up);
    }

    #[test]
    fn quotients_bracket_the_exact_one(a: u64, b: u64, divisor in 1u64..) {
        let product = u128::from(a) * u128::from(b);
        let down = mul_div_down(a.into(), b.into(), divisor.into()).unwrap();
        let up = mul_div_up(a.into(), b.into(), divisor.into()).unwrap();
        prop_assert_eq!(down, product / u128::from(divisor));
        prop_assert_eq!(up, product.div_ceil(u128::from(divisor)));
    }
}
