//! An option's life with every number: bought, held, settled, paid; and what sellers must keep.

use alloy_primitives::{I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{self, SETTLEMENT, VAULT};
use equipoise_interfaces::{AccountSettled, BoardSettled, ClearingMarginShort, IClearing, IMarket};
use equipoise_tests::{World, TOKEN};

use crate::fixture::{
    call_of, leg, narrow, put_of, signed, wad, Market, CAPITAL, CONTRACT, K2400, K3000, K3200, LOT, WINDOW,
};

const CASH: u128 = 100_000 * TOKEN;

/// Brings board 1 past its expiry with rounds that average to 3,150 over the window. Returns its first round.
pub fn expire(market: &mut Market) -> u64 {
    let expiry = market.boards[0].1;
    let rounds = [(expiry - WINDOW - 60, 3_100), (expiry - WINDOW / 2, 3_200), (expiry + 1, 9_999)];
    let mut first = 0;
    for (at, price) in rounds {
        market.world.go_to(at);
        market.push(price);
        first = if first == 0 { market.last_round() } else { first };
    }
    first
}

#[test]
fn bought_call_costs_the_sum_of_its_parts_and_pays_its_intrinsic_value_to_the_atom() {
    let mut market = Market::open();
    let trader = market.trader("trader", CASH);
    let id = account::of(trader);
    let legs = [leg(call_of(1, K3000), CONTRACT)];
    let quoted = market.quote(&legs).unwrap();
    let told = market.trade(trader, &legs).unwrap();
    assert_eq!(told.quoted, quoted, "the trade costs what was quoted in the same state");
    let parts = quoted.midAtoms + quoted.skewAtoms + I256::from_raw(quoted.spreadAtoms + quoted.feeAtoms);
    assert_eq!(quoted.costAtoms, parts);
    assert!(quoted.skewAtoms > I256::ZERO && !quoted.spreadAtoms.is_zero());
    assert_eq!(quoted.feeAtoms, U256::from(900_000), "3 basis points of 3,000");
    let cost = narrow(quoted.costAtoms);

    // Cash and options change hands, and nothing else does.
    assert_eq!((told.account, told.legs.as_slice()), (id, legs.as_slice()));
    assert_eq!(narrow(told.vaultCashAtoms), CAPITAL as i128 + cost);
    assert_eq!(market.cash(VAULT), CAPITAL as i128 + cost);
    assert_eq!(market.cash(id), CASH as i128 - cost);
    let mut held = vec![0; 24];
    held[2 * usize::from(K3000)] = CONTRACT;
    assert_eq!(market.positions(id, 1), held);
    held[2 * usize::from(K3000)] = -CONTRACT;
    assert_eq!(market.positions(VAULT, 1), held);
    assert_eq!(market.read(&IMarket::accountBoardsCall { account: id }), vec![1]);
    let book = market.book();
    assert_eq!(book.skewReserveAtoms, quoted.skewAtoms.into_raw());
    assert_eq!(book.skewReserveAtoms, told.skewReserveAtoms);
    assert_eq!((book.dollarDeltaWad, book.vegaWad), (told.dollarDeltaWad, told.vegaWad));
    assert_eq!(book.penaltyWad, told.penaltyWad);

    // At 3,150 the call of 3,000 pays 150.
    let first = expire(&mut market);
    let receipt = market.settle_board(1, first).unwrap();
    let settled = World::events::<BoardSettled>(&receipt).remove(0);
    assert_eq!(settled.settlementPriceWad, wad(3_150));
    assert_eq!(settled.vaultPayoffAtoms, signed(-150_000_000));
    assert_eq!(settled.payoutRatioWad, wad(1));
    let board = market.read(&IMarket::boardCall { id: 1 });
    assert!(board.isSettled && board.settlementPriceWad == wad(3_150) && board.payoutRatioWad == wad(1));
    assert_eq!(market.read(&IMarket::liveBoardsCall {}), vec![2, 3, 4]);
    assert_eq!(market.cash(VAULT), CAPITAL as i128 + cost - 150_000_000);
    assert_eq!(market.cash(SETTLEMENT), 150_000_000);

    assert_eq!(market.settle_account(trader, 1).unwrap(), 150_000_000);
    assert_eq!(market.cash(id), CASH as i128 - cost + 150_000_000);
    assert_eq!(market.cash(SETTLEMENT), 0);
    assert_eq!(market.positions(id, 1), vec![0; 24]);
    assert!(market.read(&IMarket::accountBoardsCall { account: id }).is_empty());
    // Again it is nothing.
    let before = market.state(&[trader]);
    assert_eq!(market.settle_account(trader, 1).unwrap(), 0);
    assert_eq!(market.state(&[trader]), before);
    let all = (CASH as i128 - cost + 150_000_000) as u128;
    let withdraw = IClearing::withdrawCall { amountAtoms: U256::from(all) };
    market.world.send(trader, market.clearing, &withdraw).unwrap();
    assert_eq!(market.world.tokens(trader), all);
}

#[test]
fn odd_settlement_prices_pay_down_to_the_atom_and_strand_none_of_the_short() {
    let mut market = Market::open();
    let (long, short) = (market.trader("long", CASH), market.trader("short", CASH));
    market.trade(long, &[leg(call_of(1, K3000), 333 * LOT)]).unwrap();
    market.trade(short, &[leg(put_of(1, K3200), -777 * LOT)]).unwrap();
    let expiry = market.boards[0].1;
    market.world.go_to(expiry - WINDOW - 60);
    market.push_answer(310_012_345_679);
    let first = market.last_round();
    market.world.go_to(expiry);
    market.push(9_999);
    let receipt = market.settle_board(1, first).unwrap();
    let settled = World::events::<BoardSettled>(&receipt).remove(0);
    // 0.333 * 100.12345679 = 33.34111111107; 0.777 * 99.87654321 = 77.60407407417.
    let (call, put) = (33_341_111_i128, 77_604_075_i128);
    assert_eq!(settled.vaultPayoffAtoms, signed(44_262_962), "77.60407407417 - 33.34111111107, down");
    assert_eq!(market.settle_account(long, 1).unwrap(), call);
    assert_eq!(market.settle_account(short, 1).unwrap(), -put);
    // What rounding leaves stays with the settlement account: never negative.
    assert_eq!(market.cash(SETTLEMENT), put - call - 44_262_962);
    assert_eq!(market.margin_of(short).initialAtoms, U256::ZERO);
}

#[test]
fn put_is_margined_by_its_scenarios_and_what_is_above_may_go() {
    let mut market = Market::open();
    let trader = market.trader("trader", 3_000 * TOKEN);
    market.trade(trader, &[leg(put_of(1, K3000), -CONTRACT)]).unwrap();
    let premium = market.cash_of(trader) - 3_000 * TOKEN as i128;
    let margin = market.margin_of(trader);
    assert!(premium > 0 && margin.state == 0);
    assert!(margin.initialAtoms < U256::from(1_500 * TOKEN), "{} is half the strike", margin.initialAtoms);
    let free = narrow(margin.equityAtoms) as u128 - margin.initialAtoms.to::<u128>();
    let withdraw = |atoms: u128| IClearing::withdrawCall { amountAtoms: U256::from(atoms) };
    let clearing = market.clearing;
    let refused = market.refused_data(clearing, trader, withdraw(free + 2).abi_encode());
    let refused = refused.decode::<ClearingMarginShort>().unwrap();
    assert_eq!((refused.account, refused.requiredAtoms), (account::of(trader), margin.initialAtoms));
    market.world.send(trader, clearing, &withdraw(free - 1)).unwrap();
    // Bought back, everything may go.
    market.fund(trader, 100 * TOKEN);
    market.deposit(trader, 100 * TOKEN).unwrap();
    market.trade(trader, &[leg(put_of(1, K3000), CONTRACT)]).unwrap();
    let margin = market.margin_of(trader);
    assert_eq!((margin.initialAtoms, margin.equityAtoms), (U256::ZERO, signed(market.cash_of(trader))));
    let all = market.cash_of(trader) as u128;
    market.world.send(trader, clearing, &withdraw(all)).unwrap();
}

#[test]
fn worst_loss_in_cash_is_never_liquidated() {
    let mut market = Market::open();
    let bear = [leg(call_of(2, K3000), -CONTRACT), leg(call_of(2, K3200), CONTRACT)];
    let premium = market.quote(&bear).unwrap().costAtoms.unsigned_abs().to::<u128>();
    let trader = market.trader("trader", 1_000 * TOKEN);
    market.trade(trader, &bear).unwrap();
    let spare = 800 * TOKEN + premium;
    let withdraw = IClearing::withdrawCall { amountAtoms: U256::from(spare) };
    let clearing = market.clearing;
    market.world.send(trader, clearing, &withdraw).unwrap();
    assert_eq!(market.cash_of(trader), 200 * TOKEN as i128, "the width of the spread");
    for spot in [3_000, 2_000, 3_100, 4_500] {
        market.push(spot);
        let margin = market.margin_of(trader);
        assert!(margin.state < 2, "at {spot}: {margin:?}");
    }
}

#[test]
fn assigned_put_pays_out_of_its_cash() {
    let mut market = Market::open();
    let trader = market.trader("trader", 3_200 * TOKEN);
    let premium = -narrow(market.trade(trader, &[leg(put_of(1, K3200), -CONTRACT)]).unwrap().quoted.costAtoms);
    assert_eq!(market.cash_of(trader), 3_200_000_000 + premium);
    let first = expire(&mut market);
    market.settle_board(1, first).unwrap();
    // Until it is settled, the account is worth its cash less what it owes.
    let margin = market.margin_of(trader);
    assert_eq!((margin.equityAtoms, margin.initialAtoms), (signed(3_150_000_000 + premium), U256::ZERO));
    let owner = market.world.owner;
    let call = IMarket::settleAccountCall { account: account::of(trader), board: 1 };
    let receipt = market.send(owner, &call).unwrap();
    let told = World::events::<AccountSettled>(&receipt).remove(0);
    assert_eq!((told.account, told.board, told.payoffAtoms), (account::of(trader), 1, signed(-50_000_000)));
    assert_eq!(market.cash_of(trader), 3_150_000_000 + premium);
    assert_eq!(market.cash(SETTLEMENT), 0);
}

#[test]
fn round_trip_in_one_state_never_profits() {
    let mut market = Market::open();
    let trader = market.trader("trader", CASH);
    for series in [call_of(1, K3000), put_of(2, K2400), call_of(4, K3200)] {
        for size in [LOT, CONTRACT, 5 * CONTRACT] {
            let bought = market.trade(trader, &[leg(series, size)]).unwrap().quoted.costAtoms;
            let sold = market.trade(trader, &[leg(series, -size)]).unwrap().quoted.costAtoms;
            assert!(bought + sold > I256::ZERO, "{bought} {sold}");
        }
    }
}

#[test]
fn gas_of_each_call() {
    let mut market = Market::open();
    let trader = market.trader("trader", CASH);
    let legs = [leg(call_of(3, K3000), CONTRACT)];
    let gas = |market: &Market, signature: &str| market.world.gas[signature];
    market.trade(trader, &legs).unwrap();
    let trade = <IMarket::tradeCall as SolCall>::SIGNATURE;
    let first = gas(&market, trade);
    market.trade(trader, &legs).unwrap();
    let repeat = gas(&market, trade);
    market.trade(trader, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    let round = expire(&mut market);
    market.settle_board(1, round).unwrap();
    market.settle_account(trader, 1).unwrap();
    for (name, gas) in &market.world.gas {
        println!("{name}: {gas}");
    }
    println!("first trade: {first}, repeat trade: {repeat}");
    assert!(repeat < first && first < 2_000_000, "{first} {repeat}");
}
