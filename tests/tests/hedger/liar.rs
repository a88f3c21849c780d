//! A venue for perpetual futures that lies, keeps what it is given, is frozen, or calls back.

use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{sol, SolCall, SolError};
use equipoise_interfaces::{
    CallerNotAllowed, HedgerPerpClosed, HedgerPerpDiffers, IBroker, IClearing, IHedger, IMarket, LockNotHeld,
    PerpQuarantined, PerpStanding, ProgramsLocked,
};
use equipoise_tests::World;

use crate::fixture::{CONTRACT, FAR, SPOT};
use crate::floor::{near, Floor, CAP, CENTS, DOLLAR, LIMIT};
use crate::stage::UNIT;

sol! {
    interface TestPerp {
        /// As [`PerpStanding`], which is declared elsewhere.
        function say((int256, int256, uint256, uint256, int256, int256, uint64) told_) external;
        function behave(bool isMute_, bool isBrief_, bool isStubborn_) external;
        function cheat(int256 beyondWad_, uint256 keptAtoms_) external;
        function setCall(address target_, bytes data_) external;
        function fill(int256 sizeWad, int256 costAtoms) external;
        function isCallDone() external view returns (bool);
        function callAnswer() external view returns (bytes);
    }
}

/// What thirty cost at the limit, with the venue's dollar of fee.
const COST: i128 = 30 * 3_002 * DOLLAR + DOLLAR;
const MARGIN: i128 = 45_000 * DOLLAR;

impl Floor {
    fn tell_venue<C: SolCall>(&mut self, call: &C) {
        let (anybody, venue) = (self.keeper, self.venue);
        self.stage.market.world.send(anybody, venue, call).unwrap();
    }

    /// The venue fills so many thousandths for so much.
    fn fill_for(&mut self, milli: i128, cost: i128) {
        let size = I256::try_from(milli * UNIT / 1_000).unwrap();
        self.tell_venue(&TestPerp::fillCall { sizeWad: size, costAtoms: I256::try_from(cost).unwrap() });
    }

    fn behave(&mut self, is_mute: bool, is_brief: bool, is_stubborn: bool) {
        self.tell_venue(&TestPerp::behaveCall { isMute_: is_mute, isBrief_: is_brief, isStubborn_: is_stubborn });
    }

    /// The venue says what it has said, changed.
    fn say(&mut self, change: impl FnOnce(&mut PerpStanding)) {
        let mut told = self.standing();
        change(&mut told);
        self.tell_venue(&TestPerp::sayCall { told_: told.into() });
    }

    /// Thirty are held, that have cost what they should.
    fn held_thirty() -> Self {
        let mut floor = Self::of_liars();
        floor.ask(30_000, LIMIT).unwrap();
        floor.fill_for(30_000, COST);
        floor.confirm().unwrap();
        assert_eq!(floor.held(), (30_000, MARGIN - COST));
        floor
    }

    /// Whoever marks finds the venue unsound: it is closed and counts for nothing.
    fn is_quarantined_by_a_mark(&mut self) {
        let receipt = self.poke(&IBroker::markPerpCall {}).unwrap();
        assert_eq!(World::events::<PerpQuarantined>(&receipt)[0].venue, self.venue);
        self.counts_nothing();
    }

    fn counts_nothing(&mut self) {
        let venue = self.venue;
        assert_eq!((self.held(), self.counted()), ((0, 0), (0, 0)));
        assert_eq!(self.stage.ask(&IHedger::venueCapCall { venue }), U256::ZERO);
        self.poke(&IBroker::markPerpCall {}).unwrap_err().expect(&HedgerPerpClosed { venue });
    }
}

#[test]
fn what_a_venue_has_not_been_asked_for_or_does_not_credit_is_refused() {
    let mut floor = Floor::of_liars();
    let (venue, cash) = (floor.venue, floor.stage.vault_cash());
    let one = I256::try_from(1).unwrap();
    for (beyond, kept) in [(one, U256::ZERO), (-one, U256::ZERO), (I256::ZERO, U256::from(1))] {
        floor.tell_venue(&TestPerp::cheatCall { beyondWad_: beyond, keptAtoms_: kept });
        floor.ask(30_000, LIMIT).unwrap_err().expect(&HedgerPerpDiffers { venue });
    }
    assert_eq!((floor.stage.vault_cash(), floor.held()), (cash, (0, 0)));
    floor.tell_venue(&TestPerp::cheatCall { beyondWad_: I256::ZERO, keptAtoms_: U256::ZERO });
    floor.ask(30_000, LIMIT).unwrap();
}

#[test]
fn a_fill_is_no_gain_beyond_how_far_prices_of_fills_may_be_off() {
    let mut floor = Floor::of_liars();
    floor.ask(30_000, LIMIT).unwrap();
    let nav = floor.stage.nav();
    // For nothing, it says, and a million of margin beside.
    floor.fill_for(30_000, 0);
    floor.say(|told| told.marginAtoms += U256::from(1_000_000 * DOLLAR));
    let confirmed = floor.confirm().unwrap();
    let least = 30 * 3_000 * DOLLAR * 995 / 1_000;
    let (units, cash) = floor.held();
    assert_eq!(units, 30_000);
    near(cash, MARGIN - least, 1);
    assert!(floor.stage.nav() - nav <= 61 * DOLLAR + DOLLAR + 450 * DOLLAR, "{confirmed:?}");
    // Nor does it become more by being said again.
    let nav = floor.stage.nav();
    floor.say(|told| told.marginAtoms += U256::from(1_000_000 * DOLLAR));
    floor.mark();
    near(floor.stage.nav(), nav, 2);
    // It counts once it is there.
    floor.say(|told| {
        (told.sizeWad, told.costAtoms, told.marginAtoms) = (I256::ZERO, I256::ZERO, U256::from(100_000 * DOLLAR));
    });
    floor.mark();
    let cash = floor.stage.vault_cash();
    floor.poke(&IBroker::tendPerpCall {}).unwrap();
    assert_eq!(floor.stage.vault_cash() - cash, 100_000 * DOLLAR);
    assert_eq!(floor.held(), (0, 0));
}

#[test]
fn a_fill_beyond_its_limit_counts_as_it_is_told_and_pays_nobody() {
    let mut floor = Floor::of_liars();
    floor.ask(30_000, LIMIT).unwrap();
    let (nav, (_, held)) = (floor.stage.nav(), floor.held());
    assert_eq!(held, MARGIN - (COST - 90_000 * DOLLAR));
    floor.fill_for(30_000, COST + 10_000 * DOLLAR);
    let confirmed = floor.confirm().unwrap();
    assert_eq!((confirmed.tipAtoms, floor.stage.tokens(floor.asker)), (U256::ZERO, 0));
    assert_eq!(floor.held(), (30_000, MARGIN - COST - 10_000 * DOLLAR));
    near(nav - floor.stage.nav(), 10_000 * DOLLAR, 2);
}

#[test]
fn what_cannot_be_closes_the_venue_and_counts_for_nothing() {
    // More than was asked for, the other way, a worth below nothing, another order, and what no number holds.
    let changes: [fn(&mut PerpStanding); 6] = [
        |told| told.sizeWad += I256::try_from(1).unwrap(),
        |told| told.sizeWad = -told.sizeWad,
        |told| told.marginAtoms = U256::ZERO,
        |told| told.order = U256::from(77),
        |told| told.costAtoms = I256::MIN,
        |told| told.marginAtoms = U256::MAX,
    ];
    for change in changes {
        let mut floor = Floor::held_thirty();
        let nav = floor.stage.nav();
        floor.say(change);
        floor.is_quarantined_by_a_mark();
        let worth = MARGIN - COST + 90_000 * DOLLAR;
        near(nav - floor.stage.nav(), worth, 2);
    }
}

#[test]
fn what_just_can_be_counts() {
    let mut floor = Floor::held_thirty();
    // Worth nothing at the oracle's price, to the atom.
    floor.say(|told| told.marginAtoms = U256::from(COST - 90_000 * DOLLAR));
    floor.mark();
    assert_eq!(floor.held(), (30_000, -90_000 * DOLLAR));
    floor.say(|told| told.marginAtoms -= U256::from(1));
    floor.is_quarantined_by_a_mark();
}

#[test]
fn more_than_was_asked_for_is_no_fill() {
    let mut floor = Floor::of_liars();
    floor.ask(30_000, LIMIT).unwrap();
    floor.fill_for(30_001, COST);
    let asker = floor.asker;
    let words = floor.stage.inventory();
    let receipt = floor.poke(&IBroker::confirmHedgeCall { words }).unwrap();
    assert_eq!(World::events::<PerpQuarantined>(&receipt).len(), 1);
    floor.counts_nothing();
    assert_eq!(floor.stage.tokens(asker), 0);
    // Once the venue has come to its senses, and the owner has opened it, all is counted, and the solver paid.
    floor.say(|told| told.sizeWad -= I256::try_from(UNIT / 1_000).unwrap());
    floor.stage.set_venue(floor.venue, CAP).unwrap();
    assert_eq!(floor.held(), (0, 0));
    let confirmed = floor.confirm().unwrap();
    assert!(confirmed.tipAtoms > U256::ZERO);
    assert_eq!(floor.held(), (30_000, MARGIN - COST));
}

/// It answers nothing, or too little; it does not give an order back.
#[test]
fn a_frozen_venue_is_marked_down_and_everything_else_goes_on() {
    for (is_mute, is_brief) in [(true, false), (false, true)] {
        let mut floor = Floor::held_thirty();
        let (nav, delta) = (floor.stage.nav(), floor.delta());
        floor.behave(is_mute, is_brief, true);
        floor.is_quarantined_by_a_mark();
        near(nav - floor.stage.nav(), MARGIN - COST + 90_000 * DOLLAR, 2);
        near(delta - floor.delta(), 9_000_000, 1);
        // Trades and rebalances go on without it, and so do those who leave.
        floor.stage.sell_calls(1);
        floor.stage.open_window();
        let request = floor.stage.request(vec![floor.stage.leg(10_000, CENTS)]);
        floor.stage.rebalance(request).unwrap();
        floor.stage.an_lp_leaves();
        // It comes back when the owner opens it again.
        floor.behave(false, false, false);
        floor.stage.set_venue(floor.venue, CAP).unwrap();
        floor.mark();
        assert_eq!(floor.held(), (30_000, MARGIN - COST));
        assert_eq!(floor.counted().0, 40_000);
    }
}

#[test]
fn a_venue_that_keeps_an_order_after_its_deadline_is_closed_and_others_hedge_on() {
    let mut floor = Floor::of_liars();
    let told = floor.ask(30_000, LIMIT).unwrap();
    floor.behave(false, false, true);
    floor.go_past(told.deadline);
    let receipt = floor.cancel().unwrap();
    assert_eq!(World::events::<PerpQuarantined>(&receipt).len(), 1);
    floor.counts_nothing();
    let request = floor.stage.request(vec![floor.stage.leg(10_000, CENTS)]);
    floor.stage.rebalance(request).unwrap();
    floor.behave(false, false, false);
    floor.stage.set_venue(floor.venue, CAP).unwrap();
    let cash = floor.stage.vault_cash();
    floor.cancel().unwrap();
    assert_eq!(floor.stage.vault_cash() - cash, MARGIN);
    assert_eq!((floor.held(), floor.counted()), ((0, 0), (10_000, 0)));
}

#[test]
fn what_a_venue_keeps_of_an_order_is_lost_and_seen() {
    let mut floor = Floor::of_liars();
    let (cash, ends_at) = (floor.stage.vault_cash(), floor.stage.market.now() + 121);
    let nav = floor.nav_at(ends_at);
    let told = floor.ask(30_000, LIMIT).unwrap();
    floor.tell_venue(&TestPerp::cheatCall { beyondWad_: I256::ZERO, keptAtoms_: U256::from(5_000 * DOLLAR) });
    floor.go_past(told.deadline);
    floor.cancel().unwrap();
    assert_eq!(cash - floor.stage.vault_cash(), 5_000 * DOLLAR);
    near(nav - floor.stage.nav(), 5_000 * DOLLAR, 2);
    assert_eq!(floor.held(), (0, 0));
}

#[test]
fn a_liquidation_and_funding_are_counted_by_whoever_marks() {
    let mut floor = Floor::held_thirty();
    let (nav, delta) = (floor.stage.nav(), floor.delta());
    floor.say(|told| told.costAtoms += I256::try_from(100 * DOLLAR).unwrap());
    floor.mark();
    near(nav - floor.stage.nav(), 100 * DOLLAR, 2);
    floor.say(|told| {
        (told.sizeWad, told.costAtoms, told.marginAtoms) = (I256::ZERO, I256::ZERO, U256::from(3_000 * DOLLAR));
    });
    floor.mark();
    assert_eq!(floor.held(), (0, 3_000 * DOLLAR));
    near(delta - floor.delta(), 9_000_000, 1);
    near(nav - floor.stage.nav(), MARGIN - COST + 90_000 * DOLLAR - 3_000 * DOLLAR, 2);
}

/// While an order is in flight what it loses at the worst follows the price, and what is liquidated of the rest keeps nobody from
/// taking it back.
#[test]
fn an_order_in_flight_is_marked_at_its_worst() {
    let mut floor = Floor::held_thirty();
    floor.stage.sell_calls(-60);
    floor.stage.open_window();
    let told = floor.ask(-30_000, CENTS - 200).unwrap();
    let limit = -30 * 2_998 * DOLLAR + DOLLAR;
    assert_eq!(told.worstAtoms, U256::from(limit + 90_000 * DOLLAR));
    floor.stage.market.pass(1);
    floor.stage.market.push(SPOT + 30);
    floor.mark();
    assert_eq!(floor.held(), (30_000, MARGIN - COST - (limit + 30 * 3_030 * DOLLAR)));
    floor.say(|told| {
        (told.sizeWad, told.costAtoms, told.marginAtoms) = (I256::ZERO, I256::ZERO, U256::from(3_000 * DOLLAR));
    });
    floor.go_past(told.deadline);
    floor.cancel().unwrap();
    assert_eq!(floor.held(), (0, 3_000 * DOLLAR));
}

#[test]
fn every_door_is_closed_while_a_venue_is_asked() {
    let mut floor = Floor::of_liars();
    let (market, clearing, hedger) =
        (floor.stage.market.market, floor.stage.market.clearing, floor.stage.hedges.hedger);
    let words = floor.stage.inventory();
    let request = floor.order(1_000, LIMIT);
    let legs = vec![floor.stage.calls(CONTRACT)];
    let rebalance = floor.stage.request(vec![floor.stage.leg(1_000, CENTS)]);
    let doors: [(Address, Vec<u8>); 11] = [
        (market, IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR }.abi_encode()),
        (clearing, IClearing::openHedgeCall { payments: Vec::new() }.abi_encode()),
        (clearing, IClearing::closeHedgeCall { solver: floor.venue, tipAtoms: U256::from(1) }.abi_encode()),
        (clearing, IClearing::exitLockCall {}.abi_encode()),
        (hedger, IBroker::requestHedgeCall { request, words: words.clone() }.abi_encode()),
        (hedger, IBroker::confirmHedgeCall { words: words.clone() }.abi_encode()),
        (hedger, IBroker::cancelHedgeCall {}.abi_encode()),
        (hedger, IBroker::markPerpCall {}.abi_encode()),
        (hedger, IBroker::tendPerpCall {}.abi_encode()),
        (hedger, IHedger::checkpointCall {}.abi_encode()),
        (hedger, IHedger::rebalanceCall { request: rebalance, words }.abi_encode()),
    ];
    for (place, (door, data)) in doors.into_iter().enumerate() {
        let snapshot = floor.stage.market.world.chain.snapshot();
        floor.tell_venue(&TestPerp::setCallCall { target_: door, data_: Bytes::from(data) });
        floor.ask(30_000, LIMIT).unwrap();
        let venue = floor.venue;
        assert!(!floor.stage.market.world.read(venue, &TestPerp::isCallDoneCall {}), "door {place} is open");
        let answer = floor.stage.market.world.read(venue, &TestPerp::callAnswerCall {});
        let why = match place {
            1 => Some(ProgramsLocked::SELECTOR),
            2 => Some(CallerNotAllowed::SELECTOR),
            3 => Some(LockNotHeld::SELECTOR),
            _ => None,
        };
        if let Some(why) = why {
            assert_eq!(answer[..4], why, "door {place}");
        }
        floor.stage.market.world.chain.revert(snapshot);
    }
}
