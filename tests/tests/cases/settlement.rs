//! The end of a board's life: one regime at every second, one price, once.

use alloy_primitives::aliases::U80;
use alloy_primitives::{B256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_interfaces::account::{self, SETTLEMENT};
use equipoise_interfaces::{
    ClearingNoBadDebt, ClearingNothingHeld, IClearing, IMarket, ITranche, IWrapper, MarketBoardClosed,
    MarketBoardNotExpired, MarketBoardSettled, MarketSettlementPending, OracleWindowOpen, TrancheNothingToClaim,
    WrapperLotsOutOfRange,
};
use equipoise_tests::{Failure, TOKEN};

use crate::fixture::{call_of, leg, put_of, wad, Market, CONTRACT, DAY, FAR, K3000, K3200, LOT, SPOT, WINDOW};
use crate::stage::RICH;

/// What a board lets be done at one second.
#[derive(Debug, PartialEq, Eq)]
enum Regime {
    Trades,
    Averages,
    Settles,
}

#[test]
fn every_second_around_the_window_and_the_expiry_has_exactly_one_regime() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    let expiry = market.boards[0].1;
    let seconds = [
        (expiry - WINDOW - 1, Regime::Trades),
        (expiry - WINDOW, Regime::Averages),
        (expiry - WINDOW + 1, Regime::Averages),
        (expiry - 1, Regime::Averages),
        (expiry, Regime::Settles),
        (expiry + 1, Regime::Settles),
    ];
    market.world.go_to(expiry - WINDOW - 10);
    market.jump(SPOT + 100);
    let first = market.last_round();
    for (now, expected) in seconds {
        let found = market.suppose(|market| {
            market.world.go_to(now);
            let at = market.now();
            market.world.push_round(i128::from(SPOT + 100) * market.world.dollar, at);
            let opens = market.suppose(|market| market.trade(trader, &[leg(call_of(1, K3000), LOT)]).map(drop));
            let closes = market.suppose(|market| market.trade(trader, &[leg(call_of(1, K3000), -LOT)]).map(drop));
            let settles = market.suppose(|market| market.settle_board(1, first).map(drop));
            let pays = market.suppose(|market| market.settle_account(trader, 1).map(drop));
            assert!(pays.is_err(), "nothing is paid before the board is settled");
            assert_eq!(opens.is_ok(), closes.is_ok());
            regime(&opens, &settles)
        });
        assert_eq!(found, expected, "{} s from expiry", now.abs_diff(expiry));
    }
    // Once it is settled, it pays, and neither trades nor settles any more.
    market.settle_at(1, SPOT + 100);
    assert_eq!(market.settle_account(trader, 1).unwrap(), 100 * TOKEN as i128);
    market.refused(|market| market.trade(trader, &[leg(call_of(1, K3000), -LOT)]));
}

fn regime(opens: &Result<(), Failure>, settles: &Result<(), Failure>) -> Regime {
    match (opens, settles) {
        (Ok(()), Err(refused)) => {
            assert!(refused.decode::<MarketBoardNotExpired>().is_some());
            Regime::Trades
        }
        (Err(closed), Err(refused)) => {
            assert!(closed.decode::<MarketBoardClosed>().is_some());
            assert!(refused.decode::<MarketBoardNotExpired>().is_some());
            Regime::Averages
        }
        (Err(pending), Ok(())) => {
            assert!(pending.decode::<MarketSettlementPending>().is_some());
            Regime::Settles
        }
        (Ok(()), Ok(())) => panic!("it trades and settles at once"),
    }
}

#[test]
fn settling_and_claiming_twice_changes_nothing() {
    let mut market = Market::open();
    let (owner, junior, lp) = (market.world.owner, market.junior, market.lp);
    let symbol = B256::right_padding_from(b"ETH");
    let arguments = (market.market, market.clearing, symbol).abi_encode();
    let wrapper = market.world.deploy_program("wrapper", arguments).unwrap();
    market.ledger(owner, &IClearing::registerProgramCall { program: wrapper }).unwrap();
    let [long, short] = ["long", "short"].map(|name| market.trader(name, RICH));
    let series = call_of(1, K3000);
    market.trade(long, &[leg(series, 3 * CONTRACT)]).unwrap();
    market.trade(short, &[leg(series, -CONTRACT), leg(put_of(1, K3200), -CONTRACT)]).unwrap();
    market.ledger(long, &IClearing::setOperatorCall { operator: wrapper, until: FAR }).unwrap();
    let wrap = IWrapper::wrapCall { fromAccount: account::of(long), series, lots: U256::from(1_000), to: long };
    market.world.send(long, wrapper, &wrap).unwrap();
    let shares = market.shares(junior, lp);
    market.request_redeem(junior, lp, shares / 2).unwrap();
    market.price_epoch(SPOT);

    let first = market.expire_at(1, SPOT + 150);
    market.settle_board(1, first).unwrap();
    for round in [first, first + 1, 0, u64::MAX] {
        let refused = market.refused(|market| market.settle_board(1, round));
        refused.expect(&MarketBoardSettled { board: 1 });
    }
    // Accounts: the second time nothing is paid and nothing changes, whoever asks.
    for trader in [long, short] {
        assert_ne!(market.settle_account(trader, 1).unwrap(), 0);
        let before = market.world.chain.snapshot();
        assert_eq!(market.settle_account(trader, 1).unwrap(), 0);
        let changed = market.world.changed_since(before);
        assert!(changed.is_empty(), "{changed:?}");
    }
    // Wrapped options: settled again they receive nothing; redeemed again they pay nothing.
    market.world.send(owner, wrapper, &IWrapper::settleCall { board: 1 }).unwrap();
    let before = market.world.chain.snapshot();
    market.world.send(owner, wrapper, &IWrapper::settleCall { board: 1 }).unwrap();
    assert!(market.world.changed_since(before).is_empty());
    let redeem = IWrapper::redeemCall { series, lots: U256::MAX, toAccount: account::of(long) };
    market.world.send(long, wrapper, &redeem).unwrap();
    let refused = market.refused_data(wrapper, long, redeem.abi_encode());
    assert!(refused.decode::<WrapperLotsOutOfRange>().is_some());
    // LPs: a claim is paid once.
    let due: u128 = market.world.read(junior, &ITranche::maxWithdrawCall { controller: lp }).to();
    assert_eq!(market.claim_cash(junior, lp), due);
    for amount in [1, due] {
        let again = ITranche::withdrawCall { assets: U256::from(amount), receiver: lp, controller: lp };
        market.refused_data(junior, lp, again.abi_encode()).expect(&TrancheNothingToClaim { controller: lp });
    }
    // Nothing of it is a debt, and nobody is up for auction.
    let account = account::of(short);
    let refused = market.refused(|market| market.ledger(long, &IClearing::coverBadDebtCall { account }));
    assert!(refused.decode::<ClearingNoBadDebt>().is_some());
    let refused = market.refused(|market| market.ledger(long, &IClearing::startAuctionCall { account }));
    assert!(refused.decode::<ClearingNothingHeld>().is_some());
    assert!(market.cash(SETTLEMENT) >= 0);
}

#[test]
fn missing_settlement_price_follows_the_outage_rule_whoever_settles() {
    // The feed dies in three places: before the window, in it, and with a round that carries no price.
    for (before_expiry, last, unusable) in [(WINDOW + 600, 3_100, false), (600, 3_400, false), (600, 3_400, true)] {
        let mut market = Market::open();
        let [trader, stranger] = ["trader", "stranger"].map(|name| market.trader(name, RICH));
        market.trade(trader, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
        let expiry = market.boards[0].1;
        market.world.go_to(expiry - WINDOW - 600);
        market.push(3_100);
        let first = market.last_round();
        if before_expiry < WINDOW {
            market.world.go_to(expiry - before_expiry);
            market.push(last);
        }
        if unusable {
            market.pass(60);
            market.push_answer(0);
        }
        let last_at = market.now();
        // For a day nobody can say what the price is, and nobody is paid.
        for now in [expiry, expiry + DAY - 1] {
            market.world.go_to(now);
            for round in 0..=market.last_round() {
                let settle = IMarket::settleBoardCall { board: 1, firstRound: U80::from(round) };
                let refused = market.refused(|market| market.send(stranger, &settle));
                if round == first {
                    refused.expect(&OracleWindowOpen { expiry, latestRoundAt: last_at });
                }
            }
            market.refused(|market| market.settle_account(trader, 1));
            market.refused(|market| market.trade(trader, &[leg(call_of(2, K3000), CONTRACT)]));
        }
        // Then the last price goes on to the expiry, and there is one answer for all.
        market.world.go_to(expiry + DAY);
        let prices: Vec<U256> = [0, 1, 7 * DAY]
            .into_iter()
            .map(|later| {
                market.suppose(|market| {
                    market.pass(later);
                    for round in (0..=market.last_round()).filter(|round| *round != first) {
                        let settle = IMarket::settleBoardCall { board: 1, firstRound: U80::from(round) };
                        market.refused(|market| market.send(stranger, &settle));
                    }
                    let settle = IMarket::settleBoardCall { board: 1, firstRound: U80::from(first) };
                    market.send(stranger, &settle).unwrap();
                    market.read(&IMarket::boardCall { id: 1 }).settlementPriceWad
                })
            })
            .collect();
        let window = i64::try_from(WINDOW).unwrap();
        let ruled = i64::try_from(before_expiry.min(WINDOW)).unwrap();
        // Whole dollars: 1,200 s of the one and 600 s of the other.
        let average = (3_100 * (window - ruled) + last * ruled) / window;
        assert!(prices.iter().all(|price| *price == prices[0]));
        assert_eq!(prices[0], wad(average as u64));
        // A feed that wakes up later changes nothing of it.
        market.push(9_000);
        market.settle_board(1, first).unwrap();
        assert_eq!(market.read(&IMarket::boardCall { id: 1 }).settlementPriceWad, prices[0]);
        assert_eq!(market.settle_account(trader, 1).unwrap(), i128::from(average - 3_000) * TOKEN as i128);
    }
}

#[test]
fn anybody_unlocks_what_an_expired_board_holds() {
    let mut market = Market::open();
    let (stranger, junior, lp) = (market.world.account("stranger"), market.junior, market.lp);
    let [short, long] = ["short", "long"].map(|name| market.trader(name, RICH));
    for board in [1, 2] {
        market.trade(short, &[leg(call_of(board, K3000), -10 * CONTRACT)]).unwrap();
        market.trade(long, &[leg(put_of(board, K3000), 10 * CONTRACT)]).unwrap();
    }
    let shares = market.shares(junior, lp);
    market.request_redeem(junior, lp, shares).unwrap();
    let locked = market.margin_of(short).initialAtoms;
    let first = market.expire_at(1, SPOT - 50);
    // Until somebody settles the board, margin and LPs' cash are held: there is no price for either.
    market.refused(|market| market.withdraw(short, TOKEN));
    market.refused(|market| market.process(stranger));
    let settle = IMarket::settleBoardCall { board: 1, firstRound: U80::from(first) };
    market.send(stranger, &settle).unwrap();
    for trader in [short, long] {
        let call = IMarket::settleAccountCall { account: account::of(trader), board: 1 };
        market.send(stranger, &call).unwrap();
        assert_eq!(market.read(&IMarket::accountBoardsCall { account: account::of(trader) }), vec![2]);
    }
    market.post_surface().unwrap();
    let now = market.margin_of(short).initialAtoms;
    assert!(now * U256::from(3) < locked * U256::from(2), "{now} of {locked} is still needed");
    market.stretch(short, 1);
    market.process(stranger).unwrap();
    assert!(market.claim_cash(junior, lp) > crate::fixture::CAPITAL / 2);
    // The last board goes the same way, and then nobody has anything left in the market.
    market.settle_at(2, SPOT - 50);
    for trader in [short, long] {
        let call = IMarket::settleAccountCall { account: account::of(trader), board: 2 };
        market.send(stranger, &call).unwrap();
        let cash = market.cash_of(trader).unsigned_abs();
        market.withdraw(trader, cash).unwrap();
    }
    market.assert_custody(&[short, long]);
}
