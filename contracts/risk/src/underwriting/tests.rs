//! A shared trade costs no more than a whole one, and the vault earns its fee on all of it.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{Leg, World, NOW};
use crate::quote::Charge;
use crate::skew::SkewReserve;

fn atoms(count: i128) -> Atoms {
    Atoms::new(count)
}

fn share(units: (u64, u64), vault_cost: i128, whole: (i128, i128)) -> (i128, i128) {
    let quoted = Quoted { cost: atoms(whole.0), fee: atoms(whole.1) };
    let share = Split::new(units.0, units.1).unwrap().share(atoms(vault_cost), quoted).unwrap();
    (share.cost.count(), share.fee.count())
}

#[test]
fn both_sides_take_something() {
    assert_eq!(Split::new(0, 1), None);
    assert_eq!(Split::new(1, 0), None);
    assert_eq!(Split::new(u64::MAX, 1), None);
    assert!(Split::new(1, MOST_MAKER_UNITS).is_some() && Split::new(1, MOST_MAKER_UNITS + 1).is_none());
    assert!(Split::new(3, 3 * MOST_MAKER_UNITS).is_some() && Split::new(3, 3 * MOST_MAKER_UNITS + 1).is_none());
    let split = Split::new(u64::MAX - 1, 1).unwrap();
    assert_eq!((split.vault(), split.maker(), split.whole()), (u64::MAX - 1, 1, u64::MAX));
    assert_eq!(Split::new(3, 7).unwrap().maker(), 7);
}

#[test]
fn a_share_costs_what_the_vault_asks_for_its_own() {
    // 30 for 3 units, so 70 for 7; of a fee of 5 on all 10, 3.5 is the maker's part.
    assert_eq!(share((3, 7), 30, (200, 5)), (70, 4));
    // 31 for 3 units: a third of an atom is the trader's.
    assert_eq!(share((3, 7), 31, (200, 5)), (72, 4));
    // A trader who sells is paid the third.
    assert_eq!(share((3, 7), -31, (200, 5)), (-73, 4));
}

#[test]
fn a_share_never_costs_more_than_the_whole_leaves() {
    assert_eq!(share((3, 7), 30, (99, 5)), (69, 4));
    assert_eq!(share((3, 7), -30, (-105, 5)), (-75, 4));
}

#[test]
fn a_maker_is_paid_the_cost_less_the_fee() {
    let share = Share { cost: atoms(2), fee: atoms(5) };
    assert_eq!(share.proceeds().unwrap(), atoms(-3));
    assert_eq!(least_proceeds(atoms(-7), 3).unwrap(), atoms(-21));
}

#[test]
fn what_does_not_fit_is_refused() {
    let split = Split::new(u64::MAX / 10, u64::MAX / 10 * MOST_MAKER_UNITS).unwrap();
    let quoted = Quoted { cost: atoms(i128::MAX), fee: Atoms::ZERO };
    assert_eq!(split.share(atoms(i128::MAX / 2), quoted), Err(RiskError::Overflow));
    assert_eq!(split.share(atoms(1), Quoted { cost: atoms(1), fee: atoms(i128::MIN) }), Err(RiskError::Overflow));
    assert_eq!(least_proceeds(atoms(i128::MAX), 2), Err(RiskError::Overflow));
    assert_eq!(Share { cost: atoms(i128::MIN), fee: atoms(1) }.proceeds(), Err(RiskError::Overflow));
}

/// A market with a random book, capital and reserve.
fn worlds() -> impl Strategy<Value = World> {
    let lots = prop::collection::vec(-40_000_i32..40_000, 16);
    (lots, 3e5_f64..3e6, 0_i128..20_000_000_000, 1_i128..5).prop_map(|(lots, capital, balance, share)| {
        let reserve = SkewReserve { balance: atoms(balance), budget: atoms(balance / share / 2), updated_at: NOW };
        World::new(capital, &lots, reserve)
    })
}

/// A package of up to four legs.
fn units() -> impl Strategy<Value = Vec<Leg>> {
    prop::collection::vec((0_usize..2, 0_usize..4, any::<bool>(), -400_i32..400), 1..5)
}

fn times(unit: &[Leg], units: u64) -> Vec<Leg> {
    let many = i32::try_from(units).unwrap();
    unit.iter().map(|(board, strike, is_put, lots)| (*board, *strike, *is_put, lots * many)).collect()
}

/// What the vault and the maker take.
fn shares() -> impl Strategy<Value = (u64, u64)> {
    (1_u64..8).prop_flat_map(|vault| (Just(vault), 1..=(vault * MOST_MAKER_UNITS).min(19)))
}

fn quoted(charge: &Charge) -> Quoted {
    Quoted { cost: charge.cost().unwrap(), fee: charge.fee }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The theorem that makes the offer honest: by the vault's price alone, without the bound by the whole, a shared trade
    /// costs no more than rounding above it. Each of the two quotes rounds four amounts up and relief down.
    #[test]
    fn a_vaults_price_for_its_part_is_no_worse_than_for_the_whole(
        world in worlds(), unit in units(), (vault, maker) in shares(),
    ) {
        let split = Split::new(vault, maker).unwrap();
        let part = quoted(&world.quote(&times(&unit, vault)).unwrap().1.charge);
        let whole = quoted(&world.quote(&times(&unit, split.whole())).unwrap().1.charge);
        let unbounded = Quoted { cost: atoms(i128::MAX / 2), ..whole };
        let share = split.share(part.cost, unbounded).unwrap();
        let rounding = 5 * i128::from(split.whole().div_ceil(vault)) + 5;
        prop_assert!(share.cost.count() + part.cost.count() <= whole.cost.count() + rounding);
    }

    #[test]
    fn a_shared_trade_never_costs_more_than_the_quote_of_the_whole(
        world in worlds(), unit in units(), (vault, maker) in shares(),
    ) {
        let split = Split::new(vault, maker).unwrap();
        let part = quoted(&world.quote(&times(&unit, vault)).unwrap().1.charge);
        let whole = quoted(&world.quote(&times(&unit, split.whole())).unwrap().1.charge);
        let share = split.share(part.cost, whole).unwrap();
        prop_assert!(share.cost.plus(part.cost).unwrap() <= whole.cost);
        // Nor does a unit of the maker's cost more than one of the vault's.
        prop_assert!(share.cost.count() * i128::from(vault) <= part.cost.count() * i128::from(maker));
        // The vault earns as much in fees as if it had traded all: what each of its two parts rounds up it keeps.
        let fees = share.fee.plus(part.fee).unwrap();
        prop_assert!(fees >= whole.fee && fees.count() <= whole.fee.count() + 2 + i128::from(maker / vault));
    }

    /// However a trader divides a share among fills, the vault's fee is no less for it.
    #[test]
    fn fees_of_fills_are_no_less_than_of_one(fee in 0_i128..1_000_000_000, fills in prop::collection::vec(1_u64..50, 1..6)) {
        let fee_of = |maker: u64| {
            let whole = Quoted { cost: Atoms::ZERO, fee: atoms(fee * i128::from(maker + 30)) };
            Split::new(30, maker).unwrap().share(Atoms::ZERO, whole).unwrap().fee.count()
        };
        let parts: i128 = fills.iter().map(|maker| fee_of(*maker)).sum();
        prop_assert!(parts >= fee_of(fills.iter().sum()));
    }
}
