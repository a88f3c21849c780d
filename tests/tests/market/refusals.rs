//! Trades that must be refused, each with its typed error, each leaving everything as it was.

use alloy_primitives::{I256, U256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{
    account, CalldataMalformed, ClearingInsufficientCash, ClearingMarginShort, IMarket, MarketBoardClosed,
    MarketBoardUnknown, MarketDeadlinePassed, MarketDeltaLimitExceeded, MarketLegsCount, MarketSeriesUnknown,
    MarketSettlementPending, MarketSizeNotWholeLots, MarketSizeOutOfRange, MarketSliceMissing, MarketSlippageExceeded,
    MarketSpotStale, MarketStressLimitExceeded, MarketSurfaceStale, MarketVaultInsolvent, MarketVegaLimitExceeded,
    SelectorUnknown,
};
use equipoise_tests::TOKEN;

use crate::fixture::{
    call_of, leg, narrow, put_of, signed, Market, CAPITAL, CONTRACT, DAY, FAR, HOUR, K2400, K3000, LOT, STRIKES, WINDOW,
};

const RICH: u128 = 10_000_000 * TOKEN;

#[test]
fn trade_past_its_limit_is_refused_by_an_atom_and_done_at_the_limit() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = vec![leg(call_of(1, K3000), CONTRACT)];
    let cost = market.quote(&legs).unwrap().costAtoms;
    let limit = cost - I256::ONE;
    let call = IMarket::tradeCall { legs: legs.clone(), maxCostAtoms: limit, deadline: FAR };
    market.refuse(trader, &call, &MarketSlippageExceeded { costAtoms: cost, maxCostAtoms: limit });
    assert_eq!(market.trade_within(trader, &legs, cost, FAR).unwrap().quoted.costAtoms, cost);
    // A sale has a limit, too: what it must bring is negative.
    let legs = vec![leg(call_of(1, K3000), -CONTRACT)];
    let cost = market.quote(&legs).unwrap().costAtoms;
    assert!(cost < I256::ZERO);
    let limit = cost - I256::ONE;
    let call = IMarket::tradeCall { legs, maxCostAtoms: limit, deadline: FAR };
    market.refuse(trader, &call, &MarketSlippageExceeded { costAtoms: cost, maxCostAtoms: limit });
}

#[test]
fn trade_past_its_deadline_is_refused_and_at_it_is_done() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = vec![leg(call_of(1, K3000), CONTRACT)];
    let now = market.now();
    let call = IMarket::tradeCall { legs: legs.clone(), maxCostAtoms: I256::MAX, deadline: now - 1 };
    market.refuse(trader, &call, &MarketDeadlinePassed { deadline: now - 1, nowAt: now });
    market.trade_within(trader, &legs, I256::MAX, now).unwrap();
}

#[test]
fn series_that_is_not_listed_is_refused() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    for series in [call_of(99, K3000), call_of(0, K3000), call_of(1, 12), put_of(1, 127), 1 << 24 | call_of(1, K3000)] {
        market.refuse_trade(trader, &[leg(series, CONTRACT)], &MarketSeriesUnknown { series });
        let refused = market.quote(&[leg(series, CONTRACT)]).unwrap_err();
        refused.expect(&MarketSeriesUnknown { series });
    }
    let refused = market.world.view(market.market, &IMarket::boardCall { id: 99 }).unwrap_err();
    refused.expect(&MarketBoardUnknown { board: 99 });
    let bare = market.list(market.now() + 21 * DAY, &STRIKES);
    market.refuse_trade(trader, &[leg(call_of(bare, 0), CONTRACT)], &MarketSliceMissing { board: bare });
}

#[test]
fn size_must_be_whole_lots_within_range_and_not_zero() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    for size in [0, 1, -1, LOT - 1, LOT + 1, -CONTRACT - 1] {
        let expected = MarketSizeNotWholeLots { sizeWad: signed(size), lotWad: U256::from(LOT) };
        market.refuse_trade(trader, &[leg(call_of(1, K3000), size)], &expected);
    }
    let most = 1_000_000 * CONTRACT;
    for size in [signed(most + LOT), signed(-most - LOT), I256::MAX, I256::MIN] {
        let legs = [equipoise_interfaces::Leg { series: call_of(1, K3000), sizeWad: size }];
        let expected = MarketSizeOutOfRange { sizeWad: size, maxSizeWad: U256::from(most) };
        market.refuse_trade(trader, &legs, &expected);
    }
    market.trade(trader, &[leg(call_of(1, K3000), LOT)]).unwrap();
}

#[test]
fn trade_has_one_leg_to_eight() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let none = MarketLegsCount { count: U256::ZERO, maximum: U256::from(8) };
    market.refuse_trade(trader, &[], &none);
    let legs: Vec<_> = (0..9).map(|strike| leg(call_of(1, strike), LOT)).collect();
    let nine = MarketLegsCount { count: U256::from(9), maximum: U256::from(8) };
    market.refuse_trade(trader, &legs, &nine);
    market.trade(trader, &legs[..8]).unwrap();
    assert_eq!(market.positions(account::of(trader), 1).iter().sum::<i128>(), 8 * LOT);
}

#[test]
fn trade_past_a_limit_of_the_vault_is_refused_with_the_limit() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let capital = market.book().riskCapitalWad.into_raw();
    assert_eq!(capital, U256::from(CAPITAL / TOKEN) * U256::from(CONTRACT));
    // 4,000 dollars of delta a contract at most: 250 calls of 3,000 are more than a quarter of a million.
    let legs = vec![leg(call_of(3, K3000), 250 * CONTRACT)];
    let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR };
    let refused = market.refused_data(market.market, trader, call.abi_encode());
    let delta = refused.decode::<MarketDeltaLimitExceeded>().unwrap();
    let is_share = |limit: U256, percent: u64| {
        // Shares are numbers of 64 fraction bits, cut.
        let exact = capital * U256::from(percent) / U256::from(100);
        limit <= exact && exact - limit <= (capital >> 64) + U256::ONE
    };
    assert!(is_share(delta.limitWad, 25), "{delta:?}");
    assert!(delta.dollarDeltaWad < I256::ZERO && delta.dollarDeltaWad.unsigned_abs() > delta.limitWad);
    // A straddle has little delta and much vega.
    let legs = vec![leg(call_of(4, K3000), 260 * CONTRACT), leg(put_of(4, K3000), 300 * CONTRACT)];
    let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR };
    let refused = market.refused_data(market.market, trader, call.abi_encode());
    let vega = refused.decode::<MarketVegaLimitExceeded>().unwrap();
    assert!(is_share(vega.limitWad, 15), "{vega:?}");
    assert!(vega.vegaWad < I256::ZERO && vega.vegaWad.unsigned_abs() > vega.limitWad);
    // Far puts have little of both, until spot jumps.
    let legs = vec![leg(put_of(1, K2400), 1_200 * CONTRACT)];
    let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR };
    let refused = market.refused_data(market.market, trader, call.abi_encode());
    let stress = refused.decode::<MarketStressLimitExceeded>().unwrap();
    assert!(is_share(stress.limitWad, 30), "{stress:?}");
    assert!(stress.stressLossWad > stress.limitWad);
    // A tenth of each passes.
    market.trade(trader, &[leg(call_of(3, K3000), 25 * CONTRACT)]).unwrap();
    market.trade(trader, &[leg(put_of(1, K2400), 120 * CONTRACT)]).unwrap();
}

#[test]
fn trade_that_the_cash_does_not_cover_is_refused() {
    let mut market = Market::open();
    let legs = [leg(call_of(1, K3000), CONTRACT)];
    let cost = market.quote(&legs).unwrap().costAtoms.into_raw();
    let almost = cost.to::<u128>() - 1;
    let trader = market.trader("trader", almost);
    let expected = ClearingInsufficientCash {
        account: account::of(trader),
        cashAtoms: signed(almost as i128),
        requiredAtoms: cost,
    };
    market.refuse_trade(trader, &legs, &expected);
    market.fund(trader, 1);
    market.deposit(trader, 1).unwrap();
    market.trade(trader, &legs).unwrap();
    assert_eq!(market.cash_of(trader), 0);
    // What a short must hold, the premium counted in, not an atom less.
    let seller = market.trader("seller", 100 * TOKEN);
    let legs = [leg(put_of(1, K3000), -CONTRACT)];
    let call = IMarket::tradeCall { legs: legs.to_vec(), maxCostAtoms: I256::MAX, deadline: FAR };
    let refused = market.refused_data(market.market, seller, call.abi_encode());
    let refused = refused.decode::<ClearingMarginShort>().unwrap();
    assert_eq!(refused.account, account::of(seller));
    let missing = refused.requiredAtoms.to::<u128>() as i128 - narrow(refused.equityAtoms);
    market.fund(seller, missing as u128);
    // What is shown is rounded, both against the account.
    market.deposit(seller, missing as u128 - 2).unwrap();
    let refused = market.refused_data(market.market, seller, call.abi_encode());
    refused.decode::<ClearingMarginShort>().unwrap();
    market.deposit(seller, 2).unwrap();
    market.trade(seller, &legs).unwrap();
}

#[test]
fn board_is_closed_while_its_settlement_average_runs() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let expiry = market.boards[0].1;
    market.trade(trader, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    market.world.go_to(expiry - WINDOW - 1);
    market.push(3_000);
    market.post_surface().unwrap();
    market.trade(trader, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    for now in [expiry - WINDOW, expiry - 1] {
        market.world.go_to(now);
        let closed = MarketBoardClosed { board: 1, closedAt: expiry - WINDOW, nowAt: now };
        market.refuse_trade(trader, &[leg(call_of(1, K3000), CONTRACT)], &closed);
        market.refuse_trade(trader, &[leg(call_of(1, K3000), -CONTRACT)], &closed);
        market.trade(trader, &[leg(call_of(2, K3000), LOT)]).unwrap();
    }
}

#[test]
fn nothing_trades_while_a_board_awaits_settlement() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(2, K3000), CONTRACT)]).unwrap();
    market.world.go_to(market.boards[0].1);
    market.push(3_000);
    let pending = MarketSettlementPending { board: 1 };
    for series in [call_of(1, K3000), call_of(2, K3000)] {
        market.refuse_trade(trader, &[leg(series, CONTRACT)], &pending);
        market.quote(&[leg(series, CONTRACT)]).unwrap_err().expect(&pending);
    }
    let last = market.last_round();
    market.settle_board(1, last - 1).unwrap();
    market.post_surface().unwrap();
    market.trade(trader, &[leg(call_of(2, K3000), CONTRACT)]).unwrap();
    market.refuse_trade(
        trader,
        &[leg(call_of(1, K3000), CONTRACT)],
        &MarketSeriesUnknown { series: call_of(1, K3000) },
    );
}

#[test]
fn stale_spot_stops_all_trades_but_closing_ones() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(2, K3000), 2 * CONTRACT)]).unwrap();
    let updated_at = market.now();
    market.world.go_to(updated_at + 2 * HOUR);
    market.trade(trader, &[leg(call_of(2, K3000), LOT)]).unwrap();
    market.world.go_to(updated_at + 2 * HOUR + 1);
    let stale = MarketSpotStale { updatedAt: updated_at, maxAgeSecs: 2 * HOUR };
    market.refuse_trade(trader, &[leg(call_of(2, K3000), LOT)], &stale);
    // More than to close is not closing, and neither is a second leg that opens.
    market.refuse_trade(trader, &[leg(put_of(2, K3000), -CONTRACT)], &stale);
    let mixed = [leg(call_of(2, K3000), -CONTRACT), leg(put_of(2, K3000), LOT)];
    market.refuse_trade(trader, &mixed, &stale);
    market.trade(trader, &[leg(call_of(2, K3000), -2 * CONTRACT - LOT)]).unwrap();
    assert_eq!(market.positions(account::of(trader), 2), vec![0; 24]);
    assert!(market.read(&IMarket::accountBoardsCall { account: account::of(trader) }).is_empty());
}

#[test]
fn stale_surface_stops_all_trades_but_closing_ones() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(2, K3000), CONTRACT)]).unwrap();
    let observed_at = market.now();
    market.world.go_to(observed_at + 26 * HOUR);
    market.push(3_000);
    market.trade(trader, &[leg(call_of(2, K3000), LOT)]).unwrap();
    market.pass(1);
    let stale = MarketSurfaceStale { observedAt: observed_at, maxAgeSecs: 26 * HOUR };
    market.refuse_trade(trader, &[leg(call_of(2, K3000), LOT)], &stale);
    market.trade(trader, &[leg(call_of(2, K3000), -CONTRACT)]).unwrap();
    market.post_surface().unwrap();
    market.trade(trader, &[leg(call_of(2, K3000), LOT)]).unwrap();
}

#[test]
fn vault_without_capital_quotes_nothing() {
    let mut market = Market::wired();
    let trader = market.trader("trader", RICH);
    market.push(3_000);
    market.list(market.now() + 30 * DAY, &STRIKES);
    market.post_surface().unwrap();
    let insolvent = MarketVaultInsolvent { navWad: I256::ZERO };
    market.refuse_trade(trader, &[leg(call_of(1, K3000), LOT)], &insolvent);
}

#[test]
fn calldata_that_cannot_be_read_is_refused_with_its_selector() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let to = market.market;
    let legs = vec![leg(call_of(1, K3000), CONTRACT)];
    let good = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR }.abi_encode();
    let selector = IMarket::tradeCall::SELECTOR.into();
    let mut garbled = Vec::new();
    garbled.push(good[..good.len() - 1].to_vec());
    garbled.push(good[..4].to_vec());
    garbled.push(good[..40].to_vec());
    // An offset past the end; a length past the end; a series with a bit beyond its type.
    for (place, byte) in [(4, 0xff), (4 + 3 * 32, 0x01), (4 + 3 * 32 + 31, 0xff), (4 + 4 * 32, 0x01)] {
        let mut data = good.clone();
        data[place] = byte;
        garbled.push(data);
    }
    for data in garbled {
        market.refused_data(to, trader, data).expect(&CalldataMalformed { selector });
    }
    let nothing = CalldataMalformed { selector: [0; 4].into() };
    market.refused_data(to, trader, Vec::new()).expect(&nothing);
    market.refused_data(to, trader, vec![1, 2, 3]).expect(&nothing);
    let unknown = SelectorUnknown { selector: [0xde, 0xad, 0xbe, 0xef].into() };
    for to in [to, market.desk, market.mover, market.surface, market.valuer, market.pricer, market.assessor] {
        market.refused_data(to, trader, vec![0xde, 0xad, 0xbe, 0xef]).expect(&unknown);
    }
}

#[test]
fn no_function_takes_ether() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = vec![leg(call_of(1, K3000), CONTRACT)];
    let calls = [
        IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR }.abi_encode(),
        IMarket::settleAccountCall { account: account::of(trader), board: 1 }.abi_encode(),
        Vec::new(),
    ];
    for data in calls {
        let before = market.state(&[trader]);
        let request = TransactionRequest {
            from: Some(trader),
            to: Some(market.market.into()),
            value: Some(U256::ONE),
            input: TransactionInput::new(data.into()),
            ..TransactionRequest::default()
        };
        let receipt = market.world.chain.send(request).unwrap();
        assert!(!receipt.status);
        assert!(receipt.output.is_empty());
        assert_eq!(market.state(&[trader]), before);
    }
}
