//! Trades: neither their size, their split, their order nor their number makes them pay.

use alloy_primitives::Address;
use equipoise_interfaces::Leg;
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, narrow, put_of, Market, CONTRACT, K2400, K3000, K3200, LOT, SPOT};
use crate::stage::RICH;

#[test]
fn ten_thousand_dust_cycles_gain_nothing() {
    let mut market = Market::open();
    // The vault holds something, and has charged for it: there is a reserve to be had.
    let crowd = market.trader("crowd", RICH);
    market.trade(crowd, &[leg(call_of(1, K3000), 20 * CONTRACT), leg(put_of(3, K2400), -15 * CONTRACT)]).unwrap();
    let attacker = market.trader("attacker", 0);
    market.fund(attacker, 1_000 * TOKEN);
    let all: Vec<u32> =
        (1..=4).flat_map(|board| [call_of(board, K3000), put_of(board, K3200), call_of(board, 0)]).collect();
    let mut left = 1_000 * TOKEN;
    for cycle in 0..10_000_usize {
        if cycle % 500 == 0 {
            market.pass(300);
            market.jump(SPOT + (cycle / 500 % 7) as i64 - 3);
        }
        let series = all[cycle % all.len()];
        let size = if (cycle / all.len()).is_multiple_of(2) { LOT } else { -LOT };
        market.deposit(attacker, 10 * TOKEN + (cycle % 3) as u128).unwrap();
        market.trade(attacker, &[leg(series, size)]).unwrap();
        market.trade(attacker, &[leg(series, -size)]).unwrap();
        let cash = market.cash_of(attacker).unsigned_abs();
        market.withdraw(attacker, cash).unwrap();
        let now = market.world.tokens(attacker);
        assert!(now <= left, "cycle {cycle} gains {}", now - left);
        left = now;
    }
    assert!(left < 1_000 * TOKEN);
    market.assert_custody(&[crowd, attacker]);
}

/// What packages cost an account in turn.
fn cost(market: &mut Market, trader: Address, packages: &[Vec<Leg>]) -> i128 {
    packages.iter().map(|legs| narrow(market.trade(trader, legs).unwrap().quoted.costAtoms)).sum()
}

fn scaled(legs: &[(u32, i128)], lots: i128) -> Vec<Leg> {
    legs.iter().map(|(series, ratio)| leg(*series, ratio * lots * LOT)).collect()
}

fn books() -> Vec<Vec<Leg>> {
    vec![
        vec![],
        vec![leg(call_of(1, K3000), 30 * CONTRACT), leg(put_of(2, K2400), 20 * CONTRACT)],
        vec![leg(call_of(1, K3000), -30 * CONTRACT), leg(put_of(4, K3200), -10 * CONTRACT)],
        vec![leg(call_of(2, K3200), 25 * CONTRACT), leg(call_of(3, K3000), -25 * CONTRACT)],
    ]
}

fn packages() -> Vec<Vec<(u32, i128)>> {
    vec![
        vec![(call_of(1, K3000), 1)],
        vec![(put_of(1, K2400), -1)],
        vec![(call_of(2, K3000), 1), (put_of(2, K3000), 1)],
        vec![(call_of(1, K3000), 1), (call_of(1, K3200), -1)],
        vec![(call_of(1, K3000), -1), (call_of(3, K3000), 1)],
        vec![(put_of(4, K3200), 2), (call_of(4, K2400), -1), (call_of(2, K3200), 1)],
    ]
}

/// A market whose vault holds the other side of a book.
fn holding(book: &[Leg]) -> (Market, Address) {
    let mut market = Market::open();
    let crowd = market.trader("crowd", 10 * RICH);
    if !book.is_empty() {
        market.trade(crowd, book).unwrap();
    }
    let trader = market.trader("trader", 10 * RICH);
    (market, trader)
}

#[test]
fn split_never_costs_less_than_whole() {
    for book in books() {
        let (mut market, trader) = holding(&book);
        for package in packages() {
            let whole = market.suppose(|market| cost(market, trader, &[scaled(&package, 6_000)]));
            for parts in [2, 3, 10] {
                let equal = vec![scaled(&package, 6_000 / parts); parts as usize];
                let paid = market.suppose(|market| cost(market, trader, &equal));
                assert!(paid >= whole, "{parts} parts of {package:?}: {paid} for {whole}");
            }
            // Most of it first, and leg by leg, either way round.
            let uneven = [scaled(&package, 5_999), scaled(&package, 1)];
            let mut legs: Vec<Vec<Leg>> = package.iter().map(|one| scaled(&[*one], 6_000)).collect();
            for parts in [uneven.to_vec(), legs.clone(), {
                legs.reverse();
                legs
            }] {
                let paid = market.suppose(|market| cost(market, trader, &parts));
                assert!(paid >= whole, "{package:?} in {} parts: {paid} for {whole}", parts.len());
            }
            // By two who share.
            let friend = market.trader("friend", 10 * RICH);
            let half = [scaled(&package, 3_000)];
            let paid = market.suppose(|market| cost(market, trader, &half) + cost(market, friend, &half));
            assert!(paid >= whole, "{package:?} by two: {paid} for {whole}");
        }
    }
}

#[test]
fn round_trip_never_profits() {
    for book in books() {
        let (mut market, trader) = holding(&book);
        for package in packages() {
            let (there, back) = (scaled(&package, 6_000), scaled(&package, -6_000));
            let halves = [scaled(&package, -3_000), scaled(&package, -3_000)];
            let beyond = [there.clone(), scaled(&package, -12_000), there.clone()];
            let legs: Vec<Vec<Leg>> = package.iter().map(|one| scaled(&[*one], -6_000)).collect();
            let ways = [
                vec![there.clone(), back.clone()],
                vec![back, there.clone()],
                [vec![there.clone()], halves.to_vec()].concat(),
                [vec![there], legs].concat(),
                beyond.to_vec(),
            ];
            for way in ways {
                let paid = market.suppose(|market| cost(market, trader, &way));
                assert!(paid > 0, "{package:?} there and back in {} trades earns {}", way.len(), -paid);
            }
        }
    }
}

#[test]
fn what_one_expiry_uses_makes_that_expiry_dearer_first() {
    let straddle = |board, size| [leg(call_of(board, K3000), size), leg(put_of(board, K3000), size)];
    let mut market = Market::open();
    let crowd = market.trader("crowd", 10 * RICH);
    let skew = |market: &mut Market, board| narrow(market.quote(&straddle(board, CONTRACT)).unwrap().skewAtoms);
    let empty = [1, 3].map(|board| skew(&mut market, board));
    // At the money vega weighted by the root of time is the same in every expiry, so what tells them apart is their buckets.
    market.trade(crowd, &straddle(1, 40 * CONTRACT)).unwrap();
    let used = [1, 3].map(|board| skew(&mut market, board));
    assert!(used[0] > empty[0] && used[1] > empty[1], "{used:?} after {empty:?}");
    assert!(used[0] - empty[0] > (used[1] - empty[1]) * 5 / 4, "{used:?} after {empty:?}");
    // The same use of another expiry is dearer there: capacity is not one pool.
    let mirrored = {
        let mut other = Market::open();
        let crowd = other.trader("crowd", 10 * RICH);
        other.trade(crowd, &straddle(3, 40 * CONTRACT)).unwrap();
        [1, 3].map(|board| skew(&mut other, board))
    };
    assert!(mirrored[1] > mirrored[0] - (empty[0] - empty[1]), "{mirrored:?}");
    // What is sold to the vault elsewhere takes the common vega away, not what the first expiry has used.
    let loaded = market.book();
    market.trade(crowd, &straddle(3, -40 * CONTRACT)).unwrap();
    let netted = market.book();
    assert!(
        narrow(netted.vegaWad).abs() < narrow(loaded.vegaWad).abs() / 10,
        "{} of {}",
        netted.vegaWad,
        loaded.vegaWad
    );
    assert!(netted.penaltyWad > loaded.penaltyWad / alloy_primitives::U256::from(20), "{}", netted.penaltyWad);
    assert!(skew(&mut market, 1) > empty[0], "the first expiry is still dearer than in an empty book");
}
