//! Code of others that runs in the middle of a transfer and comes back: it finds every door closed, views of prices too.
//!
//! Whoever is called back is an ordinary trader, an LP, and the owner of every program, and each of his calls works when
//! nothing else is running: so it is the lock that stops him.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolError, SolValue};
use equipoise_interfaces::{
    account, CallFailed, IClearing, IMarket, IMarketMargin, ITranche, IWrapper, ProgramsLocked,
};
use equipoise_tests::{TestToken, World, TOKEN};

use crate::fixture::{call_of, leg, Market, CAPITAL, CONTRACT, FAR, K3000, K3200, LOT, SPOT, WAD};
use crate::numbers::{plain_call, programs};
use crate::offering::{maker_key, underwriter_of};
use crate::stage::{trade, RICH};

sol! {
    interface TestReceiver {
        function setCall(address target, bytes data) external;
        function relay(address to, bytes data) external;
        function isCallDone() external view returns (bool);
        function callAnswer() external view returns (bytes);
    }
}

/// A call that is tried: its name, whom it goes to, its data.
pub type Door = (&'static str, Address, Vec<u8>);
/// Storage that a transaction has changed.
type Changes = BTreeMap<(Address, U256), B256>;

pub struct Scene {
    pub market: Market,
    pub wrapper: Address,
    pub underwriter: Address,
    /// Is called back by the wrapper.
    pub receiver: Address,
    pub trader: Address,
}

fn scene() -> Scene {
    let mut market = Market::open_in(World::with_odd_token(6, 8), CAPITAL);
    let owner = market.world.owner;
    let symbol = B256::right_padding_from(b"ETH");
    let arguments = (market.market, market.clearing, symbol).abi_encode();
    let wrapper = market.world.deploy_program("wrapper", arguments).unwrap();
    market.ledger(owner, &IClearing::registerProgramCall { program: wrapper }).unwrap();
    let underwriter = underwriter_of(&mut market);
    let maker = maker_key().address();
    market.world.chain.set_balance(maker, U256::from(WAD));
    market.fund(maker, RICH);
    market.deposit(maker, RICH).unwrap();
    let receiver = market.world.deploy("TestReceiver", Vec::new());
    let trader = market.trader("trader", RICH);
    market.fund(trader, RICH);
    let operate = IClearing::setOperatorCall { operator: wrapper, until: FAR };
    market.ledger(trader, &operate).unwrap();
    market.trade(trader, &[leg(call_of(1, K3000), CONTRACT), leg(call_of(2, K3200), CONTRACT)]).unwrap();
    Scene { market, wrapper, underwriter, receiver, trader }
}

impl Scene {
    fn tell<C: SolCall>(&mut self, to: Address, call: &C) {
        let owner = self.market.world.owner;
        self.market.world.send(owner, to, call).unwrap();
    }

    /// Has one of the two actors make a call while nothing else runs.
    fn act(&mut self, actor: Address, to: Address, data: Vec<u8>) -> bool {
        let data = Bytes::from(data);
        let owner = self.market.world.owner;
        if actor == self.receiver {
            return self.market.world.send(owner, actor, &TestReceiver::relayCall { to, data }).is_ok();
        }
        self.tell(actor, &TestToken::setCallCall { target: to, data });
        self.tell(actor, &TestToken::mintCall { to: owner, value: U256::ONE });
        let nudge = equipoise_tests::Stablecoin::transferCall { to: owner, value: U256::ZERO };
        self.market.world.send(owner, actor, &nudge).unwrap();
        self.market.world.read(actor, &TestToken::isCallDoneCall {})
    }

    fn must(&mut self, actor: Address, to: Address, call: &impl SolCall) {
        assert!(self.act(actor, to, call.abi_encode()), "an actor cannot prepare");
    }

    /// Makes an actor a trader with longs, an LP with shares, a claim and a request, a holder of wrapped options.
    fn dress(&mut self, actor: Address) {
        let (clearing, junior, senior) = (self.market.clearing, self.market.junior, self.market.senior);
        let (market, wrapper) = (self.market.market, self.wrapper);
        let token = self.market.world.token;
        self.tell(token, &TestToken::mintCall { to: actor, value: U256::from(RICH) });
        self.must(actor, clearing, &IClearing::depositCall { amountAtoms: U256::from(RICH / 2) });
        for operator in [wrapper, self.underwriter] {
            self.must(actor, clearing, &IClearing::setOperatorCall { operator, until: FAR });
        }
        self.must(actor, market, &trade(&[leg(call_of(1, K3000), CONTRACT), leg(call_of(2, K3000), CONTRACT)]));
        let own = account::of(actor);
        let wrap = IWrapper::wrapCall { fromAccount: own, series: call_of(1, K3000), lots: U256::from(500), to: actor };
        if actor == self.receiver {
            self.must(actor, wrapper, &wrap);
        }
        let assets = U256::from(10_000 * TOKEN);
        let ask = ITranche::requestDepositCall { assets, controller: actor, owner: actor };
        self.must(actor, junior, &ask);
        self.market.price_epoch(SPOT);
        self.must(actor, junior, &ITranche::deposit_0Call { assets: assets / U256::from(2), receiver: actor });
        let shares = self.market.shares(junior, actor) / 4;
        let redeem = ITranche::requestRedeemCall { shares: U256::from(shares), controller: actor, owner: actor };
        self.must(actor, junior, &redeem);
        self.market.price_epoch(SPOT);
        self.must(
            actor,
            senior,
            &ITranche::requestDepositCall { assets: U256::from(TOKEN), controller: actor, owner: actor },
        );
        self.must(actor, junior, &redeem);
    }

    /// Makes an actor the owner of the programs that have one.
    fn crown(&mut self, actor: Address) {
        for program in [self.market.market, self.market.clearing, self.market.vault] {
            self.tell(program, &IMarket::transferOwnershipCall { successor: actor });
            self.must(actor, program, &IMarket::acceptOwnershipCall {});
        }
    }
}

/// Whether it is the lock that has refused a call: with its name, or because the clearing house, which is running and
/// cannot be entered, has not answered.
fn is_locked(answer: &[u8], clearing: Address) -> bool {
    answer.is_empty()
        || ProgramsLocked::abi_decode(answer).is_ok()
        || CallFailed::abi_decode(answer).is_ok_and(|failed| failed.callee == clearing)
}

impl Scene {
    /// Checks that each of these works for an actor while nothing else runs.
    fn assert_open(&mut self, actor: Address, doors: &[Door]) {
        for (name, to, data) in doors {
            let before = self.market.world.chain.snapshot();
            assert!(self.act(actor, *to, data.clone()), "{name} works when nothing else runs");
            assert!(self.market.world.chain.revert(before));
        }
    }

    /// What a trader's transfer leaves, with a call in its middle: all but what the token notes; and how the call went.
    fn in_a_transfer(&mut self, transfer: &[u8], target: Address, data: &[u8]) -> (Changes, bool, Bytes) {
        let (token, trader, clearing) = (self.market.world.token, self.trader, self.market.clearing);
        self.tell(token, &TestToken::setCallCall { target, data: data.to_vec().into() });
        let before = self.market.world.chain.snapshot();
        assert!(self.market.world.submit(trader, clearing, transfer.to_vec()).status);
        let mut changed = self.market.world.changed_since(before);
        changed.retain(|(contract, _), _| *contract != token);
        let done = self.market.world.read(token, &TestToken::isCallDoneCall {});
        let answer = self.market.world.read(token, &TestToken::callAnswerCall {});
        assert!(self.market.world.chain.revert(before));
        (changed, done, answer)
    }

    /// Checks that a token that makes each of these calls in the middle of a transfer changes nothing and learns nothing.
    fn assert_closed_to_token(&mut self, doors: Vec<Door>) {
        let amount = U256::from(10 * TOKEN);
        let transfers = [
            IClearing::withdrawCall { amountAtoms: amount }.abi_encode(),
            IClearing::depositCall { amountAtoms: amount }.abi_encode(),
        ];
        for (name, to, data) in doors {
            for transfer in &transfers {
                let (plain, ..) = self.in_a_transfer(transfer, Address::ZERO, &[]);
                let (changed, done, answer) = self.in_a_transfer(transfer, to, &data);
                assert!(!done, "{name} works in the middle of a transfer");
                let is_locked = is_locked(&answer, self.market.clearing);
                assert!(is_locked, "{name} is refused for another reason: {answer}");
                assert_eq!(changed, plain, "{name} leaves something");
            }
        }
    }

    /// The same of a receiver of options, while the wrapper holds the lock.
    fn assert_closed_to_receiver(&mut self, doors: Vec<Door>) {
        let (receiver, trader, wrapper) = (self.receiver, self.trader, self.wrapper);
        let series = call_of(1, K3000);
        let wrap = IWrapper::wrapCall { fromAccount: account::of(trader), series, lots: U256::from(100), to: receiver };
        for (name, to, data) in doors {
            self.tell(receiver, &TestReceiver::setCallCall { target: to, data: data.into() });
            let before = self.market.world.chain.snapshot();
            self.market.world.send(trader, wrapper, &wrap).unwrap();
            let changed = self.market.world.changed_since(before);
            // The market, the wrapper, the ledger's flags, and what the receiver notes.
            let others = [self.market.junior, self.market.senior, self.market.vault, self.market.world.token];
            assert!(changed.keys().all(|(contract, _)| !others.contains(contract)), "{name}: {changed:?}");
            assert!(!self.market.world.read(receiver, &TestReceiver::isCallDoneCall {}), "{name} works under the lock");
            let answer = self.market.world.read(receiver, &TestReceiver::callAnswerCall {});
            let is_locked = is_locked(&answer, self.market.clearing);
            assert!(is_locked, "{name} is refused for another reason: {answer}");
            assert!(self.market.world.chain.revert(before));
        }
    }
}

#[test]
fn token_that_calls_back_changes_nothing_and_sees_no_price() {
    let mut scene = scene();
    let token = scene.market.world.token;
    scene.dress(token);
    scene.crown(token);
    let mut doors = scene.doors_of_all(token);
    doors.extend(scene.doors_of_owners());
    scene.assert_open(token, &doors);
    doors.extend(scene.doors_of_other_times());
    scene.assert_closed_to_token(doors);
    let late = scene.pass_cut();
    scene.assert_open(token, &late);
    scene.assert_closed_to_token(late);
    let [settle, then] = scene.expire(token);
    scene.assert_open(token, &settle);
    scene.assert_closed_to_token(settle.clone());
    assert!(scene.act(token, settle[0].1, settle[0].2.clone()));
    scene.assert_open(token, &then);
    scene.assert_closed_to_token(then);
}

#[test]
fn receiver_that_calls_back_under_a_programs_lock_changes_nothing_and_sees_no_price() {
    let mut scene = scene();
    let (receiver, trader, clearing) = (scene.receiver, scene.trader, scene.market.clearing);
    scene.dress(receiver);
    let mut doors = scene.doors_of_all(receiver);
    scene.assert_open(receiver, &doors);
    doors.extend(scene.doors_of_other_times());
    scene.assert_closed_to_receiver(doors);
    let late = scene.pass_cut();
    scene.assert_open(receiver, &late);
    scene.assert_closed_to_receiver(late);
    let [settle, then] = scene.expire(receiver);
    scene.assert_open(receiver, &settle);
    scene.assert_closed_to_receiver(settle.clone());
    assert!(scene.act(receiver, settle[0].1, settle[0].2.clone()));
    scene.assert_open(receiver, &then);
    scene.assert_closed_to_receiver(then);
    // The lock is gone with the call, and everything works again.
    assert!(!scene.market.world.read(clearing, &IClearing::isLockedCall {}));
    scene.market.post_surface().unwrap();
    scene.market.trade(trader, &[leg(call_of(2, K3200), LOT)]).unwrap();
    let margin = IMarketMargin::marginCall { account: account::of(trader) };
    assert!(scene.market.world.view(scene.market.market, &margin).is_ok());
}

#[test]
fn no_function_of_any_program_changes_anything_in_the_middle_of_a_transfer() {
    let mut scene = scene();
    let token = scene.market.world.token;
    scene.dress(token);
    scene.crown(token);
    let transfer = IClearing::withdrawCall { amountAtoms: U256::from(10 * TOKEN) }.abi_encode();
    let (plain, ..) = scene.in_a_transfer(&transfer, Address::ZERO, &[]);
    assert!(!plain.is_empty());
    let (now, mut tried) = (scene.market.now(), 0);
    for (program, signatures) in programs(&scene.market, [scene.wrapper, scene.underwriter]) {
        for signature in signatures {
            let data = plain_call(signature, token, now);
            let (changed, ..) = scene.in_a_transfer(&transfer, program, &data);
            assert_eq!(changed, plain, "{signature} leaves something");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}
