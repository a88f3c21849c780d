//! Matched open interest: what traders hold against each other is counted, limited, and forgotten with its board.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_chain::BlockSelector;
use equipoise_interfaces::{
    account, IClearing, IDesk, IMarket, Leg, MarketMatchedInterestLimitExceeded, SelectorUnknown,
};
use equipoise_market_state::store::{Place, ROOT};
use equipoise_risk::parameters::Parameter;
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, put_of, Market, CAPITAL, CONTRACT, FAR, K2400, K3000, K3200};
use crate::life::expire;

const RICH: u128 = 10_000_000 * TOKEN;

impl Market {
    fn matched(&mut self) -> u128 {
        self.read(&IMarket::matchedInterestCall {}).to::<u128>()
    }

    fn buy(&mut self, trader: Address, series: u32, contracts: i128) {
        self.trade(trader, &[leg(series, contracts * CONTRACT)]).unwrap();
    }
}

fn contracts(count: i128) -> u128 {
    (count * CONTRACT).unsigned_abs()
}

#[test]
fn only_what_traders_hold_on_both_sides_is_matched() {
    let mut market = Market::open();
    let [buyer, seller] = ["buyer", "seller"].map(|name| market.trader(name, RICH));
    let (near, far) = (call_of(1, K3000), put_of(3, K2400));
    market.buy(buyer, near, 6);
    assert_eq!(market.matched(), 0, "the vault is the other side");
    market.buy(seller, near, -4);
    assert_eq!(market.matched(), contracts(4));
    market.buy(seller, near, -4);
    assert_eq!(market.matched(), contracts(6), "the vault has two of the shorts' eight");
    market.buy(buyer, far, 3);
    market.buy(seller, far, -2);
    assert_eq!(market.matched(), contracts(8), "over all boards");
    // A trader who crosses to the other side is first one and then the other.
    market.buy(buyer, near, -7);
    assert_eq!(market.matched(), contracts(2));
    market.buy(buyer, near, 7);
    assert_eq!(market.matched(), contracts(8));
    market.buy(seller, near, 8);
    market.buy(seller, far, 2);
    assert_eq!(market.matched(), 0);
}

#[test]
fn longs_that_meet_the_holders_own_shorts_match_no_more() {
    let mut market = Market::open();
    let [buyer, seller] = ["buyer", "seller"].map(|name| market.trader(name, RICH));
    let series = call_of(1, K3000);
    market.buy(buyer, series, 5);
    market.buy(seller, series, -5);
    let clearing = market.clearing;
    market.world.send(seller, clearing, &IClearing::setOperatorCall { operator: buyer, until: FAR }).unwrap();
    let transfer = |contracts: i128| IMarket::transferLongsCall {
        from: account::of(buyer),
        to: account::of(seller),
        legs: vec![leg(series, contracts * CONTRACT)],
    };
    market.send(buyer, &transfer(2)).unwrap();
    assert_eq!(market.matched(), contracts(3));
    market.send(buyer, &transfer(3)).unwrap();
    assert_eq!(market.matched(), 0);
}

#[test]
fn a_board_is_forgotten_with_its_settlement_and_no_sooner() {
    let mut market = Market::open();
    let [buyer, seller] = ["buyer", "seller"].map(|name| market.trader(name, RICH));
    for series in [call_of(1, K3000), call_of(3, K3000)] {
        market.buy(buyer, series, 5);
        market.buy(seller, series, -5);
    }
    assert_eq!(market.matched(), contracts(10));
    let first = expire(&mut market);
    assert_eq!(market.matched(), contracts(10));
    market.settle_board(1, first).unwrap();
    assert_eq!(market.matched(), contracts(5));
    for trader in [buyer, seller] {
        market.settle_account(trader, 1).unwrap();
    }
    assert_eq!(market.matched(), contracts(5), "accounts that settle change nothing");
}

#[test]
fn nobody_opens_past_what_a_jump_may_cost_and_everybody_closes() {
    let mut market = Market::open();
    let [buyer, seller] = ["buyer", "seller"].map(|name| market.trader(name, RICH));
    // At a stress limit of nine tenths a jump may cost the last tenth: 111 contracts at 900 each.
    market.with_parameter(Parameter::StressLimit, 900_000);
    let refused = |market: &mut Market, trader: Address, legs: Vec<Leg>| {
        let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR };
        market.refused_data(market.market, trader, call.abi_encode())
    };
    let series = call_of(3, K3000);
    for _ in 0..2 {
        market.buy(buyer, series, 55);
        market.buy(seller, series, -55);
    }
    assert_eq!(market.matched(), contracts(110));
    market.buy(buyer, series, 2);
    let more = refused(&mut market, seller, vec![leg(series, -2 * CONTRACT)]);
    let told = more.decode::<MarketMatchedInterestLimitExceeded>().unwrap();
    // Rounded up in each of its steps.
    let loss = U256::from(112 * 900) * U256::from(CONTRACT);
    assert!(told.lossWad >= loss && told.lossWad - loss < U256::from(10_000), "{}", told.lossWad);
    let tenth = U256::from(CAPITAL / TOKEN / 10) * U256::from(CONTRACT);
    assert!(told.limitWad.abs_diff(tenth) < tenth / U256::from(100), "{}", told.limitWad);
    assert_eq!(market.matched(), contracts(110), "what is refused leaves nothing");
    market.buy(seller, series, -1);
    // In another series, too, and for a trade that is not short of the vault's other limits.
    let more = refused(&mut market, seller, vec![leg(series, -CONTRACT), leg(call_of(1, K3200), CONTRACT)]);
    more.decode::<MarketMatchedInterestLimitExceeded>().unwrap();
    // What traders hold against the vault alone goes on, and so does closing, even past a limit that has come down.
    market.buy(buyer, call_of(1, K3200), 1);
    market.pass(600);
    market.push(3_150);
    market.buy(buyer, series, -50);
    market.buy(seller, series, 50);
    assert_eq!(market.matched(), contracts(61));
}

#[test]
fn the_count_is_nobodys_to_change_from_outside() {
    let mut market = Market::open();
    let [buyer, seller] = ["buyer", "seller"].map(|name| market.trader(name, RICH));
    market.buy(buyer, call_of(1, K3000), 5);
    market.buy(seller, call_of(1, K3000), -5);
    let call = IDesk::countMatchedCall { board: 1, grownLots: -5_000, spotWad: U256::ZERO };
    let selector = SelectorUnknown { selector: IDesk::countMatchedCall::SELECTOR.into() };
    let owner = market.world.owner;
    for stranger in [buyer, owner] {
        market.refuse(stranger, &call, &selector);
    }
    assert_eq!(market.matched(), contracts(5));
}

#[test]
fn what_lies_beside_the_ledgers_address_stays() {
    let mut market = Market::open();
    let [buyer, seller] = ["buyer", "seller"].map(|name| market.trader(name, RICH));
    let slot = |market: &mut Market| {
        market
            .world
            .chain
            .storage(market.market, ROOT + U256::from(Place::Clearing as u8), BlockSelector::latest())
            .unwrap()
    };
    let without = |mut word: B256| {
        word[4..9].fill(0);
        word
    };
    let before = slot(&mut market);
    market.buy(buyer, call_of(1, K3000), 5);
    market.buy(seller, call_of(1, K3000), -5);
    let after = slot(&mut market);
    assert_ne!(before, after);
    assert_eq!(without(before), without(after));
}
