//! What stops a market, what stays open in each state, and what brings it back.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_cli::deployment::Sources;
use equipoise_interfaces::IBreakers::{breakersCall, marketStateCall, marketStateReturn, tightenCall};
use equipoise_interfaces::IMarketMargin::safeSinceCall;
use equipoise_interfaces::{
    account, Breaker, CallerNotOwner, ClearingOracleUnsafe, GuardianOnlyTightens, IClearing, IMarket, ITranche,
    MarketHalted, MarketReduceOnly, MarketStateChanged, MarketTightened,
};
use equipoise_risk::breakers::{Action, Measure, Permission, State, PERMISSIONS, RULES};
use equipoise_tests::{Failure, PriceFeed, TestSource, World, TOKEN};

use crate::fixture::{call_of, leg, put_of, wad, Market, CAPITAL, CONTRACT, DAY, HOUR, K3000, SPOT};

const RICH: u128 = 1_000_000 * TOKEN;
const MINUTE: u64 = 60;
const OPEN: u8 = State::Open.number();
const REDUCE: u8 = State::ReduceOnly.number();
const HALT: u8 = State::Halted.number();

/// A market whose prices are checked by everything there is.
struct Guarded {
    market: Market,
    sources: Sources,
    trader: Address,
}

impl Guarded {
    fn open() -> Self {
        let mut world = World::new();
        let owner = world.owner;
        let feed =
            |world: &mut World, name: &str| world.deploy("PriceFeed", (U256::from(8), name, owner).abi_encode_params());
        let sequencer = feed(&mut world, "sequencer");
        let stablecoin = feed(&mut world, "USDC / USD");
        let second = world.deploy("TestSource", Vec::new());
        let sources = Sources { feed: world.feed, sequencer, second, stablecoin, ..Sources::default() };
        let market = Market::wired_on(world, sources);
        let mut guarded = Self { market, sources, trader: Address::ZERO };
        guarded.pass(2 * HOUR);
        let before = guarded.market.now() - 2 * HOUR;
        guarded.write(sequencer, 0, before);
        guarded.market = guarded.market.with_boards(CAPITAL);
        guarded.market.post_surface().unwrap();
        guarded.all_well(SPOT);
        guarded.trader = guarded.market.trader("trader", RICH);
        guarded.market.fund(guarded.trader, RICH);
        assert_eq!(guarded.market.poke(), OPEN);
        guarded
    }

    fn pass(&mut self, secs: u64) {
        self.market.pass(secs);
    }

    fn write(&mut self, feed: Address, answer: i64, at: u64) {
        let owner = self.market.world.owner;
        let push = PriceFeed::pushCall { answer: I256::try_from(answer).unwrap(), updatedAt: U256::from(at) };
        self.market.world.send(owner, feed, &push).unwrap();
    }

    fn second(&mut self, price: U256, off: U256, at: u64, is_broken: bool) {
        let (owner, source) = (self.market.world.owner, self.sources.second);
        let set = TestSource::setCall { priceWad_: price, confidenceWad_: off, updatedAt_: at, isBroken_: is_broken };
        self.market.world.send(owner, source, &set).unwrap();
    }

    /// Every source agrees on a price, now.
    fn all_well(&mut self, dollars: i64) {
        self.pass(1);
        self.market.push(dollars);
        let now = self.market.now();
        self.second(wad(dollars.unsigned_abs()), U256::from(1), now, false);
        let stablecoin = self.sources.stablecoin;
        self.write(stablecoin, 100_000_000, now);
    }

    fn open_trade(&mut self) -> Result<(), Failure> {
        self.market.trade(self.trader, &[leg(call_of(3, K3000), CONTRACT)]).map(|_| ())
    }

    fn close_trade(&mut self) -> Result<(), Failure> {
        self.market.trade(self.trader, &[leg(call_of(3, K3000), -CONTRACT / 2)]).map(|_| ())
    }

    fn state(&mut self) -> marketStateReturn {
        self.market.read(&marketStateCall {})
    }

    fn rule(&mut self, measure: Measure, effect: u8) -> Breaker {
        let rules = self.market.read(&breakersCall {});
        let number = u8::try_from(measure.place()).unwrap();
        rules.into_iter().find(|rule| rule.measure == number && rule.effect == effect).unwrap()
    }

    /// The market is in a state by this rule, and comes back by itself once it has been well for its cool-down.
    fn recovers(&mut self, measure: Measure, effect: u8, mend: impl Fn(&mut Self)) {
        let rule = self.rule(measure, effect);
        // The next look at a jump sees none.
        let is_read = measure == Measure::SpotJump || rule.isRead && rule.reading >= rule.limit;
        assert!(rule.isTripped && is_read, "{measure:?}: {rule:?}");
        assert_eq!(self.state().state, effect, "{measure:?}");
        assert!(self.open_trade().is_err(), "{measure:?} stops what opens");
        mend(self);
        assert_eq!(self.market.poke(), effect, "{measure:?}: not within its cool-down");
        let at = self.rule(measure, effect).recoversAt;
        assert!(at > self.market.now() && at <= self.market.now() + u64::from(rule.cooldownSecs));
        for _ in 0..3 {
            let step = u64::from(rule.cooldownSecs) / 3 + MINUTE;
            self.pass(step);
            mend(self);
            self.market.post_surface().unwrap();
        }
        assert_eq!(self.market.poke(), OPEN, "{measure:?}: {:?}", self.rule(measure, effect));
        self.open_trade().unwrap();
    }
}

#[test]
fn a_market_that_is_well_is_open_and_shows_every_measure_with_its_limit() {
    let mut guarded = Guarded::open();
    guarded.open_trade().unwrap();
    let rules = guarded.market.read(&breakersCall {});
    assert_eq!(rules.len(), RULES.len());
    for (shown, rule) in rules.iter().zip(RULES) {
        assert!(shown.isRead && !shown.isTripped && shown.reading < shown.limit, "{shown:?}");
        assert_eq!((usize::from(shown.measure), shown.effect), (rule.measure.place(), rule.effect.number()));
        assert_eq!((shown.limit, shown.recoversBelow), (rule.limit, rule.recovers_below));
    }
    let state = guarded.state();
    assert_eq!((state.state, state.trippedRules, state.isPriceSafe, state.recoversAt), (OPEN, 0, true, 0));
}

#[test]
fn a_market_without_a_surface_only_reduces_and_says_so() {
    let mut bare = Market::wired();
    bare.push(SPOT);
    for mut market in [bare, Market::listed()] {
        assert_eq!(market.poke(), REDUCE);
        let rules = market.read(&breakersCall {});
        let tripped: Vec<_> = rules.iter().filter(|rule| rule.isTripped).collect();
        let [rule] = tripped.as_slice() else { panic!("{tripped:?}") };
        assert_eq!(usize::from(rule.measure), Measure::SurfaceAge.place());
        let said = market.read(&marketStateCall {});
        assert_eq!((said.state, said.trippedRules.count_ones(), said.isPriceSafe), (REDUCE, 1, true));
    }
    let mut market = Market::listed();
    market.poke();
    market.post_surface().unwrap();
    assert_eq!(market.poke(), REDUCE, "not within the rule's cool-down");
    market.pass(6 * MINUTE);
    market.push(SPOT);
    assert_eq!(market.poke(), OPEN);
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
}

#[test]
fn two_sources_that_disagree_stop_openings_and_then_everything() {
    let mut guarded = Guarded::open();
    let now = guarded.market.now();
    guarded.second(wad(3_040), U256::from(CONTRACT) * U256::from(6), now, false);
    guarded.open_trade().unwrap();
    // In the next round of the feed the market looks, and what a quote may be off by counts.
    guarded.all_well(SPOT);
    let now = guarded.market.now();
    guarded.second(wad(3_040), U256::from(CONTRACT) * U256::from(6), now, false);
    let refused = guarded.open_trade().unwrap_err();
    let reduced = refused.decode::<MarketReduceOnly>().unwrap();
    assert_eq!(reduced.trippedRules, 1 << 4, "what the trade itself has found");
    assert_eq!(guarded.state().state, OPEN, "which is not stored, for it was refused");
    assert_eq!(guarded.market.poke(), REDUCE);
    let tripped = guarded.open_trade().unwrap_err().decode::<MarketReduceOnly>().unwrap();
    assert_eq!(tripped.trippedRules, 1 << 4);
    assert_eq!(tripped.recoversAt, guarded.market.now() + 15 * MINUTE);
    guarded.close_trade().unwrap();
    assert!(!guarded.state().isPriceSafe);
    guarded.recovers(Measure::SourceDeviation, REDUCE, |guarded| guarded.all_well(SPOT));
    let now = guarded.market.now();
    guarded.second(wad(3_200), U256::from(1), now, false);
    assert_eq!(guarded.market.poke(), HALT);
    guarded.close_trade().unwrap_err().decode::<MarketHalted>().unwrap();
    guarded.recovers(Measure::SourceDeviation, HALT, |guarded| guarded.all_well(SPOT));
}

#[test]
fn a_second_source_that_says_nothing_stops_openings() {
    let mut guarded = Guarded::open();
    guarded.second(U256::ZERO, U256::ZERO, 0, true);
    assert_eq!(guarded.market.poke(), REDUCE);
    let deviation = guarded.rule(Measure::SourceDeviation, REDUCE);
    assert!(!deviation.isRead && !deviation.isTripped, "nothing is known of it");
    guarded.recovers(Measure::SourceAge, REDUCE, |guarded| guarded.all_well(SPOT));
}

#[test]
fn a_stablecoin_off_its_dollar_stops_openings_at_one_percent_and_all_at_three() {
    let mut guarded = Guarded::open();
    let stablecoin = guarded.sources.stablecoin;
    let at = |guarded: &mut Guarded, price: i64| {
        guarded.pass(1);
        let now = guarded.market.now();
        guarded.write(stablecoin, price, now);
        guarded.market.poke()
    };
    assert_eq!(at(&mut guarded, 99_000_100), OPEN);
    assert_eq!(at(&mut guarded, 99_000_000), REDUCE);
    guarded.recovers(Measure::StablecoinDeviation, REDUCE, |guarded| guarded.all_well(SPOT));
    assert_eq!(at(&mut guarded, 103_000_000), HALT);
    guarded.close_trade().unwrap_err().decode::<MarketHalted>().unwrap();
    guarded.recovers(Measure::StablecoinDeviation, HALT, |guarded| guarded.all_well(SPOT));
    // A feed that has nothing to say is old.
    assert_eq!(at(&mut guarded, 0), REDUCE);
    assert!(guarded.rule(Measure::StablecoinAge, REDUCE).isTripped);
}

#[test]
fn the_sequencer_stops_the_market_without_anybody_looking_and_an_hour_of_grace_follows() {
    let mut guarded = Guarded::open();
    guarded.open_trade().unwrap();
    let sequencer = guarded.sources.sequencer;
    let down_at = guarded.market.now() + 1;
    guarded.pass(1);
    guarded.write(sequencer, 1, down_at);
    let state = guarded.state();
    assert_eq!((state.state, state.isPriceSafe, state.recoversAt), (HALT, false, u64::MAX));
    guarded.open_trade().unwrap_err().decode::<MarketHalted>().unwrap();
    guarded.close_trade().unwrap_err().decode::<MarketHalted>().unwrap();
    guarded.market.deposit(guarded.trader, TOKEN).unwrap();
    guarded.pass(HOUR / 2);
    let up_at = guarded.market.now();
    guarded.write(sequencer, 0, up_at);
    guarded.all_well(SPOT);
    // In the first five minutes nobody trades, in the rest of the hour they close.
    assert_eq!(guarded.state().state, HALT);
    guarded.close_trade().unwrap_err().decode::<MarketHalted>().unwrap();
    guarded.pass(5 * MINUTE + 1);
    assert_eq!((guarded.state().state, guarded.state().recoversAt), (REDUCE, up_at + HOUR));
    guarded.close_trade().unwrap();
    guarded.open_trade().unwrap_err().decode::<MarketReduceOnly>().unwrap();
    let start = IClearing::startAuctionCall { account: account::of(guarded.trader) };
    let refused = guarded.ledger(guarded.trader, &start).unwrap_err();
    refused.decode::<ClearingOracleUnsafe>().unwrap();
    guarded.market.world.go_to(up_at + HOUR + MINUTE);
    guarded.all_well(SPOT);
    assert_eq!(guarded.market.poke(), OPEN);
    guarded.open_trade().unwrap();
    // No auction counts a second from before.
    let safe = guarded.market.read(&safeSinceCall {});
    assert!(safe.isSafe && safe.since >= up_at + HOUR, "{safe:?}");
}

#[test]
fn a_jump_of_spot_stops_openings_or_all_until_it_has_been_calm() {
    for (dollars, effect) in [(3_130, REDUCE), (3_260, HALT), (2_000, HALT)] {
        let mut guarded = Guarded::open();
        guarded.pass(10 * MINUTE);
        guarded.all_well(dollars);
        assert!(guarded.open_trade().is_err(), "{dollars}");
        assert_eq!(guarded.market.poke(), effect);
        guarded.recovers(Measure::SpotJump, effect, |guarded| guarded.all_well(dollars));
    }
}

#[test]
fn a_surface_far_behind_what_its_keepers_would_post_stops_openings() {
    let mut guarded = Guarded::open();
    let mut slices = guarded.market.slices();
    slices[1].gapWad = U256::from(100_000_000_000_000_000_u64);
    let post = guarded.market.draft(slices);
    let call = guarded.market.signed(post);
    let relayer = guarded.market.keeper;
    guarded.market.send(relayer, &call).unwrap();
    assert_eq!(guarded.market.poke(), REDUCE);
    assert!(guarded.rule(Measure::SurfaceJump, REDUCE).isTripped);
    guarded.recovers(Measure::SurfaceJump, REDUCE, |guarded| {
        guarded.all_well(SPOT);
        guarded.market.post_surface().unwrap();
    });
}

#[test]
fn insurance_below_its_floor_only_closes_until_it_has_been_filled_for_an_hour() {
    let mut guarded = Guarded::open();
    let (owner, trader, market) = (guarded.market.world.owner, guarded.trader, guarded.market.market);
    let floor = |tokens| IClearing::setInsuranceFloorCall { market, floorTokens: tokens };
    let fill = |tokens| IClearing::depositInsuranceCall { amountAtoms: U256::from(tokens * TOKEN) };
    let tripped = |guarded: &mut Guarded| guarded.open_trade().unwrap_err().decode::<MarketReduceOnly>().unwrap();
    assert_eq!(guarded.market.cash(account::INSURANCE), 0);
    guarded.open_trade().unwrap();
    guarded.ledger(owner, &floor(1_000)).unwrap();
    // In the next round of the feed the trade itself finds it.
    guarded.all_well(SPOT);
    assert_eq!(tripped(&mut guarded).trippedRules, 1 << 23);
    assert_eq!((guarded.market.poke(), guarded.rule(Measure::InsuranceShort, REDUCE).reading), (REDUCE, 1_000_000));
    assert!(guarded.state().isPriceSafe, "what liquidates goes on");
    guarded.close_trade().unwrap();
    guarded.ledger(trader, &fill(750)).unwrap();
    assert_eq!((guarded.market.poke(), guarded.rule(Measure::InsuranceShort, REDUCE).reading), (REDUCE, 250_001));
    guarded.ledger(trader, &fill(250)).unwrap();
    let refused = tripped(&mut guarded);
    assert_eq!((refused.trippedRules, refused.recoversAt), (1 << 23, guarded.market.now() + HOUR));
    assert_eq!(guarded.rule(Measure::InsuranceShort, REDUCE).reading, 0);
    guarded.market.world.go_to(refused.recoversAt - 60);
    guarded.all_well(SPOT);
    assert_eq!(tripped(&mut guarded).recoversAt, refused.recoversAt, "a good reading within the hour changes nothing");
    guarded.market.world.go_to(refused.recoversAt);
    guarded.all_well(SPOT);
    guarded.open_trade().unwrap();
    assert_eq!(guarded.state().state, OPEN, "with whoever comes");
    guarded.ledger(owner, &floor(1_001)).unwrap();
    assert_eq!(guarded.market.poke(), REDUCE);
    assert_eq!(guarded.rule(Measure::InsuranceShort, REDUCE).reading, 1_000, "a token of 1,001, up");
    // Without a floor nothing is short, however little there is.
    guarded.ledger(owner, &floor(0)).unwrap();
    guarded.pass(HOUR);
    guarded.all_well(SPOT);
    guarded.open_trade().unwrap();
}

#[test]
fn the_guardian_tightens_for_three_days_and_loosens_nothing() {
    let mut guarded = Guarded::open();
    let (owner, trader) = (guarded.market.world.owner, guarded.trader);
    let refused = guarded.market.send(trader, &tightenCall { state: HALT }).unwrap_err();
    refused.expect(&CallerNotOwner { caller: trader, owner });
    for state in [OPEN, 3, 255] {
        let refused = guarded.market.send(owner, &tightenCall { state }).unwrap_err();
        refused.expect(&GuardianOnlyTightens { toState: state });
    }
    guarded.open_trade().unwrap();
    let receipt = guarded.market.send(owner, &tightenCall { state: HALT }).unwrap();
    let until = guarded.market.now() + 3 * DAY;
    let told = World::events::<MarketTightened>(&receipt).remove(0);
    assert_eq!((told.guardian, told.toState), (owner, HALT));
    assert!(told.until.abs_diff(until) <= 1);
    let changed = World::events::<MarketStateChanged>(&receipt).remove(0);
    assert_eq!((changed.fromState, changed.toState, changed.trippedRules, changed.isPriceSafe), (OPEN, HALT, 0, true));
    guarded.close_trade().unwrap_err().decode::<MarketHalted>().unwrap();
    // Asking for less does not loosen.
    guarded.market.send(owner, &tightenCall { state: REDUCE }).unwrap();
    assert_eq!(guarded.state().state, HALT);
    guarded.market.world.go_to(told.until + 2);
    guarded.all_well(SPOT);
    guarded.market.post_surface().unwrap();
    assert_eq!(guarded.state().state, OPEN);
    guarded.close_trade().unwrap();
}

/// Where actions can be tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Boards trade; somebody is long, somebody short, somebody weak; an epoch waits to be priced.
    Live,
    /// A board has expired.
    Expired,
    /// It has been settled, and an account in it has not.
    Settled,
}

const fn stage_of(action: Action) -> Stage {
    match action {
        Action::Settle => Stage::Expired,
        Action::Claim => Stage::Settled,
        _ => Stage::Live,
    }
}

impl Guarded {
    fn name(&mut self, name: &str) -> Address {
        self.market.world.account(name)
    }

    fn ledger<C: SolCall>(&mut self, from: Address, call: &C) -> Result<(), Failure> {
        let clearing = self.market.clearing;
        self.market.world.send(from, clearing, call).map(|_| ())
    }

    fn at(stage: Stage) -> Self {
        let mut guarded = Self::open();
        let [short, weak] = ["short", "weak"].map(|name| guarded.market.trader(name, RICH));
        guarded.market.trader("idle", RICH);
        for board in [1, 3] {
            guarded.market.trade(guarded.trader, &[leg(call_of(board, K3000), CONTRACT)]).unwrap();
        }
        guarded.market.trade(short, &[leg(put_of(2, K3000), -CONTRACT)]).unwrap();
        guarded.market.trade(weak, &[leg(call_of(1, K3000), -10 * CONTRACT)]).unwrap();
        let margin = guarded
            .market
            .world
            .read(guarded.market.clearing, &IClearing::accountMarginCall { account: account::of(weak) });
        let free = margin.equityAtoms.into_raw() - margin.initialAtoms - U256::from(1);
        guarded.ledger(weak, &IClearing::withdrawCall { amountAtoms: free }).unwrap();
        if stage == Stage::Live {
            guarded.climb();
        } else {
            guarded.expire();
        }
        if stage == Stage::Settled {
            guarded.settle().unwrap();
        }
        guarded
    }

    /// Spot rises to where the weak account is below its margin, past the cut of an epoch with a request in it.
    fn climb(&mut self) {
        let late = self.name("late LP");
        self.market.fund(late, 10 * TOKEN);
        let lp = self.market.fund(self.market.lp, 10 * TOKEN);
        let assets = U256::from(TOKEN);
        self.market.lp_send(lp, &ITranche::requestDepositCall { assets, controller: lp, owner: lp }).unwrap();
        for step in 1..=4 {
            self.pass(HOUR);
            self.all_well(SPOT + 330 * step / 4);
            assert_eq!(self.market.poke(), OPEN);
        }
        self.market.post_surface().unwrap();
    }

    fn expire(&mut self) {
        let expiry = self.market.boards[0].1;
        while self.market.now() < expiry - HOUR {
            let step = (expiry - HOUR - self.market.now()).min(12 * HOUR);
            self.pass(step);
            self.all_well(SPOT);
            self.market.post_surface().unwrap();
        }
        self.market.world.go_to(expiry);
        self.all_well(SPOT);
    }

    fn settle(&mut self) -> Result<(), Failure> {
        let expiry = self.market.boards[0].1;
        let first = self.market.world.first_round_from(expiry - 1_799) - U80::from(1);
        let owner = self.market.world.owner;
        self.market.send(owner, &IMarket::settleBoardCall { board: 1, firstRound: first }).map(|_| ())
    }
}

/// Does what the table of permissions calls by this name.
fn done(guarded: &mut Guarded, action: Action) -> Result<(), Failure> {
    let (trader, owner) = (guarded.trader, guarded.market.world.owner);
    let amount_atoms = U256::from(TOKEN);
    match action {
        Action::OpenTrade => guarded.open_trade(),
        Action::CloseTrade => guarded.close_trade(),
        Action::Rebalance => unreachable!("comes with solvers"),
        Action::Update => guarded.market.post_surface().map(|_| ()),
        Action::TopUp => guarded.market.deposit(trader, TOKEN).map(|_| ()),
        Action::WithdrawMargin => {
            let short = guarded.name("short");
            guarded.ledger(short, &IClearing::withdrawCall { amountAtoms: amount_atoms })
        }
        Action::WithdrawFree => {
            let idle = guarded.name("idle");
            guarded.ledger(idle, &IClearing::withdrawCall { amountAtoms: amount_atoms })
        }
        Action::Liquidate => {
            let account = account::of(guarded.name("weak"));
            guarded.ledger(owner, &IClearing::startAuctionCall { account })
        }
        Action::RequestLp => {
            let late = guarded.name("late LP");
            let request = ITranche::requestDepositCall { assets: amount_atoms, controller: late, owner: late };
            guarded.market.lp_send(late, &request).map(|_| ())
        }
        Action::PriceEpoch => guarded.market.process(owner).map(|_| ()),
        Action::Settle => guarded.settle(),
        Action::Claim => guarded.market.settle_account(trader, 1).map(|_| ()),
    }
}

#[test]
fn every_cell_of_the_table_of_actions_and_states_is_as_it_says() {
    for stage in [Stage::Live, Stage::Expired, Stage::Settled] {
        let mut guarded = Guarded::at(stage);
        let rows = PERMISSIONS.iter().filter(|row| stage_of(row.action) == stage && row.action != Action::Rebalance);
        for Permission { action, in_reduce_only, in_halt, needs_safe_price } in rows {
            let cells = [(OPEN, true), (REDUCE, *in_reduce_only), (HALT, *in_halt)];
            for (state, is_allowed) in cells {
                let before = guarded.market.world.chain.snapshot();
                let owner = guarded.market.world.owner;
                if state != OPEN {
                    guarded.market.send(owner, &tightenCall { state }).unwrap();
                }
                let tried = done(&mut guarded, *action);
                assert_eq!(tried.is_ok(), is_allowed, "{action:?} in state {state}: {tried:?}");
                assert!(guarded.market.world.chain.revert(before));
            }
            // Prices that may not be relied on: the second source is two percent away.
            let before = guarded.market.world.chain.snapshot();
            let (now, spot) = (guarded.market.now(), guarded.market.spot_wad());
            guarded.second(spot * U256::from(102) / U256::from(100), U256::from(1), now, false);
            assert_eq!(guarded.market.poke(), REDUCE);
            let tried = done(&mut guarded, *action);
            let is_allowed = *in_reduce_only && !*needs_safe_price;
            assert_eq!(tried.is_ok(), is_allowed, "{action:?} at prices not to be relied on: {tried:?}");
            assert!(guarded.market.world.chain.revert(before));
        }
    }
}
