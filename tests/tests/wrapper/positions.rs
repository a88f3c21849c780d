//! Wrapping and unwrapping.

use alloy_primitives::{Address, Bytes, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{of, sub};
use equipoise_interfaces::{
    AlreadyWired, ERC1155InsufficientBalance, ERC1155InvalidReceiver, IWrapper, MarketBoardSettled, MarketBoardUnknown,
    MarketSeriesUnknown, OptionUnwrapped, OptionWrapped, ProgramsLocked, TransferSingle, WrapperBoardSettled,
    WrapperCallerNotAuthorised, WrapperLotsOutOfRange, WrapperReceiverNotOwner, WrapperSeriesUnknown,
};
use equipoise_tests::World;

use crate::fixture::{call_of, every_series, put_of, setup, symbol, TestLongs, EXPIRIES, LOT, STRIKES, WAD};

const MOST_LOTS: u128 = i32::MAX as u128;

fn out_of_range(lots: u128) -> WrapperLotsOutOfRange {
    WrapperLotsOutOfRange { lots: U256::from(lots), mostLots: U256::from(MOST_LOTS) }
}

#[test]
fn wrapping_and_unwrapping_changes_nothing() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    for series in every_series() {
        setup.give(of(alice), series, 5_000);
    }
    let before = setup.snapshot();
    for series in every_series() {
        setup.wrap(alice, series, 5_000, alice).unwrap();
        setup.assert_backed(&[]);
        assert_eq!(setup.position(of(alice), series), 0);
        assert_eq!(setup.balance(alice, series), 5_000);
    }
    for series in every_series() {
        setup.unwrap(alice, series, 4_999).unwrap();
        setup.unwrap(alice, series, 1).unwrap();
        setup.assert_backed(&[]);
    }
    assert_eq!(setup.snapshot(), before);
}

#[test]
fn tokens_that_are_bought_unwrap_into_the_buyers_account() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let series = put_of(2, 1);
    setup.hold(alice, series, 3_000);
    setup.transfer(alice, alice, bob, series, 1_200).unwrap();
    setup.unwrap(bob, series, 1_200).unwrap();
    assert_eq!(setup.position(of(bob), series), 1_200);
    assert_eq!((setup.supply(series), setup.balance(alice, series)), (1_800, 1_800));
    setup.assert_backed(&[]);
}

#[test]
fn wrapping_tells_what_moved() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let series = call_of(1, 2);
    setup.give(of(alice), series, 10);
    let receipt = setup.wrap(alice, series, 10, bob).unwrap();
    let [moved]: [TransferSingle; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((moved.operator, moved.from, moved.to), (alice, Address::ZERO, bob));
    assert_eq!((moved.id, moved.value), (U256::from(series), U256::from(10)));
    let [wrapped]: [OptionWrapped; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((wrapped.account, wrapped.series, wrapped.to, wrapped.lots), (of(alice), series, bob, U256::from(10)));
    let receipt = setup.unwrap(bob, series, 4).unwrap();
    let [moved]: [TransferSingle; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((moved.operator, moved.from, moved.to), (bob, bob, Address::ZERO));
    let [unwrapped]: [OptionUnwrapped; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((unwrapped.account, unwrapped.from, unwrapped.lots), (of(bob), bob, U256::from(4)));
}

#[test]
fn sizes_that_no_position_has_are_refused() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    let series = call_of(1, 0);
    setup.hold(alice, series, 10);
    let before = setup.snapshot();
    // A size in WAD where lots are meant is far out of range.
    for lots in [0, MOST_LOTS + 1, 10 * LOT, u128::MAX] {
        setup.wrap(alice, series, lots, alice).unwrap_err().expect(&out_of_range(lots));
        setup.unwrap(alice, series, lots).unwrap_err().expect(&out_of_range(lots));
    }
    let lots = U256::MAX - U256::from(1);
    let refused = setup.redeem(alice, series, lots).unwrap_err();
    refused.expect(&WrapperLotsOutOfRange { lots, mostLots: U256::from(MOST_LOTS) });
    assert_eq!(setup.snapshot(), before);
}

#[test]
fn supply_stops_where_positions_do() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    let series = call_of(1, 0);
    setup.hold(alice, series, MOST_LOTS);
    setup.give(of(alice), series, 1);
    let before = setup.snapshot();
    setup.wrap(alice, series, 1, alice).unwrap_err().expect(&out_of_range(MOST_LOTS));
    assert_eq!(setup.snapshot(), before);
    setup.unwrap(alice, series, MOST_LOTS).unwrap();
    assert_eq!(setup.position(of(alice), series), MOST_LOTS + 1);
}

#[test]
fn what_is_no_series_is_refused() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    // No board; a strike past any board's; the top byte set.
    for series in [0, 1, 0xff, 0x120, 0x1_00_01_00] {
        let expected = WrapperSeriesUnknown { id: U256::from(series) };
        setup.wrap(alice, series, 1, alice).unwrap_err().expect(&expected);
        setup.unwrap(alice, series, 1).unwrap_err().expect(&expected);
        setup.redeem(alice, series, U256::MAX).unwrap_err().expect(&expected);
    }
    let refused = setup.wrap(alice, call_of(9, 0), 1, alice);
    refused.unwrap_err().expect(&MarketBoardUnknown { board: 9 });
    let refused = setup.wrap(alice, call_of(1, 3), 1, alice);
    refused.unwrap_err().expect(&MarketSeriesUnknown { series: call_of(1, 3) });
}

#[test]
fn more_than_is_held_is_refused() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let series = call_of(1, 0);
    setup.give(of(alice), series, 9);
    let before = setup.snapshot();
    let size = I256::try_from(10 * LOT).unwrap();
    let refused = setup.wrap(alice, series, 10, alice).unwrap_err();
    refused.expect(&TestLongs::TestNotHeld { account: of(alice), series, sizeWad: size });
    assert_eq!(setup.snapshot(), before);
    setup.wrap(alice, series, 9, alice).unwrap();
    let refused = setup.unwrap(alice, series, 10).unwrap_err();
    let id = U256::from(series);
    refused.expect(&ERC1155InsufficientBalance {
        sender: alice,
        balance: U256::from(9),
        needed: U256::from(10),
        tokenId: id,
    });
    let refused = setup.unwrap(bob, series, 1).unwrap_err();
    refused.expect(&ERC1155InsufficientBalance { sender: bob, balance: U256::ZERO, needed: U256::ONE, tokenId: id });
    setup.assert_backed(&[]);
}

#[test]
fn only_owners_and_their_operators_wrap_and_are_given_positions() {
    let mut setup = setup();
    let [alice, bob, carol] = setup.owners;
    let (series, lots) = (call_of(1, 0), U256::from(4));
    setup.give(of(alice), series, 10);
    setup.hold(bob, series, 10);
    let before = setup.snapshot();
    let wrap = IWrapper::wrapCall { fromAccount: of(alice), series, lots, to: bob };
    let unwrap = IWrapper::unwrapCall { series, lots, toAccount: of(alice) };
    let refused = WrapperCallerNotAuthorised { caller: bob, account: of(alice) };
    setup.send(bob, &wrap).unwrap_err().expect(&refused);
    setup.send(bob, &unwrap).unwrap_err().expect(&refused);
    // Accounts of nobody, too.
    let system = IWrapper::wrapCall { fromAccount: B256::with_last_byte(1), series, lots, to: bob };
    let nobody = WrapperCallerNotAuthorised { caller: bob, account: B256::with_last_byte(1) };
    setup.send(bob, &system).unwrap_err().expect(&nobody);
    assert_eq!(setup.snapshot(), before);

    // An operator moves into and out of tokens for the owner, and takes nothing for himself.
    setup.authorise(alice, bob, true);
    let theft = setup.send(bob, &wrap).unwrap_err();
    theft.expect(&WrapperReceiverNotOwner { receiver: bob, owner: alice });
    assert_eq!(setup.snapshot(), before);
    let wrap = IWrapper::wrapCall { to: alice, ..wrap };
    setup.send(bob, &wrap).unwrap();
    setup.send(bob, &unwrap).unwrap();
    setup.authorise(alice, bob, false);
    setup.send(bob, &wrap).unwrap_err().expect(&refused);

    // The wrapper must be an operator, too.
    let wrapper = setup.wrapper;
    setup.give(of(carol), series, 10);
    setup.authorise(carol, wrapper, false);
    let refused = setup.wrap(carol, series, 4, carol).unwrap_err();
    refused.expect(&TestLongs::TestNotAuthorised { caller: wrapper, account: of(carol) });
    setup.assert_backed(&[]);
}

#[test]
fn every_sub_account_of_an_owner_can_be_wrapped() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    let (account, series) = (sub(alice, 7), call_of(1, 0));
    setup.give(account, series, 10);
    let lots = U256::from(10);
    setup.send(alice, &IWrapper::wrapCall { fromAccount: account, series, lots, to: alice }).unwrap();
    setup.send(alice, &IWrapper::unwrapCall { series, lots, toAccount: sub(alice, 8) }).unwrap();
    assert_eq!((setup.position(account, series), setup.position(sub(alice, 8), series)), (0, 10));
}

#[test]
fn nothing_is_wrapped_for_nobody() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    setup.give(of(alice), call_of(1, 0), 10);
    let refused = setup.wrap(alice, call_of(1, 0), 1, Address::ZERO).unwrap_err();
    refused.expect(&ERC1155InvalidReceiver { receiver: Address::ZERO });
}

#[test]
fn settled_boards_are_neither_wrapped_nor_unwrapped() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    let series = call_of(1, 0);
    setup.hold(alice, series, 10);
    setup.give(of(alice), series, 10);
    setup.settle_in_market(1, 3_100, WAD);
    let refused = setup.wrap(alice, series, 1, alice).unwrap_err();
    refused.expect(&MarketBoardSettled { board: 1 });
    setup.unwrap(alice, series, 1).unwrap_err().expect(&MarketBoardSettled { board: 1 });
    setup.send(alice, &IWrapper::settleCall { board: 1 }).unwrap();
    setup.wrap(alice, series, 1, alice).unwrap_err().expect(&WrapperBoardSettled { board: 1 });
    setup.unwrap(alice, series, 1).unwrap_err().expect(&WrapperBoardSettled { board: 1 });
    assert_eq!(setup.balance(alice, series), 10);
}

#[test]
fn no_number_of_boards_fills_the_wrapper() {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    // Past the sixteen boards that one account of the market may hold, and the most that ids can tell.
    let boards: Vec<u16> = (3..23).chain([u16::MAX]).collect();
    let mut accounts = Vec::new();
    for board in boards {
        let strikes = STRIKES.map(|strike| U256::from(strike * WAD)).to_vec();
        setup.tell(&TestLongs::listBoardCall { id: board, expiry: EXPIRIES[0], strikesWad: strikes });
        let series = put_of(board, 2);
        setup.hold(alice, series, u128::from(board));
        let account = setup.board_account(board);
        assert_eq!(setup.position(account, series), u128::from(board));
        accounts.push(account);
    }
    accounts.sort_unstable();
    accounts.dedup();
    assert_eq!(accounts.len(), 21, "an account holds one board");
}

#[test]
fn nothing_changes_while_the_lock_is_held() {
    let mut setup = setup();
    let [alice, bob, _] = setup.owners;
    let (series, lots, longs) = (call_of(1, 0), U256::from(1), setup.longs);
    setup.hold(alice, series, 10);
    setup.give(of(alice), series, 10);
    let before = setup.snapshot();
    let id = U256::from(series);
    // While a token moves, its contract is the caller, who has alice's approval.
    setup.authorise(alice, longs, true);
    setup.send(alice, &IWrapper::setApprovalForAllCall { operator: longs, approved: true }).unwrap();
    let calls = [
        IWrapper::wrapCall { fromAccount: of(alice), series, lots, to: alice }.abi_encode(),
        IWrapper::settleCall { board: 1 }.abi_encode(),
        IWrapper::safeTransferFromCall { from: alice, to: bob, id, value: lots, data: Bytes::default() }.abi_encode(),
        IWrapper::setApprovalForAllCall { operator: bob, approved: true }.abi_encode(),
    ];
    for (place, data) in calls.into_iter().enumerate() {
        let to = setup.wrapper;
        let refused = setup.world.send(alice, longs, &TestLongs::callLockedCall { to, data: data.into() });
        let refused = refused.unwrap_err();
        if place < 2 {
            refused.expect(&TestLongs::TestLocked {});
        } else {
            refused.expect(&ProgramsLocked { holder: longs });
        }
    }
    assert_eq!(setup.snapshot(), before);
}

#[test]
fn construction_happens_once_and_names_contracts() {
    let mut setup = setup();
    let (owner, longs, wrapper) = (setup.world.owner, setup.longs, setup.wrapper);
    assert_eq!(setup.world.read(wrapper, &IWrapper::marketCall {}), longs);
    assert_eq!(setup.world.read(wrapper, &IWrapper::clearingCall {}), longs);
    assert_eq!(setup.world.read(wrapper, &IWrapper::underlyingCall {}), symbol("ETH"));
    let again = alloy_sol_types::SolValue::abi_encode(&(longs, longs, symbol("BTC")));
    let receipt = setup.world.submit(owner, wrapper, [vec![0x55, 0x85, 0x25, 0x8d], again].concat());
    assert!(!receipt.status);
    equipoise_tests::Failure(receipt.output).expect(&AlreadyWired {});
    for (market, clearing, name) in [
        (owner, longs, "ETH"),
        (longs, owner, "ETH"),
        (longs, longs, ""),
        (longs, longs, "E\"H"),
        (longs, longs, "E H"),
    ] {
        let arguments = alloy_sol_types::SolValue::abi_encode(&(market, clearing, symbol(name)));
        assert!(setup.world.deploy_program("wrapper", arguments).is_err(), "{market} {clearing} {name}");
    }
}
