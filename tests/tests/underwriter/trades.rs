//! What a shared trade costs, what the maker earns, and what the vault gains.

use alloy_primitives::U256;
use equipoise_interfaces::{
    account, IMarket, Leg, MarketMatchedInterestLimitExceeded, OptionsCrossed, TradeUnderwritten,
};
use equipoise_risk::parameters::Parameter;
use equipoise_tests::World;

use crate::fixture::{narrow, signed, CONTRACT, LOT};
use crate::stage::{plain, times, Stage};

/// Trades the vault's units and the maker's, and checks everybody's cash, the positions, and what the vault has gained.
fn shared(stage: &mut Stage, unit: &[Leg], (vault, maker): (u64, u64)) -> TradeUnderwritten {
    let offer = stage.offer(unit, maker);
    let order = stage.order(vault, maker);
    let whole = stage.market.quote(&times(unit, vault + maker)).unwrap();
    let quoted = stage.quote(order.clone(), &offer);
    assert_eq!(quoted.unitsLeft, maker);
    let taker = stage.taker;
    let alone = stage.suppose(|stage| {
        stage.market.trade(taker, &times(unit, vault)).unwrap();
        (stage.nav(), stage.cash()[2], stage.market.book().penaltyWad)
    });
    let filled = stage.suppose(|stage| {
        stage.market.trade(taker, &times(unit, vault + maker)).unwrap();
        stage.market.book().penaltyWad
    });

    let before = stage.cash();
    let told = stage.trade(order, &offer).unwrap();
    let after = stage.cash();
    let (vault_cost, maker_cost) = (narrow(told.vaultCostAtoms), narrow(told.makerCostAtoms));
    let fee = plain(told.feeAtoms);
    assert_eq!([told.vaultUnits, told.makerUnits, told.filledUnits], [vault, maker, maker]);
    assert_eq!((told.taker, told.maker), (account::of(taker), offer.account));
    assert_eq!(quoted.costAtoms, told.vaultCostAtoms + told.makerCostAtoms, "the quote is what is paid");
    let parts = (quoted.vaultCostAtoms, quoted.makerCostAtoms, quoted.feeAtoms, quoted.wholeCostAtoms);
    assert_eq!(parts, (told.vaultCostAtoms, told.makerCostAtoms, told.feeAtoms, told.wholeCostAtoms));
    assert_eq!(told.wholeCostAtoms, whole.costAtoms);

    let total = vault_cost + maker_cost;
    assert!(total < narrow(whole.costAtoms), "a shared trade costs less than the vault alone would have asked");
    assert!(maker_cost * i128::from(vault) <= vault_cost * i128::from(maker), "no unit costs more than the vault's");
    let moved = [0, 1, 2].map(|place| after[place] - before[place]);
    assert_eq!(moved, [-total, maker_cost - fee, vault_cost + fee]);
    assert!(fee > 0, "the vault keeps its fee");
    assert_eq!(
        (stage.nav() - alone.0, after[2] - alone.1),
        (fee, fee),
        "and that is all that the maker changes for it"
    );
    let penalty = stage.market.book().penaltyWad;
    assert_eq!(penalty, alone.2, "the vault bears its own units");
    assert!(penalty < filled, "which is less than all");
    stage.assert_zero_sum();
    told
}

/// What an account holds of the series of legs.
fn held(stage: &mut Stage, owner: alloy_primitives::Address, legs: &[Leg]) -> Vec<i128> {
    let mut sizes = Vec::new();
    for leg in legs {
        let series = equipoise_interfaces::series::Series::from_id(leg.series).unwrap();
        let all = stage.market.positions(account::of(owner), series.board);
        sizes.push(all[usize::from(series.strike) * 2 + usize::from(series.is_put)]);
    }
    sizes
}

fn sizes(legs: &[Leg], units: i128) -> Vec<i128> {
    legs.iter().map(|leg| narrow(leg.sizeWad) * units).collect()
}

#[test]
fn a_buyer_pays_the_maker_and_the_vault_earns_its_fee() {
    let mut stage = Stage::open();
    let unit = stage.call();
    let told = shared(&mut stage, &unit, (2, 8));
    assert!(told.makerCostAtoms.is_positive());
    let (taker, maker) = (stage.taker, stage.maker());
    assert_eq!(held(&mut stage, taker, &unit), sizes(&unit, 10));
    assert_eq!(held(&mut stage, maker, &unit), sizes(&unit, -8));
}

#[test]
fn a_seller_is_paid_by_the_maker() {
    let mut stage = Stage::open();
    let unit = stage.sold_put();
    let told = shared(&mut stage, &unit, (1, 9));
    assert!(told.makerCostAtoms.is_negative());
    let maker = stage.maker();
    assert_eq!(held(&mut stage, maker, &unit), sizes(&unit, -9), "who is long then");
}

#[test]
fn packages_of_several_legs_are_shared() {
    let mut stage = Stage::open();
    let unit = stage.calendar();
    shared(&mut stage, &unit, (3, 5));
    let (taker, maker) = (stage.taker, stage.maker());
    assert_eq!(held(&mut stage, taker, &unit), sizes(&unit, 8));
    assert_eq!(held(&mut stage, maker, &unit), sizes(&unit, -5));
}

#[test]
fn units_of_a_single_lot_carry_no_rounding_into_the_whole() {
    let mut stage = Stage::open();
    let unit = vec![crate::fixture::leg(stage.call()[0].series, LOT)];
    let told = shared(&mut stage, &unit, (1_111, 9_999));
    assert!(told.vaultCostAtoms + told.makerCostAtoms < told.wholeCostAtoms);
}

#[test]
fn what_was_opened_is_closed_with_the_maker_again() {
    let mut stage = Stage::open();
    let unit = stage.call();
    shared(&mut stage, &unit, (2, 8));
    let back: Vec<Leg> =
        times(&unit, 1).iter().map(|leg| crate::fixture::leg(leg.series, -narrow(leg.sizeWad))).collect();
    let (offer, order) = (stage.offer(&back, 8), stage.order(2, 8));
    let before = stage.cash()[2];
    let told = stage.trade(order, &offer).unwrap();
    assert!(told.makerCostAtoms.is_negative());
    let (taker, maker) = (stage.taker, stage.maker());
    assert_eq!([held(&mut stage, taker, &unit), held(&mut stage, maker, &unit)], [vec![0], vec![0]]);
    assert_eq!(stage.cash()[2] - before, narrow(told.vaultCostAtoms) + plain(told.feeAtoms));
    stage.assert_zero_sum();
}

#[test]
fn the_market_tells_what_was_crossed() {
    let mut stage = Stage::open();
    let unit = stage.call();
    let (offer, order) = (stage.offer(&unit, 8), stage.order(2, 8));
    let signature = stage.signature(&offer);
    let call = equipoise_interfaces::IUnderwriter::tradeCall { order, offer: offer.clone(), signature };
    let (taker, underwriter) = (stage.taker, stage.underwriter);
    let receipt = stage.market.world.send(taker, underwriter, &call).unwrap();
    let crossed = World::events::<OptionsCrossed>(&receipt).remove(0);
    let told = World::events::<TradeUnderwritten>(&receipt).remove(0);
    assert_eq!((crossed.taker, crossed.maker), (told.taker, told.maker));
    assert_eq!((crossed.costAtoms, crossed.feeAtoms), (told.makerCostAtoms, told.feeAtoms));
    let crossed: Vec<_> = crossed.legs.iter().map(|leg| (leg.series, leg.sizeWad)).collect();
    let wanted: Vec<_> = times(&unit, 8).iter().map(|leg| (leg.series, leg.sizeWad)).collect();
    assert_eq!(crossed, wanted);
}

/// A round trip of maker and taker in one hand: whatever they do with the vault's price, the vault is not the poorer.
#[test]
fn a_maker_and_a_taker_in_one_hand_gain_nothing_from_the_vault() {
    let mut stage = Stage::open();
    let unit = stage.call();
    let back: Vec<Leg> = unit.iter().map(|leg| crate::fixture::leg(leg.series, -narrow(leg.sizeWad))).collect();
    let ends = |stage: &mut Stage| {
        let [taker, maker, _] = stage.cash();
        (taker + maker, stage.nav())
    };
    for (vault, maker) in [(1, 1), (4, 36), (20, 1)] {
        let (hand, nav) = ends(&mut stage);
        for legs in [&unit, &back] {
            let (offer, order) = (stage.offer(legs, 1_000), stage.order(vault, maker));
            stage.trade(order, &offer).unwrap();
        }
        let (after, nav_after) = ends(&mut stage);
        assert!(after < hand && nav_after > nav, "({vault}, {maker}): {hand} to {after}, {nav} to {nav_after}");
    }
}

#[test]
fn a_limit_on_the_whole_cost_just_passes_and_just_fails() {
    let mut stage = Stage::open();
    let unit = stage.call();
    let offer = stage.offer(&unit, 8);
    let cost = stage.quote(stage.order(2, 8), &offer).costAtoms;
    let mut order = stage.order(2, 8);
    order.maxCostAtoms = cost - signed(1);
    let refused = stage.trade(order.clone(), &offer).unwrap_err();
    let max = order.maxCostAtoms;
    refused.expect(&equipoise_interfaces::UnderwriterSlippageExceeded { costAtoms: cost, maxCostAtoms: max });
    order.maxCostAtoms = cost;
    stage.trade(order, &offer).unwrap();
    let mut late = stage.order(1, 1);
    late.deadline = stage.market.now() - 1;
    let offer = stage.offer(&unit, 9);
    let refused = stage.trade(late, &offer).unwrap_err();
    assert!(refused.decode::<equipoise_interfaces::MarketDeadlinePassed>().is_some());
}

#[test]
fn what_makers_take_is_matched_open_interest_and_limited_with_it() {
    let mut stage = Stage::open();
    let unit = stage.call();
    shared(&mut stage, &unit, (2, 8));
    let matched = |stage: &mut Stage| stage.market.read(&IMarket::matchedInterestCall {});
    assert_eq!(matched(&mut stage), U256::from(8 * CONTRACT), "the vault's two units are not in it");
    // A jump may cost the last tenth of a million, 111 contracts at 900 each.
    stage.market.with_parameter(Parameter::StressLimit, 900_000);
    let offer = stage.offer(&unit, 200);
    let (more, less) = (stage.order(12, 104), stage.order(12, 100));
    let refused = stage.trade(more, &offer).unwrap_err();
    let told = refused.decode::<MarketMatchedInterestLimitExceeded>().unwrap();
    let loss = U256::from(112 * 900) * U256::from(CONTRACT);
    assert!(told.lossWad >= loss && told.lossWad - loss < U256::from(10_000), "{}", told.lossWad);
    assert_eq!(matched(&mut stage), U256::from(8 * CONTRACT));
    stage.trade(less, &offer).unwrap();
    assert_eq!(matched(&mut stage), U256::from(108 * CONTRACT));
}
