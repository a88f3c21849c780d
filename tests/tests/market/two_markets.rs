//! Two markets on one clearing house and in one vault: margin over both, liquidation, value, settlement, epochs.

use std::mem::swap;

use alloy_primitives::{Address, I256, U256};
use equipoise_chain::Receipt;
use equipoise_interfaces::account::{self, vault_of};
use equipoise_interfaces::{
    AccountTakenOver, AuctionBidFilled, ClearingMarginShort, EpochProcessed, IClearing, IMarket, ITranche, IVault, Leg,
    Slice, VaultRoundNotFirst, VaultRoundsCount,
};
use equipoise_tests::{Failure, World, TOKEN};

use crate::fixture::{
    call_of, leg, narrow, put_of, signed, surface_keepers, Market, CAPITAL, CONTRACT, DAY, HOUR, K3000, SPOT, STRIKES,
    WINDOW,
};

/// Spot of the second underlying.
const BTC_SPOT: i64 = 60_000;
const BTC_STRIKES: [u64; 8] = [45_000, 50_000, 55_000, 58_000, 60_000, 62_000, 65_000, 70_000];
/// The place of its strike at the money.
const K60000: u8 = 4;
/// Whole dollars.
const BTC_STRIKE_SHIFT: u8 = 0;
const RICH: u128 = 2_000_000 * TOKEN;

/// Both markets. What a test calls on `here` is of the one that it has turned to, of the first to begin with.
struct Both {
    here: Market,
    there: There,
}

/// What is a market's own.
struct There {
    feed: Address,
    oracle: Address,
    market: Address,
    boards: Vec<(u16, u64)>,
}

impl Both {
    /// Both markets with boards and surfaces, and LPs' cash in their vault.
    fn open() -> Self {
        let mut world = World::new();
        let [keeper, lp] = ["surface keeper", "LP"].map(|name| world.account(name));
        let (token, feed) = (world.token, world.feed);
        let mut deployer = world.deployer();
        let engines = deployer.engines().unwrap();
        let house = deployer.house(token, HOUR).unwrap();
        let eth = deployer.market(&engines, feed, 8).unwrap();
        let feed = deployer.feed("BTC").unwrap();
        let btc = deployer.market(&engines, feed, BTC_STRIKE_SHIFT).unwrap();
        deployer.wire(&house, &[(eth, 1), (btc, 1)], &surface_keepers()).unwrap();
        drop(deployer);
        let here = Market::of(world, &(engines, house, eth), keeper, lp);
        let there = There { feed, oracle: btc.oracle, market: btc.market, boards: Vec::new() };
        let mut both = Self { here, there };
        both.fill_vault();
        let now = both.here.now();
        both.push(SPOT, BTC_SPOT);
        for days in [14, 30] {
            both.here.list(now + days * DAY, &STRIKES);
        }
        both.here.post_surface().unwrap();
        both.turn();
        for days in [14, 30] {
            both.here.list(now + days * DAY, &BTC_STRIKES);
        }
        both.post_btc().unwrap();
        both.turn();
        both
    }

    /// Turns to the other market.
    fn turn(&mut self) {
        swap(&mut self.here.world.feed, &mut self.there.feed);
        swap(&mut self.here.oracle, &mut self.there.oracle);
        swap(&mut self.here.market, &mut self.there.market);
        swap(&mut self.here.boards, &mut self.there.boards);
    }

    /// Answers both feeds.
    fn push(&mut self, eth: i64, btc: i64) {
        self.here.push(eth);
        self.turn();
        self.here.push(btc);
        self.turn();
    }

    /// The second market's own surface: less volatile, less skewed. Turned to it.
    fn post_btc(&mut self) -> Result<Receipt, Failure> {
        let thousandths = |number: i128| signed(number * (CONTRACT / 1_000));
        let own = |slice: Slice| Slice { aWad: thousandths(180), rhoWad: thousandths(-100), ..slice };
        let slices = self.here.slices().into_iter().map(own).collect();
        self.here.post(slices)
    }

    /// Posts both surfaces.
    fn post(&mut self) {
        self.here.post_surface().unwrap();
        self.turn();
        self.post_btc().unwrap();
        self.turn();
    }

    /// The first rounds of both feeds from a moment on.
    fn first_rounds(&mut self, at: u64) -> Vec<alloy_primitives::aliases::U80> {
        let eth = self.here.world.first_round_from(at);
        self.turn();
        let btc = self.here.world.first_round_from(at);
        self.turn();
        vec![eth, btc]
    }

    fn cut(&mut self) -> u64 {
        self.here.world.read(self.here.vault, &IVault::nextEpochCall {}).cutAt
    }

    fn fill_vault(&mut self) {
        let lp = self.here.fund(self.here.lp, 2 * CAPITAL);
        let assets = U256::from(2 * CAPITAL);
        let request = ITranche::requestDepositCall { assets, controller: lp, owner: lp };
        self.here.lp_send(lp, &request).unwrap();
        let cut = self.cut();
        self.here.world.go_to(cut);
        self.push(SPOT, BTC_SPOT);
        let first_rounds = self.first_rounds(cut);
        self.here.vault_send(lp, &IVault::processEpochCall { firstRounds: first_rounds }).unwrap();
        self.here.lp_send(lp, &ITranche::deposit_0Call { assets, receiver: lp }).unwrap();
    }

    /// Trades in the second market.
    fn trade_btc(&mut self, trader: Address, legs: &[Leg]) {
        self.turn();
        self.here.trade(trader, legs).unwrap();
        self.turn();
    }

    fn clear<C: alloy_sol_types::SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.here.world.send(from, self.here.clearing, call)
    }

    fn correlate(&mut self, millionths: u32) {
        let owner = self.here.world.owner;
        self.clear(owner, &IClearing::setCorrelationCall { millionths }).unwrap();
    }

    /// The values of both markets.
    fn navs(&mut self) -> [i128; 2] {
        let eth = narrow(self.here.read(&IMarket::navCall {}).navAtoms);
        self.turn();
        let btc = narrow(self.here.read(&IMarket::navCall {}).navAtoms);
        self.turn();
        [eth, btc]
    }

    fn nav(&mut self) -> i128 {
        narrow(self.here.world.read(self.here.vault, &IVault::navCall {}).navAtoms)
    }

    /// Positions at the money of both markets in their first boards.
    fn held(&mut self, owner: Address) -> [i128; 2] {
        let eth = self.here.positions(account::of(owner), 1)[2 * usize::from(K3000)];
        self.turn();
        let btc = self.here.positions(account::of(owner), 1)[2 * usize::from(K60000)];
        self.turn();
        [eth, btc]
    }
}

/// Puts of the second market against a fall, and puts of the first sold, which lose by one.
fn hedged() -> (Vec<Leg>, Vec<Leg>) {
    (vec![leg(put_of(1, K60000), CONTRACT)], vec![leg(put_of(1, K3000), -20 * CONTRACT)])
}

#[test]
fn offset_between_markets_lets_a_trade_pass_that_fails_alone() {
    let mut both = Both::open();
    let (hedge, sale) = hedged();
    // What somebody with more than enough is required, at the correlation that is trusted and at none.
    let rich = both.here.trader("rich", RICH);
    both.trade_btc(rich, &hedge);
    both.here.trade(rich, &sale).unwrap();
    let margin = both.here.margin_of(rich);
    both.correlate(0);
    let apart = both.here.margin_of(rich).initialAtoms.to::<u128>();
    both.correlate(500_000);
    let together = margin.initialAtoms.to::<u128>();
    assert!(together + 100 * TOKEN < apart, "{together} and {apart}");

    // One has as much less as leaves him in between.
    let equity = u128::try_from(narrow(margin.equityAtoms)).unwrap();
    let cash = RICH - equity + u128::midpoint(together, apart);
    let trader = both.here.trader("trader", cash);
    both.trade_btc(trader, &hedge);
    let trade = IMarket::tradeCall { legs: sale.clone(), maxCostAtoms: I256::MAX, deadline: u64::MAX >> 8 };
    both.correlate(0);
    let refused = both.here.send(trader, &trade).unwrap_err();
    assert_eq!(refused.decode::<ClearingMarginShort>().unwrap().account, account::of(trader));
    both.correlate(500_000);
    both.here.trade(trader, &sale).unwrap();
    let state = both.here.margin_of(trader);
    assert_eq!(state.state, 0, "{state:?}");

    // Another has all of his equity in cash, and no hedge.
    let alone = both.here.trader("alone", cash);
    let refused = both.here.send(alone, &trade).unwrap_err();
    refused.decode::<ClearingMarginShort>().unwrap();
    // Both sides are in the ledger: each market's positions, and its vault's cash.
    assert_eq!(both.here.positions(account::of(trader), 1)[2 * usize::from(K3000) + 1], -20 * CONTRACT);
    let held = both.here.world.read(both.here.clearing, &IClearing::cashOfCall { account: account::of(trader) });
    assert_eq!((held.heldMarkets, held.shortMarkets), (0b11, 0b01));
}

#[test]
fn account_with_positions_in_both_markets_is_liquidated_whole() {
    let mut both = Both::open();
    let trader = both.here.trader("trader", RICH);
    both.here.trade(trader, &[leg(call_of(1, K3000), -10 * CONTRACT)]).unwrap();
    both.trade_btc(trader, &[leg(call_of(1, K60000), -CONTRACT / 2)]);
    let margin = both.here.margin_of(trader);
    let free = u128::try_from(narrow(margin.equityAtoms)).unwrap() - margin.initialAtoms.to::<u128>() - 10;
    both.clear(trader, &IClearing::withdrawCall { amountAtoms: U256::from(free) }).unwrap();
    both.push(SPOT + 300, BTC_SPOT + 6_000);
    both.post();
    let id = account::of(trader);
    let anybody = both.here.world.owner;
    both.clear(anybody, &IClearing::startAuctionCall { account: id }).unwrap();
    both.here.pass(60);
    both.push(SPOT + 300, BTC_SPOT + 6_000);
    let bidder = both.here.trader("bidder", RICH);
    let bid = IClearing::bidCall {
        account: id,
        bidder: account::of(bidder),
        mostShareX64: 1 << 64,
        mostPriceAtoms: I256::MAX,
    };
    let before = both.held(trader);
    let receipt = both.clear(bidder, &bid).unwrap();
    assert_eq!(World::events::<AuctionBidFilled>(&receipt).len(), 1);
    let (left, taken) = (both.held(trader), both.held(bidder));
    for place in 0..2 {
        assert_eq!(left[place] + taken[place], before[place], "positions only moved");
        assert!(taken[place] < 0 && left[place] < 0, "a part of each: {taken:?} of {before:?}");
    }
    assert!(both.here.margin_of(trader).state < 2, "cured");
    assert_eq!(both.here.margin_of(bidder).state, 0);
}

#[test]
fn vault_takes_both_markets_over_when_nobody_bids() {
    let mut both = Both::open();
    let trader = both.here.trader("trader", RICH);
    both.here.trade(trader, &[leg(call_of(1, K3000), -5 * CONTRACT)]).unwrap();
    both.trade_btc(trader, &[leg(call_of(1, K60000), -CONTRACT / 4)]);
    let margin = both.here.margin_of(trader);
    let free = u128::try_from(narrow(margin.equityAtoms)).unwrap() - margin.initialAtoms.to::<u128>() - 10;
    both.clear(trader, &IClearing::withdrawCall { amountAtoms: U256::from(free) }).unwrap();
    both.push(SPOT + 330, BTC_SPOT + 6_600);
    both.post();
    let id = account::of(trader);
    let anybody = both.here.world.owner;
    both.clear(anybody, &IClearing::startAuctionCall { account: id }).unwrap();
    for _ in 0..4 {
        both.here.pass(HOUR / 2);
        both.push(SPOT + 330, BTC_SPOT + 6_600);
        both.post();
    }
    let receipt = both.clear(anybody, &IClearing::takeOverCall { account: id }).unwrap();
    assert_eq!(World::events::<AccountTakenOver>(&receipt)[0].account, id);
    assert_eq!(both.held(trader), [0, 0]);
    assert!(both.here.cash_of(trader) >= 0);
}

#[test]
fn value_of_the_vault_counts_both_markets() {
    let mut both = Both::open();
    let [eth, btc] = both.navs();
    assert_eq!(both.nav(), eth + btc);
    assert!(eth > 0 && btc > 0, "both have LPs' capital: {eth} and {btc}");
    let trader = both.here.trader("trader", RICH);
    both.here.trade(trader, &[leg(call_of(1, K3000), 10 * CONTRACT)]).unwrap();
    both.trade_btc(trader, &[leg(put_of(2, K60000), CONTRACT)]);
    let [eth_after, btc_after] = both.navs();
    assert_eq!(both.nav(), eth_after + btc_after);
    assert!(eth_after > eth && btc_after > btc, "each has earned a spread");
    // A fall of one underlying alone costs its market alone.
    both.push(SPOT, BTC_SPOT - 5_000);
    let [eth_fallen, btc_fallen] = both.navs();
    assert!(btc_fallen < btc_after && (eth_fallen - eth_after).abs() < i128::try_from(TOKEN).unwrap());
    assert_eq!(both.nav(), eth_fallen + btc_fallen);
}

#[test]
fn both_markets_settle_and_every_atom_is_paid_by_its_own_vault() {
    let mut both = Both::open();
    let trader = both.here.trader("trader", RICH);
    both.here.trade(trader, &[leg(call_of(1, K3000), 2 * CONTRACT)]).unwrap();
    both.trade_btc(trader, &[leg(put_of(1, K60000), CONTRACT)]);
    let expiry = both.here.boards[0].1;
    both.here.world.go_to(expiry - WINDOW);
    both.push(SPOT + 200, BTC_SPOT - 1_500);
    let start = expiry - WINDOW;
    let first = both.first_rounds(start);
    both.here.world.go_to(expiry);
    both.push(SPOT + 200, BTC_SPOT - 1_500);
    let atoms = |dollars: u128| i128::try_from(dollars * TOKEN).unwrap();
    let cash = both.here.cash_of(trader);
    let vaults = [0, 1].map(|market| both.here.cash(vault_of(market)));

    both.here.settle_board(1, first[0].to::<u64>()).unwrap();
    assert_eq!(both.here.settle_account(trader, 1).unwrap(), atoms(400));
    assert_eq!(both.here.cash(vault_of(1)), vaults[1], "the other vault has paid nothing");
    both.turn();
    both.here.settle_board(1, first[1].to::<u64>()).unwrap();
    assert_eq!(both.here.settle_account(trader, 1).unwrap(), atoms(1_500));
    both.turn();
    assert_eq!(both.here.cash_of(trader), cash + atoms(1_900));
    assert_eq!(
        [0, 1].map(|market| both.here.cash(vault_of(market))),
        [vaults[0] - atoms(400), vaults[1] - atoms(1_500)]
    );
    let held = both.here.world.read(both.here.clearing, &IClearing::cashOfCall { account: account::of(trader) });
    assert_eq!(held.heldMarkets, 0);
}

#[test]
fn an_epoch_is_priced_by_the_rounds_of_both_feeds() {
    let mut both = Both::open();
    let lp = both.here.lp;
    let assets = U256::from(10_000 * TOKEN);
    both.here.fund(lp, 10_000 * TOKEN);
    let request = ITranche::requestDepositCall { assets, controller: lp, owner: lp };
    both.here.lp_send(lp, &request).unwrap();
    let cut = both.cut();
    both.here.world.go_to(cut);
    both.push(SPOT, BTC_SPOT);
    // The second feed has moved since its first round: the value is less certain by its move.
    both.push(SPOT, BTC_SPOT + 1_200);
    let first_rounds = both.first_rounds(cut);
    let process = |first_rounds| IVault::processEpochCall { firstRounds: first_rounds };
    let vault = both.here.vault;
    let one = VaultRoundsCount { count: U256::ONE, expected: U256::from(2) };
    both.here.world.send(lp, vault, &process(first_rounds[..1].to_vec())).unwrap_err().expect(&one);
    let late = vec![first_rounds[0], first_rounds[1] + alloy_primitives::aliases::U80::ONE];
    let refused = both.here.world.send(lp, vault, &process(late)).unwrap_err();
    refused.decode::<VaultRoundNotFirst>().unwrap();
    let [_, btc] = both.navs();
    let before = [0, 1].map(|market| both.here.cash(vault_of(market)));
    let receipt = both.here.world.send(lp, vault, &process(first_rounds)).unwrap();
    let told = World::events::<EpochProcessed>(&receipt).remove(0);
    let uncertainty = i128::try_from(told.uncertaintyAtoms).unwrap();
    assert!(uncertainty >= btc / 50, "{uncertainty} is a fiftieth of {btc}");
    let after = [0, 1].map(|market| both.here.cash(vault_of(market)));
    let half = i128::try_from(5_000 * TOKEN).unwrap();
    assert_eq!([after[0] - before[0], after[1] - before[1]], [half, half], "by weight");
}
