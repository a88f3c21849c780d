//! One life of the market: where it begins, its course, and how an action is done.

use std::cell::RefCell;
use std::collections::BTreeMap;

use alloy_primitives::map::HashMap;
use alloy_primitives::{Address, B256, U256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::SolCall;
use equipoise_chain::{Receipt, SnapshotId};
use equipoise_cli::reverts::Reason;
use equipoise_interfaces::{account, IClearing, ITranche, IWrapper};
use equipoise_tests::{Failure, Stablecoin, TOKEN};

use crate::action::{Action, Of};
use crate::actors::{Actors, ACTORS, RICH};
use crate::fixture::{Market, FAR};
use crate::invariants;
use crate::markets::{wired, Own, Scene, There};
use crate::native::Moment;
use crate::slots::{Board, Picture};

/// Digits of the feed's answers.
pub const FEED_UNIT: i128 = 100_000_000;

/// What LPs put in at the start, and in how many markets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capital {
    /// A million of junior capital and a third of it of senior.
    Deep,
    /// Little, and most of it senior: losses reach the senior tranche.
    Thin,
    /// A million and a half of junior capital and a quarter of it of senior, in two markets.
    Broad,
}

/// A round of the feed.
#[derive(Clone, Copy, Debug)]
pub struct FeedRound {
    /// None if no price can be read from it.
    pub answer: Option<i128>,
    /// When it was written.
    pub at: u64,
}

/// What has happened so far, beside what the chain keeps.
#[derive(Clone, Debug)]
pub struct Course {
    /// What has happened in the market that is turned to, and in the other.
    pub here: Scene,
    pub there: Option<Scene>,
    /// Tokens that somebody sent to programs, which nobody had asked him for.
    pub donated: BTreeMap<Address, u128>,
    /// What everything was after the last action.
    pub picture: Option<Picture>,
    pub actions: usize,
}

/// How often what was done and what was reached.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// By action: accepted and refused.
    pub actions: BTreeMap<String, (u64, u64)>,
    /// By action and error: how often refused.
    pub refusals: BTreeMap<(String, String), u64>,
    /// By state: after how many actions it was there.
    pub states: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Actions that were done or refused.
    pub fn done(&self) -> u64 {
        self.actions.values().map(|(accepted, refused)| accepted + refused).sum()
    }
}

pub struct Life {
    pub market: Market,
    pub own: Own,
    pub there: Option<There>,
    pub actors: Actors,
    pub course: Course,
    pub tally: Tally,
    /// Whether all is audited through the views after every action, and not only now and then.
    pub is_thorough: bool,
    /// Where mappings keep their keys.
    pub keys: RefCell<HashMap<(B256, U256), U256>>,
    birth: SnapshotId,
    beginning: Course,
}

/// What came of an action: whether the last call of it was refused, and whose accounts it may have changed.
pub struct Outcome {
    pub result: Result<(), Failure>,
    pub touched: Vec<B256>,
    /// There was nothing to do it on: nobody called anything.
    pub is_idle: bool,
}

impl Outcome {
    pub fn of(result: Result<(), Failure>, touched: &[B256]) -> Self {
        Self { result, touched: touched.to_vec(), is_idle: false }
    }

    /// There is nothing to do it on.
    pub fn idle() -> Self {
        Self { result: Ok(()), touched: Vec::new(), is_idle: true }
    }
}

impl Life {
    /// Markets with LPs in both tranches, actors with cash, nothing listed.
    pub fn born(capital: Capital) -> Self {
        let (mut market, own, there) = wired(capital == Capital::Broad);
        let (junior, senior) = match capital {
            Capital::Deep => (1_000_000, 300_000),
            Capital::Thin => (65_000, 250_000),
            Capital::Broad => (1_600_000, 400_000),
        };
        let course = Course {
            here: Scene::of(&own),
            there: there.as_ref().map(|there| Scene::of(&there.own)),
            donated: BTreeMap::new(),
            picture: None,
            actions: 0,
        };
        let birth = market.world.chain.snapshot();
        let mut life = Self {
            market,
            own,
            there,
            actors: Actors::new(),
            beginning: course.clone(),
            course,
            tally: Tally::default(),
            is_thorough: false,
            keys: RefCell::default(),
            birth,
        };
        life.fill_junior(junior * TOKEN);
        life.fund_actors();
        life.fill_senior(senior);
        life.remember_rounds();
        life.birth = life.market.world.chain.snapshot();
        life.course.picture = Some(life.picture());
        life.beginning = life.course.clone();
        life
    }

    fn fund_actors(&mut self) {
        let (here, there) = self.sights();
        let programs =
            [Some(here), there].into_iter().flatten().flat_map(|each| [each.own.wrapper, each.own.underwriter]);
        let programs: Vec<Address> = programs.collect();
        for (number, actor) in self.actors.all().enumerate().collect::<Vec<_>>() {
            let market = &mut self.market;
            market.world.chain.set_balance(actor, U256::from(u128::MAX));
            let cash = if number == RICH { 1_500_000 } else { 60_000 };
            market.fund(actor, 4 * cash * TOKEN);
            market.deposit(actor, cash * TOKEN).unwrap();
            let next = [1, 2].map(|step| self.actors.address((number + step) as u8));
            for operator in programs.iter().copied().chain(next) {
                let operate = IClearing::setOperatorCall { operator, until: FAR };
                self.market.world.send(actor, self.market.clearing, &operate).unwrap();
            }
        }
    }

    /// The first LP owns junior shares.
    fn fill_junior(&mut self, atoms: u128) {
        let lp = self.market.fund(self.market.lp, atoms);
        let assets = U256::from(atoms);
        self.market.lp_send(lp, &ITranche::requestDepositCall { assets, controller: lp, owner: lp }).unwrap();
        self.price_epoch(lp);
        self.market.lp_send(lp, &ITranche::deposit_0Call { assets, receiver: lp }).unwrap();
    }

    /// The last two actors own senior and junior shares.
    fn fill_senior(&mut self, thousands: u128) {
        let tranches = [self.market.senior, self.market.junior];
        let lps: Vec<Address> = self.actors.all().skip(ACTORS - 2).collect();
        for lp in &lps {
            let assets = U256::from(thousands / 2 * TOKEN);
            self.market.fund(*lp, thousands * TOKEN);
            for tranche in tranches {
                let part = if tranche == self.market.senior { assets } else { assets / U256::from(10) };
                let request = ITranche::requestDepositCall { assets: part, controller: *lp, owner: *lp };
                self.market.world.send(*lp, tranche, &request).unwrap();
            }
        }
        self.price_epoch(lps[0]);
        for lp in lps {
            for tranche in tranches {
                let most = self.market.world.read(tranche, &ITranche::maxDepositCall { controller: lp });
                let claim = ITranche::deposit_0Call { assets: most, receiver: lp };
                self.market.world.send(lp, tranche, &claim).unwrap();
            }
        }
    }

    /// Goes back to the beginning.
    pub fn begin_again(&mut self) {
        if self.own.number != 0 {
            self.turn();
        }
        assert!(self.market.world.chain.revert(self.birth));
        self.birth = self.market.world.chain.snapshot();
        self.course = self.beginning.clone();
    }

    /// Does an action and checks everything, unless there was nothing to do it on.
    pub fn act(&mut self, action: &Action) {
        if *action == Action::Turn {
            self.turn();
            return;
        }
        let before = self.before().clone();
        let outcome = self.perform(action);
        if outcome.is_idle {
            return;
        }
        self.count(action, &outcome);
        let after = self.picture();
        self.course.actions += 1;
        invariants::check(self, &before, &after, &outcome);
        if !action.has_breakers_look() {
            invariants::breakers_stand(&before, &after);
        }
        if !matches!(action, Action::Hedge(_)) {
            invariants::hedging::hedges_stand(&before, &after);
        }
        self.forget_done(&after);
        self.course.picture = Some(after);
        // Nothing that is done in one market looks at the other's breakers, or moves its hedge.
        if self.turn() {
            let (before, after) = (before.turned(), self.before().clone());
            invariants::check_market(self, &before, &after, &outcome);
            invariants::breakers_stand(&before, &after);
            invariants::hedging::hedges_stand(&before, &after);
            self.forget_done(&after);
            self.turn();
        }
    }

    /// Of what nothing can ever change again nothing need be read.
    fn forget_done(&mut self, after: &Picture) {
        let done = |(id, board): &(&u16, &Board)| board.is_done() && after.debts_of(**id).is_none();
        for (id, _) in after.boards.iter().filter(done) {
            self.course.here.done.insert(*id);
            if after.cash(self.wrapped_account(*id)) != 0 {
                self.course.here.dusty.insert(*id);
            }
        }
    }

    fn count(&mut self, action: &Action, outcome: &Outcome) {
        let name = action.name();
        let count = self.tally.actions.entry(name.clone()).or_default();
        match &outcome.result {
            Ok(()) => count.0 += 1,
            Err(failure) => {
                count.1 += 1;
                *self.tally.refusals.entry((name, Reason::of(&failure.0).name)).or_default() += 1;
            }
        }
    }

    /// What everything was before the action that is being done.
    pub fn before(&self) -> &Picture {
        self.course.picture.as_ref().unwrap()
    }

    /// Sends a call. A refusal must be typed and must leave every slot of every program as it was.
    pub fn send<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<Receipt, Failure> {
        self.send_data(from, to, call.abi_encode())
    }

    /// The same of calldata.
    pub fn send_data(&mut self, from: Address, to: Address, data: Vec<u8>) -> Result<Receipt, Failure> {
        let selector = data[..4].to_vec();
        let request = TransactionRequest {
            from: Some(from),
            to: Some(to.into()),
            input: TransactionInput::new(data.into()),
            ..TransactionRequest::default()
        };
        let chain = &mut self.market.world.chain;
        let snapshot = chain.snapshot();
        let receipt = chain.send(request).unwrap();
        if receipt.status {
            chain.release(snapshot);
            return Ok(receipt);
        }
        let changed = self.market.world.changed_since(snapshot);
        self.market.world.chain.release(snapshot);
        assert!(changed.is_empty(), "a refused call changes slots {changed:?}");
        assert!(receipt.output.len() >= 4, "{selector:x?} fails without an error");
        Err(Failure(receipt.output))
    }

    /// The same by an actor, without its receipt.
    pub fn tell<C: SolCall>(&mut self, by: u8, to: Address, call: &C) -> Result<(), Failure> {
        let from = self.actors.address(by);
        self.send(from, to, call).map(drop)
    }

    pub fn now(&self) -> u64 {
        self.market.now()
    }

    /// The feed's last round as the market sees it; none if it is unusable.
    pub fn moment(&self) -> Option<Moment> {
        self.moment_in(&self.course.here)
    }

    /// The same of either market.
    pub fn moment_in(&self, scene: &Scene) -> Option<Moment> {
        let FeedRound { answer, at, .. } = *scene.rounds.last()?;
        let spot_wad = U256::from(answer? as u128) * U256::from(10_000_000_000u64);
        Some(Moment { spot_wad, round: scene.rounds.len() as u64, spot_at: at, now: self.now(), doubt: None })
    }

    /// An actor's account whose state fits, if there is one.
    pub fn pick(&self, fits: impl Fn(&Self, B256) -> bool, place: u8) -> Option<B256> {
        let fitting: Vec<B256> = self.actors.accounts().filter(|account| fits(self, *account)).collect();
        (!fitting.is_empty()).then(|| fitting[usize::from(place) % fitting.len()])
    }

    pub fn account(&self, of: Of) -> B256 {
        self.actors.account(of)
    }

    pub fn wrapped_account(&self, board: u16) -> B256 {
        account::sub(self.own.wrapper, board.into())
    }

    pub fn tranche_of(&self, is_senior: bool) -> Address {
        if is_senior {
            self.market.senior
        } else {
            self.market.junior
        }
    }

    pub fn wallet(&mut self, who: u8) -> u128 {
        let owner = self.actors.address(who);
        self.before().tokens.get(&owner).copied().unwrap_or(0)
    }

    pub fn token_separator(&mut self) -> B256 {
        let token = self.market.world.token;
        self.market.world.read(token, &Stablecoin::DOMAIN_SEPARATORCall {})
    }

    pub fn wrapper_read<C: SolCall>(&mut self, call: &C) -> C::Return {
        let wrapper = self.own.wrapper;
        self.market.world.read(wrapper, call)
    }

    /// Counts a state that was reached.
    pub fn reach(&mut self, state: &'static str, is_there: bool) {
        if is_there {
            *self.tally.states.entry(state).or_default() += 1;
        }
    }

    /// The junior's series at the beginning.
    pub fn first_series(&self) -> u64 {
        self.beginning.picture.as_ref().map_or(0, |picture| picture.junior.series)
    }

    /// How many tokens of a series somebody owns.
    pub fn tokens(&mut self, owner: Address, series: u32) -> U256 {
        self.wrapper_read(&IWrapper::balanceOfCall { owner, id: U256::from(series) })
    }
}
