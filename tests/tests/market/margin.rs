//! Margined accounts: who may be short of what, and how positions leave those that cannot meet their margin.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{self, INSURANCE, VAULT};
use equipoise_interfaces::{
    AccountDeleveraged, AccountTakenOver, AuctionBidFilled, BadDebtCovered, CallerNotAllowed, ClearingAccountHealthy,
    ClearingAccountInAuction, ClearingAccountReserved, ClearingAccountShort, ClearingMarginShort,
    ClearingNotAuthorised, IClearing, IMarket, IMarketMargin, LongsTransferred, MarketLegsCount, MarketLongsMissing,
    MarketParameterCount, MarketParameterOutOfBounds, MarketParametersInconsistent, OptionTraded, PositionsTakenOver,
};
use equipoise_risk::margin::{MarginParameters, RULES};
use equipoise_tests::{Failure, World, TOKEN};

use crate::fixture::{
    call_of, leg, narrow, put_of, signed, Market, CONTRACT, FAR, HOUR, K2400, K3000, K3200, LOT, SPOT,
};

const RICH: u128 = 1_000_000 * TOKEN;

impl Market {
    fn clear<C: SolCall>(&mut self, from: Address, call: &C) -> Result<equipoise_chain::Receipt, Failure> {
        self.world.send(from, self.clearing, call)
    }

    /// What is held of a board by the vault and all of these accounts together.
    fn sums(&mut self, board: u16, accounts: &[B256]) -> Vec<i128> {
        let mut sums = self.positions(VAULT, board);
        for account in accounts {
            for (sum, size) in sums.iter_mut().zip(self.positions(*account, board)) {
                *sum += size;
            }
        }
        sums
    }

    /// The cash of the ledger's own accounts and of these.
    fn all_cash(&mut self, accounts: &[B256]) -> i128 {
        let system: i128 = (0..account::SYSTEM_ACCOUNTS).map(|kind| self.cash(account::system(kind))).sum();
        system + accounts.iter().map(|account| self.cash(*account)).sum::<i128>()
    }

    /// A trader who is short `size` calls of 3,000 in a week and has taken out all that he may.
    fn stretched(&mut self, name: &str, size: i128) -> Address {
        let trader = self.trader(name, RICH);
        self.trade(trader, &[leg(call_of(1, K3000), -size)]).unwrap();
        let margin = self.margin_of(trader);
        let free = narrow(margin.equityAtoms) as u128 - margin.initialAtoms.to::<u128>() - 1;
        self.clear(trader, &IClearing::withdrawCall { amountAtoms: U256::from(free) }).unwrap();
        assert_eq!(self.margin_of(trader).state, 0);
        trader
    }

    /// The same, and the price has risen past what he can bear.
    fn short_of_margin(&mut self, size: i128) -> Address {
        let trader = self.stretched("short", size);
        self.climb_to(SPOT + 330);
        self.post_surface().unwrap();
        assert_eq!(self.margin_of(trader).state, 2, "{:?}", self.margin_of(trader));
        trader
    }

    fn start_auction(&mut self, trader: Address) {
        let anybody = self.world.owner;
        self.clear(anybody, &IClearing::startAuctionCall { account: account::of(trader) }).unwrap();
    }
}

#[test]
fn auction_moves_positions_to_a_bidder_until_the_account_is_healthy() {
    let mut market = Market::open();
    let trader = market.short_of_margin(10 * CONTRACT);
    let bidder = market.trader("bidder", RICH);
    let accounts = [trader, bidder].map(account::of);
    let bid = IClearing::bidCall {
        account: accounts[0],
        bidder: accounts[1],
        mostShareX64: 1 << 64,
        mostPriceAtoms: I256::MAX,
    };
    // Nobody bids on who is not up for auction, and nobody trades on who is.
    assert!(market.clear(bidder, &bid).is_err());
    market.start_auction(trader);
    let more = IMarket::tradeCall { legs: vec![leg(call_of(1, K3000), -LOT)], maxCostAtoms: I256::MAX, deadline: FAR };
    let refused = market.send(trader, &more).unwrap_err();
    refused.expect(&ClearingAccountInAuction { account: accounts[0] });
    market.pass(60);
    market.push(SPOT + 330);

    let (sums, cash) = (market.sums(1, &accounts), market.all_cash(&accounts));
    let held = market.positions(accounts[0], 1);
    let receipt = market.clear(bidder, &bid).unwrap();
    let filled = World::events::<AuctionBidFilled>(&receipt).remove(0);
    assert_eq!(market.sums(1, &accounts), sums, "positions only moved");
    assert_eq!(market.all_cash(&accounts), cash, "so did cash");
    let (left, taken) = (market.positions(accounts[0], 1), market.positions(accounts[1], 1));
    let place = 2 * usize::from(K3000);
    assert_eq!(left[place] + taken[place], held[place]);
    assert!(taken[place] < 0 && left[place] < 0, "a part: {} of {}", taken[place], held[place]);
    assert_eq!(taken[place] % LOT, 0);
    let share = -taken[place] * (1 << 40) / -held[place];
    assert!((share - (filled.shareX64 >> 24)).abs() < 1 << 31, "lots are rounded up: {share} of {}", filled.shareX64);
    // Cured: the buffer is there, the auction is over, and what the bidder has he can bear.
    assert!(market.margin_of(trader).state < 2);
    assert!(market.margin_of(bidder).state == 0);
    let auction = IClearing::auctionCall { account: accounts[0] };
    assert_eq!(market.world.read(market.clearing, &auction).stage, 0, "it is over");
    market.trade(trader, &[leg(call_of(1, K3000), LOT)]).unwrap();
}

#[test]
fn vault_takes_over_what_nobody_bids_for() {
    let mut market = Market::open();
    let trader = market.short_of_margin(10 * CONTRACT);
    let account = account::of(trader);
    let anybody = market.world.owner;
    market.start_auction(trader);
    let take_over = IClearing::takeOverCall { account };
    assert!(market.clear(anybody, &take_over).is_err(), "too early");
    for _ in 0..4 {
        market.pass(HOUR / 2);
        market.push(SPOT + 330);
        market.post_surface().unwrap();
    }
    let (sums, cash) = (market.sums(1, &[account]), market.all_cash(&[account]));
    let (vault, held) = (market.positions(VAULT, 1), market.positions(account, 1));
    let legs: Vec<_> = [leg(call_of(1, K3000), 10 * CONTRACT)].into();
    let quoted = market.quote(&legs).unwrap();
    let before = market.cash(VAULT);
    let receipt = market.clear(anybody, &take_over).unwrap();
    let told = World::events::<AccountTakenOver>(&receipt).remove(0);
    let moved = World::events::<PositionsTakenOver>(&receipt).remove(0);
    assert_eq!((moved.account, &moved.legs, &moved.quoted), (account, &legs, &quoted), "at what anybody would pay");
    // The vault is paid the mid, its charge for risk if there is one, and half the spread.
    let paid =
        narrow(quoted.midAtoms) + narrow(quoted.skewAtoms).max(0) + narrow(quoted.spreadAtoms.try_into().unwrap());
    assert!((narrow(told.fromVaultsAtoms) + paid).abs() <= 3, "{} for {paid}", told.fromVaultsAtoms);
    assert_eq!(
        market.cash(VAULT) - before,
        -narrow(told.fromVaultsAtoms) - narrow(told.borneByVaultsAtoms.try_into().unwrap())
    );
    assert_eq!(market.positions(account, 1).iter().filter(|size| **size != 0).count(), 0);
    let after = market.positions(VAULT, 1);
    assert!(after.iter().zip(&vault).zip(&held).all(|((after, vault), held)| *after == vault + held));
    assert_eq!((market.sums(1, &[account]), market.all_cash(&[account])), (sums, cash));
    assert_eq!(market.read(&IMarket::accountBoardsCall { account }), Vec::<u16>::new());
    assert!(market.cash_of(trader) >= 0);
}

#[test]
fn last_of_all_positions_are_closed_against_the_other_side() {
    let mut market = Market::open();
    // The vault's limits leave no room for him: it holds what it may of the other side already.
    let winner = market.trader("winner", RICH);
    market.trade(winner, &[leg(call_of(1, K3000), 4 * CONTRACT), leg(put_of(1, K2400), CONTRACT)]).unwrap();
    let trader = market.short_of_margin(10 * CONTRACT);
    let accounts = [trader, winner].map(account::of);
    let anybody = market.world.owner;
    let deleverage = IClearing::deleverageCall { account: accounts[0], counter: accounts[1] };
    assert!(market.clear(anybody, &deleverage).is_err(), "it is not up for auction");
    market.start_auction(trader);
    assert!(market.clear(anybody, &deleverage).is_err(), "too early");
    for _ in 0..20 {
        market.pass(HOUR / 2);
        market.push(SPOT + 330);
        market.post_surface().unwrap();
    }
    let (sums, cash) = (market.sums(1, &accounts), market.all_cash(&accounts));
    let receipt = market.clear(anybody, &deleverage).unwrap();
    let told = World::events::<AccountDeleveraged>(&receipt).remove(0);
    let place = 2 * usize::from(K3000);
    let [mine, his] = accounts.map(|account| market.positions(account, 1));
    assert_eq!((mine[place], his[place]), (-6 * CONTRACT, 0));
    assert_eq!(his[2 * usize::from(K2400) + 1], CONTRACT, "what he alone has stays");
    assert_eq!((market.sums(1, &accounts), market.all_cash(&accounts)), (sums, cash));
    // At mid: the account pays what it is relieved of.
    let mid = market.quote(&[leg(call_of(1, K3000), 4 * CONTRACT)]).unwrap().midAtoms;
    let off = narrow(told.valueAtoms) + narrow(mid);
    assert!(told.valueAtoms < I256::ZERO && off.abs() <= 2, "{} for {mid}", told.valueAtoms);
}

#[test]
fn debt_after_settlement_is_covered_and_told() {
    let mut market = Market::open();
    let trader = market.stretched("short", 10 * CONTRACT);
    let account = account::of(trader);
    let expiry = market.boards[0].1;
    // A jump in the settlement window: nobody can act on it any more.
    market.world.go_to(expiry - 1_800);
    market.push(SPOT + 1_200);
    let first = market.last_round();
    market.world.go_to(expiry);
    market.push(SPOT + 1_200);
    market.settle_board(1, first).unwrap();
    market.settle_account(trader, 1).unwrap();
    let debt = -market.cash(account);
    assert!(debt > 0, "he has {}", -debt);
    let cash = market.all_cash(&[account]);
    let (vault, insurance) = (market.cash(VAULT), market.cash(INSURANCE));
    let anybody = market.world.owner;
    let receipt = market.clear(anybody, &IClearing::coverBadDebtCall { account }).unwrap();
    let told = World::events::<BadDebtCovered>(&receipt).remove(0);
    assert_eq!((told.leftAtoms, market.cash(account)), (U256::ZERO, 0));
    let paid = |amount: U256| narrow(amount.try_into().unwrap());
    assert_eq!(paid(told.fromInsuranceAtoms) + paid(told.fromVaultsAtoms), debt);
    assert_eq!(market.cash(VAULT), vault - paid(told.fromVaultsAtoms));
    assert_eq!(market.cash(INSURANCE), insurance - paid(told.fromInsuranceAtoms));
    assert_eq!(market.all_cash(&[account]), cash);
}

#[test]
fn healthy_account_is_not_to_be_auctioned_whoever_asks() {
    let mut market = Market::open();
    let trader = market.stretched("short", 10 * CONTRACT);
    let account = account::of(trader);
    let refused = market.clear(trader, &IClearing::startAuctionCall { account }).unwrap_err();
    assert_eq!(refused.decode::<ClearingAccountHealthy>().unwrap().account, account);
    // No second that the feed is silent makes him liquidatable; a stale feed makes everything wait.
    market.pass(3 * HOUR);
    let told = market.read(&IMarketMargin::safeSinceCall {});
    assert!(!told.isSafe, "spot is three hours old");
    market.push(SPOT);
    assert!(market.read(&IMarketMargin::safeSinceCall {}).isSafe);
}

#[test]
fn only_the_clearing_house_moves_what_is_not_paid_for() {
    let mut market = Market::open();
    let trader = market.stretched("short", CONTRACT);
    let [account, other] = [trader, market.lp].map(account::of);
    let allowed = market.clearing;
    for caller in [trader, market.world.owner, market.vault, market.mover, market.keeper] {
        let refused = CallerNotAllowed { caller, allowed };
        market.refuse(caller, &IMarketMargin::moveShareCall { from: account, to: other, shareX64: 1 << 64 }, &refused);
        market.refuse(caller, &IMarketMargin::takeOverCall { account, vaultCashAtoms: I256::MAX }, &refused);
        market.refuse(caller, &IMarketMargin::deleverageCall { account, counter: other }, &refused);
    }
}

#[test]
fn operator_trades_for_any_account_of_the_owner_who_let_him() {
    let mut market = Market::open();
    let owner = market.trader("owner", RICH);
    let operator = market.trader("operator", 0);
    let second = account::sub(owner, 1);
    let to_second =
        IClearing::transferCashCall { from: account::of(owner), to: second, amountAtoms: U256::from(1_000 * TOKEN) };
    market.clear(owner, &to_second).unwrap();
    let legs = vec![leg(call_of(1, K3000), CONTRACT)];
    let trade = IMarket::tradeForCall { account: second, legs, maxCostAtoms: I256::MAX, deadline: FAR };
    market.refuse(operator, &trade, &ClearingNotAuthorised { account: second, caller: operator });
    market.clear(owner, &IClearing::setOperatorCall { operator, until: FAR }).unwrap();
    let receipt = market.send(operator, &trade).unwrap();
    let told = World::events::<OptionTraded>(&receipt).remove(0);
    assert_eq!(told.account, second);
    assert_eq!(market.cash(second), 1_000_000_000 - narrow(told.quoted.costAtoms));
    assert_eq!(market.positions(second, 1)[2 * usize::from(K3000)], CONTRACT);
    assert_eq!(market.cash_of(owner), RICH as i128 - 1_000_000_000, "the first account is untouched");
    market.clear(owner, &IClearing::setOperatorCall { operator, until: 0 }).unwrap();
    market.refuse(operator, &trade, &ClearingNotAuthorised { account: second, caller: operator });
    let system = IMarket::tradeForCall { account: VAULT, ..trade };
    market.refuse(owner, &system, &ClearingAccountReserved { account: VAULT });
}

#[test]
fn longs_go_to_another_account_and_nothing_else_does() {
    let mut market = Market::open();
    let giver = market.trader("giver", RICH);
    let taker = market.trader("taker", RICH);
    let [from, to] = [giver, taker].map(account::of);
    let series = call_of(1, K3000);
    market.trade(giver, &[leg(series, 3 * CONTRACT), leg(put_of(2, K2400), CONTRACT)]).unwrap();
    let transfer = |legs| IMarket::transferLongsCall { from, to, legs };
    let sums = market.sums(1, &[from, to]);
    // Only to whom the giver owns or operates.
    let legs = vec![leg(series, CONTRACT)];
    market.refuse(giver, &transfer(legs.clone()), &ClearingNotAuthorised { account: to, caller: giver });
    market.clear(taker, &IClearing::setOperatorCall { operator: giver, until: FAR }).unwrap();
    market.refuse(taker, &transfer(legs.clone()), &ClearingNotAuthorised { account: from, caller: taker });
    let receipt = market.send(giver, &transfer(legs.clone())).unwrap();
    let told = World::events::<LongsTransferred>(&receipt).remove(0);
    assert_eq!((told.from, told.to, told.legs), (from, to, legs));
    let place = 2 * usize::from(K3000);
    assert_eq!(market.positions(from, 1)[place], 2 * CONTRACT);
    assert_eq!(market.positions(to, 1)[place], CONTRACT);
    assert_eq!(market.sums(1, &[from, to]), sums);
    assert_eq!(market.read(&IMarket::accountBoardsCall { account: to }), vec![1]);

    let missing =
        |series, held, size| MarketLongsMissing { account: from, series, heldWad: signed(held), sizeWad: signed(size) };
    let too_many = 2 * CONTRACT + LOT;
    market.refuse(giver, &transfer(vec![leg(series, too_many)]), &missing(series, 2 * CONTRACT, too_many));
    market.refuse(giver, &transfer(vec![leg(series, -LOT)]), &missing(series, 2 * CONTRACT, -LOT));
    let other = put_of(1, K3200);
    market.refuse(giver, &transfer(vec![leg(other, LOT)]), &missing(other, 0, LOT));
    let twice = vec![leg(series, 2 * CONTRACT), leg(series, LOT)];
    market.refuse(giver, &transfer(twice), &missing(series, 0, LOT));
    let none = MarketLegsCount { count: U256::ZERO, maximum: U256::from(8) };
    market.refuse(giver, &transfer(Vec::new()), &none);
    // Who is short anywhere keeps his longs: they are his margin.
    market.trade(giver, &[leg(call_of(3, K3200), -LOT)]).unwrap();
    let short = ClearingAccountShort { account: from, shortMarkets: 1 };
    market.refuse(giver, &transfer(vec![leg(series, LOT)]), &short);
    market.trade(giver, &[leg(call_of(3, K3200), LOT)]).unwrap();
    market.send(giver, &transfer(vec![leg(series, 2 * CONTRACT), leg(put_of(2, K2400), CONTRACT)])).unwrap();
    assert_eq!(market.read(&IMarket::accountBoardsCall { account: from }), Vec::<u16>::new());
}

#[test]
fn short_that_is_hedged_needs_less_and_reducing_is_always_open() {
    let mut market = Market::open();
    let trader = market.stretched("short", 10 * CONTRACT);
    let naked = market.margin_of(trader).initialAtoms;
    // He has nothing left to open with, but to buy back or to hedge he needs less, not more.
    let open =
        IMarket::tradeCall { legs: vec![leg(call_of(1, K3200), -CONTRACT)], maxCostAtoms: I256::MAX, deadline: FAR };
    let refused = market.refused_data(market.market, trader, open.abi_encode());
    refused.decode::<ClearingMarginShort>().unwrap();
    market.trade(trader, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    market.trade(trader, &[leg(call_of(1, K3200), CONTRACT)]).unwrap();
    assert!(market.margin_of(trader).initialAtoms < naked * U256::from(9) / U256::from(10));
}

#[test]
fn margin_parameters_stay_within_their_bounds() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let millionth = U256::from(1_000_000_000_000_u64);
    let defaults: Vec<U256> =
        MarginParameters::default().all_millionths().map(|number| U256::from(number) * millionth).to_vec();
    assert_eq!(market.read(&IMarket::marginParametersCall {}), defaults);
    let set = |parameters_wad| IMarket::setMarginParametersCall { parametersWad: parameters_wad };
    let counted = MarketParameterCount { count: U256::from(7), expected: U256::from(8) };
    market.refuse(owner, &set(defaults[1..].to_vec()), &counted);
    for (place, rule) in RULES.iter().enumerate() {
        let mut wads = defaults.clone();
        wads[place] = U256::from(rule.max + 1) * millionth;
        let refused = market.refused_data(market.market, owner, set(wads).abi_encode());
        let refused = refused.decode::<MarketParameterOutOfBounds>().unwrap();
        assert_eq!((usize::from(refused.parameter), refused.max), (place, U256::from(rule.max)));
    }
    let mut wads = defaults.clone();
    wads[1] = defaults[0];
    market.refuse(owner, &set(wads), &MarketParametersInconsistent { parameter: 1, other: 0 });
    // Twice the shock of spot asks for more.
    let trader = market.stretched("short", CONTRACT);
    let before = market.margin_of(trader).maintenanceAtoms;
    let mut wads = defaults.clone();
    wads[0] = U256::from(300_000) * millionth;
    market.send(owner, &set(wads.clone())).unwrap();
    assert_eq!(market.read(&IMarket::marginParametersCall {}), wads);
    assert!(market.margin_of(trader).maintenanceAtoms > before * U256::from(5) / U256::from(4));
}
