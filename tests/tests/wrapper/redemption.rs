//! Tokens of settled boards into cash.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::of;
use equipoise_interfaces::{
    ERC1155InsufficientBalance, IWrapper, MarketBoardNotSettled, MarketBoardUnknown, OptionRedeemed, TransferSingle,
    WrappedBoardSettled, WrapperBoardNotSettled, WrapperLotsOutOfRange, WrapperNothingToRedeem,
};
use equipoise_tests::World;

use crate::fixture::{call_of, put_of, setup, Setup, TestLongs, WAD};

/// One dollar in atoms.
const DOLLAR: u128 = 1_000_000;

impl Setup {
    fn settle(&mut self, board: u16) -> u128 {
        let owner = self.world.owner;
        let receipt = self.send(owner, &IWrapper::settleCall { board }).unwrap();
        IWrapper::settleCall::abi_decode_returns(&receipt.output).unwrap().to()
    }

    fn preview(&mut self, series: u32, lots: u128) -> u128 {
        let question = IWrapper::previewRedeemCall { series, lots: U256::from(lots) };
        self.world.read(self.wrapper, &question).to()
    }
}

#[test]
fn everybody_gets_what_his_options_pay() {
    let mut setup = setup();
    let [alice, bob, carol] = setup.owners;
    // At 3,300 the call at 3,000 pays 300 a contract and the put at 3,400 pays 100.
    let (call, put) = (call_of(1, 0), put_of(1, 2));
    setup.hold(alice, call, 2_000);
    setup.hold(bob, put, 500);
    setup.transfer(alice, alice, carol, call, 1).unwrap();
    setup.settle_in_market(1, 3_300, WAD);
    let receipt = setup.send(carol, &IWrapper::redeemCall { series: call, lots: U256::MAX, toAccount: of(carol) });
    let receipt = receipt.unwrap();
    let [settled]: [WrappedBoardSettled; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((settled.board, settled.receivedAtoms), (1, U256::from(650 * DOLLAR)));
    assert_eq!(settled.settlementPriceWad, U256::from(3_300 * WAD));
    let [redeemed]: [OptionRedeemed; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((redeemed.account, redeemed.series, redeemed.from), (of(carol), call, carol));
    assert_eq!((redeemed.lots, redeemed.payoutAtoms), (U256::ONE, U256::from(300_000)));
    let [burned]: [TransferSingle; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((burned.from, burned.to, burned.value), (carol, Address::ZERO, U256::ONE));

    assert_eq!(setup.preview(put, 500), 50 * DOLLAR);
    assert_eq!(setup.redeem(bob, put, U256::from(500)).unwrap(), 50 * DOLLAR);
    assert_eq!(setup.redeem(alice, call, U256::from(999)).unwrap(), 299_700_000);
    assert_eq!(setup.redeem(alice, call, U256::from(1_000)).unwrap(), 300 * DOLLAR);
    let cash = [alice, bob, carol].map(|owner| setup.cash(of(owner)));
    assert_eq!(cash, [599_700_000, 50 * DOLLAR, 300_000]);
    let account = setup.board_account(1);
    assert_eq!((setup.cash(account), setup.supply(call), setup.supply(put)), (0, 0, 0));
}

#[test]
fn nothing_pays_twice() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    let series = call_of(1, 0);
    setup.hold(alice, series, 10);
    setup.settle_in_market(1, 3_100, WAD);
    assert_eq!(setup.redeem(alice, series, U256::MAX).unwrap(), DOLLAR);
    let before = setup.snapshot();
    let refused = setup.redeem(alice, series, U256::from(10)).unwrap_err();
    refused.expect(&ERC1155InsufficientBalance {
        sender: alice,
        balance: U256::ZERO,
        needed: U256::from(10),
        tokenId: U256::from(series),
    });
    let nothing = WrapperLotsOutOfRange { lots: U256::ZERO, mostLots: U256::from(i32::MAX) };
    setup.redeem(alice, series, U256::MAX).unwrap_err().expect(&nothing);
    assert_eq!((setup.settle(1), setup.settle(1)), (DOLLAR, DOLLAR));
    assert_eq!(setup.snapshot(), before);
}

#[test]
fn a_board_that_somebody_else_settled_pays_the_same() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    let series = call_of(1, 0);
    setup.hold(alice, series, 10);
    setup.settle_in_market(1, 3_100, WAD);
    let account = setup.board_account(1);
    setup.tell(&TestLongs::settleAccountCall { account, id: 1 });
    setup.tell(&TestLongs::settleAccountCall { account, id: 1 });
    assert_eq!(setup.redeem(alice, series, U256::MAX).unwrap(), DOLLAR);
}

#[test]
fn boards_do_not_pay_for_each_other() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    setup.hold(alice, call_of(1, 0), 10);
    setup.hold(bob, call_of(2, 0), 10);
    setup.settle_in_market(1, 3_100, WAD);
    setup.settle_in_market(2, 3_900, WAD / 2);
    for board in [2, 1] {
        let account = setup.board_account(board);
        setup.tell(&TestLongs::settleAccountCall { account, id: board });
    }
    assert_eq!(setup.redeem(alice, call_of(1, 0), U256::MAX).unwrap(), DOLLAR);
    assert_eq!(setup.redeem(bob, call_of(2, 0), U256::MAX).unwrap(), 9 * DOLLAR / 2);
}

#[test]
fn a_reduced_payout_is_shared_and_dust_stays() {
    let mut setup = setup();
    let [alice, bob, carol] = setup.owners;
    let series = call_of(1, 0);
    // A lot pays 0.1 dollars times a third, of which six decimals are received: 33,333.3 atoms.
    setup.hold(alice, series, 7);
    setup.transfer(alice, alice, bob, series, 1).unwrap();
    setup.transfer(alice, alice, carol, series, 3).unwrap();
    setup.settle_in_market(1, 3_100, WAD / 3);
    let paid = [carol, alice, bob].map(|owner| setup.redeem(owner, series, U256::MAX).unwrap());
    assert_eq!(paid, [99_999, 99_999, 33_333]);
    let account = setup.board_account(1);
    assert_eq!((setup.cash(account), setup.supply(series)), (233_333 - 233_331, 0));
}

#[test]
fn splitting_a_claim_never_pays_more() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let series = put_of(1, 2);
    setup.hold(alice, series, 60);
    setup.transfer(alice, alice, bob, series, 30).unwrap();
    setup.settle_in_market(1, 3_333, 123_456_789_012_345_678);
    let whole = setup.redeem(alice, series, U256::from(30)).unwrap();
    let parts: u128 = (0..30).map(|_| setup.redeem(bob, series, U256::ONE).unwrap()).sum();
    assert!(parts <= whole && whole - parts < 30, "{parts} {whole}");
    let account = setup.board_account(1);
    assert!(setup.cash(account) < 32);
}

#[test]
fn gifts_change_nobodys_claims_for_the_worse() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let series = call_of(1, 0);
    setup.hold(alice, series, 10);
    setup.hold(bob, series, 10);
    let account = setup.board_account(1);
    setup.settle_in_market(1, 3_100, WAD);
    setup.tell(&TestLongs::giveCashCall { account, atoms: "100".parse().unwrap() });
    assert_eq!(setup.redeem(alice, series, U256::MAX).unwrap(), DOLLAR + 50);
    // Cash that comes once claims are fixed stays.
    setup.tell(&TestLongs::giveCashCall { account, atoms: "100".parse().unwrap() });
    assert_eq!(setup.redeem(bob, series, U256::MAX).unwrap(), DOLLAR + 50);
    assert_eq!(setup.cash(account), 100);
}

#[test]
fn what_pays_nothing_is_refused_and_kept() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    setup.hold(alice, put_of(1, 0), 10);
    setup.hold(bob, call_of(1, 0), 10);
    setup.settle_in_market(1, 3_100, WAD);
    let expected = WrapperNothingToRedeem { series: put_of(1, 0), lots: U256::from(10) };
    setup.redeem(alice, put_of(1, 0), U256::MAX).unwrap_err().expect(&expected);
    assert_eq!(setup.balance(alice, put_of(1, 0)), 10);
    setup.settle(1);
    assert_eq!(setup.preview(put_of(1, 0), 10), 0);
    // Nor does a board pay of which every option ended worthless, or of which nothing was left to pay.
    setup.hold(alice, call_of(2, 2), 10);
    setup.settle_in_market(2, 3_000, 0);
    setup.redeem(alice, call_of(2, 2), U256::MAX).unwrap_err();
    assert_eq!(setup.settle(2), 0);
}

#[test]
fn boards_that_are_not_settled_pay_nothing() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    let series = call_of(1, 0);
    setup.hold(alice, series, 10);
    let refused = setup.redeem(alice, series, U256::MAX).unwrap_err();
    refused.expect(&MarketBoardNotSettled { board: 1 });
    let (owner, wrapper) = (setup.world.owner, setup.wrapper);
    let refused = setup.send(owner, &IWrapper::settleCall { board: 1 }).unwrap_err();
    refused.expect(&MarketBoardNotSettled { board: 1 });
    let refused = setup.send(owner, &IWrapper::settleCall { board: 9 }).unwrap_err();
    refused.expect(&MarketBoardUnknown { board: 9 });
    setup.settle_in_market(1, 3_100, WAD);
    let question = IWrapper::previewRedeemCall { series, lots: U256::ONE };
    setup.world.view(wrapper, &question).unwrap_err().expect(&WrapperBoardNotSettled { board: 1 });
    setup.settle(1);
    assert_eq!(setup.preview(series, 1), DOLLAR / 10);
}

#[test]
fn cash_can_go_to_any_account() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let series = call_of(1, 0);
    setup.hold(alice, series, 10);
    setup.settle_in_market(1, 3_100, WAD);
    setup.send(alice, &IWrapper::redeemCall { series, lots: U256::MAX, toAccount: of(bob) }).unwrap();
    assert_eq!((setup.cash(of(alice)), setup.cash(of(bob))), (0, DOLLAR));
}

#[test]
fn the_dearest_board_is_paid() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let most = i32::MAX as u128;
    for at in 0..3 {
        setup.hold(alice, call_of(1, at), most);
    }
    // A billion dollars a coin.
    setup.settle_in_market(1, 1_000_000_000, WAD);
    setup.transfer(alice, alice, bob, call_of(1, 1), 1).unwrap();
    let paid = setup.redeem(bob, call_of(1, 1), U256::MAX).unwrap();
    assert_eq!(paid, 999_996_800 * 1_000);
    for at in 0..3 {
        setup.redeem(alice, call_of(1, at), U256::MAX).unwrap();
    }
    let account = setup.board_account(1);
    assert!(setup.cash(account) < 4);
}
