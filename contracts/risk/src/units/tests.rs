//! Units: exact conversions, rounding whose direction is named, and no silent overflow.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, fx};

#[test]
fn a_year_is_365_days_and_a_contract_a_thousand_lots() {
    assert_eq!(Years::from_secs(YEAR_SECS).unwrap().fx(), Fx::ONE);
    // 2^64 / 365, down
    assert_eq!(Years::from_secs(86_400).unwrap().fx().to_bits(), 50_539_024_859_478_223);
    assert_eq!(lots_to_contracts_floor(fx(2_500.0)).unwrap(), fx(2.5));
    assert_eq!(lots_to_contracts_floor(-Fx::DELTA).unwrap(), -Fx::DELTA, "down, not towards zero");
    assert_eq!(LOT_WAD * i128::from(LOTS_PER_CONTRACT), i128::from(WAD));
    assert_eq!(Years::from_secs(u64::MAX), Err(RiskError::Overflow));
}

#[test]
fn amounts_become_the_atoms_of_every_token_by_known_values() {
    for (decimals, floor, ceil) in [(0, 12, 13), (2, 1_234, 1_235), (6, 12_345_678, 12_345_679)] {
        let scale = TokenScale::from_decimals(decimals).unwrap();
        let money = Money::from_fx(Fx::lit("12.3456789"));
        assert_eq!(scale.atoms_floor(money).unwrap().count(), floor);
        assert_eq!(scale.atoms_ceil(money).unwrap().count(), ceil);
        let debt = Money::from_fx(-money.fx());
        assert_eq!(scale.atoms_floor(debt).unwrap().count(), -ceil);
        assert_eq!(scale.atoms_ceil(debt).unwrap().count(), -floor);
    }
    assert!(TokenScale::from_decimals(18).is_some());
    assert!(TokenScale::from_decimals(19).is_none());
}

#[test]
fn sums_past_the_type_are_refused() {
    let most = Price::from_fx(Fx::MAX);
    assert_eq!(most.plus(Price::from_fx(Fx::DELTA)), Err(RiskError::Overflow));
    assert_eq!(Price::from_fx(Fx::MIN).minus(Price::from_fx(Fx::DELTA)), Err(RiskError::Overflow));
    assert_eq!(Price::from_fx(Fx::MIN).magnitude(), Err(RiskError::Overflow));
    assert_eq!(Lots::new(i32::MAX).plus(Lots::new(1)), Err(RiskError::Overflow));
    assert_eq!(Lots::ZERO.minus(Lots::new(i32::MIN)), Err(RiskError::Overflow));
    assert_eq!(Atoms::new(i128::MIN).negated(), Err(RiskError::Overflow));
    assert_eq!(Atoms::new(i128::MAX).plus(Atoms::new(1)), Err(RiskError::Overflow));
    assert_eq!(ratio_floor(1, 0), Err(RiskError::Overflow));
}

proptest! {
    #[test]
    fn atoms_round_down_or_up_by_less_than_one(bits in -(1_i128 << 66)..(1_i128 << 66), decimals in 0_u8..=18) {
        let scale = TokenScale::from_decimals(decimals).unwrap();
        let money = Money::from_fx(Fx::from_bits(bits));
        let exact = bits * 10_i128.pow(u32::from(decimals));
        let floor = scale.atoms_floor(money).unwrap().count();
        let ceil = scale.atoms_ceil(money).unwrap().count();
        prop_assert_eq!(floor, exact.div_euclid(1 << 64));
        prop_assert_eq!(ceil, floor + i128::from(exact.rem_euclid(1 << 64) != 0));
    }

    #[test]
    fn atoms_survive_the_way_into_money_and_back(atoms in any::<i64>(), decimals in 0_u8..=18) {
        let scale = TokenScale::from_decimals(decimals).unwrap();
        let atoms = Atoms::new(i128::from(atoms));
        if let Ok(money) = scale.money_floor(atoms) {
            prop_assert_eq!(scale.atoms_ceil(money).unwrap(), atoms);
        }
    }

    #[test]
    fn sizes_survive_the_way_into_wads_and_back(atoms in any::<i64>(), wad in any::<i128>(), decimals in 0_u8..=18) {
        let scale = TokenScale::from_decimals(decimals).unwrap();
        let atoms = Atoms::new(i128::from(atoms));
        let exact = scale.wad_of_atoms(atoms).unwrap();
        prop_assert_eq!(exact, atoms.count() * 10_i128.pow(u32::from(18 - decimals)));
        prop_assert_eq!(scale.atoms_of_wad_floor(exact), Ok(atoms));
        let floor = scale.wad_of_atoms(scale.atoms_of_wad_floor(wad).unwrap());
        prop_assert!(floor.is_err() || floor.is_ok_and(|floor| (0..10_i128.pow(u32::from(18 - decimals))).contains(&wad.wrapping_sub(floor))));
    }

    #[test]
    fn no_amount_makes_a_conversion_panic(number in any_fx(), atoms in any::<i128>(), decimals in 0_u8..=18) {
        let scale = TokenScale::from_decimals(decimals).unwrap();
        let money = Money::from_fx(number);
        if let (Ok(floor), Ok(ceil)) = (scale.atoms_floor(money), scale.atoms_ceil(money)) {
            prop_assert!((0..=1).contains(&(ceil.count() - floor.count())));
        }
        if let Ok(money) = scale.money_floor(Atoms::new(atoms)) {
            prop_assert!(scale.atoms_floor(money).unwrap().count() <= atoms);
        }
    }

    #[test]
    fn wads_survive_the_way_into_numbers_and_back(
        wad in -9_223_372_036_854_775_808_000_000_000_000_000_000_i128..9_223_372_036_854_775_808_000_000_000_000_000_000
    ) {
        let number = from_wad_floor(wad).unwrap();
        prop_assert_eq!(to_wad_nearest(number).unwrap(), wad);
    }

    #[test]
    fn wads_past_the_type_are_refused(beyond in 0_u64..u64::MAX) {
        let edge = (1_i128 << 63) * i128::from(WAD);
        prop_assert_eq!(from_wad_floor(edge + i128::from(beyond)), Err(RiskError::Overflow));
        prop_assert_eq!(from_wad_floor(-edge - 1 - i128::from(beyond)), Err(RiskError::Overflow));
    }

    #[test]
    fn a_multiple_of_lots_is_exact_or_refused_at_the_edge(number in any_fx(), lots in any::<i32>()) {
        let exact = number.to_bits().checked_mul(i128::from(lots));
        match times_lots(number, i64::from(lots)) {
            Ok(product) => prop_assert_eq!(Some(product.to_bits()), exact),
            Err(error) => {
                prop_assert_eq!(error, RiskError::Overflow);
                prop_assert!(exact.is_none_or(|bits| bits.unsigned_abs() > (1 << 127) - (1 << 96)));
            }
        }
    }

    #[test]
    fn lots_become_contracts_as_if_divided(lots in any_fx()) {
        let expected = equipoise_math::div_floor(lots, fx(1_000.0)).unwrap();
        prop_assert_eq!(lots_to_contracts_floor(lots), Ok(expected));
        let above = lots_to_contracts_ceil(lots).unwrap() - expected;
        prop_assert_eq!(above, if expected * 1_000 == lots { Fx::ZERO } else { Fx::DELTA });
    }

    #[test]
    fn no_count_of_lots_makes_a_multiple_wrap(number in any_fx(), lots in any::<i64>()) {
        if let Ok(product) = times_lots(number, lots) {
            prop_assert_eq!(Some(product.to_bits()), number.to_bits().checked_mul(i128::from(lots)));
        }
    }

    #[test]
    fn a_position_is_reduced_if_it_shrinks_and_keeps_its_side(before in -9_i32..9, after in -9_i32..9) {
        let between = if before < 0 { (before..=0).contains(&after) } else { (0..=before).contains(&after) };
        prop_assert_eq!(Lots::new(before).is_reduced_by_going_to(Lots::new(after)), between);
    }

    #[test]
    fn extreme_positions_compare_without_overflow(before in any::<i32>(), after in any::<i32>()) {
        let (wide_before, wide_after) = (i64::from(before), i64::from(after));
        let reduced = wide_after.abs() <= wide_before.abs() && wide_before.signum() * wide_after.signum() >= 0;
        prop_assert_eq!(Lots::new(before).is_reduced_by_going_to(Lots::new(after)), reduced);
    }
}

#[test]
fn a_share_of_lots_is_rounded_away_from_zero() {
    let share = |lots, share: f64| Lots::new(lots).share_ceil(Fx::from_num(share)).count();
    assert_eq!([share(10, 0.5), share(-10, 0.5), share(1, 0.001), share(-1, 0.001)], [5, -5, 1, -1]);
    assert_eq!([share(10, 0.51), share(-10, 0.51), share(0, 0.5), share(7, 0.0)], [6, -6, 0, 0]);
    for lots in [i32::MIN, -7, 0, 1, i32::MAX] {
        assert_eq!([share(lots, 1.0), share(lots, 2.0)], [lots, lots], "all of them");
        assert_eq!(share(lots, -1.0), 0);
        assert_eq!(Lots::new(lots).share_ceil(Fx::DELTA).count(), lots.signum());
    }
}

#[test]
fn what_closes_is_the_smaller_of_two_opposite_sides() {
    let closed = |lots, other| Lots::new(lots).closed_by(Lots::new(other)).count();
    assert_eq!([closed(5, -3), closed(-5, 3), closed(3, -5), closed(-3, 5)], [3, -3, 3, -3]);
    assert_eq!([closed(5, 3), closed(-5, -3), closed(0, 3), closed(5, 0)], [0; 4]);
    assert_eq!([closed(i32::MIN, i32::MAX), closed(i32::MAX, i32::MIN)], [-i32::MAX, i32::MAX]);
    assert_eq!(closed(i32::MIN, 1), -1);
}
