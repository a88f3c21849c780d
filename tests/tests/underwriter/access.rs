//! Who may bring offers, name the underwriter, and cross trades; and when the market lets them.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolValue;
use equipoise_interfaces::{
    account, AddressHasNoCode, AlreadyWired, CallerNotAllowed, CallerNotOwner, ClearingNotAuthorised, IBreakers,
    IClearing, IUnderwriter, IUnderwritten, MarketBoardClosed, MarketHalted, MarketReduceOnly, MarketSelfTrade,
    MarketSeriesUnknown, MarketSizeNotWholeLots, MarketSpotStale, NotWired, OfferedLeg, UnderwriterCallerNotAuthorised,
    UnderwriterNotOperator, UnderwriterUnitsInvalid,
};
use equipoise_tests::{Failure, TestMarket};

use crate::fixture::{leg, signed, Market, CONSTRUCTOR, FAR, HOUR, LOT, SPOT, WINDOW};
use crate::offering::{maker_key, offer_of};
use crate::stage::{Stage, RICH};

const REDUCE: u8 = 1;
const HALT: u8 = 2;

#[test]
fn a_taker_lets_the_underwriter_trade_for_him_first() {
    let mut stage = Stage::open();
    let (taker, underwriter) = (stage.taker, stage.underwriter);
    let offer = stage.offer(&stage.call(), 10);
    stage.ledger(taker, &IClearing::setOperatorCall { operator: underwriter, until: 0 });
    let refused = stage.trade(stage.order(1, 1), &offer).unwrap_err();
    refused.expect(&UnderwriterNotOperator { owner: taker, underwriter });
    stage.let_trade(taker);
    stage.trade(stage.order(1, 1), &offer).unwrap();
}

#[test]
fn offers_are_brought_by_who_owns_or_operates_the_account() {
    let mut stage = Stage::open();
    let offer = stage.offer(&stage.call(), 10);
    let stranger = stage.market.trader("stranger", 0);
    let signature = stage.signature(&offer);
    let refused = stage.bring(stranger, stage.order(1, 1), &offer, signature.clone()).unwrap_err();
    refused.expect(&UnderwriterCallerNotAuthorised { caller: stranger, account: account::of(stage.taker) });
    let taker = stage.taker;
    stage.ledger(taker, &IClearing::setOperatorCall { operator: stranger, until: FAR });
    stage.bring(stranger, stage.order(1, 1), &offer, signature).unwrap();
}

#[test]
fn both_sides_take_a_unit_at_least() {
    let mut stage = Stage::open();
    let offer = stage.offer(&stage.call(), 10);
    for (vault, maker) in [(0, 1), (1, 0), (u64::MAX, 1)] {
        let refused = stage.trade(stage.order(vault, maker), &offer).unwrap_err();
        refused.expect(&UnderwriterUnitsInvalid { vaultUnits: vault, makerUnits: maker });
    }
}

#[test]
fn an_underwriter_is_named_once_and_by_the_owner() {
    let mut market = Market::open();
    let (owner, stranger, program, clearing) = (market.world.owner, market.keeper, market.market, market.clearing);
    let cross = crossing(account::of(owner), account::of(stranger), Vec::new());
    market.send(owner, &cross).unwrap_err().expect(&NotWired {});
    let wire = |underwriter| IUnderwritten::wireUnderwriterCall { underwriter };
    market.send(stranger, &wire(clearing)).unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    let nowhere = Address::repeat_byte(9);
    market.send(owner, &wire(nowhere)).unwrap_err().expect(&AddressHasNoCode { account: nowhere });
    let underwriter = crate::offering::underwriter_of(&mut market);
    assert_eq!(market.read(&IUnderwritten::underwriterCall {}), underwriter);
    market.send(owner, &wire(clearing)).unwrap_err().expect(&AlreadyWired {});
    let no = CallerNotAllowed { caller: owner, allowed: underwriter };
    market.send(owner, &cross).unwrap_err().expect(&no);
    assert_eq!(market.world.read(underwriter, &IUnderwriter::marketCall {}), program);
    assert_eq!(market.world.read(underwriter, &IUnderwriter::clearingCall {}), clearing);
    let again = [&CONSTRUCTOR[..], &(owner, owner).abi_encode()].concat();
    let receipt = market.world.submit(owner, underwriter, again);
    assert!(!receipt.status);
    Failure(receipt.output).expect(&AlreadyWired {});
}

#[test]
fn an_underwriter_that_is_not_wired_moves_nothing() {
    let mut market = Market::open();
    let (owner, program, clearing) = (market.world.owner, market.market, market.clearing);
    let underwriter = market.world.deploy_program("underwriter", (program, clearing).abi_encode()).unwrap();
    market.ledger_of(owner, &IClearing::registerProgramCall { program: underwriter });
    let taker = market.trader("taker", RICH);
    let mut stage = Stage { market, underwriter, taker, maker: maker_key() };
    stage.enrol(maker_key().address(), RICH);
    stage.let_trade(taker);
    let offer = stage.offer(&stage.call(), 10);
    stage.trade(stage.order(1, 1), &offer).unwrap_err().expect(&NotWired {});
}

impl Market {
    fn ledger_of<C: alloy_sol_types::SolCall>(&mut self, from: Address, call: &C) {
        let clearing = self.clearing;
        self.world.send(from, clearing, call).unwrap();
    }
}

#[test]
fn a_market_that_only_reduces_lets_nobody_open_against_a_maker() {
    let mut stage = Stage::open();
    let unit = stage.call();
    let offer = stage.offer(&unit, 10);
    stage.trade(stage.order(4, 1), &offer).unwrap();
    let owner = stage.market.world.owner;
    stage.market.send(owner, &IBreakers::tightenCall { state: REDUCE }).unwrap();
    let refused = stage.trade(stage.order(1, 1), &offer).unwrap_err();
    assert!(refused.decode::<MarketReduceOnly>().is_some(), "the vault opens nothing: {refused:?}");
    // The taker closes, which the vault lets him; but who is on the other side would open.
    let back: Vec<_> = unit.iter().map(|each| leg(each.series, -LOT)).collect();
    let other = stage.market.world.deploy("TestMarket", Vec::new());
    stage.enrol(other, RICH);
    let mut offer = offer_of(other, &back, 10);
    offer.taker = stage.taker;
    let digest = stage.market.world.read(stage.underwriter, &IUnderwriter::digestOfCall { offer: offer.clone() });
    let taker = stage.taker;
    stage.market.world.send(taker, other, &TestMarket::confirmCall { digest }).unwrap();
    stage.market.trade(taker, &back).unwrap();
    let refused = stage.bring(taker, stage.order(1, 1), &offer, Bytes::default()).unwrap_err();
    refused.expect(&MarketReduceOnly { trippedRules: 0, recoversAt: 0 });
    stage.market.send(owner, &IBreakers::tightenCall { state: HALT }).unwrap();
    let refused = stage.bring(taker, stage.order(1, 1), &offer, Bytes::default()).unwrap_err();
    assert!(refused.decode::<MarketHalted>().is_some(), "{refused:?}");
}

#[test]
fn a_board_whose_average_runs_is_not_shared() {
    let mut stage = Stage::open();
    let (board, expiry) = stage.market.boards[0];
    let unit = vec![leg(crate::fixture::call_of(board, crate::fixture::K3000), LOT)];
    let offer = stage.offer(&unit, 10);
    stage.market.world.go_to(expiry - WINDOW);
    stage.market.push(SPOT);
    stage.market.post_surface().unwrap();
    let refused = stage.trade(stage.order(1, 1), &offer).unwrap_err();
    assert!(refused.decode::<MarketBoardClosed>().is_some(), "{refused:?}");
}

fn crossing(
    maker: alloy_primitives::B256,
    taker: alloy_primitives::B256,
    legs: Vec<OfferedLeg>,
) -> IUnderwritten::crossTradeCall {
    IUnderwritten::crossTradeCall { maker, taker, costAtoms: signed(5_000_000), feeAtoms: U256::from(1_000), legs }
}

/// A market whose underwriter is a contract that does what it is told: what the market itself makes sure of.
struct Told {
    market: Market,
    relay: Address,
    maker: Address,
    taker: Address,
}

impl Told {
    fn open() -> Self {
        let mut market = Market::open();
        let owner = market.world.owner;
        let relay = market.world.deploy("TestMarket", Vec::new());
        market.send(owner, &IUnderwritten::wireUnderwriterCall { underwriter: relay }).unwrap();
        let [maker, taker] = ["maker", "taker"].map(|name| market.trader(name, RICH));
        market.ledger_of(taker, &IClearing::setOperatorCall { operator: relay, until: FAR });
        Self { market, relay, maker, taker }
    }

    fn cross(&mut self, series: u32, size: i128) -> Result<(), Failure> {
        let call = crossing(account::of(self.maker), account::of(self.taker), legs(series, size));
        self.send(&call)
    }

    fn send(&mut self, call: &IUnderwritten::crossTradeCall) -> Result<(), Failure> {
        let (relay, market) = (self.relay, self.market.market);
        self.market.world.relay(relay, market, call).map(|_| ())
    }

    fn series(&self, board: usize) -> u32 {
        crate::fixture::call_of(self.market.boards[board].0, crate::fixture::K3000)
    }
}

fn legs(series: u32, size: i128) -> Vec<OfferedLeg> {
    vec![OfferedLeg { series, sizeWad: signed(size) }]
}

#[test]
fn a_market_crosses_no_more_than_it_would_trade() {
    let mut told = Told::open();
    let series = told.series(2);
    told.cross(series, LOT / 2).unwrap_err().decode::<MarketSizeNotWholeLots>().unwrap();
    told.cross(series, 0).unwrap_err().decode::<MarketSizeNotWholeLots>().unwrap();
    // A strike that the board does not have.
    let unknown =
        equipoise_interfaces::series::Series { board: told.market.boards[2].0, strike: 12, is_put: false }.id();
    told.cross(unknown, LOT).unwrap_err().expect(&MarketSeriesUnknown { series: unknown });
    told.cross(series, LOT).unwrap();
    let (week, expiry) = told.market.boards[0];
    let soon = told.series(0);
    told.market.world.go_to(expiry - WINDOW);
    told.market.push(SPOT);
    told.market.post_surface().unwrap();
    let refused = told.cross(soon, LOT).unwrap_err().decode::<MarketBoardClosed>().unwrap();
    assert_eq!((refused.board, refused.closedAt), (week, expiry - WINDOW));
}

#[test]
fn a_market_crosses_nothing_at_a_stale_price() {
    let mut told = Told::open();
    let series = told.series(2);
    let stale_at = told.market.now() + 2 * HOUR;
    told.market.world.chain.set_time(stale_at).unwrap();
    told.cross(series, LOT).unwrap();
    told.market.pass(1);
    let refused = told.cross(series, LOT).unwrap_err();
    assert!(refused.decode::<MarketSpotStale>().is_some(), "{refused:?}");
    told.market.push(SPOT);
    told.market.post_surface().unwrap();
    told.market.poke();
    told.cross(series, LOT).unwrap();
}

#[test]
fn whoever_takes_and_whoever_makes_are_two() {
    let mut told = Told::open();
    let (taker, series) = (account::of(told.taker), told.series(2));
    for maker in [taker, account::sub(told.taker, 3)] {
        let call = crossing(maker, taker, legs(series, LOT));
        told.send(&call).unwrap_err().expect(&MarketSelfTrade { maker, taker });
    }
    // Nor is the vault one of them.
    let call = crossing(account::VAULT, taker, legs(series, LOT));
    assert!(told.send(&call).is_err());
}

#[test]
fn the_ledger_makes_sure_that_the_taker_lets_the_underwriter_trade_for_him() {
    let mut told = Told::open();
    let (taker, relay, series) = (told.taker, told.relay, told.series(2));
    told.market.ledger_of(taker, &IClearing::setOperatorCall { operator: relay, until: 0 });
    let refused = told.cross(series, LOT).unwrap_err();
    refused.expect(&ClearingNotAuthorised { account: account::of(taker), caller: relay });
}
