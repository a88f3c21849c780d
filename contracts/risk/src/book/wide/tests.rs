//! Wide sums against 128 bits where those suffice, and at their own end.

use proptest::prelude::*;

use super::*;

fn sum_of(products: &[(i128, i128)]) -> Result<Wide, RiskError> {
    let mut sum = Wide::default();
    for (number, factor) in products {
        sum.add(&Wide::product(Fx::from_bits(*number), *factor)?)?;
    }
    Ok(sum)
}

proptest! {
    #[test]
    fn sums_of_small_products_are_exact(products in prop::collection::vec((-1_i128 << 60..1 << 60, -1_i128 << 60..1 << 60), 0..20)) {
        let exact: i128 = products.iter().map(|(number, factor)| number * factor).sum();
        let sum = sum_of(&products).unwrap();
        prop_assert_eq!(sum.in_contracts_floor::<0>().unwrap().fx().to_bits(), exact.div_euclid(1_000));
        prop_assert_eq!(sum.in_contracts_floor::<40>().unwrap().fx().to_bits(), exact.div_euclid(1_000 << 40));
    }

    #[test]
    fn what_is_added_and_taken_away_leaves_nothing(products in prop::collection::vec((-1_i128 << 95..1 << 95, any::<i64>()), 0..20)) {
        let mut both = vec_of(&products);
        both.extend(products.iter().map(|(number, factor)| (*number, -i128::from(*factor))));
        if let Ok(sum) = sum_of(&both) {
            prop_assert_eq!(sum, Wide::default());
        }
    }

    #[test]
    fn parts_add_up_to_the_whole(products in prop::collection::vec((-1_i128 << 95..1 << 95, any::<i64>()), 2..20)) {
        let (first, second) = products.split_at(products.len() / 2);
        if let (Ok(mut one), Ok(other), Ok(whole)) = (sum_of(&vec_of(first)), sum_of(&vec_of(second)), sum_of(&vec_of(&products))) {
            one.add(&other).unwrap();
            prop_assert_eq!(one, whole);
        }
    }

    #[test]
    fn parts_and_shifts_are_exact(low in any::<i128>(), high in -1_i128 << 60..1 << 60) {
        let whole = Wide::from_parts(low, high).unwrap();
        let mut sum = Wide::from_parts(low, 0).unwrap();
        sum.add(&Wide::from_parts(0, high).unwrap()).unwrap();
        prop_assert_eq!(whole, sum);
        let small = Wide::from_parts(low >> 41, 0).unwrap();
        prop_assert_eq!(small.shifted::<40>().unwrap(), Wide::from_parts(low >> 41 << 40, 0).unwrap());
        prop_assert_eq!(Wide::from_parts(0, 1 << 87).unwrap().shifted::<40>(), Err(RiskError::Overflow));
        prop_assert_eq!(Wide::from_parts(0, -1 << 87).unwrap().shifted::<40>(), Wide::from_parts(0, i128::MIN));
    }

    #[test]
    fn no_product_wraps(number in any::<i128>(), factor in any::<i128>()) {
        if sum_of(&[(number, factor)]).is_ok() {
            let bits = 256 - number.unsigned_abs().leading_zeros() - factor.unsigned_abs().leading_zeros();
            prop_assert!(bits <= 193);
            let twice = sum_of(&[(number, factor), (number, factor)]);
            prop_assert!(twice.is_ok() || bits >= 190);
        } else {
            prop_assert!(number.unsigned_abs() >> 96 != 0 || factor.unsigned_abs() >> 96 != 0);
        }
    }
}

fn vec_of(products: &[(i128, i64)]) -> std::vec::Vec<(i128, i128)> {
    products.iter().map(|(number, factor)| (*number, i128::from(*factor))).collect()
}

#[test]
fn a_sum_too_large_for_money_is_refused() {
    // the largest money, and the smallest, in lots
    let most = Wide::from_parts((1 << 64) - 1_000, (1_000 << 63) - 1).unwrap();
    let least = Wide::from_parts(0, -1_000 << 63).unwrap();
    assert_eq!(most.in_contracts_floor::<0>(), Ok(Money::from_fx(Fx::MAX)));
    assert_eq!(least.in_contracts_floor::<0>(), Ok(Money::from_fx(Fx::MIN)));
    for (mut edge, step) in [(most, 1_000), (least, -1)] {
        edge.add(&Wide::from_parts(step, 0).unwrap()).unwrap();
        assert_eq!(edge.in_contracts_floor::<0>(), Err(RiskError::Overflow));
    }
    let largest = Fx::from_bits((1 << 96) - 1);
    assert_eq!(Wide::product(largest, 1 << 96), Err(RiskError::Overflow));
    assert_eq!(Wide::product(Fx::from_bits(1 << 96), 1), Err(RiskError::Overflow));
    let mut sum = Wide::product(largest, (1 << 95) - 1).unwrap();
    assert_eq!(sum.add(&sum.clone()), Err(RiskError::Overflow));
}
