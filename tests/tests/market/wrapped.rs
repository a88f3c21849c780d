//! Longs as tokens, on the market and the clearing house that stand behind them.

use alloy_primitives::{Bytes, B256, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_interfaces::{account, ClearingNotAuthorised, IClearing, IMarket, IWrapper, OptionRedeemed};
use equipoise_tests::{World, TOKEN};

use crate::fixture::{call_of, leg, narrow, put_of, Market, CONTRACT, FAR, K2400, K3000, SPOT, WINDOW};

#[test]
fn longs_become_tokens_change_hands_and_pay_their_holders() {
    let mut market = Market::open();
    let owner = market.world.owner;
    let symbol = B256::right_padding_from(b"ETH");
    let arguments = (market.market, market.clearing, symbol).abi_encode();
    let wrapper = market.world.deploy_program("wrapper", arguments).unwrap();
    let [alice, bob] = ["alice", "bob"].map(|name| market.trader(name, 100_000 * TOKEN));
    let call = call_of(1, K3000);
    market.trade(alice, &[leg(call, 3 * CONTRACT), leg(put_of(1, K2400), CONTRACT)]).unwrap();
    let held = account::sub(wrapper, 1);
    let wrap = |lots: u64| IWrapper::wrapCall {
        fromAccount: account::of(alice),
        series: call,
        lots: U256::from(lots),
        to: alice,
    };
    // It must be registered, and her operator.
    let clearing = market.clearing;
    let operate = IClearing::setOperatorCall { operator: wrapper, until: FAR };
    market.world.send(alice, clearing, &operate).unwrap();
    let refused = market.world.send(alice, wrapper, &wrap(2_000)).unwrap_err();
    refused.expect(&ClearingNotAuthorised { account: account::of(alice), caller: wrapper });
    market.world.send(owner, clearing, &IClearing::registerProgramCall { program: wrapper }).unwrap();
    market.world.send(alice, wrapper, &wrap(2_000)).unwrap();

    let place = 2 * usize::from(K3000);
    let ids = [account::of(alice), held];
    assert_eq!(ids.map(|id| market.positions(id, 1)[place]), [CONTRACT, 2 * CONTRACT]);
    let id = U256::from(call);
    let balance = |owner| IWrapper::balanceOfCall { owner, id };
    assert_eq!(market.world.read(wrapper, &balance(alice)), U256::from(2_000));
    let give =
        IWrapper::safeTransferFromCall { from: alice, to: bob, id, value: U256::from(1_500), data: Bytes::default() };
    market.world.send(alice, wrapper, &give).unwrap();
    // Bob takes a third of his out again, into his own account, as a position that he can sell.
    let unwrap = IWrapper::unwrapCall { series: call, lots: U256::from(500), toAccount: account::of(bob) };
    market.world.send(bob, clearing, &operate).unwrap();
    market.world.send(bob, wrapper, &unwrap).unwrap();
    assert_eq!(market.positions(account::of(bob), 1)[place], CONTRACT / 2);
    let sale = IMarket::tradeCall { legs: vec![leg(call, -CONTRACT / 2)], maxCostAtoms: I256::MAX, deadline: FAR };
    let sold = market.send(bob, &sale).unwrap();
    assert!(narrow(IMarket::tradeCall::abi_decode_returns(&sold.output).unwrap()) < 0);

    let expiry = market.boards[0].1;
    market.world.go_to(expiry - WINDOW);
    market.push(SPOT + 150);
    let first = market.last_round();
    market.world.go_to(expiry);
    market.push(SPOT + 150);
    market.settle_board(1, first).unwrap();
    let before = market.cash_of(bob);
    let redeem = |owner| IWrapper::redeemCall { series: call, lots: U256::MAX, toAccount: account::of(owner) };
    let receipt = market.world.send(bob, wrapper, &redeem(bob)).unwrap();
    let told = World::events::<OptionRedeemed>(&receipt).remove(0);
    assert_eq!((told.lots, told.payoutAtoms), (U256::from(1_000), U256::from(150 * TOKEN)));
    assert_eq!(market.cash_of(bob), before + 150_000_000);
    market.world.send(alice, wrapper, &redeem(alice)).unwrap();
    assert_eq!(market.cash(held), 0, "nothing is left in between");
    assert_eq!(market.world.read(wrapper, &IWrapper::totalSupplyCall { id }), U256::ZERO);
    // What she kept pays as ever: one call in the account, and a put that is worth nothing.
    assert_eq!(market.settle_account(alice, 1).unwrap(), 150_000_000);
}
