//! Solvers who try to keep what they are given, or to be somewhere else in the middle of a fill.

use alloy_primitives::{Bytes, I256, U256};
use alloy_sol_types::{SolCall, SolError};
use equipoise_interfaces::{
    CallerNotAllowed, HedgePayment, HedgerFillShort, IClearing, IDealer, IHedged, IHedger, IMarket, IVenue,
    LockNotHeld, ProgramsLocked, RebalanceRequest,
};
use equipoise_tests::{TestSolver, TestToken, World};

use crate::fixture::{CONTRACT, FAR, SPOT};
use crate::stage::{narrow, numbers, Stage, UNIT};

const AT_SPOT: u64 = SPOT as u64 * 100;

impl Stage {
    fn set_beyond(&mut self, beyond: i128) {
        let (anybody, solver) = (self.market.keeper, self.solver);
        let call = TestSolver::setBeyondCall { beyond_: I256::try_from(beyond).unwrap() };
        self.market.world.send(anybody, solver, &call).unwrap();
    }

    fn set_call(&mut self, target: alloy_primitives::Address, data: Vec<u8>) {
        let (anybody, solver) = (self.market.keeper, self.solver);
        let call = TestSolver::setCallCall { target_: target, data_: Bytes::from(data) };
        self.market.world.send(anybody, solver, &call).unwrap();
    }

    /// Everything that belongs to LPs and the hedger, and the solver's two balances.
    fn wealth(&mut self) -> [i128; 5] {
        let (hedger, solver) = (self.hedges.hedger, self.solver);
        [self.nav(), self.coins(hedger), self.tokens(hedger), self.coins(solver), self.tokens(solver)]
    }
}

#[test]
fn a_solver_who_delivers_too_little_gets_nothing() {
    let mut stage = Stage::open();
    let before = stage.wealth();
    for short in [1, UNIT, 30 * UNIT] {
        stage.set_beyond(-short);
        let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
        let refused = stage.rebalance(request).unwrap_err();
        refused.expect(&HedgerFillShort {
            venue: stage.hedges.filler,
            gotAtoms: U256::from(30 * UNIT - short),
            leastAtoms: U256::from(30 * UNIT),
        });
    }
    assert_eq!(stage.wealth(), before);
}

#[test]
fn what_is_delivered_beyond_is_the_vaults() {
    let mut stage = Stage::open();
    stage.set_beyond(UNIT);
    let request = stage.request(vec![stage.leg(29_000, AT_SPOT)]);
    let told = stage.rebalance(request).unwrap();
    assert_eq!(told.heldAtoms, U256::from(30 * UNIT));
    assert!(told.lostWad < I256::ZERO);
}

#[test]
fn gifts_count_for_nobody() {
    let mut stage = Stage::open();
    let (owner, hedger, coin) = (stage.market.world.owner, stage.hedges.hedger, stage.coin);
    let value = U256::from(5 * UNIT);
    stage.market.world.send(owner, coin, &TestToken::mintCall { to: hedger, value }).unwrap();
    let token = stage.market.world.token;
    let mint = equipoise_tests::Stablecoin::mintCall { to: hedger, amountAtoms: U256::from(777) };
    stage.market.world.send(owner, token, &mint).unwrap();
    let nav = stage.nav();
    assert_eq!(stage.ask(&IHedger::heldAtomsCall {}), U256::ZERO);
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    let told = stage.rebalance(request).unwrap();
    assert_eq!(told.heldAtoms, U256::from(30 * UNIT));
    assert_eq!((stage.coins(hedger), stage.tokens(hedger)), (35 * UNIT, 777));
    assert!(stage.nav() <= nav + 2);
}

#[test]
fn every_door_is_closed_while_a_solver_fills() {
    let mut stage = Stage::open();
    let (market, clearing, hedger) = (stage.market.market, stage.market.clearing, stage.hedges.hedger);
    let words = stage.inventory();
    let request = stage.request(vec![stage.leg(1_000, AT_SPOT)]);
    let legs = vec![stage.calls(CONTRACT)];
    let options = stage.options(&[]);
    let doors: [(alloy_primitives::Address, Vec<u8>); 12] = [
        (market, IMarket::tradeCall { legs: legs.clone(), maxCostAtoms: I256::MAX, deadline: FAR }.abi_encode()),
        (market, IMarket::quoteCall { legs }.abi_encode()),
        (market, IHedged::appraiseCall { words: words.clone() }.abi_encode()),
        (market, IHedged::inventoryCall {}.abi_encode()),
        (clearing, IClearing::depositCall { amountAtoms: U256::ONE }.abi_encode()),
        (clearing, IClearing::openHedgeCall { payments: Vec::new() }.abi_encode()),
        (hedger, IHedger::checkpointCall {}.abi_encode()),
        (hedger, IHedger::rebalanceCall { request, words: words.clone() }.abi_encode()),
        (hedger, IDealer::hedgeOptionsCall { request: options, words }.abi_encode()),
        (
            stage.hedges.filler,
            IVenue::fillCall { isBuy: true, baseAtoms: U256::ONE, quoteAtoms: U256::ONE, solver: stage.solver }
                .abi_encode(),
        ),
        (clearing, IClearing::exitLockCall {}.abi_encode()),
        (clearing, IClearing::closeHedgeCall { solver: stage.solver, tipAtoms: U256::ONE }.abi_encode()),
    ];
    for (place, (door, data)) in doors.into_iter().enumerate() {
        let snapshot = stage.market.world.chain.snapshot();
        stage.set_call(door, data);
        let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
        stage.rebalance(request).unwrap();
        let solver = stage.solver;
        assert!(!stage.market.world.read(solver, &TestSolver::isCallDoneCall {}), "door {place} is open");
        let answer = stage.market.world.read(solver, &TestSolver::callAnswerCall {});
        if door == clearing {
            let why = match place {
                10 => LockNotHeld::SELECTOR,
                11 => CallerNotAllowed::SELECTOR,
                _ => ProgramsLocked::SELECTOR,
            };
            assert_eq!(answer[..4], why, "door {place}");
        }
        stage.market.world.chain.revert(snapshot);
    }
}

#[test]
fn only_the_hedger_is_filled_and_only_it_moves_the_vaults_cash() {
    let mut stage = Stage::open();
    let stranger = stage.market.keeper;
    let (filler, clearing, market) = (stage.hedges.filler, stage.market.clearing, stage.market.market);
    let fill = IVenue::fillCall { isBuy: true, baseAtoms: U256::ONE, quoteAtoms: U256::ONE, solver: stranger };
    let world = &mut stage.market.world;
    assert!(world.send(stranger, filler, &fill).is_err());
    let no = CallerNotAllowed { caller: stranger, allowed: alloy_primitives::Address::ZERO };
    let payments = vec![HedgePayment { to: stranger, amountAtoms: U256::ONE }];
    world.send(stranger, clearing, &IClearing::openHedgeCall { payments }).unwrap_err().expect(&no);
    let close = IClearing::closeHedgeCall { solver: stranger, tipAtoms: U256::ONE };
    world.send(stranger, clearing, &close).unwrap_err().expect(&no);
    let record = IHedged::recordHedgeCall { unitsX64: 1 << 70, cashX64: 0, costAtoms: U256::ZERO };
    assert!(world.send(stranger, market, &record).is_err());
    assert!(world.send(stranger, market, &IHedged::wireHedgerCall { hedger: clearing }).is_err());
    let owner = world.owner;
    assert!(world.send(owner, market, &IHedged::wireHedgerCall { hedger: clearing }).is_err(), "once");
}

/// Whatever a solver asks for, in whatever order, the vault never loses more than the rule allows, and nothing is left behind.
#[test]
fn no_plan_takes_more_than_the_rule_allows() {
    let mut stage = Stage::quiet(World::new());
    stage.sell_calls(60);
    let mut next = numbers(0x9e37_79b9_7f4a_7c15);
    let (mut done, mut nav) = (0, stage.nav());
    for _ in 0..200 {
        stage.market.pass(60 + next(300));
        if next(4) == 0 {
            let spot = 2_950 + next(101) as i64;
            stage.market.push(spot);
            nav = stage.nav();
        }
        if next(2) == 0 {
            stage.checkpoint();
        }
        if next(5) == 0 {
            let calls = stage.calls((i128::from(next(61)) - 30) * CONTRACT + CONTRACT / 2);
            let trader = stage.trader;
            let _refused = stage.market.trade(trader, &[calls]);
            nav = stage.nav();
        }
        stage.set_beyond(match next(6) {
            0 => -(i128::from(next(1_000_000))),
            1 => i128::from(next(1_000_000)),
            _ => 0,
        });
        let spot = narrow(stage.market.spot_wad() / U256::from(10_000_000_000_000_000_u64)) as u64;
        let count = 1 + next(3);
        let width = if next(3) == 0 { 1_600 } else { 100 };
        let leg = |_| stage.leg(i128::from(next(30_000)) - 8_000, spot - width + next(2 * width));
        let legs = (0..count).map(leg).collect();
        let request = RebalanceRequest { maxTipAtoms: U256::from(next(1_000_000_000)), ..stage.request(legs) };
        let (cash, held) = (stage.vault_cash(), stage.ask(&IHedger::heldAtomsCall {}));
        let Ok(told) = stage.rebalance(request) else {
            assert_eq!((stage.vault_cash(), stage.ask(&IHedger::heldAtomsCall {})), (cash, held));
            continue;
        };
        done += 1;
        let wad = |number: I256| i128::try_from(number).unwrap() as f64 / 1e18;
        let cost = wad(told.lostWad) + narrow(told.tipAtoms) as f64 / 1e6;
        assert!(cost <= 0.7 * wad(told.gainWad) + 1e-5, "{told:?}");
        let now = stage.nav();
        assert!((nav - now) as f64 / 1e6 <= cost + 1e-4, "{nav} to {now} for {told:?}");
        nav = now;
        let (hedger, token, clearing) = (stage.hedges.hedger, stage.market.world.token, stage.market.clearing);
        assert_eq!(stage.tokens(hedger), 0);
        assert_eq!(stage.coins(hedger), narrow(told.heldAtoms));
        assert_eq!(stage.tokens(stage.hedges.filler) + stage.coins(stage.hedges.filler), 0);
        let allowance = allowanceCall { owner: hedger, spender: clearing };
        assert_eq!(stage.market.world.read(token, &allowance), U256::ZERO);
    }
    assert!(done >= 5, "{done} of 200 went through");
}

alloy_sol_types::sol! {
    function allowance(address owner, address spender) external view returns (uint256);
}
