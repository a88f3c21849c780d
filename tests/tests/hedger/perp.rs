//! The life of an order at a venue for perpetual futures: asked for, filled or cancelled; and what it is worth all the while.

use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use equipoise_chain::Receipt;
use equipoise_interfaces::{
    CallerNotAllowed, IPerpVenue, PerpDeadlineAhead, PerpDeadlinePassed, PerpHouseShort, PerpMarginShort,
    PerpOrderCancelled, PerpOrderFilled, PerpOrderPending, PerpOrderRequested, PerpOrderUnknown, PerpPositionHealthy,
    PerpPriceBeyondLimit, PerpPriceTooOld, PerpSettled, PerpSizeInvalid, PerpStanding, PerpTokensMissing,
};
use equipoise_tests::{Failure, Stablecoin, World};

sol! {
    interface TestHedger {
        struct Order {
            address to;
            bytes data;
        }
        function run(Order[] orders) external;
    }

    interface ReferencePerp {
        function fundHouse(uint256 atoms) external;
        function liquidate(address account) external;
    }
}

const DOLLAR: i128 = 1_000_000;
const UNIT: i128 = 1_000_000_000_000_000_000;
/// The spread, the fee, initial and maintenance margin.
const BPS: [u64; 4] = [5, 6, 1_000, 500];
const OLDEST_SECS: u64 = 120;

struct Floor {
    world: World,
    venue: Address,
    keeper: Address,
    /// Stands in for the hedger.
    hedger: Address,
}

impl Floor {
    /// A house with a million dollars and a hedger with as much, at 3,000.
    fn new() -> Self {
        let mut world = World::new();
        let (token, feed) = (world.token, world.feed);
        let keeper = world.account("keeper of the venue");
        let arguments = (token, feed, keeper, BPS.map(U256::from), U256::from(OLDEST_SECS));
        let venue = world.deploy("ReferencePerp", arguments.abi_encode_params());
        let hedger = world.deploy("TestHedger", (Address::ZERO, token).abi_encode_params());
        world.push_price(3_000);
        let mut floor = Self { world, venue, keeper, hedger };
        floor.give(hedger, 1_000_000 * DOLLAR);
        floor.give(venue, 1_000_000 * DOLLAR);
        let fund = ReferencePerp::fundHouseCall { atoms: atoms(1_000_000 * DOLLAR) };
        floor.world.send(keeper, venue, &fund).unwrap();
        floor
    }

    fn give(&mut self, to: Address, amount: i128) {
        let (owner, token) = (self.world.owner, self.world.token);
        self.world.send(owner, token, &Stablecoin::mintCall { to, amountAtoms: atoms(amount) }).unwrap();
    }

    /// A price that is younger than whatever has been before.
    fn price(&mut self, dollars: i64) {
        let now = self.world.chain.timestamp();
        self.world.go_to(now + 2);
        self.world.push_price(dollars);
    }

    /// Sends tokens to the venue and calls it, in one transaction, as the hedger does.
    fn with<C: SolCall>(&mut self, amount: i128, call: &C) -> Result<Receipt, Failure> {
        let (anybody, venue, token) = (self.world.owner, self.venue, self.world.token);
        let send = Stablecoin::transferCall { to: venue, value: atoms(amount) }.abi_encode();
        let order = |to: Address, data: Vec<u8>| TestHedger::Order { to, data: Bytes::from(data) };
        let orders = vec![order(token, send), order(venue, call.abi_encode())];
        self.world.send(anybody, self.hedger, &TestHedger::runCall { orders })
    }

    /// Asks for units at a limit in dollars, with margin, for a minute.
    fn ask(&mut self, units: i128, limit: i128, margin: i128) -> Result<PerpOrderRequested, Failure> {
        let deadline = self.world.chain.timestamp() + 60;
        let call = IPerpVenue::requestOrderCall {
            sizeWad: signed(units * UNIT),
            limitPriceWad: atoms(limit * UNIT),
            marginAtoms: atoms(margin),
            deadline,
        };
        Ok(World::events::<PerpOrderRequested>(&self.with(margin, &call)?).remove(0))
    }

    fn fill(&mut self, order: U256) -> Result<Receipt, Failure> {
        let (keeper, venue) = (self.keeper, self.venue);
        self.world.send(keeper, venue, &IPerpVenue::fillOrderCall { order })
    }

    fn cancel(&mut self, order: U256) -> Result<Receipt, Failure> {
        let (anybody, venue) = (self.world.owner, self.venue);
        self.world.send(anybody, venue, &IPerpVenue::cancelOrderCall { order })
    }

    fn standing(&mut self) -> PerpStanding {
        let account = self.hedger;
        self.world.read(self.venue, &IPerpVenue::standingCall { account })
    }

    /// What the hedger has there at a price, which is what he works out of what he is told.
    fn worth(&mut self, dollars: i128) -> i128 {
        let call = IPerpVenue::worthAtomsCall { account: self.hedger, priceWad: atoms(dollars * UNIT) };
        let told: i128 = self.world.read(self.venue, &call).try_into().unwrap();
        assert_eq!(told, worked_out(&self.standing(), dollars));
        told
    }

    fn tokens(&mut self) -> i128 {
        self.world.tokens(self.hedger).try_into().unwrap()
    }
}

/// The formula of [`PerpStanding`], of whole dollars.
fn worked_out(told: &PerpStanding, dollars: i128) -> i128 {
    let narrow = |number: I256| i128::try_from(number).unwrap();
    let value = |size: I256| (narrow(size) / (UNIT / DOLLAR)) * dollars;
    let pending = value(told.pendingWad) - narrow(told.pendingCostAtoms);
    i128::try_from(told.marginAtoms).unwrap() + value(told.sizeWad) - narrow(told.costAtoms) + pending.min(0)
}

fn atoms(number: i128) -> U256 {
    U256::try_from(number).unwrap()
}

fn signed(number: i128) -> I256 {
    I256::try_from(number).unwrap()
}

/// Six hundredths of a percent, and an atom for rounding.
fn fee(notional: i128) -> i128 {
    notional * 6 / 10_000 + 1
}

#[test]
fn an_order_is_asked_for_then_filled_then_closed_and_its_gain_counts_only_then() {
    let mut floor = Floor::new();
    let asked = floor.ask(-10, 2_990, 10_000 * DOLLAR).unwrap();
    assert_eq!((asked.account, asked.order), (floor.hedger, U256::from(1)));
    let told = floor.standing();
    assert_eq!((told.sizeWad, told.pendingWad), (I256::ZERO, signed(-10 * UNIT)));
    assert_eq!(told.marginAtoms, atoms(10_000 * DOLLAR));
    // If the price stays, the worst is a fill at the limit; if it rises, so is that; if it falls, that there is none.
    assert_eq!(floor.worth(3_000), 10_000 * DOLLAR - 100 * DOLLAR - fee(29_900 * DOLLAR));
    assert_eq!(floor.worth(3_100), 10_000 * DOLLAR - 1_100 * DOLLAR - fee(29_900 * DOLLAR));
    assert_eq!(floor.worth(2_800), 10_000 * DOLLAR);
    floor.price(3_000);
    let filled = World::events::<PerpOrderFilled>(&floor.fill(asked.order).unwrap()).remove(0);
    assert_eq!(filled.priceWad, atoms(2_998 * UNIT + UNIT / 2));
    let cost = 15 * DOLLAR + fee(29_985 * DOLLAR);
    assert_eq!(floor.worth(3_000), 10_000 * DOLLAR - cost);
    assert_eq!(floor.worth(2_800), 12_000 * DOLLAR - cost);
    let told = floor.standing();
    assert_eq!((told.sizeWad, told.pendingWad, told.order), (signed(-10 * UNIT), I256::ZERO, U256::ZERO));
    // Closing at 2,800: at its worst until it is done.
    floor.price(2_800);
    let asked = floor.ask(10, 2_900, 0).unwrap();
    assert_eq!(floor.worth(2_800), 12_000 * DOLLAR - cost - 1_000 * DOLLAR - fee(29_000 * DOLLAR));
    floor.price(2_800);
    let settled = World::events::<PerpSettled>(&floor.fill(asked.order).unwrap()).remove(0);
    let gain = 2_000 * DOLLAR - cost - 14 * DOLLAR - fee(28_014 * DOLLAR);
    assert_eq!(settled.gainAtoms, signed(gain));
    assert_eq!(floor.worth(1), 10_000 * DOLLAR + gain);
    floor.with(0, &IPerpVenue::withdrawMarginCall { marginAtoms: atoms(10_000 * DOLLAR + gain) }).unwrap();
    assert_eq!(floor.tokens(), 1_000_000 * DOLLAR + gain);
    assert_eq!(floor.standing().marginAtoms, U256::ZERO);
}

#[test]
fn an_order_that_nobody_fills_is_cancelled_after_its_deadline_and_its_margin_comes_back() {
    let mut floor = Floor::new();
    let asked = floor.ask(5, 3_010, 4_000 * DOLLAR).unwrap();
    assert_eq!(floor.tokens(), 996_000 * DOLLAR);
    let early = floor.cancel(asked.order).unwrap_err();
    assert_eq!(early.decode::<PerpDeadlineAhead>().unwrap().deadline, asked.deadline);
    floor.world.go_to(asked.deadline + 1);
    floor.world.push_price(3_000);
    let late = floor.fill(asked.order).unwrap_err();
    assert_eq!(late.decode::<PerpDeadlinePassed>().unwrap().deadline, asked.deadline);
    let receipt = floor.cancel(asked.order).unwrap();
    assert_eq!(World::events::<PerpOrderCancelled>(&receipt)[0].marginAtoms, atoms(4_000 * DOLLAR));
    assert_eq!(floor.tokens(), 1_000_000 * DOLLAR);
    let told = floor.standing();
    assert_eq!((told.marginAtoms, told.order, told.pendingWad), (U256::ZERO, U256::ZERO, I256::ZERO));
    for again in [floor.cancel(asked.order), floor.fill(asked.order)] {
        again.unwrap_err().expect(&PerpOrderUnknown { order: asked.order });
    }
}

/// Whatever the keeper does, and whatever the price, what was debited at the request was the worst.
#[test]
fn no_fill_and_no_cancellation_lowers_what_was_counted_before() {
    for (units, limit) in [(7, 3_000), (7, 3_300), (-7, 2_999), (-7, 2_700)] {
        for mark in [2_750, 2_999, 3_000, 3_250] {
            let mut floor = Floor::new();
            // It holds something already.
            let first = floor.ask(-3, 2_900, 20_000 * DOLLAR).unwrap();
            floor.price(3_000);
            floor.fill(first.order).unwrap();
            let asked = floor.ask(units, limit, 5_000 * DOLLAR).unwrap();
            let prices = [2_500, 2_999, 3_000, 3_001, 3_500];
            let before = prices.map(|price| floor.worth(price));
            let tokens = floor.tokens();
            floor.price(mark);
            let done = floor.fill(asked.order);
            if let Err(refused) = &done {
                assert!(refused.decode::<PerpPriceBeyondLimit>().is_some(), "{refused:?}");
                floor.world.go_to(asked.deadline + 1);
                floor.cancel(asked.order).unwrap();
            }
            let back = floor.tokens() - tokens;
            for (price, before) in prices.into_iter().zip(before) {
                let after = floor.worth(price) + back;
                assert!(after >= before, "{units} at {limit}, filled at {mark}: {after} < {before} at {price}");
            }
        }
    }
}

#[test]
fn a_fill_is_the_keepers_at_a_price_after_the_request_within_the_limit() {
    let mut floor = Floor::new();
    let asked = floor.ask(10, 3_001, 5_000 * DOLLAR).unwrap();
    let (stranger, venue, keeper) = (floor.world.account("stranger"), floor.venue, floor.keeper);
    let call = IPerpVenue::fillOrderCall { order: asked.order };
    let refused = floor.world.send(stranger, venue, &call).unwrap_err();
    refused.expect(&CallerNotAllowed { caller: stranger, allowed: keeper });
    let old = floor.fill(asked.order).unwrap_err();
    assert!(old.decode::<PerpPriceTooOld>().is_some(), "{old:?}");
    floor.price(3_000);
    let dear = floor.fill(asked.order).unwrap_err();
    dear.expect(&PerpPriceBeyondLimit { priceWad: atoms(3_001 * UNIT + UNIT / 2), limitPriceWad: atoms(3_001 * UNIT) });
    floor.price(2_999);
    floor.fill(asked.order).unwrap();
}

#[test]
fn an_order_needs_its_margin_and_there_is_one_at_a_time() {
    let mut floor = Floor::new();
    let short = floor.ask(10, 3_000, 2_000 * DOLLAR).unwrap_err();
    let needed = atoms(3_000 * DOLLAR);
    short.expect(&PerpMarginShort { worthAtoms: signed(2_000 * DOLLAR - fee(30_000 * DOLLAR)), neededAtoms: needed });
    let call = IPerpVenue::depositMarginCall { marginAtoms: atoms(10) };
    let missing = floor.with(9, &call).unwrap_err();
    missing.expect(&PerpTokensMissing { sentAtoms: atoms(9), neededAtoms: atoms(10) });
    floor.ask(0, 3_000, 0).unwrap_err().expect(&PerpSizeInvalid { sizeWad: I256::ZERO });
    let asked = floor.ask(10, 3_000, 3_500 * DOLLAR).unwrap();
    floor.ask(1, 3_000, 3_500 * DOLLAR).unwrap_err().expect(&PerpOrderPending { order: asked.order });
    // What the order has is not to be withdrawn, nor what its worst case needs.
    let withdraw = |atoms_: i128| IPerpVenue::withdrawMarginCall { marginAtoms: atoms(atoms_) };
    let kept = floor.with(0, &withdraw(1)).unwrap_err();
    kept.expect(&PerpMarginShort { worthAtoms: I256::ZERO, neededAtoms: U256::from(1) });
    floor.with(1_000 * DOLLAR, &IPerpVenue::depositMarginCall { marginAtoms: atoms(1_000 * DOLLAR) }).unwrap();
    floor.with(0, &withdraw(1_000 * DOLLAR)).unwrap();
    floor.price(2_990);
    floor.fill(asked.order).unwrap();
    assert!(floor.with(0, &withdraw(1_000 * DOLLAR)).unwrap_err().decode::<PerpMarginShort>().is_some());
    floor.with(0, &withdraw(400 * DOLLAR)).unwrap();
}

#[test]
fn a_liquidation_is_seen_and_closing_needs_no_margin() {
    let mut floor = Floor::new();
    let asked = floor.ask(-10, 2_990, 3_500 * DOLLAR).unwrap();
    floor.price(3_000);
    floor.fill(asked.order).unwrap();
    let (anybody, venue, account) = (floor.world.owner, floor.venue, floor.hedger);
    let liquidate = ReferencePerp::liquidateCall { account };
    let healthy = floor.world.send(anybody, venue, &liquidate).unwrap_err();
    assert!(healthy.decode::<PerpPositionHealthy>().is_some(), "{healthy:?}");
    // Below the initial margin, above maintenance: a part may be closed.
    floor.price(3_100);
    assert!(floor.ask(-1, 3_000, 0).unwrap_err().decode::<PerpMarginShort>().is_some());
    let asked = floor.ask(4, 3_150, 0).unwrap();
    floor.price(3_100);
    floor.fill(asked.order).unwrap();
    assert_eq!(floor.standing().sizeWad, signed(-6 * UNIT));
    floor.price(3_500);
    floor.world.send(anybody, venue, &liquidate).unwrap();
    let told = floor.standing();
    assert_eq!((told.sizeWad, told.costAtoms), (I256::ZERO, I256::ZERO));
    // Bought back in parts at 3,101.55 and 3,501.75.
    let (sold, bought) = (29_985 * DOLLAR, 12_406_200_000 + 21_010_500_000);
    let fees = fee(29_985 * DOLLAR) + fee(12_406_200_000) + fee(21_010_500_000);
    assert_eq!(told.marginAtoms, atoms(3_500 * DOLLAR + sold - bought - fees));
}

#[test]
fn a_gain_that_the_house_cannot_pay_is_not_filled() {
    let mut floor = Floor::new();
    let asked = floor.ask(1_000, 3_100, 500_000 * DOLLAR).unwrap();
    floor.price(3_000);
    floor.fill(asked.order).unwrap();
    floor.price(4_100);
    let asked = floor.ask(-1_000, 4_000, 0).unwrap();
    floor.price(4_100);
    let short = floor.fill(asked.order).unwrap_err();
    assert_eq!(short.decode::<PerpHouseShort>().unwrap().houseAtoms, atoms(1_000_000 * DOLLAR));
}
