//! Contracts that tokens arrive at.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::of;
use equipoise_interfaces::{ERC1155InvalidReceiver, IWrapper};

use crate::fixture::{call_of, put_of, setup, Setup, TestLongs, TestReceiver};

const WRONG_ANSWER: u8 = 1;
const REVERT: u8 = 2;
const REVERT_SILENTLY: u8 = 3;
const BURN_GAS: u8 = 4;

const SERIES: u32 = call_series();

const fn call_series() -> u32 {
    1 << 8
}

/// Alice with tokens and positions of one series, and a contract.
fn with_receiver() -> (Setup, Address) {
    let mut setup = setup();
    let [alice, ..] = setup.owners;
    assert_eq!(SERIES, call_of(1, 0));
    setup.hold(alice, SERIES, 100);
    setup.give(of(alice), SERIES, 100);
    let receiver = setup.world.deploy("TestReceiver", Vec::new());
    (setup, receiver)
}

fn batch(from: Address, to: Address) -> IWrapper::safeBatchTransferFromCall {
    let (ids, values) = (vec![U256::from(SERIES); 2], vec![U256::from(3), U256::from(4)]);
    IWrapper::safeBatchTransferFromCall { from, to, ids, values, data: Bytes::default() }
}

impl Setup {
    fn set_manner(&mut self, receiver: Address, manner: u8) {
        let owner = self.world.owner;
        self.world.send(owner, receiver, &TestReceiver::setMannerCall { manner }).unwrap();
    }

    fn set_call(&mut self, receiver: Address, target: Address, data: Vec<u8>) {
        let owner = self.world.owner;
        self.world.send(owner, receiver, &TestReceiver::setCallCall { target, data: data.into() }).unwrap();
    }

    fn is_locked(&mut self) -> bool {
        self.world.read(self.longs, &TestLongs::isLockedCall {})
    }
}

#[test]
fn receivers_are_told_when_their_tokens_are_there() {
    let (mut setup, receiver) = with_receiver();
    let [alice, ..] = setup.owners;
    let (id, value, data) =
        (U256::from(SERIES), U256::from(5), Bytes::from_static(b"a note that is longer than one word"));
    let transfer = IWrapper::safeTransferFromCall { from: alice, to: receiver, id, value, data: data.clone() };
    setup.send(alice, &transfer).unwrap();
    // It could ask for its balance while the lock was held, and the balance was the new one.
    assert_eq!(setup.world.read(receiver, &TestReceiver::balanceSeenCall {}), U256::from(5));
    assert_eq!(setup.world.read(receiver, &TestReceiver::dataSeenCall {}), data);
    setup.wrap(alice, SERIES, 6, receiver).unwrap();
    assert_eq!(setup.world.read(receiver, &TestReceiver::balanceSeenCall {}), U256::from(11));
    setup.send(alice, &batch(alice, receiver)).unwrap();
    assert_eq!(setup.world.read(receiver, &TestReceiver::tokensSeenCall {}), U256::from(18));
    assert_eq!(setup.balance(receiver, SERIES), 18);
    assert!(!setup.is_locked());
    setup.assert_backed(&[receiver]);
}

#[test]
fn receivers_send_on_unwrap_and_redeem_like_anybody() {
    let (mut setup, receiver) = with_receiver();
    let [alice, bob, _] = setup.owners;
    setup.transfer(alice, alice, receiver, SERIES, 5).unwrap();
    let (to, id, value) = (setup.wrapper, U256::from(SERIES), U256::from(2));
    let on = IWrapper::safeTransferFromCall { from: receiver, to: bob, id, value, data: Bytes::default() };
    let data = on.abi_encode().into();
    setup.world.send(bob, receiver, &TestReceiver::relayCall { to, data }).unwrap();
    assert_eq!((setup.balance(receiver, SERIES), setup.balance(bob, SERIES)), (3, 2));
    setup.assert_backed(&[receiver]);
}

#[test]
fn receivers_that_do_not_say_yes_get_nothing() {
    let (mut setup, receiver) = with_receiver();
    let [alice, ..] = setup.owners;
    let before = setup.snapshot();
    let longs = setup.longs;
    for manner in [WRONG_ANSWER, REVERT, REVERT_SILENTLY, BURN_GAS] {
        setup.set_manner(receiver, manner);
        let failures = [
            setup.transfer(alice, alice, receiver, SERIES, 5).unwrap_err(),
            setup.wrap(alice, SERIES, 5, receiver).unwrap_err(),
            setup.send(alice, &batch(alice, receiver)).unwrap_err(),
        ];
        for failure in failures {
            match manner {
                REVERT => failure.expect(&TestReceiver::Rejected {}),
                // What is left of the gas after it has burned its part may not be enough to say why.
                BURN_GAS => {}
                _ => failure.expect(&ERC1155InvalidReceiver { receiver }),
            }
        }
        assert_eq!(setup.snapshot(), before);
        assert_eq!(setup.balance(receiver, SERIES), 0);
        assert!(!setup.is_locked());
    }
    // A contract that takes no tokens at all.
    let refused = setup.transfer(alice, alice, longs, SERIES, 5).unwrap_err();
    refused.expect(&ERC1155InvalidReceiver { receiver: longs });
    assert_eq!(setup.snapshot(), before);
}

#[test]
fn receivers_that_come_back_change_nothing() {
    let (mut setup, receiver) = with_receiver();
    let [alice, bob, _] = setup.owners;
    let wrapper = setup.wrapper;
    let (id, one, account) = (U256::from(SERIES), U256::ONE, of(receiver));
    // The receiver holds tokens, has authority over alice, and the board's account can be settled.
    setup.transfer(alice, alice, receiver, SERIES, 10).unwrap();
    setup.send(alice, &IWrapper::setApprovalForAllCall { operator: receiver, approved: true }).unwrap();
    setup.authorise(alice, receiver, true);
    setup.hold(alice, put_of(2, 0), 10);
    setup.settle_in_market(2, 2_000, crate::fixture::WAD);
    let nothing = Bytes::new();
    let moved = IWrapper::safeTransferFromCall { from: receiver, to: bob, id, value: one, data: nothing.clone() };
    let calls = [
        moved.abi_encode(),
        IWrapper::safeTransferFromCall { to: receiver, ..moved.clone() }.abi_encode(),
        IWrapper::safeTransferFromCall { from: alice, ..moved }.abi_encode(),
        batch(receiver, bob).abi_encode(),
        IWrapper::wrapCall { fromAccount: of(alice), series: SERIES, lots: one, to: alice }.abi_encode(),
        IWrapper::unwrapCall { series: SERIES, lots: one, toAccount: account }.abi_encode(),
        IWrapper::settleCall { board: 2 }.abi_encode(),
        IWrapper::redeemCall { series: put_of(2, 0), lots: one, toAccount: account }.abi_encode(),
        IWrapper::setApprovalForAllCall { operator: bob, approved: true }.abi_encode(),
    ];
    for data in calls {
        let before = setup.snapshot();
        setup.set_call(receiver, wrapper, data.clone());
        setup.transfer(alice, alice, receiver, SERIES, 2).unwrap();
        assert!(!setup.world.read(receiver, &TestReceiver::isCallDoneCall {}), "{}", Bytes::from(data));
        let refusal = setup.world.read(receiver, &TestReceiver::callAnswerCall {});
        assert!(!refusal.is_empty(), "a refusal says why");
        // Nothing but the transfer itself happened.
        setup.set_manner(receiver, 0);
        let back = IWrapper::safeTransferFromCall {
            from: receiver,
            to: alice,
            id,
            value: U256::from(2),
            data: nothing.clone(),
        };
        let (to, data) = (wrapper, back.abi_encode().into());
        setup.world.send(bob, receiver, &TestReceiver::relayCall { to, data }).unwrap();
        assert_eq!(setup.snapshot(), before);
        assert!(!setup.is_locked());
    }
    let approved = IWrapper::isApprovedForAllCall { owner: receiver, operator: bob };
    assert!(!setup.world.read(wrapper, &approved));
}
