//! Tokens between wallets: ERC-1155 and ERC-165.

use alloy_primitives::{Address, Bytes, FixedBytes, U256};
use equipoise_interfaces::{
    ApprovalForAll, ERC1155InsufficientBalance, ERC1155InvalidArrayLength, ERC1155InvalidOperator,
    ERC1155InvalidReceiver, ERC1155InvalidSender, ERC1155MissingApprovalForAll, IWrapper, TransferBatch,
    TransferSingle,
};
use equipoise_tests::World;

use crate::fixture::{call_of, put_of, setup, Setup};

fn numbers<const N: usize>(values: [u128; N]) -> Vec<U256> {
    values.map(U256::from).to_vec()
}

fn batch<const N: usize>(from: Address, to: Address, moves: [(u32, u128); N]) -> IWrapper::safeBatchTransferFromCall {
    IWrapper::safeBatchTransferFromCall {
        from,
        to,
        ids: numbers(moves.map(|(id, _)| u128::from(id))),
        values: numbers(moves.map(|(_, value)| value)),
        data: Bytes::default(),
    }
}

/// Alice with 10 lots of a call and 20 of a put.
fn two_series() -> (Setup, u32, u32) {
    let mut setup = setup();
    let (call, put) = (call_of(1, 0), put_of(2, 1));
    let [alice, ..] = setup.owners;
    setup.hold(alice, call, 10);
    setup.hold(alice, put, 20);
    (setup, call, put)
}

#[test]
fn transfers_move_tokens_and_nothing_else() {
    let (mut setup, call, put) = two_series();
    let [alice, bob, _] = setup.owners;
    let receipt = setup.transfer(alice, alice, bob, call, 4).unwrap();
    let [moved]: [TransferSingle; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((moved.operator, moved.from, moved.to), (alice, alice, bob));
    assert_eq!((moved.id, moved.value), (U256::from(call), U256::from(4)));
    assert_eq!((setup.balance(alice, call), setup.balance(bob, call)), (6, 4));
    assert_eq!((setup.balance(alice, put), setup.balance(bob, put)), (20, 0));
    setup.assert_backed(&[]);
}

#[test]
fn transfers_to_oneself_and_of_nothing_change_nothing() {
    let (mut setup, call, put) = two_series();
    let [alice, bob, _] = setup.owners;
    let before = setup.snapshot();
    setup.transfer(alice, alice, alice, call, 10).unwrap();
    setup.transfer(alice, alice, bob, put, 0).unwrap();
    setup.send(alice, &batch(alice, alice, [(call, 3), (put, 20), (call, 10)])).unwrap();
    setup.send(alice, &batch(alice, bob, [])).unwrap();
    // Nothing of what is no series can be moved, and nobody has any.
    let id = U256::MAX;
    let nothing =
        IWrapper::safeTransferFromCall { from: alice, to: bob, id, value: U256::ZERO, data: Bytes::default() };
    setup.send(alice, &nothing).unwrap();
    assert_eq!(setup.snapshot(), before);
    let something = IWrapper::safeTransferFromCall { value: U256::ONE, ..nothing };
    setup.send(alice, &something).unwrap_err().expect(&ERC1155InsufficientBalance {
        sender: alice,
        balance: U256::ZERO,
        needed: U256::ONE,
        tokenId: id,
    });
}

#[test]
fn ids_beyond_series_do_not_alias_them() {
    let (mut setup, call, _) = two_series();
    let [alice, ..] = setup.owners;
    for shift in [32, 64, 128, 255] {
        let id = U256::from(call) | U256::ONE << shift;
        let balance = setup.world.read(setup.wrapper, &IWrapper::balanceOfCall { owner: alice, id });
        assert_eq!(balance, U256::ZERO);
        assert_eq!(setup.world.read(setup.wrapper, &IWrapper::totalSupplyCall { id }), U256::ZERO);
    }
}

#[test]
fn more_than_the_balance_is_refused() {
    let (mut setup, call, put) = two_series();
    let [alice, bob, _] = setup.owners;
    let before = setup.snapshot();
    let short = |balance, needed, id: u32| ERC1155InsufficientBalance {
        sender: alice,
        balance: U256::from(balance),
        needed: U256::from(needed),
        tokenId: U256::from(id),
    };
    setup.transfer(alice, alice, bob, call, 11).unwrap_err().expect(&short(10, 11, call));
    setup.transfer(alice, alice, bob, call, u128::MAX).unwrap_err().expect(&short(10, u128::MAX, call));
    // A series twice in a batch counts twice, and a batch moves whole or not at all.
    let refused = setup.send(alice, &batch(alice, bob, [(put, 20), (call, 6), (call, 5)]));
    refused.unwrap_err().expect(&short(4, 5, call));
    assert_eq!(setup.snapshot(), before);
}

#[test]
fn batches_move_several_series_at_once() {
    let (mut setup, call, put) = two_series();
    let [alice, bob, carol] = setup.owners;
    let receipt = setup.send(alice, &batch(alice, bob, [(call, 6), (put, 5), (call, 4)])).unwrap();
    let [moved]: [TransferBatch; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((moved.operator, moved.from, moved.to), (alice, alice, bob));
    assert_eq!(moved.ids, numbers([call, put, call].map(u128::from)));
    assert_eq!(moved.values, numbers([6, 5, 4]));
    let question = IWrapper::balanceOfBatchCall {
        owners: vec![alice, bob, alice, bob, carol],
        ids: numbers([call, call, put, put, put].map(u128::from)),
    };
    assert_eq!(setup.world.read(setup.wrapper, &question), numbers([0, 10, 15, 5, 0]));
    setup.assert_backed(&[]);
}

#[test]
fn arrays_of_different_lengths_are_refused() {
    let (mut setup, call, _) = two_series();
    let [alice, bob, _] = setup.owners;
    let expected = ERC1155InvalidArrayLength { idsLength: U256::from(1), valuesLength: U256::from(2) };
    let moves = IWrapper::safeBatchTransferFromCall { values: numbers([1, 1]), ..batch(alice, bob, [(call, 1)]) };
    setup.send(alice, &moves).unwrap_err().expect(&expected);
    let question = IWrapper::balanceOfBatchCall { owners: vec![alice, bob], ids: numbers([u128::from(call)]) };
    setup.world.view(setup.wrapper, &question).unwrap_err().expect(&expected);
}

#[test]
fn operators_move_tokens_until_approval_ends() {
    let (mut setup, call, _) = two_series();
    let [alice, bob, carol] = setup.owners;
    let refused = ERC1155MissingApprovalForAll { operator: bob, owner: alice };
    setup.transfer(bob, alice, bob, call, 1).unwrap_err().expect(&refused);
    let approve = |approved| IWrapper::setApprovalForAllCall { operator: bob, approved };
    let receipt = setup.send(alice, &approve(true)).unwrap();
    let [told]: [ApprovalForAll; 1] = World::events(&receipt).try_into().unwrap();
    assert_eq!((told.account, told.operator, told.approved), (alice, bob, true));
    let is_approved = |owner, operator| IWrapper::isApprovedForAllCall { owner, operator };
    assert!(setup.world.read(setup.wrapper, &is_approved(alice, bob)));
    assert!(!setup.world.read(setup.wrapper, &is_approved(bob, alice)));
    assert!(!setup.world.read(setup.wrapper, &is_approved(alice, carol)));
    let receipt = setup.transfer(bob, alice, carol, call, 1).unwrap();
    assert_eq!(World::events::<TransferSingle>(&receipt)[0].operator, bob);
    setup.send(bob, &batch(alice, bob, [(call, 2)])).unwrap();
    assert_eq!([alice, bob, carol].map(|owner| setup.balance(owner, call)), [7, 2, 1]);
    setup.send(alice, &approve(false)).unwrap();
    setup.transfer(bob, alice, bob, call, 1).unwrap_err().expect(&refused);
    setup.send(bob, &batch(alice, bob, [])).unwrap_err().expect(&refused);
    // Approval is for tokens: it gives no authority to unwrap them.
    setup.send(alice, &approve(true)).unwrap();
    setup.unwrap(bob, call, 3).unwrap_err();
    assert_eq!(setup.balance(alice, call), 7);
}

#[test]
fn nobody_sends_receives_or_operates() {
    let (mut setup, call, _) = two_series();
    let [alice, ..] = setup.owners;
    let nobody = Address::ZERO;
    let refused = setup.transfer(alice, nobody, alice, call, 0);
    refused.unwrap_err().expect(&ERC1155InvalidSender { sender: nobody });
    let refused = setup.transfer(alice, alice, nobody, call, 1);
    refused.unwrap_err().expect(&ERC1155InvalidReceiver { receiver: nobody });
    let refused = setup.send(alice, &IWrapper::setApprovalForAllCall { operator: nobody, approved: true });
    refused.unwrap_err().expect(&ERC1155InvalidOperator { operator: nobody });
}

#[test]
fn interfaces_are_those_of_the_standards() {
    let mut setup = setup();
    for (id, expected) in
        [(0x01ff_c9a7, true), (0xd9b6_7a26, true), (0x0e89_341c, true), (0xffff_ffff_u32, false), (0x80ac_58cd, false)]
    {
        let question = IWrapper::supportsInterfaceCall { interfaceId: FixedBytes(id.to_be_bytes()) };
        assert_eq!(setup.world.read(setup.wrapper, &question), expected, "{id:#x}");
    }
}
