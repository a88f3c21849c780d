//! Wide sums against 128 bits where those suffice, and at their own end.

use proptest::prelude::*;

use super::*;

fn sum_of(products: &[(i128, i128)]) -> Wide {
    let mut sum = Wide::default();
    for (number, factor) in products {
        sum.add(&Wide::product(Fx::from_bits(*number), *factor));
    }
    sum
}

proptest! {
    #[test]
    fn sums_of_small_products_are_exact(products in prop::collection::vec((-1_i128 << 60..1 << 60, -1_i128 << 60..1 << 60), 0..20)) {
        let exact: i128 = products.iter().map(|(number, factor)| number * factor).sum();
        prop_assert_eq!(sum_of(&products).in_contracts_floor().unwrap().fx().to_bits(), exact.div_euclid(1_000));
    }

    #[test]
    fn what_is_added_and_taken_away_leaves_nothing(products in prop::collection::vec((-1_i128 << 104..1 << 104, -1_i128 << 80..1 << 80), 0..20)) {
        let opposites = products.iter().map(|(number, factor)| (*number, -factor));
        let both: std::vec::Vec<_> = products.iter().copied().chain(opposites).collect();
        prop_assert_eq!(sum_of(&both), Wide::default());
    }

    #[test]
    fn parts_add_up_to_the_whole(products in prop::collection::vec((-1_i128 << 104..1 << 104, -1_i128 << 80..1 << 80), 2..20)) {
        let (first, second) = products.split_at(products.len() / 2);
        let mut one = sum_of(first);
        one.add(&sum_of(second));
        prop_assert_eq!(one, sum_of(&products));
    }

    #[test]
    fn a_product_is_the_sum_of_its_shifted_parts(number in -1_i128 << 104..1 << 104, factor in -1_i128 << 80..1 << 80) {
        // factor = high 2^40 + low
        let (high, low) = (factor >> 40, factor & ((1 << 40) - 1));
        let mut sum = Wide::product(Fx::from_bits(number), low);
        let upper = Wide::product(Fx::from_bits(number), high);
        let mut lifted = upper;
        for _ in 0..40 {
            let twice = lifted;
            lifted.add(&twice);
        }
        sum.add(&lifted);
        prop_assert_eq!(sum, Wide::product(Fx::from_bits(number), factor));
    }

    #[test]
    fn parts_are_exact(low in any::<i128>(), high in -1_i128 << 60..1 << 60) {
        let mut sum = Wide::from_parts(low, 0);
        sum.add(&Wide::from_parts(0, high));
        prop_assert_eq!(Wide::from_parts(low, high), sum);
        prop_assert_eq!(Wide::from_parts(0, high), Wide::product(Fx::from_bits(high), 1 << 64));
    }
}

#[test]
fn a_sum_too_large_for_money_is_refused() {
    // the largest money, and the smallest, in lots
    let most = Wide::from_parts((1 << 64) - 1_000, (1_000 << 63) - 1);
    let least = Wide::from_parts(0, -1_000 << 63);
    assert_eq!(most.in_contracts_floor(), Ok(Money::from_fx(Fx::MAX)));
    assert_eq!(least.in_contracts_floor(), Ok(Money::from_fx(Fx::MIN)));
    for (mut edge, step) in [(most, 1_000), (least, -1)] {
        edge.add(&Wide::from_parts(step, 0));
        assert_eq!(edge.in_contracts_floor(), Err(RiskError::Overflow));
    }
}
