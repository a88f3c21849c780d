//! When and by which rounds a board settles.

use alloy_primitives::aliases::U80;
use equipoise_interfaces::{
    account, IMarket, MarketBoardNotExpired, MarketBoardNotSettled, MarketBoardSettled, MarketBoardUnknown,
    OracleFirstRoundTooEarly, OracleFirstRoundTooLate, OracleFirstRoundUnusable, OracleWindowOpen,
};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, wad, Market, CONTRACT, K3000, WINDOW};
use crate::life::expire;

fn settle(board: u16, first: u64) -> IMarket::settleBoardCall {
    IMarket::settleBoardCall { board, firstRound: U80::from(first) }
}

#[test]
fn rounds_that_would_choose_the_price_are_refused() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", 0);
    market.trader("trader", TOKEN);
    let first = expire(&mut market);
    let start = market.boards[0].1 - WINDOW;
    // Later: the window would begin without a price in force.
    let late =
        OracleFirstRoundTooLate { roundId: U80::from(first + 1), updatedAt: start + WINDOW / 2, windowStart: start };
    market.refuse(stranger, &settle(1, first + 1), &late);
    // Earlier: a newer price was in force when the window began.
    let early = OracleFirstRoundTooEarly {
        roundId: U80::from(first - 1),
        laterRoundId: U80::from(first),
        laterUpdatedAt: start - 60,
        windowStart: start,
    };
    market.refuse(stranger, &settle(1, first - 1), &early);
    // Forged: there is no such round.
    for forged in [0, first + 100, u64::MAX] {
        let unusable = OracleFirstRoundUnusable { roundId: U80::from(forged) };
        market.refuse(stranger, &settle(1, forged), &unusable);
    }
    market.refuse(stranger, &settle(99, first), &MarketBoardUnknown { board: 99 });
    market.send(stranger, &settle(1, first)).unwrap();
    assert_eq!(market.read(&IMarket::boardCall { id: 1 }).settlementPriceWad, wad(3_150));
}

#[test]
fn board_settles_once() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", 0);
    let first = expire(&mut market);
    market.settle_board(1, first).unwrap();
    for round in [first, first + 1, 0] {
        market.refuse(stranger, &settle(1, round), &MarketBoardSettled { board: 1 });
    }
}

#[test]
fn board_settles_from_its_expiry_on_and_not_a_second_before() {
    for (late, is_settled) in [(-1_i64, false), (0, true), (1, true)] {
        let mut market = Market::open();
        let stranger = market.trader("stranger", 0);
        let expiry = market.boards[0].1;
        market.world.go_to(expiry - WINDOW);
        market.push(3_100);
        let first = market.last_round();
        let now = expiry.checked_add_signed(late).unwrap();
        market.world.go_to(now);
        market.push(3_300);
        if is_settled {
            market.send(stranger, &settle(1, first)).unwrap();
            assert_eq!(market.read(&IMarket::boardCall { id: 1 }).settlementPriceWad, wad(3_100));
        } else {
            let refused = MarketBoardNotExpired { board: 1, expiry, nowAt: now };
            market.refuse(stranger, &settle(1, first), &refused);
        }
    }
}

#[test]
fn board_waits_for_a_round_past_its_expiry_or_a_day() {
    let mut market = Market::open();
    let stranger = market.trader("stranger", 0);
    let expiry = market.boards[0].1;
    market.world.go_to(expiry - WINDOW);
    market.push(3_100);
    let first = market.last_round();
    for now in [expiry, expiry + 86_399] {
        market.world.go_to(now);
        let open = OracleWindowOpen { expiry, latestRoundAt: expiry - WINDOW };
        market.refuse(stranger, &settle(1, first), &open);
    }
    market.world.go_to(expiry + 86_400);
    market.send(stranger, &settle(1, first)).unwrap();
    assert_eq!(market.read(&IMarket::boardCall { id: 1 }).settlementPriceWad, wad(3_100));
}

#[test]
fn account_settles_after_its_board_only_and_by_anybody() {
    let mut market = Market::open();
    let (trader, stranger) = (market.trader("trader", 10_000 * TOKEN), market.trader("stranger", 0));
    market.trade(trader, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    let account = account::of(trader);
    let call = IMarket::settleAccountCall { account, board: 1 };
    market.refuse(stranger, &call, &MarketBoardNotSettled { board: 1 });
    let first = expire(&mut market);
    market.refuse(stranger, &call, &MarketBoardNotSettled { board: 1 });
    let unknown = IMarket::settleAccountCall { account, board: 99 };
    market.refuse(stranger, &unknown, &MarketBoardUnknown { board: 99 });
    market.settle_board(1, first).unwrap();
    let before = market.cash(account);
    market.send(stranger, &call).unwrap();
    assert_eq!(market.cash(account), before + 150_000_000);
    // The ledger's own accounts hold nothing and are paid nothing.
    for index in 0..account::SYSTEM_ACCOUNTS {
        let before = market.state(&[trader]);
        let call = IMarket::settleAccountCall { account: account::system(index), board: 1 };
        market.send(stranger, &call).unwrap();
        assert_eq!(market.state(&[trader]), before);
    }
}
