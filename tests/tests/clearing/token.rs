//! The token, well or ill behaved.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_interfaces::account::of;
use equipoise_interfaces::{ClearingTokenTransferFailed, ClearingTransferredAmountDiffers, IClearing, ProgramsLocked};
use equipoise_tests::{TestMarket, TestToken, World};

use crate::fixture::{bare_program, setup, setup_with, Setup};

/// A clearing house of a token that misbehaves.
fn odd() -> (Setup, Address) {
    let mut setup = setup_with(|world| world.deploy("TestToken", Vec::new()));
    let token = setup.world.read(setup.clearing, &IClearing::tokenCall {});
    let trader = setup.world.account("trader");
    setup.odd_mint(token, trader, 1_000);
    (setup, token)
}

impl Setup {
    fn odd_mint(&mut self, token: Address, to: Address, value: u64) {
        let owner = self.world.owner;
        let mint = TestToken::mintCall { to, value: U256::from(value) };
        self.world.send(owner, token, &mint).unwrap();
    }

    fn tell<C: SolCall>(&mut self, token: Address, call: &C) {
        let owner = self.world.owner;
        self.world.send(owner, token, call).unwrap();
    }
}

#[test]
fn token_that_answers_nothing_is_served() {
    let (mut setup, token) = odd();
    setup.tell(token, &TestToken::setAnswerCall { answer: 2 });
    let trader = setup.world.account("trader");
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(100) }).unwrap();
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(100) }).unwrap();
    assert_eq!(setup.cash(of(trader)), 0);
}

#[test]
fn token_that_answers_anything_but_true_is_refused() {
    for answer in [1, 3] {
        let (mut setup, token) = odd();
        let trader = setup.world.account("trader");
        setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(100) }).unwrap();
        setup.tell(token, &TestToken::setAnswerCall { answer });
        let amount = U256::from(50);
        let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: amount });
        refused.unwrap_err().expect(&ClearingTokenTransferFailed {
            token,
            from: trader,
            to: setup.clearing,
            amountAtoms: amount,
        });
        let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: amount });
        refused.unwrap_err().expect(&ClearingTokenTransferFailed {
            token,
            from: setup.clearing,
            to: trader,
            amountAtoms: amount,
        });
        assert_eq!(setup.cash(of(trader)), 100);
    }
}

#[test]
fn token_that_takes_a_fee_is_refused() {
    let (mut setup, token) = odd();
    let trader = setup.world.account("trader");
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(400) }).unwrap();
    let fee = TestToken::setFeesCall { feeBps: U256::from(100), surchargeBps: U256::ZERO };
    setup.tell(token, &fee);
    let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(200) });
    refused.unwrap_err().expect(&ClearingTransferredAmountDiffers {
        expectedAtoms: U256::from(200),
        balanceBeforeAtoms: U256::from(400),
        balanceAfterAtoms: U256::from(598),
    });
    let surcharge = TestToken::setFeesCall { feeBps: U256::ZERO, surchargeBps: U256::from(100) };
    setup.tell(token, &surcharge);
    let refused = setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(200) });
    refused.unwrap_err().expect(&ClearingTransferredAmountDiffers {
        expectedAtoms: U256::from(200),
        balanceBeforeAtoms: U256::from(400),
        balanceAfterAtoms: U256::from(198),
    });
    assert_eq!(setup.cash(of(trader)), 400);
}

#[test]
fn token_that_calls_back_finds_every_door_closed() {
    let (mut setup, token) = odd();
    let trader = setup.world.account("trader");
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(400) }).unwrap();
    let doors: [Vec<u8>; 5] = [
        IClearing::depositCall { amountAtoms: U256::from(1) }.abi_encode(),
        IClearing::withdrawCall { amountAtoms: U256::from(1) }.abi_encode(),
        IClearing::cashOfCall { account: of(trader) }.abi_encode(),
        IClearing::setOperatorCall { operator: token, until: u64::MAX }.abi_encode(),
        IClearing::vaultCashCall { market: setup.market }.abi_encode(),
    ];
    for data in doors {
        let call = TestToken::setCallCall { target: setup.clearing, data: Bytes::from(data) };
        setup.tell(token, &call);
        setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(10) }).unwrap();
        assert!(!setup.world.read(token, &TestToken::isCallDoneCall {}));
        setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(10) }).unwrap();
        assert!(!setup.world.read(token, &TestToken::isCallDoneCall {}));
    }
    assert_eq!(setup.cash(of(trader)), 400);
}

#[test]
fn token_that_gives_extra_in_the_middle_is_refused() {
    let (mut setup, token) = odd();
    let trader = setup.world.account("trader");
    let mint = TestToken::mintCall { to: setup.clearing, value: U256::from(7) };
    let call = TestToken::setCallCall { target: token, data: Bytes::from(mint.abi_encode()) };
    setup.tell(token, &call);
    let refused = setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(10) });
    refused.unwrap_err().expect(&ClearingTransferredAmountDiffers {
        expectedAtoms: U256::from(10),
        balanceBeforeAtoms: U256::ZERO,
        balanceAfterAtoms: U256::from(17),
    });
}

#[test]
fn blocked_wallet_stops_nobody_else() {
    let (mut setup, token) = odd();
    let (blocked, other) = (setup.world.account("trader"), setup.world.account("other"));
    setup.odd_mint(token, other, 1_000);
    for trader in [blocked, other] {
        setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(400) }).unwrap();
    }
    setup.tell(token, &TestToken::setBlockedCall { owner: blocked, blocked: true });
    let all = IClearing::withdrawCall { amountAtoms: U256::from(400) };
    let refused = setup.send(blocked, &all).unwrap_err();
    refused.expect(&TestToken::Blocked { owner: blocked });
    setup.send(other, &all).unwrap();
    setup.tell(token, &TestToken::setBlockedCall { owner: blocked, blocked: false });
    setup.send(blocked, &all).unwrap();
}

#[test]
fn token_with_too_many_decimals_is_refused() {
    let mut world = World::new();
    let token = world.deploy("TestToken", Vec::new());
    let owner = world.owner;
    let liquidator = bare_program(&mut world, "liquidator");
    let backstop = bare_program(&mut world, "backstop");
    let registrar = bare_program(&mut world, "registrar");
    let accepted = world.deploy_program("clearing", (liquidator, backstop, registrar, owner, token).abi_encode());
    assert!(accepted.is_ok());
    world.send(owner, token, &TestToken::setDecimalsCall { decimals: 19 }).unwrap();
    assert!(world.deploy_program("clearing", (liquidator, backstop, registrar, owner, token).abi_encode()).is_err());
    let nobody = world.account("nobody");
    assert!(world.deploy_program("clearing", (liquidator, backstop, registrar, owner, nobody).abi_encode()).is_err());
    assert!(world
        .deploy_program("clearing", (liquidator, backstop, registrar, Address::ZERO, token).abi_encode())
        .is_err());
}

#[test]
fn ether_is_refused() {
    let mut setup = setup();
    let trader = setup.trader("trader", 5);
    let request = alloy_rpc_types_eth::TransactionRequest {
        from: Some(trader),
        to: Some(setup.clearing.into()),
        value: Some(U256::from(1)),
        input: Bytes::from(IClearing::withdrawCall { amountAtoms: U256::from(1) }.abi_encode()).into(),
        ..Default::default()
    };
    let receipt = setup.world.chain.send(request).unwrap();
    assert!(!receipt.status);
}

#[test]
fn markets_called_by_a_token_find_the_ledger_closed() {
    // Read-only re-entry: what a market says in the middle of a transfer would be half true, so it says nothing.
    let (mut setup, token) = odd();
    let trader = setup.world.account("trader");
    let market = setup.market;
    for data in [TestMarket::navCall {}.abi_encode(), IClearing::isLockedCall {}.abi_encode()] {
        let target = if data.starts_with(&TestMarket::navCall::SELECTOR) { market } else { setup.clearing };
        setup.tell(token, &TestToken::setCallCall { target, data: Bytes::from(data) });
        setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(10) }).unwrap();
        assert!(!setup.world.read(token, &TestToken::isCallDoneCall {}));
    }
    setup.tell(token, &TestToken::setCallCall { target: Address::ZERO, data: Bytes::new() });
    assert!(setup.world.view(market, &TestMarket::navCall {}).is_ok());
}

#[test]
fn lock_of_a_program_closes_the_ledger_to_everybody_until_it_is_given_back() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    let (owner, market, vault, clearing) = (setup.world.owner, setup.market, setup.vault, setup.clearing);
    let enter = IClearing::enterLockCall {};
    let refused = setup.send(trader, &enter).unwrap_err();
    refused.expect(&equipoise_interfaces::CallerNotAllowed { caller: trader, allowed: Address::ZERO });
    setup.send(owner, &IClearing::registerProgramCall { program: vault }).unwrap();

    // Enter, then something else, all in one transaction of the program's.
    let within = |calls: &[Vec<u8>]| TestMarket::relayAllCall {
        to: clearing,
        data: calls.iter().cloned().map(Into::into).collect(),
    };
    let exit = IClearing::exitLockCall {}.abi_encode();
    let doors: [Vec<u8>; 6] = [
        IClearing::depositCall { amountAtoms: U256::ONE }.abi_encode(),
        IClearing::vaultCashCall { market }.abi_encode(),
        IClearing::accountMarginCall { account: of(trader) }.abi_encode(),
        IClearing::startAuctionCall { account: of(trader) }.abi_encode(),
        IClearing::setOperatorCall { operator: trader, until: 1 }.abi_encode(),
        enter.abi_encode(),
    ];
    for door in doors {
        let refused = setup.world.send(owner, vault, &within(&[enter.abi_encode(), door])).unwrap_err();
        refused.expect(&ProgramsLocked { holder: vault });
    }
    let balanced = [enter.abi_encode(), exit.clone(), IClearing::vaultCashCall { market }.abi_encode()];
    setup.world.send(owner, vault, &within(&balanced)).unwrap();
    let refused = setup.world.send(owner, vault, &within(&[exit])).unwrap_err();
    refused.expect(&equipoise_interfaces::LockNotHeld { caller: vault, holder: Address::ZERO });
    // A program that forgets it holds it to the end of its transaction only.
    setup.world.send(owner, vault, &within(&[enter.abi_encode()])).unwrap();
    assert!(!setup.world.read(clearing, &IClearing::isLockedCall {}));
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(100) }).unwrap();
}
