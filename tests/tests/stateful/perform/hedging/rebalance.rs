//! Rebalances: by a solver who delivers, who does not, or who is somewhere else meanwhile.

use alloy_primitives::{Address, Bytes, U256};
use alloy_signer::SignerSync;
use alloy_sol_types::{eip712_domain, SolCall, SolStruct};
use equipoise_cli::reverts::Reason;
use equipoise_interfaces::{
    HedgeLeg, IBreakers, IClearing, IHedged, IHedger, IMarket, ITranche, IVault, IVenue, RebalanceRequest, Rebalanced,
};
use equipoise_risk::rebalance::{Accepted, HedgeTerm, Refused};
use equipoise_risk::units::{Atoms, Money};
use equipoise_tests::{Hedging, TestSolver};

use super::{beyond, moved, told_of};
use crate::action::hedging::{Delivery, FillOf, Flaw};
use crate::double::hedging::{Appraised, Moved};
use crate::double::scale;
use crate::invariants::hedging::{
    a_days_rebalances_cost_at_most_its_budget, a_rebalance_costs_the_vault_at_most_its_rule,
    a_rebalance_leaves_liabilities_untouched, no_allowance_is_left_behind,
};
use crate::life::{Life, Outcome};
use crate::native::wad_of;
use crate::slots::Picture;

/// An accepted rebalance, and what the rules make of it.
struct Done {
    before: Picture,
    after: Picture,
    appraised: Appraised,
    moved: Moved,
    accepted: Accepted,
    /// What the vault's assets have lost by it, at spot.
    lost: Money,
}

impl Done {
    fn tip_floor(&self) -> i128 {
        scale().atoms_floor(self.accepted.tip).unwrap().count()
    }

    fn require_told(&self, told: &Rebalanced, solver: Address) {
        assert_eq!(
            (told.solver, told.tipAtoms),
            (solver, U256::from(self.tip_floor())),
            "the tip is what the rules say"
        );
        assert_eq!((told.gainWad, told.lostWad), (wad_of(self.accepted.gain.fx()), wad_of(self.lost.fx())));
        assert_eq!((told.heldAtoms, told.debtAtoms), (U256::from(self.moved.after), U256::ZERO));
    }
}

impl Life {
    pub(super) fn rebalance(
        &mut self,
        by: u8,
        fills: &[FillOf],
        most_tip: u64,
        (delivery, flaw): (Delivery, Flaw),
    ) -> Outcome {
        let Some(legs) = self.fills(fills) else { return Outcome::idle() };
        let (request, words) = self.request(&legs, most_tip, flaw);
        self.prepare(delivery, &legs);
        let before = self.picture();
        let appraised = self.moment().and_then(|moment| before.native().appraised(moment, &words));
        let call = IHedger::rebalanceCall { request: request.clone(), words };
        let (from, solver) = (self.actors.address(by), self.own.hedging.solver);
        let sent = self.send(from, solver, &Hedging::relayed(self.own.hedging.hedges.hedger, call.abi_encode()));
        let moved = moved(&legs, before.hedger.atoms, delivery);
        let judged = appraised
            .as_ref()
            .zip(moved.as_ref())
            .map(|(appraised, moved)| appraised.judged(&before.hedger, moved, request.maxTipAtoms, self.now()));
        let receipt = match sent {
            Ok(receipt) => receipt,
            Err(failure) => {
                require_judged(&Reason::of(&failure.0).name, judged.as_ref().and_then(|judged| judged.as_ref().err()));
                return Outcome::of(Err(failure), &[]);
            }
        };
        assert!(matches!(flaw, Flaw::YoungWords | Flaw::None), "a request with {flaw:?} passes");
        let (moved, appraised) = (moved.expect("who delivers too little gets nothing"), appraised.unwrap());
        let accepted = judged.unwrap().unwrap_or_else(|refused| panic!("the rules refuse it: {refused:?}"));
        let lost = appraised.lost_ceil(&moved);
        let done = Done { before, after: self.picture(), appraised, moved, accepted, lost };
        done.require_told(&told_of(&receipt), solver);
        self.follow_rebalance(&done);
        self.require_rules(&done);
        self.require_shut(delivery);
        self.reach("a solver delivers beyond what is asked for", beyond(delivery).is_positive());
        let again = Hedging::relayed(self.own.hedging.hedges.hedger, call.abi_encode());
        self.send(from, solver, &again).expect_err("a request is done once");
        Outcome::of(Ok(()), &[])
    }

    /// What the market and the hedger keep, and where the tokens are.
    fn follow_rebalance(&mut self, done: &Done) {
        let (Done { before, after, accepted, .. }, Moved { drawn, come, .. }) = (done, done.moved);
        let (tip, now) = (done.tip_floor(), self.now());
        assert_eq!(after.vault_cash() - before.vault_cash(), come - drawn - tip, "the vault pays, and gets what comes");
        let tokens = |picture: &Picture| picture.tokens[&self.own.hedging.solver].cast_signed();
        assert_eq!(tokens(after) - tokens(before), drawn - come + tip, "the solver has the other side");
        let cost = scale().atoms_ceil(done.lost.plus(accepted.tip).unwrap().max(Money::ZERO)).unwrap();
        let [was, is] = [before, after].map(|picture| picture.trading.reserve.balance);
        assert_eq!(is, was.minus(cost.min(was)).unwrap().max(Atoms::ZERO), "the skew reserve pays first");
        assert_eq!(after.hedger.epoch, before.hedger.epoch + 1, "requests of before lapse");
        assert_eq!((after.hedger.window, after.hedger.budget.at), (accepted.window, now));
        assert_eq!(after.hedger.average, done.appraised.average(&before.hedger, now));
        self.reach("a rebalance buys", done.moved.after > done.moved.before);
        self.reach("a rebalance sells", done.moved.after < done.moved.before);
        self.reach("a solver is paid a tip", tip > 0);
        self.reach("a rebalance ends a window", !after.hedger.window.is_open());
    }

    /// What an accepted rebalance may cost, and what it must leave alone.
    fn require_rules(&mut self, done: &Done) {
        let Done { before, after, appraised, accepted, lost, .. } = done;
        a_rebalance_leaves_liabilities_untouched(before, after);
        no_allowance_is_left_behind(self);
        let (terms, capital, moment) = (before.hedger.terms, appraised.capital(), self.moment().unwrap());
        let judged = (accepted, *lost, capital);
        let cost = a_rebalance_costs_the_vault_at_most_its_rule((before, after), moment, &terms, judged);
        let budget = capital.scaled_floor(terms.number(HedgeTerm::DayBudget).unwrap()).unwrap();
        self.course.here.costs.push((self.now(), cost, budget));
        a_days_rebalances_cost_at_most_its_budget(self);
    }

    /// Tells the solver what to do; he stays as he is until he is told something else.
    fn prepare(&mut self, delivery: Delivery, legs: &[HedgeLeg]) {
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
    fn door(&self, door: u8, legs: &[HedgeLeg]) -> (Address, Vec<u8>) {
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

    fn require_shut(&mut self, delivery: Delivery) {
        if let Delivery::Enter(door) = delivery {
            let solver = self.own.hedging.solver;
            let is_done = self.market.world.read(solver, &TestSolver::isCallDoneCall {});
            assert!(!is_done, "door {door} is open while a hedge is filled");
            self.reach("a solver finds every door shut", true);
        }
    }

    /// Signed by an actor, who delivers nothing.
    pub(super) fn sign_rebalance(&mut self, (by, who): (u8, u8), fills: &[FillOf], is_forged: bool) -> Outcome {
        let Some(legs) = self.fills(fills) else { return Outcome::idle() };
        let (request, words) = self.request(&legs, 1_000_000, Flaw::None);
        let (hedger, solver) = (self.own.hedging.hedges.hedger, self.actors.address(who));
        let domain = eip712_domain! {
            name: "Equipoise Hedger",
            version: "1",
            chain_id: self.market.world.chain.chain_id(),
            verifying_contract: hedger,
        };
        let nonce = U256::ZERO;
        let digest = signed_request(&request, solver, nonce).eip712_signing_hash(&domain);
        let signer = self.actors.key(who.wrapping_add(u8::from(is_forged)));
        let signature = Bytes::from(signer.sign_hash_sync(&digest).unwrap().as_bytes());
        let call = IHedger::rebalanceBySignatureCall { request, words, solver, nonce, signature };
        let result = self.tell(by, hedger, &call);
        let failure = result.expect_err("nobody delivers");
        let is_about_signature = Reason::of(&failure.0).name == "SignatureInvalid";
        assert_eq!(is_about_signature, is_forged, "{failure:?}");
        Outcome::of(Err(failure), &[])
    }
}

mod eip712 {
    alloy_sol_types::sol! {
        struct HedgeLeg {
            address venue;
            int256 quantityAtoms;
            uint256 limitPriceWad;
        }

        struct Rebalance {
            address solver;
            uint256 nonce;
            uint64 riskEpoch;
            uint64 minPriceAt;
            uint64 deadline;
            uint256 maxTipAtoms;
            HedgeLeg[] legs;
        }
    }
}

fn signed_request(request: &RebalanceRequest, solver: Address, nonce: U256) -> eip712::Rebalance {
    let leg = |leg: &HedgeLeg| eip712::HedgeLeg {
        venue: leg.venue,
        quantityAtoms: leg.quantityAtoms,
        limitPriceWad: leg.limitPriceWad,
    };
    eip712::Rebalance {
        solver,
        nonce,
        riskEpoch: request.riskEpoch,
        minPriceAt: request.minPriceAt,
        deadline: request.deadline,
        maxTipAtoms: request.maxTipAtoms,
        legs: request.legs.iter().map(leg).collect(),
    }
}

/// Where the referee refuses, so do the rules, and for the same reason.
fn require_judged(name: &str, refused: Option<&Refused>) {
    let expected = refused.map(|refused| match refused {
        Refused::WindowClosed => "HedgerWindowClosed",
        Refused::DeltaGrows { .. } => "HedgerDeltaGrows",
        Refused::HedgeTooLarge { .. } => "HedgerLimitExceeded",
        Refused::GainTooSmall { .. } => "HedgerGainTooSmall",
        Refused::CostTooHigh { .. } => "HedgerCostTooHigh",
        Refused::BudgetExceeded { .. } => "HedgerBudgetExceeded",
        Refused::Number(_) => "HedgerNumberOutOfDomain",
    });
    let is_judged = [
        "HedgerWindowClosed",
        "HedgerDeltaGrows",
        "HedgerLimitExceeded",
        "HedgerGainTooSmall",
        "HedgerCostTooHigh",
        "HedgerBudgetExceeded",
    ]
    .contains(&name);
    assert!(!is_judged || expected == Some(name), "the referee says {name}, the rules {expected:?}");
}
