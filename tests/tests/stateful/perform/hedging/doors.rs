//! What a solver does while he delivers: too little, too much, or something else.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{HedgeLeg, IBreakers, IClearing, IHedged, IHedger, IMarket, ITranche, IVault, IVenue};
use equipoise_tests::TestSolver;

use super::beyond;
use crate::action::hedging::{Delivery, Flaw, Where};
use crate::life::Life;

impl Life {
    /// Tells the solver what to do; he stays as he is until he is told something else.
    pub(super) fn prepare(&mut self, delivery: Delivery, legs: &[(Where, HedgeLeg)]) {
        let is_entering = |delivery| matches!(delivery, Delivery::Enter(_));
        let (from, solver) = (self.actors.address(0), self.own.hedging.solver);
        let last = self.course.here.delivery;
        if beyond(last) != beyond(delivery) {
            self.send(from, solver, &TestSolver::setBeyondCall { beyond_: beyond(delivery) }).unwrap();
        }
        if is_entering(last) || is_entering(delivery) {
            let (target, data) = match delivery {
                Delivery::Enter(door) => self.door(door, legs),
                _ => (Address::ZERO, Vec::new()),
            };
            let call = TestSolver::setCallCall { target_: target, data_: Bytes::from(data) };
            self.send(from, solver, &call).unwrap();
        }
        self.course.here.delivery = delivery;
    }

    /// A call that nobody may make while hedges are filled.
    fn door(&self, door: u8, legs: &[(Where, HedgeLeg)]) -> (Address, Vec<u8>) {
        let (market, clearing, hedger) = (self.market.market, self.market.clearing, self.own.hedging.hedges.hedger);
        let (solver, some) = (self.own.hedging.solver, U256::from(1_000_000));
        let (request, words) = self.request(legs, 0, Flaw::None);
        let fill = IVenue::fillCall { isBuy: true, baseAtoms: U256::ONE, quoteAtoms: U256::ONE, solver };
        let deposit = ITranche::requestDepositCall { assets: some, controller: solver, owner: solver };
        let doors: [(Address, Vec<u8>); 14] = [
            (hedger, IHedger::rebalanceCall { request, words: words.clone() }.abi_encode()),
            (hedger, IHedger::checkpointCall {}.abi_encode()),
            (hedger, IHedger::tendCall {}.abi_encode()),
            (hedger, IHedger::closeVenueCall { venue: self.own.hedging.hedges.filler }.abi_encode()),
            (self.own.hedging.hedges.filler, fill.abi_encode()),
            (market, IHedged::appraiseCall { words }.abi_encode()),
            (market, IMarket::navCall {}.abi_encode()),
            (market, IBreakers::pokeCall {}.abi_encode()),
            (clearing, IClearing::depositCall { amountAtoms: U256::ONE }.abi_encode()),
            (clearing, IClearing::withdrawCall { amountAtoms: U256::ONE }.abi_encode()),
            (clearing, IClearing::exitLockCall {}.abi_encode()),
            (clearing, IClearing::closeHedgeCall { solver, tipAtoms: some }.abi_encode()),
            (self.market.vault, IVault::accrueCall {}.abi_encode()),
            (self.market.junior, deposit.abi_encode()),
        ];
        doors[usize::from(door) % doors.len()].clone()
    }

    pub(super) fn require_shut(&mut self, delivery: Delivery) {
        if let Delivery::Enter(door) = delivery {
            let solver = self.own.hedging.solver;
            let is_done = self.market.world.read(solver, &TestSolver::isCallDoneCall {});
            assert!(!is_done, "door {door} is open while a hedge is filled");
            self.reach("a solver finds every door shut", true);
        }
    }
}
