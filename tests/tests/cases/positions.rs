//! Lists that callers make up, and numbers of things that somebody piles up.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{self, VAULT};
use equipoise_interfaces::{
    IClearing, IMarket, ITranche, IVault, MarketExpiryInvalid, MarketLegsCount, MarketLongsMissing,
    MarketSeriesUnknown, MarketStrikesInvalid, MarketTooManyBoards, VaultRoundNotFirst, VaultRoundsCount,
};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, narrow, put_of, wad, Market, CONTRACT, DAY, K2400, K3000, LOT, SPOT};
use crate::stage::{BLOCK_GAS, RICH};

#[test]
fn forged_and_duplicate_lists_count_as_what_is_stored() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let series = call_of(1, K3000);
    // The same series twice is one position, at one price: neither cheaper nor counted twice.
    let once = [leg(series, 2 * CONTRACT)];
    let twice = [leg(series, CONTRACT), leg(series, CONTRACT)];
    let whole = market.suppose(|market| market.trade(trader, &once).unwrap().quoted);
    let doubled = market.suppose(|market| {
        let quoted = market.trade(trader, &twice).unwrap().quoted;
        assert_eq!(market.positions(account::of(trader), 1)[2 * usize::from(K3000)], 2 * CONTRACT);
        assert_eq!(market.positions(VAULT, 1)[2 * usize::from(K3000)], -2 * CONTRACT);
        quoted
    });
    assert!(narrow(doubled.costAtoms) >= narrow(whole.costAtoms));
    // There and back in one list leaves nothing and is not free.
    let null = [leg(series, CONTRACT), leg(series, -CONTRACT)];
    market.suppose(|market| {
        let cash = market.cash_of(trader);
        let told = market.trade(trader, &null).unwrap();
        assert!(narrow(told.quoted.costAtoms) >= 0 && market.cash_of(trader) <= cash);
        assert!(market.positions(account::of(trader), 1).iter().all(|size| *size == 0));
        assert!(market.read(&IMarket::accountBoardsCall { account: account::of(trader) }).is_empty());
    });
    // What is not listed is nobody's, wherever in the list it stands.
    for forged in [call_of(9, 0), call_of(1, 12), 1 << 24 | series, u32::MAX] {
        for legs in [vec![leg(forged, LOT)], vec![leg(series, LOT), leg(forged, LOT)]] {
            let refused = market.refused(|market| market.trade(trader, &legs));
            refused.expect(&MarketSeriesUnknown { series: forged });
        }
    }
    // Longs that are given away twice are given once.
    market.trade(trader, &once).unwrap();
    let to = account::sub(trader, 1);
    let give = |legs| IMarket::transferLongsCall { from: account::of(trader), to, legs };
    let refused = market.refused(|market| market.send(trader, &give(vec![once[0].clone(), once[0].clone()])));
    assert!(refused.decode::<MarketLongsMissing>().is_some());
    let refused = market.refused(|market| market.send(trader, &give(vec![leg(put_of(1, K2400), LOT)])));
    assert!(refused.decode::<MarketLongsMissing>().is_some());
    let too_many = vec![leg(series, LOT); 9];
    let count = MarketLegsCount { count: U256::from(9), maximum: U256::from(8) };
    market.refused(|market| market.trade(trader, &too_many)).expect(&count);
    market.refused(|market| market.send(trader, &give(too_many.clone()))).expect(&count);
    // Strikes that repeat, fall or are none.
    let owner = market.world.owner;
    let expiry = market.now() + 20 * DAY;
    for strikes in [vec![3_000, 3_000], vec![3_100, 3_000], vec![], vec![0, 3_000]] {
        let list = IMarket::listBoardCall { expiry, strikesWad: strikes.into_iter().map(wad).collect() };
        let refused = market.refused(|market| market.send(owner, &list));
        assert!(refused.decode::<MarketStrikesInvalid>().is_some());
    }
    // Rounds of feeds: as many as there are markets, and the first after the cut.
    let (junior, vault) = (market.junior, market.vault);
    let lp = market.lp_with("late", RICH);
    market.request_deposit(junior, lp, RICH).unwrap();
    let cut = market.world.read(vault, &IVault::nextEpochCall {}).cutAt;
    market.world.go_to(cut);
    market.push(SPOT);
    let first = market.world.first_round_from(cut);
    market.push(SPOT + 200);
    for rounds in [vec![], vec![first, first]] {
        let count = VaultRoundsCount { count: U256::from(rounds.len()), expected: U256::from(1) };
        let process = IVault::processEpochCall { firstRounds: rounds };
        market.refused(|market| market.world.send(lp, vault, &process)).expect(&count);
    }
    let later = IVault::processEpochCall { firstRounds: vec![first + alloy_primitives::aliases::U80::from(1)] };
    let refused = market.refused(|market| market.world.send(lp, vault, &later));
    assert!(refused.decode::<VaultRoundNotFirst>().is_some());
    market.world.send(lp, vault, &IVault::processEpochCall { firstRounds: vec![first] }).unwrap();
}

/// Eight boards of sixteen strikes, with the vault in every series.
fn full() -> (Market, Address) {
    let mut market = Market::wired();
    market.fill_vault(20 * RICH);
    let (now, owner) = (market.now(), market.world.owner);
    let strikes: Vec<u64> = (0..16).map(|place| 2_000 + place * 130).collect();
    for days in [7, 14, 21, 28, 42, 56, 70, 84] {
        market.list(now + days * DAY, &strikes);
    }
    let list = |expiry, strikes: &[u64]| IMarket::listBoardCall {
        expiry,
        strikesWad: strikes.iter().map(|strike| wad(*strike)).collect(),
    };
    let ninth = list(now + 30 * DAY, &strikes);
    market.refused(|market| market.send(owner, &ninth)).expect(&MarketTooManyBoards { maximum: U256::from(8) });
    let again = list(now + 7 * DAY, &strikes);
    let refused = market.refused(|market| market.send(owner, &again));
    assert!(refused.decode::<MarketExpiryInvalid>().is_some() || refused.decode::<MarketTooManyBoards>().is_some());
    let seventeen: Vec<u64> = (0..17).map(|place| 2_000 + place * 130).collect();
    let many = list(now + 30 * DAY, &seventeen);
    let refused = market.refused(|market| market.send(owner, &many));
    assert!(refused.decode::<MarketStrikesInvalid>().is_some());
    market.jump(SPOT);
    let trader = market.trader("trader", 3 * RICH);
    for board in 1..=8 {
        for strike in (0..16).step_by(4) {
            let legs = (strike..strike + 4).flat_map(|strike| [call_of(board, strike), put_of(board, strike)]);
            let legs: Vec<_> = legs.map(|series| leg(series, 3 * LOT)).collect();
            market.trade(trader, &legs).unwrap();
        }
    }
    (market, trader)
}

#[test]
fn everything_is_capped_and_every_exit_of_a_full_market_fits_in_a_block() {
    let (mut market, trader) = full();
    let (junior, lp) = (market.junior, market.lp);
    let mut gas = Vec::new();
    let mut note = |market: &Market, what: &'static str, signature: &str| gas.push((what, market.world.gas[signature]));
    // A trader closes, an LP leaves, boards and accounts settle, cash goes out.
    let out: Vec<_> =
        (0..4).flat_map(|strike| [call_of(8, strike), put_of(8, strike)]).map(|series| leg(series, -LOT)).collect();
    market.trade(trader, &out).unwrap();
    note(&market, "close", IMarket::tradeCall::SIGNATURE);
    let shares = market.shares(junior, lp);
    market.request_redeem(junior, lp, shares / 10).unwrap();
    note(&market, "ask to leave", ITranche::requestRedeemCall::SIGNATURE);
    market.price_epoch(SPOT);
    note(&market, "price an epoch", IVault::processEpochCall::SIGNATURE);
    market.claim_cash(junior, lp);
    note(&market, "leave", ITranche::redeemCall::SIGNATURE);
    market.settle_at(1, SPOT);
    note(&market, "settle a board", IMarket::settleBoardCall::SIGNATURE);
    market.settle_account(trader, 1).unwrap();
    note(&market, "settle an account", IMarket::settleAccountCall::SIGNATURE);
    let cash = market.cash_of(trader).unsigned_abs();
    market.withdraw(trader, cash).unwrap();
    note(&market, "withdraw", IClearing::withdrawCall::SIGNATURE);
    assert!(gas.iter().all(|(_, used)| *used < BLOCK_GAS / 20), "{gas:?}");
}

#[test]
fn thousands_of_accounts_and_lps_make_no_exit_dearer() {
    let mut market = Market::open();
    let (junior, vault) = (market.junior, market.vault);
    let first = market.trader("first", RICH);
    market.trade(first, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    let lp = market.lp_with("first LP", RICH);
    market.request_deposit(junior, lp, 1_000 * TOKEN).unwrap();
    // What the exits cost with one of each.
    let exits = |market: &mut Market| {
        market.price_epoch(SPOT);
        market.claim_shares(junior, lp);
        market.settle_at(1, SPOT + 100);
        market.settle_account(first, 1).unwrap();
        let calls = [
            IVault::processEpochCall::SIGNATURE,
            ITranche::deposit_0Call::SIGNATURE,
            IMarket::settleBoardCall::SIGNATURE,
            IMarket::settleAccountCall::SIGNATURE,
        ];
        calls.map(|signature| market.world.gas[signature])
    };
    let alone = market.suppose(exits);
    let crowd: Vec<Address> = (0..1_500).map(|number| market.trader(&format!("trader {number}"), 10 * TOKEN)).collect();
    for (trader, series) in crowd.iter().zip([call_of(1, K3000), put_of(1, 0), call_of(1, 11)].into_iter().cycle()) {
        market.trade(*trader, &[leg(series, LOT)]).unwrap();
        market.fund(*trader, TOKEN);
        market.request_deposit(junior, *trader, TOKEN).unwrap();
    }
    let crowded = market.suppose(exits);
    for (alone, crowded) in alone.into_iter().zip(crowded) {
        // Slots that others have written first are cheaper, and the vault's book is in more of them.
        assert!(crowded < alone + alone / 4, "{crowded} after {alone}");
    }
    // The last one in comes out like the first.
    market.price_epoch(SPOT);
    market.settle_at(1, SPOT + 100);
    for trader in crowd.iter().rev().take(5) {
        market.settle_account(*trader, 1).unwrap();
        let cash = market.cash_of(*trader).unsigned_abs();
        market.withdraw(*trader, cash).unwrap();
        assert!(market.claim_shares(junior, *trader) > 0);
    }
    assert_eq!(market.world.read(vault, &IVault::nextEpochCall {}).epoch, 0, "one call has priced them all");
    let mut all = crowd;
    all.push(first);
    market.assert_custody(&all);
}
