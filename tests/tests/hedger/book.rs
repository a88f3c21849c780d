//! What a hedge does to the market: quotes, value, breakers, settlement.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{IBreakers, IHedged};
use equipoise_math::Fx;

use equipoise_tests::TOKEN;

use crate::fixture::{CONTRACT, SPOT, WAD};
use crate::stage::Stage;

const AT_SPOT: u64 = SPOT as u64 * 100;

#[test]
fn a_hedged_vault_charges_less_for_more_of_the_same() {
    let mut stage = Stage::open();
    let more = [stage.calls(5 * CONTRACT)];
    let before = stage.market.quote(&more).unwrap();
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    stage.rebalance(request).unwrap();
    let after = stage.market.quote(&more).unwrap();
    assert_eq!(after.midAtoms, before.midAtoms);
    assert!(after.skewAtoms < before.skewAtoms, "{before:?} then {after:?}");
}

#[test]
fn what_is_held_moves_the_vaults_value_with_spot() {
    let mut hedged = Stage::open();
    let request = hedged.request(vec![hedged.leg(30_000, AT_SPOT)]);
    hedged.rebalance(request).unwrap();
    let mut bare = Stage::open();
    let before = (hedged.nav(), bare.nav());
    for stage in [&mut hedged, &mut bare] {
        stage.market.push(SPOT + 30);
    }
    let moved = (hedged.nav() - before.0, bare.nav() - before.1);
    // Thirty units of thirty dollars.
    let gained = moved.0 - moved.1;
    assert!((gained - 900 * TOKEN as i128).abs() <= 20_000, "{moved:?}");
}

#[test]
fn the_market_tells_what_is_held() {
    let mut stage = Stage::open();
    let request = stage.request(vec![stage.leg(12_345, AT_SPOT)]);
    stage.rebalance(request).unwrap();
    let hedge = stage.market.read(&IHedged::hedgeCall {});
    let units = Fx::from_bits(hedge.unitsX64);
    assert!((units.to_num::<f64>() - 12.345).abs() < 1e-12);
    assert_eq!(hedge.cashX64, 0);
    assert_eq!(stage.market.read(&IHedged::hedgerCall {}), stage.hedges.hedger);
}

#[test]
fn an_appraisal_of_the_present_inventory_is_the_book() {
    let mut stage = Stage::open();
    let words = stage.inventory();
    let told = stage.market.read(&IHedged::appraiseCall { words });
    assert_eq!(told.nowX64, told.oldX64);
    let delta = Fx::from_bits(told.nowX64[1]).to_num::<f64>();
    let book = i128::try_from(stage.market.book().dollarDeltaWad).unwrap() as f64 / WAD as f64;
    assert!((delta - book).abs() < 1e-6);
    // Nothing is what there was before anybody traded.
    let told = stage.market.read(&IHedged::appraiseCall { words: Vec::new() });
    assert_eq!(told.oldX64, [0; 40]);
}

/// The breakers look at the delta that is left, not at that of the options.
#[test]
fn a_hedge_brings_the_market_back_from_too_much_delta() {
    let mut stage = Stage::open();
    let delta = |stage: &mut Stage| {
        let all = stage.market.read(&IBreakers::breakersCall {});
        let place = equipoise_risk::breakers::Measure::Delta.place() as u8;
        all.iter().find(|rule| rule.measure == place).unwrap().reading
    };
    let before = delta(&mut stage);
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    stage.rebalance(request).unwrap();
    assert!(delta(&mut stage) < before / 3, "{before} then {}", delta(&mut stage));
}

#[test]
fn the_skew_reserve_pays_for_hedges_first() {
    let mut stage = Stage::open();
    let reserve = stage.market.book().skewReserveAtoms;
    assert!(reserve > U256::ZERO);
    let nav = stage.nav();
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    let told = stage.rebalance(request).unwrap();
    let paid = reserve - stage.market.book().skewReserveAtoms;
    let cost = told.tipAtoms + U256::from(1) + told.lostWad.max(I256::ZERO).into_raw() / U256::from(10_u64.pow(12));
    assert!(
        paid <= cost + U256::from(1) && (paid >= told.tipAtoms || paid == reserve),
        "{paid} of {reserve} for {told:?}"
    );
    assert!(nav - stage.nav() <= crate::stage::narrow(cost.saturating_sub(paid)) + 2);
}
