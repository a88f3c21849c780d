//! Prices at the ends of what can happen: no time, no volatility or all of it, strikes far away.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{Leg, Quote, Slice};
use equipoise_tests::TOKEN;

use crate::fixture::{
    call_of, leg, narrow, put_of, signed, Market, CONTRACT, DAY, HOUR, K3000, K3200, SPOT, STRIKES, WINDOW,
};
use crate::stage::RICH;

/// The mid of one contract in atoms, from a quote of a thousand, so that rounding is a thousandth of an atom.
fn mid(market: &mut Market, series: u32) -> i128 {
    narrow(market.quote(&[leg(series, 1_000 * CONTRACT)]).unwrap().midAtoms)
}

fn sane(quoted: &Quote, legs: &[Leg]) {
    let sum = quoted.midAtoms + quoted.skewAtoms + I256::try_from(quoted.spreadAtoms + quoted.feeAtoms).unwrap();
    assert_eq!(quoted.costAtoms, sum, "{legs:?}: {quoted:?}");
}

#[test]
fn at_expiry_prices_become_intrinsic_and_nothing_explodes() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let held = [leg(call_of(1, K3000), 20 * CONTRACT), leg(put_of(1, K3200), 10 * CONTRACT)];
    market.trade(trader, &held).unwrap();
    let expiry = market.boards[0].1;
    market.world.go_to(expiry - DAY);
    market.jump(SPOT);
    let (mut last, penalty) = (i128::MAX, market.book().penaltyWad);
    for left in [DAY, 4 * HOUR, HOUR, WINDOW + 600, WINDOW + 60, WINDOW + 2] {
        market.world.go_to(expiry - left);
        market.jump(SPOT);
        let now = expiry - market.now();
        let at_money = mid(&mut market, call_of(1, K3000));
        assert!(at_money > 0 && at_money < last, "{at_money} with {now} s left, after {last}");
        last = at_money;
        for (series, intrinsic) in [(call_of(1, 0), SPOT - 2_000), (put_of(1, 11), 4_000 - SPOT), (call_of(1, 11), 0)] {
            let intrinsic = i128::from(intrinsic) * 1_000 * TOKEN as i128;
            let worth = mid(&mut market, series);
            // The forward is a little over spot.
            let off = (worth - intrinsic).abs();
            assert!(off <= 1_000 * TOKEN as i128, "{worth} for {intrinsic} with {now} s left");
        }
        let book = market.book();
        assert!(book.penaltyWad <= penalty * U256::from(2), "R with {now} s left: {}", book.penaltyWad);
        for size in [CONTRACT, -CONTRACT] {
            let legs = [leg(call_of(1, K3000), size), leg(put_of(1, K3000), size)];
            sane(&market.quote(&legs).unwrap(), &legs);
        }
    }
    // While the average runs and at its very end the book is still worth something that can be said.
    for left in [WINDOW, WINDOW - 1, 60, 1] {
        market.world.go_to(expiry - left);
        let book = market.book();
        assert!(book.penaltyWad <= penalty * U256::from(2), "R with {left} s left: {}", book.penaltyWad);
        assert!(market.nav() > 0);
    }
    // And then it is the payoff, exactly.
    market.world.go_to(expiry);
    market.push(SPOT);
    let first =
        (1..=market.last_round()).rev().find(|round| market.suppose(|market| market.settle_board(1, *round).is_ok()));
    market.settle_board(1, first.unwrap()).unwrap();
    assert_eq!(market.settle_account(trader, 1).unwrap(), 10 * 200 * TOKEN as i128);
}

/// Slices of one volatility at every strike.
fn flat(market: &mut Market, vol_millionths: u128) -> Vec<Slice> {
    let variance = vol_millionths * vol_millionths * 1_000_000;
    let slices = market.slices();
    slices.into_iter().map(|slice| Slice { aWad: signed(variance as i128), bWad: U256::ZERO, ..slice }).collect()
}

#[test]
fn volatility_from_nothing_to_the_largest_gives_prices_or_a_typed_error() {
    // Each is a first surface, which no step holds back.
    let mut market = Market::listed();
    for vol in [0, 1, 1_000, 9_900, 10_100, 50_000, 600_000, 3_000_000, 9_900_000, 10_100_000, 4_000_000_000] {
        let slices = flat(&mut market, vol);
        let is_in_domain = (10_000..=10_000_000).contains(&vol);
        if !is_in_domain {
            let refused = market.refused(|market| market.post(slices));
            assert!(refused.0.len() >= 4, "the error of {vol} millionths has no name");
            continue;
        }
        let before = market.world.chain.snapshot();
        market.post(slices).unwrap();
        let spot = i128::from(SPOT) * 1_000 * TOKEN as i128;
        for board in 1..=4 {
            let mut calls = i128::MAX;
            for strike in 0..12 {
                let (call, put) = (mid(&mut market, call_of(board, strike)), mid(&mut market, put_of(board, strike)));
                let fixed = i128::from(STRIKES[usize::from(strike)]) * 1_000 * TOKEN as i128;
                assert!((0..=spot * 11 / 10).contains(&call) && (0..=fixed).contains(&put), "{call} and {put}");
                assert!(call <= calls, "calls fall with the strike");
                calls = call;
            }
            for size in [CONTRACT, -CONTRACT] {
                let legs = [leg(call_of(board, K3000), size)];
                sane(&market.quote(&legs).unwrap(), &legs);
            }
        }
        let book = market.book();
        assert!(book.navWad > I256::ZERO);
        assert!(market.world.chain.revert(before));
    }
}

#[test]
fn strikes_a_thousandth_and_a_thousand_of_spot_keep_the_bounds_parity_and_order() {
    let mut market = Market::wired();
    market.fill_vault(RICH);
    let strikes = [3, 4, 30, 300, 1_500, 3_000, 6_000, 30_000, 300_000, 2_990_000];
    market.list(market.now() + 30 * DAY, &strikes);
    market.list(market.now() + 400 * DAY, &strikes);
    market.jump(SPOT);
    for board in [1, 2] {
        let forward = market.read(&equipoise_interfaces::IMarket::boardCall { id: board }).forwardWad;
        let forward = (forward / U256::from(10u64.pow(12))).to::<u128>() as i128 * 1_000;
        let mut parities = Vec::new();
        let mut before: Option<(i128, i128)> = None;
        for (place, strike) in (0..).zip(strikes) {
            let (call, put) = (mid(&mut market, call_of(board, place)), mid(&mut market, put_of(board, place)));
            let fixed = i128::from(strike) * 1_000 * TOKEN as i128;
            assert!(call >= (forward - fixed).max(0) - 1_000 && call <= forward + 1_000, "{strike}: {call}");
            assert!(put >= (fixed - forward).max(0) - 1_000 && put <= fixed, "{strike}: {put}");
            if let Some((calls, puts)) = before {
                assert!(call <= calls && put >= puts, "order at {strike}");
            }
            before = Some((call, put));
            parities.push(call - put + fixed);
        }
        let (least, most) = (parities.iter().min().unwrap(), parities.iter().max().unwrap());
        assert!(most - least <= 2, "parity to the atom of a thousand contracts: {parities:?}");
    }
}

#[test]
fn strike_that_the_price_leaves_behind_stops_nothing() {
    let mut market = Market::wired();
    market.fill_vault(RICH);
    market.list(market.now() + 30 * DAY, &[3, 3_000, 2_990_000]);
    market.jump(SPOT);
    let trader = market.trader("trader", RICH);
    let near = [leg(call_of(1, 1), CONTRACT)];
    market.trade(trader, &near).unwrap();
    // The outermost strikes are now more than a thousand forwards away, on either side.
    for spot in [SPOT * 97 / 100, SPOT, SPOT * 103 / 100] {
        market.pass(HOUR);
        market.jump(spot);
        let quoted = market.quote(&near).unwrap_or_else(|failure| panic!("at {spot}: {}", failure.0));
        sane(&quoted, &near);
        market.trade(trader, &near).unwrap();
        market.trade(trader, &[leg(call_of(1, 1), -CONTRACT)]).unwrap();
        assert!(market.nav() > 0);
        assert!(market.margin_of(trader).equityAtoms > I256::ZERO);
    }
}
