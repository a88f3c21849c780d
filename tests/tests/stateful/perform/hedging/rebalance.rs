//! Rebalances: by a solver who delivers, who does not, or who is somewhere else meanwhile, sent by himself or signed and sent by others;
//! at the pool, where nobody need deliver; and short of the underlying.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_cli::reverts::Reason;
use equipoise_interfaces::{HedgeLeg, IHedger, Rebalanced};
use equipoise_risk::rebalance::{Accepted, HedgeTerm, Refused};
use equipoise_risk::units::{Atoms, Money};
use equipoise_tests::{hedger_domain, signed_rebalance, Failure, Hedging};

use super::{beyond, told_of};
use crate::action::hedging::{Delivery, FillOf, Flaw, Where};
use crate::double::fills::{Before, Moved};
use crate::double::hedging::Appraised;
use crate::double::lender::Account;
use crate::double::scale;
use crate::invariants::hedging::{
    a_days_rebalances_cost_at_most_its_budget, a_rebalance_costs_the_vault_at_most_its_rule,
    a_rebalance_leaves_liabilities_untouched, no_allowance_is_left_behind,
};
use crate::life::{Life, Outcome};
use crate::native::{price_of, wad_of};
use crate::slots::Picture;

/// An accepted rebalance, and what the rules make of it.
struct Done {
    before: Picture,
    after: Picture,
    /// What lay at the lender before and counted.
    account: Account,
    appraised: Appraised,
    moved: Moved,
    accepted: Accepted,
    /// What the vault's assets have lost by it, at spot.
    lost: Money,
}

/// A rebalance as it is sent.
struct Sent {
    /// The sender, whom he calls, and with what.
    from: Address,
    to: Address,
    data: Vec<u8>,
    /// Who is paid, and what is delivered beyond what is asked for: nothing by who is no contract.
    solver: Address,
    beyond: Option<i128>,
    legs: Vec<(Where, HedgeLeg)>,
    words: Vec<alloy_primitives::B256>,
    most_tip: U256,
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
        let owed = self.moved.account.debt.balance();
        assert_eq!((told.heldAtoms, told.debtAtoms), (U256::from(self.moved.held), U256::from(owed)));
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
        let call = IHedger::rebalanceCall { request, words: words.clone() };
        let (from, solver) = (self.actors.address(by), self.own.hedging.solver);
        let data = Hedging::relayed(self.own.hedging.hedges.hedger, call.abi_encode()).abi_encode();
        let beyond = Some(i128::try_from(beyond(delivery)).unwrap());
        let sent = Sent { from, to: solver, data, solver, beyond, words, most_tip: U256::from(most_tip), legs };
        let result = self.carry_out(&sent);
        if result.is_ok() {
            assert!(matches!(flaw, Flaw::YoungWords | Flaw::None), "a request with {flaw:?} passes");
            let is_delivered = sent.legs.iter().any(|(place, _)| *place == Where::Solver);
            if is_delivered {
                self.require_shut(delivery);
            }
            let is_beyond = is_delivered && sent.beyond > Some(0);
            self.reach("a solver delivers beyond what is asked for", is_beyond);
        }
        Outcome::of(result, &[])
    }

    /// Signed by an actor, who delivers nothing: what is filled the pool fills.
    pub(super) fn sign_rebalance(&mut self, (by, who): (u8, u8), fills: &[FillOf], is_forged: bool) -> Outcome {
        let Some(legs) = self.fills(fills) else { return Outcome::idle() };
        let (request, words) = self.request(&legs, u64::MAX, Flaw::None);
        let (hedger, solver) = (self.own.hedging.hedges.hedger, self.actors.address(who));
        let domain = hedger_domain(self.market.world.chain.chain_id(), hedger);
        let signer = self.actors.key(who.wrapping_add(u8::from(is_forged)));
        let nonce = self.nonce_of(solver);
        let call = signed_rebalance(&domain, (request, words.clone()), (solver, nonce), signer);
        let (from, data) = (self.actors.address(by), call.abi_encode());
        let sent = Sent { from, to: hedger, data, solver, beyond: None, words, most_tip: U256::from(u64::MAX), legs };
        let result = self.carry_out(&sent);
        let name = result.as_ref().err().map(|failure| Reason::of(&failure.0).name);
        assert_eq!(name.as_deref() == Some("SignatureInvalid"), is_forged, "{result:?}");
        if result.is_ok() {
            assert_eq!(self.nonce_of(solver), nonce + U256::ONE, "a signature is used once");
            self.reach("somebody sends what a solver has signed", true);
        }
        Outcome::of(result, &[])
    }

    /// Sends a rebalance, and holds what comes of it against the rules.
    fn carry_out(&mut self, sent: &Sent) -> Result<(), Failure> {
        self.align_places(sent.legs.iter().any(|(place, _)| *place == Where::Pool));
        let (before, account, now) = (self.picture(), self.account_at_lender(), self.now());
        let appraised = self.moment().and_then(|moment| before.native().appraised(moment, &sent.words));
        let spot = self.moment().map(|moment| price_of(moment.spot_wad));
        let there = spot.map(|spot| Before { hedger: &before.hedger, account, spot, beyond: sent.beyond });
        let moved = there.and_then(|there| there.moved(&sent.legs));
        let account = there.map(|there| there.counted()).unwrap_or_default();
        let judged = appraised
            .as_ref()
            .zip(moved.as_ref())
            .map(|(appraised, moved)| appraised.judged(&before.hedger, moved, sent.most_tip, now));
        let receipt = match self.send_data(sent.from, sent.to, sent.data.clone()) {
            Ok(receipt) => receipt,
            Err(failure) => {
                require_judged(&Reason::of(&failure.0).name, judged.as_ref().and_then(|judged| judged.as_ref().err()));
                return Err(failure);
            }
        };
        let (moved, appraised) = (moved.expect("who delivers too little gets nothing"), appraised.unwrap());
        let accepted = judged.unwrap().unwrap_or_else(|refused| panic!("the rules refuse it: {refused:?}"));
        let lost = appraised.lost_ceil(&moved);
        let done = Done { before, after: self.picture(), account, appraised, moved, accepted, lost };
        done.require_told(&told_of(&receipt), sent.solver);
        self.follow_rebalance(&done, sent.solver);
        self.require_rules(&done);
        self.send_data(sent.from, sent.to, sent.data.clone()).expect_err("a request is done once");
        Ok(())
    }

    /// What the market and the hedger keep, and where the tokens are.
    fn follow_rebalance(&mut self, done: &Done, solver: Address) {
        let (Done { before, after, accepted, moved, .. }, Moved { drawn, come, .. }) = (done, done.moved);
        let (tip, now) = (done.tip_floor(), self.now());
        assert_eq!(after.vault_cash() - before.vault_cash(), come - drawn - tip, "the vault pays, and gets what comes");
        let tokens = |picture: &Picture| picture.tokens[&solver].cast_signed();
        assert_eq!(tokens(after) - tokens(before), moved.delivered + tip, "the solver has the other side");
        let cost = scale().atoms_ceil(done.lost.plus(accepted.tip).unwrap().max(Money::ZERO)).unwrap();
        let [was, is] = [before, after].map(|picture| picture.trading.reserve.balance);
        assert_eq!(is, was.minus(cost.min(was)).unwrap().max(Atoms::ZERO), "the skew reserve pays first");
        assert_eq!(after.hedger.epoch, before.hedger.epoch + 1, "requests of before lapse");
        assert_eq!((after.hedger.window, after.hedger.budget.at), (accepted.window, now));
        assert_eq!(after.hedger.average, done.appraised.average(&before.hedger, now));
        assert_eq!(
            (after.hedger.atoms, after.hedger.pool),
            (moved.held, moved.pool),
            "what is held, and the pool's price"
        );
        self.follow_lender(before, after, &moved.account);
        self.reach("a rebalance buys", moved.after > moved.before);
        self.reach("a rebalance sells", moved.after < moved.before);
        self.reach("a rebalance borrows what it sells", moved.borrowed != 0);
        self.reach("a rebalance repays", moved.repaid != 0);
        self.reach("a rebalance fills at the pool", after.hedger.pool != before.hedger.pool);
        self.reach("a solver is paid a tip", tip > 0);
        self.reach("a rebalance ends a window", !after.hedger.window.is_open());
    }

    /// What an accepted rebalance may cost, and what it must leave alone.
    fn require_rules(&mut self, done: &Done) {
        let Done { before, after, account, appraised, accepted, lost, moved } = done;
        a_rebalance_leaves_liabilities_untouched(before, after);
        no_allowance_is_left_behind(self);
        let (capital, spot) = (appraised.capital(), price_of(self.moment().unwrap().spot_wad));
        let (pictures, accounts) = ((before, after), [account, &moved.account]);
        let cost = a_rebalance_costs_the_vault_at_most_its_rule(pictures, accounts, spot, (accepted, *lost, capital));
        let budget = capital.scaled_floor(before.hedger.terms.number(HedgeTerm::DayBudget).unwrap()).unwrap();
        self.course.here.costs.push((self.now(), cost, budget));
        a_days_rebalances_cost_at_most_its_budget(self);
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
        Refused::BookLimit(_) | Refused::LifeTooShort { .. } => "a hedge in the underlying trades no options",
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
