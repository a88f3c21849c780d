//! The price of a package: no split, no order and no way out and back beats the whole.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{float, fx, money, six_decimals, Leg, World, NOW};
use crate::parameters::{Parameter, Parameters, RULES};
use crate::spread::SpreadMultiplier;

/// A call's and a put's series in both expiries of a world, at the money and in a wing.
const SERIES: [(usize, usize, bool); 5] = [(0, 2, false), (0, 0, true), (1, 2, true), (1, 3, false), (1, 2, false)];

fn reserve(balance: i128, budget: i128) -> SkewReserve {
    SkewReserve { balance: Atoms::new(balance), budget: Atoms::new(budget), updated_at: NOW }
}

fn legs(lots: &[i32]) -> Vec<Leg> {
    SERIES.iter().zip(lots).map(|((board, strike, is_put), lots)| (*board, *strike, *is_put, *lots)).collect()
}

fn sum(parts: &[Vec<i32>]) -> Vec<i32> {
    (0..SERIES.len()).map(|place| parts.iter().map(|part| part[place]).sum()).collect()
}

/// A market with a random book, capital and reserve, rich or poor.
fn worlds() -> impl Strategy<Value = World> {
    let lots = prop::collection::vec(-40_000_i32..40_000, 16);
    let floor = prop_oneof![Just(15_000_000_u32), 0_u32..20_000_000];
    (lots, 3e5_f64..3e6, 0_i128..20_000_000_000, 1_i128..5, floor).prop_map(|(lots, capital, balance, share, floor)| {
        let mut millionths = Parameters::default().all_millionths();
        millionths[RULES.iter().position(|rule| rule.parameter == Parameter::LambdaFloor).unwrap()] = floor;
        let parameters = Parameters::new(millionths).unwrap();
        World::with_parameters(capital, &lots, reserve(balance, balance / share / 2), &parameters)
    })
}

fn packages(most: i32) -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(prop_oneof![Just(0), -most..most], SERIES.len())
}

fn cost(charge: &Charge) -> i128 {
    charge.cost().unwrap().count()
}

fn cost_of_all(world: &World, parts: &[Vec<i32>]) -> i128 {
    let mut world = world.clone();
    parts.iter().map(|part| cost(&world.trade(&legs(part)))).sum()
}

/// Each part rounds four amounts up, and takes the reserve's share of relief down, by less than an atom each.
fn rounding(parts: usize) -> i128 {
    5 * i128::try_from(parts).unwrap()
}

/// Half the spread of a market that is not widened.
fn plain(package: &Package) -> Money {
    package.spread.widened_ceil(SpreadMultiplier::ONE).unwrap()
}

#[test]
fn a_call_less_a_put_is_the_forward_less_the_strike() {
    let world = World::new(1e6, &[], reserve(0, 0));
    // A contract of each at 2,900 with the forward at 3,000.
    let charge = world.quote(&[(0, 1, false, 1_000), (0, 1, true, -1_000)]).unwrap().1.charge;
    assert_eq!(charge.mid.count(), 100_000_000);
}

#[test]
fn sums_in_lots_become_contracts_upwards() {
    // A hair above a whole number of atoms is the next one, for a buyer as for a seller.
    for lots in [1_000_i64, -1_000] {
        let amount = Money::from_fx(Fx::from_num(lots) + Fx::DELTA);
        let spread = HalfSpread { of_vol: Money::ZERO, rest: amount };
        let package = Package { mid: amount, spread, fee: amount, ..Package::default() }.finish().unwrap();
        for part in [package.mid, package.spread.rest, package.fee] {
            assert_eq!(six_decimals().atoms_ceil(part).unwrap().count(), i128::from(lots) * 1_000 + 1);
        }
    }
}

#[test]
fn a_valued_package_is_all_that_a_price_needs() {
    let world = World::new(1e6, &[1_000], reserve(0, 0));
    let package = world.clone().enter(&legs(&[700, -300, 100])).unwrap().package;
    assert_eq!(Package::valued(package.mid, package.spread, package.fee, package.through_mid), package);
}

#[test]
fn the_fee_is_of_notional_and_capped_by_the_premium() {
    let world = World::new(1e6, &[], reserve(0, 0));
    // 3 bp of 3,000, for ten contracts bought or sold.
    for lots in [10_000, -10_000] {
        assert_eq!(world.quote(&[(0, 2, false, lots)]).unwrap().1.charge.fee.count(), 9_000_000);
    }
    // Far out of the money the fee is an eighth of the premium.
    let mut world = world;
    world.boards[0].1[3].strike = crate::fixtures::price_of(9_000.0);
    let charge = world.quote(&[(0, 3, false, 1_000_000)]).unwrap().1.charge;
    assert!(charge.fee.count() > 0 && (charge.fee.count() - (charge.mid.count() + 7) / 8).abs() <= 1, "{charge:?}");
}

#[test]
fn an_empty_book_charges_the_penalty_of_the_trade() {
    let world = World::new(1e6, &[], reserve(0, 0));
    let trade = [(0, 2, false, 5_000)];
    let (before, priced) = world.quote(&trade).unwrap();
    assert_eq!(before, Exposure::default());
    let mut after = world.clone();
    after.trade(&trade);
    let penalty = world.state.penalty(&after.exposure()).unwrap().charged;
    let skew = six_decimals().atoms_ceil(penalty).unwrap().count();
    assert!((priced.charge.skew.count() - skew).abs() <= 1);
    assert_eq!(priced.reserve.balance, priced.charge.skew, "the charge fills the reserve");
}

#[test]
fn a_rebate_is_paid_for_relief_from_the_reserve() {
    let world = World::new(1e6, &[0, 0, 0, 0, -20_000], reserve(1_000_000_000, 100_000_000));
    let priced = world.quote(&[(0, 2, false, -5_000)]).unwrap().1;
    assert!(priced.charge.skew < Atoms::ZERO);
    assert_eq!(priced.reserve.balance.count(), 1_000_000_000 + priced.charge.skew.count());
    let poor = World { reserve: reserve(0, 0), ..world };
    assert_eq!(poor.quote(&[(0, 2, false, -5_000)]).unwrap().1.charge.skew, Atoms::ZERO);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_split_in_proportion_never_costs_less_than_the_whole(
        world in worlds(), unit in packages(2_000), weights in prop::collection::vec(1_i32..6, 2..6),
    ) {
        let parts: Vec<Vec<i32>> =
            weights.iter().map(|weight| unit.iter().map(|lots| lots * weight).collect()).collect();
        let whole = cost_of_all(&world, &[sum(&parts)]);
        prop_assert!(cost_of_all(&world, &parts) >= whole - rounding(parts.len()));
    }

    #[test]
    fn parts_of_any_kind_never_cost_less_than_the_whole(
        world in worlds(), parts in prop::collection::vec(packages(10_000), 2..6),
    ) {
        let whole = cost_of_all(&world, &[sum(&parts)]);
        prop_assert!(cost_of_all(&world, &parts) >= whole - rounding(parts.len()));
    }

    #[test]
    fn no_cycle_of_trades_profits_the_trader(
        world in worlds(), mut parts in prop::collection::vec(packages(10_000), 1..6),
    ) {
        parts.push(sum(&parts).into_iter().map(|lots| -lots).collect());
        prop_assert!(cost_of_all(&world, &parts) >= -rounding(parts.len()));
    }

    #[test]
    fn no_cycle_profits_even_before_spread_and_fee(
        world in worlds(), mut parts in prop::collection::vec(packages(10_000), 1..6),
    ) {
        parts.push(sum(&parts).into_iter().map(|lots| -lots).collect());
        let mut after = world.clone();
        let skew: i128 = parts.iter().map(|part| after.trade(&legs(part)).skew.count()).sum();
        prop_assert!(skew >= -rounding(parts.len()), "{}", skew);
        prop_assert_eq!(after.exposure(), world.exposure(), "the book is what it was");
        prop_assert_eq!(after.reserve.balance.count(), world.reserve.at(NOW, Atoms::ZERO).unwrap().balance.count() + skew);
    }

    #[test]
    fn the_order_of_trades_does_not_change_the_book_they_leave(world in worlds(), first in packages(9_000), second in packages(9_000)) {
        let leaves = |order: [&Vec<i32>; 2]| {
            let mut world = world.clone();
            for package in order {
                world.trade(&legs(package));
            }
            world.state.penalty(&world.exposure()).unwrap()
        };
        prop_assert_eq!(leaves([&first, &second]), leaves([&second, &first]));
    }

    #[test]
    fn a_price_is_at_most_half_a_vol_point_through_the_mid(world in worlds(), package in packages(20_000)) {
        let valuation = world.clone().enter(&legs(&package)).unwrap();
        let charge = world.quote(&legs(&package)).unwrap().1.charge;
        // |vega| of the package over the expiries, at half a point
        let vega = |place: usize| valuation.change.buckets[place].vega.fx() / world.boards[place].0.vega_weight;
        let through = Money::from_fx((vega(0).abs() + vega(1).abs()) * fx(0.005));
        prop_assert!(valuation.package.through_mid <= through.plus(Money::from_fx(fx(1e-12))).unwrap());
        let through = six_decimals().atoms_ceil(through).unwrap().count();
        prop_assert!(charge.spread >= Atoms::ZERO && charge.fee >= Atoms::ZERO);
        prop_assert!(cost(&charge) >= charge.mid.count() - through - 1);
    }

    #[test]
    fn a_rebate_goes_through_the_mid_by_no_more_than_what_is_taken_from_the_vaults_vega(
        world in worlds(), package in packages(20_000),
    ) {
        let mut after = world.clone();
        let valuation = after.enter(&legs(&package)).unwrap();
        let gross = |book: &Exposure| -> f64 {
            let of = |place: usize| float(book.buckets[place].vega.fx() / world.boards[place].0.vega_weight).abs();
            (0..2).map(|place| of(place) * float(world.boards[place].0.vol_half_spread).min(0.005)).sum()
        };
        let taken = gross(&valuation.before) - gross(&valuation.after().unwrap());
        prop_assert!((float(valuation.package.through_mid.fx()) - taken).abs() < 1e-6);
        prop_assert!(-float(plain(&valuation.package).fx()) <= taken + 1e-6, "never above the half spread");
        let charge = world.quote(&legs(&package)).unwrap().1.charge;
        let floor = charge.mid.count() - six_decimals().atoms_ceil(valuation.package.through_mid).unwrap().count();
        prop_assert!(charge.skew > Atoms::ZERO || cost(&charge) - charge.fee.count() >= floor - 2);
    }

    #[test]
    fn the_spread_of_a_package_is_at_most_that_of_its_parts(
        world in worlds(), first in packages(20_000), second in packages(20_000),
    ) {
        let spread = |package: &[i32]| plain(&world.clone().enter(&legs(package)).unwrap().package);
        let apart = spread(&first).plus(spread(&second)).unwrap();
        let together = spread(&sum(&[first, second]));
        // sums of vega keep 60 significant bits
        let rounding = Money::from_fx(Fx::from_bits(16 + (apart.fx().to_bits() >> 50)));
        prop_assert!(together <= apart.plus(rounding).unwrap());
    }

    #[test]
    fn the_opposite_package_has_the_opposite_mid_and_the_same_spread_and_fee(world in worlds(), package in packages(20_000)) {
        let opposite: Vec<i32> = package.iter().map(|lots| -lots).collect();
        let [one, other] = [&package, &opposite].map(|package| world.clone().enter(&legs(package)).unwrap().package);
        let unit = Money::from_fx(Fx::from_bits(8));
        prop_assert!(one.mid.plus(other.mid).unwrap().magnitude().unwrap() <= unit);
        prop_assert!(plain(&one).minus(plain(&other)).unwrap().magnitude().unwrap() <= unit);
        prop_assert_eq!(one.fee, other.fee);
    }

    #[test]
    fn no_size_or_book_makes_a_quote_wrap(
        held in prop::collection::vec(any::<i32>(), 16), bought in prop::collection::vec(any::<i32>(), 5),
        (capital, balance, budget) in (1e-3_f64..1e15, any::<i128>(), any::<i128>()),
    ) {
        let world = World::new(capital, &held, reserve(balance, budget));
        match world.quote(&legs(&bought)) {
            Ok((_, priced)) => {
                prop_assert!(priced.charge.spread >= Atoms::ZERO && priced.charge.fee >= Atoms::ZERO);
                prop_assert!(priced.reserve.balance >= Atoms::ZERO && priced.reserve.budget >= Atoms::ZERO);
            }
            Err(error) => prop_assert!(matches!(error, RiskError::Overflow | RiskError::Math), "{:?}", error),
        }
    }
}

#[test]
fn a_charge_adds_up_or_overflows() {
    let part = Atoms::new(3);
    let charge = Charge { mid: Atoms::new(-10), skew: part, spread: part, fee: part };
    assert_eq!(cost(&charge), -1);
    let most = Atoms::new(i128::MAX);
    assert_eq!(Charge { mid: most, skew: part, spread: part, fee: part }.cost(), Err(RiskError::Overflow));
    let spread = HalfSpread { of_vol: money(2.0), rest: money(5.0) };
    let package = Package::valued(money(1.0), spread, money(3.0), money(4.0));
    assert_eq!(
        (package.mid, package.spread, package.fee, package.through_mid),
        (money(1.0), spread, money(3.0), money(4.0))
    );
}
