//! Each clause of the rule: one that just passes and one that just fails.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{
    HedgerBudgetExceeded, HedgerCashShort, HedgerCheckpointTooYoung, HedgerCheckpointUnknown, HedgerCostTooHigh,
    HedgerDeadlinePassed, HedgerDeltaGrows, HedgerEpochDiffers, HedgerGainTooSmall, HedgerLegsCount,
    HedgerNothingToSell, HedgerPriceOutOfBand, HedgerPriceTooOld, HedgerVenueCapExceeded, HedgerWindowClosed, IHedger,
};
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms, TERM_RULES};
use equipoise_tests::World;

use equipoise_tests::TOKEN;

use crate::fixture::{CONTRACT, SPOT, WAD};
use crate::stage::{Stage, UNIT};

/// Where spot stands, in cents.
const AT_SPOT: u64 = SPOT as u64 * 100;

impl Stage {
    /// The owner changes terms.
    pub fn with_terms(&mut self, changes: &[(HedgeTerm, u32)]) {
        let mut terms = self.ask(&IHedger::termsCall {});
        for (term, value) in changes {
            let place = TERM_RULES.iter().position(|rule| rule.term == *term).unwrap();
            terms[place] = *value;
        }
        let owner = self.market.world.owner;
        self.tell(owner, &IHedger::setTermsCall { millionths: terms }).unwrap();
    }
}

#[test]
fn a_solver_hedges_the_vault_and_earns_a_tip() {
    let mut stage = Stage::open();
    let (hedger, solver) = (stage.hedges.hedger, stage.solver);
    let before = (stage.vault_cash(), stage.tokens(solver), stage.nav(), stage.market.book());
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    let told = stage.rebalance(request).unwrap();
    let tip = crate::stage::narrow(told.tipAtoms);
    assert!(tip > 0, "{told:?}");
    assert_eq!(told.heldAtoms, U256::from(30 * UNIT));
    assert_eq!(stage.coins(hedger), 30 * UNIT);
    assert_eq!(stage.tokens(hedger), 0);
    // Thirty units at spot, and the tip.
    assert_eq!(before.0 - stage.vault_cash(), 90_000 * TOKEN as i128 + tip);
    assert_eq!(stage.tokens(solver) - before.1, 90_000 * TOKEN as i128 + tip);
    // The vault is worth its tip less, which the skew reserve pays as far as it goes.
    let lost = before.2 - stage.nav();
    // Rounding up what the reserve pays may leave it an atom.
    assert!((-2..=tip + 2).contains(&lost), "lost {lost} for a tip of {tip}");
    let after = stage.market.book();
    let moved = after.dollarDeltaWad - before.3.dollarDeltaWad;
    assert_eq!(moved, I256::try_from(90_000).unwrap() * I256::try_from(WAD).unwrap());
    assert!(after.penaltyWad < before.3.penaltyWad);
}

#[test]
fn only_those_who_hold_the_present_epoch_in_time_may_rebalance() {
    let mut stage = Stage::open();
    let (now, epoch) = (stage.market.now(), stage.epoch());
    let mut request = stage.request(vec![stage.leg(10_000, AT_SPOT)]);
    request.riskEpoch = epoch + 1;
    let refused = stage.rebalance(request.clone()).unwrap_err();
    refused.expect(&HedgerEpochDiffers { riskEpoch: epoch + 1, current: epoch });
    (request.riskEpoch, request.deadline) = (epoch, now - 1);
    let refused = stage.rebalance(request.clone()).unwrap_err();
    let at = refused.decode::<HedgerDeadlinePassed>().unwrap();
    assert_eq!(at.deadline, now - 1);
    request.deadline = stage.market.now() + 10;
    stage.rebalance(request.clone()).unwrap();
    // It has moved the epoch.
    let refused = stage.rebalance(request).unwrap_err();
    refused.expect(&HedgerEpochDiffers { riskEpoch: epoch, current: epoch + 1 });
}

#[test]
fn prices_must_be_fresh_and_newer_than_the_request() {
    let mut stage = Stage::open();
    let made_at = stage.market.world.read(stage.market.oracle, &equipoise_interfaces::IOracle::spotCall {}).updatedAt;
    let mut request = stage.request(vec![stage.leg(10_000, AT_SPOT)]);
    request.minPriceAt = made_at + 1;
    let refused = stage.rebalance(request.clone()).unwrap_err();
    refused.expect(&HedgerPriceTooOld { spotAt: made_at, leastAt: made_at + 1 });
    let most = HedgeTerms::default().secs(HedgeTerm::PriceAgeSecs);
    stage.market.world.go_to(made_at + most + 1);
    request.minPriceAt = made_at;
    let refused = stage.rebalance(request.clone()).unwrap_err();
    assert!(refused.decode::<HedgerPriceTooOld>().is_some(), "{refused:?}");
    stage.market.push(SPOT);
    stage.rebalance(request).unwrap();
}

#[test]
fn a_checkpoint_must_be_known_and_old_enough() {
    let mut stage = Stage::quiet(World::new());
    stage.sell_calls(60);
    let words = stage.inventory();
    let request = stage.request(vec![stage.leg(10_000, AT_SPOT)]);
    let refused = stage.rebalance_on(request.clone(), words.clone()).unwrap_err();
    assert!(refused.decode::<HedgerCheckpointUnknown>().is_some());
    let taken = stage.checkpoint();
    let refused = stage.rebalance_on(request.clone(), words.clone()).unwrap_err();
    let too_young = HedgerCheckpointTooYoung { takenAt: taken.at, leastSecs: 120 };
    refused.expect(&too_young);
    stage.market.world.go_to(taken.at + 119);
    stage.rebalance_on(request.clone(), words.clone()).unwrap_err().expect(&too_young);
    stage.market.world.go_to(taken.at + 120);
    stage.rebalance_on(request, words).unwrap();
}

#[test]
fn whoever_takes_checkpoints_all_the_time_keeps_nobody_from_an_old_one() {
    let mut stage = Stage::quiet(World::new());
    stage.sell_calls(60);
    let words = stage.inventory();
    stage.checkpoint();
    for _ in 0..80 {
        stage.market.pass(5);
        stage.checkpoint();
    }
    let request = stage.request(vec![stage.leg(10_000, AT_SPOT)]);
    stage.rebalance_on(request, words).unwrap();
}

#[test]
fn nobody_is_paid_before_the_window_opens_nor_after_it_closes() {
    let mut stage = Stage::quiet(World::new());
    stage.sell_calls(10);
    stage.open_window();
    let request = stage.request(vec![stage.leg(1_000, AT_SPOT)]);
    stage.rebalance(request).unwrap_err().expect(&HedgerWindowClosed {});
    stage.sell_calls(50);
    stage.open_window();
    let hedge = stage.request(vec![stage.leg(31_000, AT_SPOT)]);
    stage.rebalance(hedge).unwrap();
    let opened_at = stage.ask(&IHedger::stateCall {}).openedAt;
    assert_eq!(opened_at, 0, "what is left is within the inner band");
    let request = stage.request(vec![stage.leg(1_000, AT_SPOT)]);
    stage.rebalance(request).unwrap_err().expect(&HedgerWindowClosed {});
}

#[test]
fn delta_may_not_grow() {
    let mut stage = Stage::open();
    let request = stage.request(vec![stage.leg(80_000, AT_SPOT)]);
    let refused = stage.rebalance(request).unwrap_err();
    assert!(refused.decode::<HedgerDeltaGrows>().is_some(), "{refused:?}");
}

#[test]
fn what_is_made_since_the_checkpoint_earns_nothing() {
    let mut stage = Stage::quiet(World::new());
    let before = stage.checkpoint().words;
    stage.market.pass(200);
    // The delta that opens the window is made now, and an inventory that has it is not old enough.
    stage.sell_calls(60);
    stage.checkpoint();
    stage.market.pass(60);
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    let refused = stage.rebalance_on(request.clone(), before).unwrap_err();
    assert!(refused.decode::<HedgerGainTooSmall>().is_some(), "{refused:?}");
    let refused = stage.rebalance(request.clone()).unwrap_err();
    assert!(refused.decode::<HedgerCheckpointTooYoung>().is_some(), "{refused:?}");
    stage.market.pass(60);
    stage.rebalance(request).unwrap();
}

#[test]
fn fills_keep_to_the_band_around_oracle_and_average() {
    let mut stage = Stage::open();
    // Half a per cent of 3,000 is 15.
    let over = stage.request(vec![stage.leg(10_000, AT_SPOT + 1_501)]);
    assert!(stage.rebalance(over).unwrap_err().decode::<HedgerPriceOutOfBand>().is_some());
    // The oracle spikes by a tenth: the average keeps fills near where it was.
    stage.market.push(SPOT * 11 / 10);
    let spiked = stage.request(vec![stage.leg(10_000, AT_SPOT * 11 / 10)]);
    assert!(stage.rebalance(spiked).unwrap_err().decode::<HedgerPriceOutOfBand>().is_some());
}

#[test]
fn a_rebalance_costs_its_share_of_the_gain_at_most() {
    let mut stage = Stage::open();
    let gain = {
        let snapshot = stage.market.world.chain.snapshot();
        let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
        let gain = stage.rebalance(request).unwrap().gainWad;
        stage.market.world.chain.revert(snapshot);
        gain.into_raw().to::<u128>() as f64 / WAD as f64
    };
    // Seventy per cent of the gain, over thirty units, in cents.
    let cents = (gain * 0.7 / 30.0 * 100.0).floor() as u64;
    let just = stage.request(vec![stage.leg(30_000, AT_SPOT + cents.saturating_sub(1))]);
    let dear = stage.request(vec![stage.leg(30_000, AT_SPOT + cents + 1)]);
    let refused = stage.rebalance(dear).unwrap_err();
    let is_dear = refused.decode::<HedgerCostTooHigh>().is_some();
    assert!(is_dear || refused.decode::<HedgerPriceOutOfBand>().is_some(), "gain {gain}: {refused:?}");
    stage.rebalance(just).unwrap();
}

#[test]
fn one_and_a_day_have_budgets() {
    let mut stage = Stage::open();
    // A millionth of capital is a dollar.
    stage.with_terms(&[(HedgeTerm::RebalanceBudget, 20), (HedgeTerm::DayBudget, 30)]);
    let none = |stage: &mut Stage, dollars: u64, milli: i128| {
        let mut request = stage.request(vec![stage.leg(milli, AT_SPOT + dollars * 100)]);
        request.maxTipAtoms = U256::ZERO;
        stage.rebalance(request)
    };
    assert!(none(&mut stage, 5, 5_000).unwrap_err().decode::<HedgerBudgetExceeded>().is_some());
    // Five units a dollar each dearer are five dollars; then ten more.
    none(&mut stage, 1, 5_000).unwrap();
    assert!(none(&mut stage, 3, 5_000).unwrap_err().decode::<HedgerBudgetExceeded>().is_some());
    none(&mut stage, 1, 9_000).unwrap();
}

#[test]
fn legs_are_counted_capped_and_covered() {
    let mut stage = Stage::open();
    for count in [0, 9] {
        let legs = (0..count).map(|_| stage.leg(1_000, AT_SPOT)).collect();
        let request = stage.request(legs);
        let refused = stage.rebalance(request).unwrap_err();
        refused.expect(&HedgerLegsCount { count: U256::from(count), maximum: U256::from(8) });
    }
    let request = stage.request(vec![stage.leg(-1_000, AT_SPOT)]);
    let refused = stage.rebalance(request).unwrap_err();
    refused.expect(&HedgerNothingToSell { wantedAtoms: U256::from(UNIT), heldAtoms: U256::ZERO });
    let filler = stage.hedges.filler;
    stage.set_venue(filler, 59_999).unwrap();
    let request = stage.request(vec![stage.leg(10_000, AT_SPOT), stage.leg(10_000, AT_SPOT)]);
    let refused = stage.rebalance(request).unwrap_err();
    assert!(refused.decode::<HedgerVenueCapExceeded>().is_some(), "both legs count");
    stage.set_venue(filler, 60_000).unwrap();
    let request = stage.request(vec![stage.leg(10_000, AT_SPOT), stage.leg(10_000, AT_SPOT)]);
    stage.rebalance(request).unwrap();
}

#[test]
fn the_vault_keeps_the_cash_that_it_may_owe() {
    let mut stage = Stage::open();
    stage.set_venue(stage.hedges.filler, 5_000_000).unwrap();
    let request = stage.request(vec![stage.leg(1_000_000, AT_SPOT)]);
    let refused = stage.rebalance(request).unwrap_err();
    assert!(refused.decode::<HedgerCashShort>().is_some(), "{refused:?}");
}

#[test]
fn what_is_held_can_be_sold_again() {
    let mut stage = Stage::open();
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    stage.rebalance(request).unwrap();
    // The calls come back: now the hedge itself is what is too much.
    let calls = stage.calls(-60 * CONTRACT);
    stage.trade(&[calls]);
    stage.open_window();
    let before = stage.vault_cash();
    let mut request = stage.request(vec![stage.leg(-30_000, AT_SPOT)]);
    request.maxTipAtoms = U256::from(7);
    let told = stage.rebalance(request).unwrap();
    assert_eq!(told.heldAtoms, U256::ZERO);
    assert_eq!(told.tipAtoms, U256::from(7));
    assert_eq!(stage.vault_cash() - before, 90_000 * TOKEN as i128 - 7);
    assert_eq!(stage.coins(stage.hedges.hedger), 0);
}
