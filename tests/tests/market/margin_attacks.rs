//! Attacks on margined accounts: each is tried on the real programs and must fail, or cost nobody else anything.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_chain::Receipt;
use equipoise_interfaces::account::{self, VAULT};
use equipoise_interfaces::{
    ClearingAccountReserved, ClearingMarginShort, ClearingOracleUnsafe, IClearing, IMarket, IWrapper,
    MarketAccountUnsettled, MarketSettlementPending,
};
use equipoise_tests::{Failure, TOKEN};

use crate::fixture::{call_of, leg, narrow, put_of, Market, CONTRACT, DAY, FAR, HOUR, K3000, K3200, LOT, SPOT, WINDOW};

const RICH: u128 = 1_000_000 * TOKEN;
/// Gas that one transaction may use on Arbitrum.
const MOST_GAS: u64 = 32_000_000;

impl Market {
    fn ledger<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.world.send(from, self.clearing, call)
    }

    /// Takes out all but `kept` atoms of what may leave.
    fn stretch(&mut self, trader: Address, kept: u128) {
        let margin = self.margin_of(trader);
        let free = narrow(margin.equityAtoms).unsigned_abs() - margin.initialAtoms.to::<u128>() - kept;
        self.ledger(trader, &IClearing::withdrawCall { amountAtoms: U256::from(free) }).unwrap();
    }

    /// What is held of the third board, and the cash, by the ledger's own accounts and these.
    fn positions_of(&mut self, accounts: &[B256]) -> Vec<i128> {
        let mut sums = self.positions(VAULT, 3);
        for account in accounts {
            sums.iter_mut().zip(self.positions(*account, 3)).for_each(|(sum, size)| *sum += size);
        }
        sums
    }

    fn cash_in(&mut self, accounts: &[B256]) -> i128 {
        let system: i128 = (0..account::SYSTEM_ACCOUNTS).map(|kind| self.cash(account::system(kind))).sum();
        system + accounts.iter().map(|account| self.cash(*account)).sum::<i128>()
    }

    /// Lets time pass under the eyes of the oracle and the keeper.
    fn watch(&mut self, halves_of_hours: u32, dollars: i64) {
        for _ in 0..halves_of_hours {
            self.pass(HOUR / 2);
            self.push(dollars);
            self.post_surface().unwrap();
        }
    }
}

#[test]
fn margin_of_stale_prices_lets_no_cash_out() {
    let mut market = Market::open();
    let trader = market.trader("short", RICH);
    let friend = account::of(market.trader("friend", TOKEN));
    market.trade(trader, &[leg(call_of(1, K3000), -10 * CONTRACT)]).unwrap();
    // The feed is silent, and the whole world knows that the price has doubled. Nobody can put him up for auction.
    market.pass(3 * HOUR);
    let account = account::of(trader);
    let unsafe_now = ClearingOracleUnsafe { market: market.market, since: 0 };
    let anybody = market.world.owner;
    market.refuse_at(market.clearing, anybody, &IClearing::startAuctionCall { account }, &unsafe_now);
    let amount = U256::from(TOKEN);
    market.refuse_at(market.clearing, trader, &IClearing::withdrawCall { amountAtoms: amount }, &unsafe_now);
    let give = IClearing::transferCashCall { from: account, to: friend, amountAtoms: amount };
    market.refuse_at(market.clearing, trader, &give, &unsafe_now);
    // Who is short nowhere needs no price.
    let owner = market.trader("longs", RICH);
    market.ledger(owner, &IClearing::withdrawCall { amountAtoms: amount }).unwrap();
    market.push(SPOT);
    market.post_surface().unwrap();
    market.ledger(trader, &IClearing::withdrawCall { amountAtoms: amount }).unwrap();
}

#[test]
fn last_short_may_be_bought_back_on_the_worth_of_longs() {
    let mut market = Market::open();
    let trader = market.trader("diagonal", RICH);
    let (long, short) = (call_of(4, 0), call_of(1, K3200));
    market.trade(trader, &[leg(long, CONTRACT), leg(short, -CONTRACT)]).unwrap();
    let spare = market.cash_of(trader).unsigned_abs() - 20 * TOKEN;
    market.ledger(trader, &IClearing::withdrawCall { amountAtoms: U256::from(spare) }).unwrap();
    // What cash he has left does not pay for closing the short; what his long is worth does, many times over.
    let cost = narrow(market.quote(&[leg(short, CONTRACT)]).unwrap().costAtoms).unsigned_abs();
    assert!(cost > 20 * TOKEN, "{cost}");
    market.trade(trader, &[leg(short, CONTRACT)]).unwrap();
    assert!(market.cash_of(trader) < 0);
    assert_eq!(market.margin_of(trader).state, 0, "{:?}", market.margin_of(trader));
    market.trade(trader, &[leg(long, -CONTRACT)]).unwrap();
    assert!(market.cash_of(trader) > 0);
}

#[test]
fn a_debt_is_paid_off_by_selling_longs_bit_by_bit() {
    let mut market = Market::open();
    let trader = market.trader("diagonal", RICH);
    let (long, short) = (call_of(4, 0), call_of(1, K3200));
    market.trade(trader, &[leg(long, CONTRACT), leg(short, -CONTRACT)]).unwrap();
    let spare = market.cash_of(trader).unsigned_abs() - 20 * TOKEN;
    market.ledger(trader, &IClearing::withdrawCall { amountAtoms: U256::from(spare) }).unwrap();
    market.trade(trader, &[leg(short, CONTRACT)]).unwrap();
    let debt = market.cash_of(trader);
    // A lot pays for a part of it, and what is left stands for the rest.
    market.trade(trader, &[leg(long, -LOT)]).unwrap();
    assert!(debt < market.cash_of(trader) && market.cash_of(trader) < 0, "{debt}");
    market.trade(trader, &[leg(long, -999 * LOT)]).unwrap();
    assert!(market.cash_of(trader) > 0);
}

#[test]
fn naked_short_is_not_had_by_selling_the_long_of_a_spread() {
    let mut market = Market::open();
    let trader = market.trader("spreader", RICH);
    let (long, short) = (call_of(2, K3200), call_of(2, K3000));
    market.trade(trader, &[leg(long, CONTRACT), leg(short, -CONTRACT)]).unwrap();
    let naked = market.trader("naked", RICH);
    market.trade(naked, &[leg(short, -CONTRACT)]).unwrap();
    // He keeps what is between the two requirements of the short by itself.
    let alone = market.margin_of(naked);
    let sale = -narrow(market.quote(&[leg(long, -CONTRACT)]).unwrap().costAtoms);
    let enough = (alone.maintenanceAtoms + alone.initialAtoms).to::<u128>() / 2;
    let margin = market.margin_of(trader);
    let excess = narrow(margin.equityAtoms).unsigned_abs() - enough;
    market.ledger(trader, &IClearing::withdrawCall { amountAtoms: U256::from(excess) }).unwrap();
    assert!(sale > 0);
    let sell = IMarket::tradeCall { legs: vec![leg(long, -CONTRACT)], maxCostAtoms: I256::MAX, deadline: FAR };
    let refused = market.refused_data(market.market, trader, sell.abi_encode());
    assert_eq!(refused.decode::<ClearingMarginShort>().unwrap().account, account::of(trader));
    // Both at once he may, and the short first.
    market.trade(trader, &[leg(short, CONTRACT)]).unwrap();
    market.trade(trader, &[leg(long, -CONTRACT)]).unwrap();
}

#[test]
fn options_behind_tokens_are_not_closed_against_the_short() {
    let mut market = Market::open();
    let (owner, clearing) = (market.world.owner, market.clearing);
    let symbol = B256::right_padding_from(b"ETH");
    let wrapper = market.world.deploy_program("wrapper", (market.market, clearing, symbol).abi_encode()).unwrap();
    market.ledger(owner, &IClearing::registerProgramCall { program: wrapper }).unwrap();
    let holder = market.trader("holder", RICH);
    let series = call_of(1, K3000);
    market.trade(holder, &[leg(series, 2 * CONTRACT)]).unwrap();
    market.ledger(holder, &IClearing::setOperatorCall { operator: wrapper, until: FAR }).unwrap();
    let lots = U256::from(2_000);
    let wrap = IWrapper::wrapCall { fromAccount: account::of(holder), series, lots, to: holder };
    market.world.send(holder, wrapper, &wrap).unwrap();

    let trader = market.trader("short", RICH);
    market.trade(trader, &[leg(series, -10 * CONTRACT)]).unwrap();
    market.stretch(trader, 1);
    market.push(SPOT + 330);
    market.post_surface().unwrap();
    let account = account::of(trader);
    market.ledger(owner, &IClearing::startAuctionCall { account }).unwrap();
    market.watch(20, SPOT + 330);
    // Its tokens would stand for cash that all tokens of the board share.
    let counter = account::sub(wrapper, 1);
    let call = IClearing::deleverageCall { account, counter };
    market.refuse_at(clearing, owner, &call, &ClearingAccountReserved { account: counter });
    let unwrap = IWrapper::unwrapCall { series, lots, toAccount: account::of(holder) };
    market.world.send(holder, wrapper, &unwrap).unwrap();
    market.ledger(owner, &IClearing::deleverageCall { account, counter: account::of(holder) }).unwrap();
}

/// Eight boards of sixteen strikes.
fn full() -> Market {
    let mut market = Market::wired();
    market.fill_vault(20 * RICH);
    let now = market.now();
    let strikes: Vec<u64> = (0..16).map(|place| 2_000 + place * 130).collect();
    for days in [7, 14, 21, 28, 42, 56, 70, 84] {
        market.list(now + days * DAY, &strikes);
    }
    market.push(SPOT);
    market.post_surface().unwrap();
    market
}

/// Trades the same size of every series.
fn trade_all(market: &mut Market, trader: Address, size: i128) -> u64 {
    let mut most = 0;
    for board in 1..=8 {
        for strike in (0..16).step_by(4) {
            let legs = (strike..strike + 4).flat_map(|strike| [call_of(board, strike), put_of(board, strike)]);
            let legs: Vec<_> = legs.map(|series| leg(series, size)).collect();
            market.trade(trader, &legs).unwrap();
            most = most.max(market.world.gas[IMarket::tradeCall::SIGNATURE]);
        }
    }
    most
}

#[test]
fn account_with_all_that_can_be_held_is_still_liquidated() {
    let mut market = full();
    let trader = market.trader("short", 3 * RICH);
    let bidder = market.trader("bidder", 3 * RICH);
    let mut gas = vec![("trade of the short", trade_all(&mut market, trader, -40 * LOT))];
    gas.push(("trade of the long", trade_all(&mut market, bidder, LOT)));
    market.trade(bidder, &[leg(call_of(1, 0), -2 * LOT)]).unwrap();
    gas.push(("trade of a short in one board", market.world.gas[IMarket::tradeCall::SIGNATURE]));
    market.stretch(trader, 1);
    gas.push(("withdraw", market.world.gas[IClearing::withdrawCall::SIGNATURE]));
    market.push(SPOT + 1_000);
    market.post_surface().unwrap();
    assert_eq!(market.margin_of(trader).state, 2, "{:?}", market.margin_of(trader));
    let [account, other] = [trader, bidder].map(account::of);
    let anybody = market.world.owner;
    market.ledger(anybody, &IClearing::startAuctionCall { account }).unwrap();
    gas.push(("start", market.world.gas[IClearing::startAuctionCall::SIGNATURE]));
    let bid = IClearing::bidCall { account, bidder: other, mostShareX64: (1 << 64) / 10, mostPriceAtoms: I256::MAX };
    market.ledger(bidder, &bid).unwrap();
    gas.push(("bid", market.world.gas[IClearing::bidCall::SIGNATURE]));
    market.watch(18, SPOT + 1_000);
    market.ledger(anybody, &IClearing::deleverageCall { account, counter: other }).unwrap();
    gas.push(("deleverage", market.world.gas[IClearing::deleverageCall::SIGNATURE]));
    market.ledger(anybody, &IClearing::takeOverCall { account }).unwrap();
    gas.push(("take over", market.world.gas[IClearing::takeOverCall::SIGNATURE]));
    assert!(gas.iter().all(|(_, gas)| *gas < MOST_GAS), "{gas:?}");
    assert_eq!(market.read(&IMarket::accountBoardsCall { account }), Vec::<u16>::new());
    for board in 1..=8 {
        let held = market.positions(account, board);
        let others = market.positions(other, board).into_iter().zip(market.positions(VAULT, board));
        assert!(held.iter().all(|size| *size == 0));
        assert!(others.into_iter().all(|(his, vaults)| his + vaults == 0), "positions only move");
    }
}

#[test]
fn settled_options_that_nobody_has_claimed_hide_no_debt() {
    let mut market = Market::open();
    let trader = market.trader("short", RICH);
    let bidder = market.trader("bidder", RICH);
    let accounts = [trader, bidder].map(account::of);
    let (account, anybody) = (accounts[0], market.world.owner);
    let short = [leg(call_of(1, K3000), -10 * CONTRACT), leg(call_of(3, K3000), -10 * CONTRACT)];
    market.trade(trader, &short).unwrap();
    market.trade(trader, &[leg(put_of(1, K3200), 2 * CONTRACT)]).unwrap();
    market.stretch(trader, 1);
    // The first board expires far in the money. Until it is settled nobody can say what he is worth, and nothing leaves.
    let expiry = market.boards[0].1;
    market.world.go_to(expiry - 1_800);
    market.push(SPOT + 700);
    let first = market.last_round();
    market.world.go_to(expiry);
    market.push(SPOT + 700);
    market.post_surface().unwrap();
    let out = IClearing::withdrawCall { amountAtoms: U256::from(1) };
    market.refuse_at(market.clearing, trader, &out, &MarketSettlementPending { board: 1 });
    market.settle_board(1, first).unwrap();
    // Settled and not claimed it counts for what it will take.
    let before = market.margin_of(trader);
    assert_eq!(before.state, 2, "{before:?}");
    let start = IClearing::startAuctionCall { account };
    market.ledger(anybody, &start).unwrap();
    let (sums, all) = (market.positions_of(&accounts), market.cash_in(&accounts));
    let bid =
        IClearing::bidCall { account, bidder: accounts[1], mostShareX64: (1 << 64) / 4, mostPriceAtoms: I256::MAX };
    let health = market.margin_of(bidder).equityAtoms;
    market.ledger(bidder, &bid).unwrap();
    assert_eq!((market.positions_of(&accounts), market.cash_in(&accounts)), (sums, all), "a bid only moves");
    let gained = narrow(market.margin_of(bidder).equityAtoms) - narrow(health);
    assert!(gained < narrow(before.maintenanceAtoms.try_into().unwrap()) / 20, "{gained}");
    market.watch(9, SPOT + 700);
    let take_over = IClearing::takeOverCall { account };
    market.refuse_at(market.clearing, anybody, &take_over, &MarketAccountUnsettled { account, board: 1 });
    // That is no way out: anybody claims for him, and again changes nothing.
    let settle = |market: &mut Market| market.settle_account(trader, 1).unwrap();
    assert!(settle(&mut market) < 0);
    assert_eq!(settle(&mut market), 0);
    market.ledger(anybody, &take_over).unwrap();
    assert_eq!(market.read(&IMarket::accountBoardsCall { account }), Vec::<u16>::new());
    let left = market.world.read(market.clearing, &IClearing::cashOfCall { account });
    assert_eq!((left.heldMarkets, left.shortMarkets, left.isInAuction), (0, 0, false));
    assert!(left.cashAtoms >= I256::ZERO);
    // The bidder's part is settled like anybody's, and the pot pays all.
    market.settle_account(bidder, 1).unwrap();
    let mut pots = accounts.to_vec();
    pots.push(account::of(anybody));
    assert_eq!(market.cash_in(&pots), all);
}

#[test]
fn running_average_is_not_escaped_by_deleveraging() {
    let mut market = Market::open();
    let winner = market.trader("winner", RICH);
    market.trade(winner, &[leg(call_of(1, K3000), 5 * CONTRACT), leg(put_of(3, K3000), CONTRACT)]).unwrap();
    let trader = market.trader("short", RICH);
    market.trade(trader, &[leg(call_of(1, K3000), -5 * CONTRACT), leg(put_of(3, K3000), -9 * CONTRACT)]).unwrap();
    let expiry = market.boards[0].1;
    market.world.go_to(expiry - 4 * HOUR);
    market.push(SPOT - 100);
    market.post_surface().unwrap();
    market.stretch(trader, 1);
    market.push(SPOT - 500);
    market.post_surface().unwrap();
    let [account, counter] = [trader, winner].map(account::of);
    let anybody = market.world.owner;
    market.ledger(anybody, &IClearing::startAuctionCall { account }).unwrap();
    market.watch(6, SPOT - 500);
    // The average runs at 3,600 and will pay about 500 a call, when the price falls below the strike.
    market.world.go_to(expiry - 1_800);
    market.push(SPOT + 600);
    let first = market.last_round();
    market.world.go_to(expiry - 300);
    market.push(SPOT - 500);
    market.post_surface().unwrap();
    let calls = 2 * usize::from(K3000);
    market.ledger(anybody, &IClearing::deleverageCall { account, counter }).unwrap();
    assert_eq!(market.positions(counter, 1)[calls], 5 * CONTRACT, "his calls are not closed for nothing");
    assert_eq!(market.positions(counter, 3)[calls + 1], 0, "what trades is closed");
    market.world.go_to(expiry);
    market.push(SPOT - 500);
    market.settle_board(1, first).unwrap();
    assert!(market.settle_account(winner, 1).unwrap() > 5 * 400 * TOKEN as i128);
}

/// A trader short of calls that expire and of calls that do not, with not an atom to spare four hours before, and a minute before the
/// expiry: the average has run at 3,150 for all but that minute, and spot is at another price. With the window's first round.
fn a_minute_before_expiry(market: &mut Market, dollars: i64) -> (Address, u64) {
    let trader = market.trader("short", RICH);
    let short = [leg(call_of(1, K3000), -10 * CONTRACT), leg(call_of(3, K3000), -20 * CONTRACT)];
    market.trade(trader, &short).unwrap();
    let expiry = market.boards[0].1;
    market.world.go_to(expiry - 4 * HOUR);
    market.push(SPOT + 150);
    market.post_surface().unwrap();
    market.stretch(trader, 1);
    market.world.go_to(expiry - WINDOW);
    market.push(SPOT + 150);
    let first = market.last_round();
    market.world.go_to(expiry - 60);
    market.push(dollars);
    market.post_surface().unwrap();
    (trader, first)
}

#[test]
fn account_is_worth_before_an_expiry_what_its_settlement_leaves() {
    for dollars in [SPOT + 650, SPOT + 150, SPOT - 350] {
        let mut market = Market::open();
        let (trader, first) = a_minute_before_expiry(&mut market, dollars);
        let expiry = market.boards[0].1;
        market.world.go_to(expiry - 1);
        let before = narrow(market.margin_of(trader).equityAtoms);
        market.world.go_to(expiry);
        market.push(dollars);
        market.settle_board(1, first).unwrap();
        market.settle_account(trader, 1).unwrap();
        let after = narrow(market.margin_of(trader).equityAtoms);
        // Ten calls that pay a second's part more or less, and the month's a second's decay.
        assert!((after - before).abs() < 10 * TOKEN as i128, "{before} before and {after} after at {dollars}");
    }
}

#[test]
fn nobody_bids_in_the_window_for_less_than_what_settlement_pays() {
    let mut market = Market::open();
    let (trader, first) = a_minute_before_expiry(&mut market, SPOT + 650);
    let bidder = market.trader("bidder", RICH);
    let [account, other] = [trader, bidder].map(account::of);
    let maintenance = market.margin_of(trader).maintenanceAtoms.to::<u128>().cast_signed();
    let anybody = market.world.owner;
    market.ledger(anybody, &IClearing::startAuctionCall { account }).unwrap();
    let before = narrow(market.margin_of(bidder).equityAtoms);
    let bid = IClearing::bidCall { account, bidder: other, mostShareX64: 1 << 64, mostPriceAtoms: I256::MAX };
    market.ledger(bidder, &bid).unwrap();
    let taken = -market.positions(other, 1)[2 * usize::from(K3000)];
    assert!(taken > CONTRACT, "he takes calls that expire: {taken}");
    let expiry = market.boards[0].1;
    market.world.go_to(expiry);
    market.push(SPOT + 650);
    market.settle_board(1, first).unwrap();
    market.settle_account(bidder, 1).unwrap();
    // At spot each call that he took would have counted for five hundred dollars less than it pays: he gets the discount of the
    // moment, which is two hundredths of the maintenance.
    let gained = narrow(market.margin_of(bidder).equityAtoms) - before;
    assert!(gained > 0 && gained < maintenance / 40, "{gained} of {maintenance}");
}
