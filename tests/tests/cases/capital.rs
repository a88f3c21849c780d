//! LP capital that somebody wants to use without bearing its risk, or that runs for the door.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::VAULT;
use equipoise_interfaces::{
    ERC20InsufficientBalance, EpochLapsed, EpochSettled, IClearing, ITranche, IVault, MarketVaultInsolvent,
    OracleFirstRoundTooLate, TrancheNothingToClaim, VaultEpochNotClosed, VaultHoldsOptions, VaultInsuranceEmpty,
    VaultStillWorth,
};
use equipoise_tests::{World, TOKEN};

use crate::fixture::{
    call_of, leg, put_of, Market, CAPITAL, CONTRACT, DAY, HOUR, K2400, K3000, K3200, LOT, SPOT, STRIKES,
};
use crate::liquidation::{collapse, Collapse, INSURED, JUNIOR, SENIORS};
use crate::stage::RICH;

#[test]
fn vault_worth_nothing_takes_no_deposits_and_still_answers() {
    let mut scene = collapse();
    scene.owe(INSURED + 100 * JUNIOR);
    scene.cover();
    let market = &mut scene.market;
    let (junior, senior, lp) = (market.junior, market.senior, market.lp);
    // The debt has taken all cash; the skew reserve, which is owed to nobody yet, is not backed any more.
    assert_eq!(market.cash(VAULT), 0);
    let reserve: u128 = market.book().skewReserveAtoms.to();
    assert!((market.nav() + reserve as i128).abs() <= 1);
    assert_eq!([true, false].map(|is_senior| market.tranche_value(is_senior)), [0, 0]);
    // Everything shows that it is worth nothing, and nothing breaks.
    let book = market.book();
    assert!(
        book.navWad <= alloy_primitives::I256::ZERO && book.riskCapitalWad <= alloy_primitives::I256::ZERO,
        "{book:?}"
    );
    market.list(market.now() + 7 * DAY, &STRIKES);
    market.jump(SPOT);
    let board = market.boards.last().unwrap().0;
    let trader = market.trader("trader", RICH);
    let refused = market.refused(|market| market.trade(trader, &[leg(call_of(board, K3000), CONTRACT)]));
    refused.decode::<MarketVaultInsolvent>().unwrap();
    // Who deposits all the same gets it back, all of it, whichever tranche he chose.
    let late = market.lp_with("late", 2_000 * TOKEN);
    for tranche in [junior, senior] {
        market.request_deposit(tranche, late, 1_000 * TOKEN).unwrap();
    }
    let out = market.shares(senior, scene.seniors[0]);
    market.request_redeem(senior, scene.seniors[0], out).unwrap();
    market.price_epoch(SPOT);
    for tranche in [junior, senior] {
        let due = market.world.read(tranche, &ITranche::maxDepositCall { controller: late });
        assert_eq!(due, U256::ZERO, "no share is sold of what is worth nothing");
        let back = ITranche::claimCancelDepositRequestCall { requestId: U256::ZERO, receiver: late, controller: late };
        market.world.send(late, tranche, &back).unwrap();
    }
    assert_eq!(market.world.tokens(late), 2_000 * TOKEN);
    // Who leaves is paid nothing, and the next epoch is priced as ever.
    assert_eq!(market.claim_cash(senior, scene.seniors[0]), 0);
    let shares = market.shares(junior, lp);
    market.request_redeem(junior, lp, shares).unwrap();
    market.price_epoch(SPOT);
    assert_eq!(market.claim_cash(junior, lp), 0);
    assert_eq!(market.cash(VAULT), 0);
}

/// On the market's own numbers: while the vault holds anything, or has any capital, or a debt is left, nobody is left behind.
#[test]
fn vault_worth_nothing_is_reopened_once_its_debts_are_paid_and_not_before() {
    let mut scene = collapse();
    let (owner, vault) = (scene.market.world.owner, scene.market.vault);
    let reopen = |market: &mut Market| market.world.send(owner, vault, &IVault::reopenCall {});
    scene.market.refused(reopen).decode::<VaultStillWorth>().unwrap();
    let buyer = scene.market.trader("buyer", RICH);
    scene.market.trade(buyer, &[leg(call_of(1, K3000), LOT)]).unwrap();
    scene.market.refused(reopen).decode::<VaultHoldsOptions>().unwrap();
    scene.market.trade(buyer, &[leg(call_of(1, K3000), -LOT)]).unwrap();
    scene.owe(INSURED + 20 * JUNIOR);
    let left = scene.cover().leftAtoms;
    scene.market.refused(reopen).expect(&VaultInsuranceEmpty {});
    let donor = scene.market.lp_with("donor", 100 * JUNIOR);
    let insure = IClearing::depositInsuranceCall { amountAtoms: left + U256::from(TOKEN) };
    scene.market.ledger(donor, &insure).unwrap();
    assert_eq!(scene.cover().leftAtoms, U256::ZERO);
    let reserve: u128 = scene.market.book().skewReserveAtoms.to();
    reopen(&mut scene.market).unwrap();
    let Collapse { mut market, winner, loser, seniors, .. } = scene;
    let (junior, senior) = (market.junior, market.senior);
    assert_eq!((market.shares(junior, market.lp), market.shares(senior, seniors[0])), (0, 0));
    let [new, other] = ["new junior", "new senior"].map(|name| market.lp_with(name, 9_000 * TOKEN));
    market.request_deposit(junior, new, 5_000 * TOKEN).unwrap();
    market.request_deposit(senior, other, 1_000 * TOKEN).unwrap();
    market.price_epoch(SPOT);
    market.claim_shares(junior, new);
    market.claim_shares(senior, other);
    let values = [true, false].map(|is_senior| market.tranche_value(is_senior));
    assert_eq!(values[0], 1_000 * TOKEN);
    assert!(values[1].abs_diff(5_000 * TOKEN - reserve) <= 1, "{} and a reserve of {reserve}", values[1]);
    // Once the average of its capital has forgotten the loss, the market makes prices on it, and everybody can be paid.
    for _ in 0..80 {
        market.pass(6 * HOUR);
        market.push(SPOT);
        market.poke();
    }
    market.list(market.now() + 7 * DAY, &STRIKES);
    market.pass(HOUR);
    market.jump(SPOT);
    let board = market.boards.last().unwrap().0;
    market.trade(buyer, &[leg(call_of(board, K3000), LOT)]).unwrap();
    market.assert_custody(&[winner, loser, buyer]);
    let owing = market.cash_of(winner).unsigned_abs();
    market.withdraw(winner, owing).unwrap();
}

#[test]
fn flash_deposit_trade_and_withdrawal_get_nothing() {
    let mut market = Market::open();
    let (junior, vault) = (market.junior, market.vault);
    let attacker = market.trader("attacker", RICH);
    let wealth = market.wealth(attacker);
    market.fund(attacker, RICH);
    let at = market.now();
    // All of it at one moment: there are no shares to be had, none to give back, and no price.
    market.request_deposit(junior, attacker, RICH).unwrap();
    let nothing = TrancheNothingToClaim { controller: attacker };
    let claim = ITranche::deposit_0Call { assets: U256::from(RICH), receiver: attacker }.abi_encode();
    let claim_all = ITranche::mint_0Call { shares: U256::from(1), receiver: attacker }.abi_encode();
    for data in [claim, claim_all] {
        market.refused_data(junior, attacker, data).expect(&nothing);
    }
    let rounds = vec![alloy_primitives::aliases::U80::from(market.last_round())];
    let process = IVault::processEpochCall { firstRounds: rounds };
    let refused = market.refused(|market| market.world.send(attacker, vault, &process));
    assert!(refused.decode::<VaultEpochNotClosed>().is_some());
    assert!(market
        .refused(|market| market.request_redeem(junior, attacker, 1))
        .decode::<ERC20InsufficientBalance>()
        .is_some());
    assert_eq!(market.now(), at);
    // So he stays for an epoch, earns his share of what he pays himself, and leaves.
    let legs = [leg(call_of(1, K3000), 20 * CONTRACT), leg(put_of(2, K3000), 10 * CONTRACT)];
    let back = legs.clone().map(|one| leg(one.series, -crate::fixture::narrow(one.sizeWad)));
    market.trade(attacker, &legs).unwrap();
    market.trade(attacker, &back).unwrap();
    market.price_epoch(SPOT);
    let shares = market.claim_shares(junior, attacker);
    market.post_surface().unwrap();
    market.trade(attacker, &legs).unwrap();
    market.trade(attacker, &back).unwrap();
    market.leave(junior, attacker, shares, SPOT);
    let lost = wealth + RICH as i128 - market.wealth(attacker);
    assert!(lost > 100 * TOKEN as i128, "he pays spreads and fees to others: {lost}");
}

/// An LP who comes for one event only.
/// # Returns: what he has more at the end than he came with
fn comes_for(market: &mut Market, event: impl FnOnce(&mut Market)) -> i128 {
    let junior = market.junior;
    let late = market.lp_with("late", CAPITAL);
    market.request_deposit(junior, late, CAPITAL).unwrap();
    event(market);
    market.price_epoch(SPOT);
    let shares = market.claim_shares(junior, late);
    market.post_surface().unwrap();
    market.leave(junior, late, shares, SPOT) as i128 - CAPITAL as i128
}

#[test]
fn deposit_just_before_fees_are_earned_captures_none() {
    let mut market = Market::open();
    let trader = market.trader("trader", 10 * RICH);
    let gained = comes_for(&mut market, |market| {
        let before = market.nav();
        for _ in 0..5 {
            for size in [50 * CONTRACT, -50 * CONTRACT] {
                market.trade(trader, &[leg(call_of(1, K3000), size), leg(put_of(3, K3000), size)]).unwrap();
            }
        }
        assert!(market.nav() - before > 1_000 * TOKEN as i128, "there is something to capture");
    });
    assert!(gained <= 0, "he takes {gained} from those who were there");
}

#[test]
fn deposit_just_before_a_settlement_captures_none() {
    // What the vault has sold expires worthless.
    let mut market = Market::open();
    let trader = market.trader("trader", 10 * RICH);
    market.trade(trader, &[leg(call_of(1, K3200), 100 * CONTRACT), leg(put_of(1, K2400), 100 * CONTRACT)]).unwrap();
    let expiry = market.boards[0].1;
    market.world.go_to(expiry - 3 * HOUR / 2);
    market.jump(SPOT);
    let before = market.nav();
    let gained = comes_for(&mut market, |market| market.settle_at(1, SPOT));
    assert!(gained <= 0, "he takes {gained}");
    assert!(market.nav() >= before - TOKEN as i128, "those who were there keep what was theirs");
}

#[test]
fn run_on_an_insolvent_vault_cuts_everybody_alike() {
    let mut scene = collapse();
    // What is left is worth the larger senior's part.
    let debt = INSURED + scene.market.nav().unsigned_abs() - SENIORS[0];
    scene.owe(debt);
    scene.cover();
    let market = &mut scene.market;
    let (junior, senior, lp) = (market.junior, market.senior, market.lp);
    let claim: u128 = market.world.read(market.vault, &IVault::claimCall {}).claimAtoms.to();
    let value = market.tranche_value(true);
    assert!(value < claim * 3 / 4 && market.tranche_value(false) == 0, "{value} of {claim}");
    // The small one is first in the queue; the large one asks in three parts; the junior asks, too.
    let [large, small] = scene.seniors;
    let held = [large, small].map(|owner| market.shares(senior, owner));
    market.request_redeem(senior, small, held[1]).unwrap();
    for part in [held[0] / 7, held[0] / 3, held[0] - held[0] / 7 - held[0] / 3] {
        market.request_redeem(senior, large, part).unwrap();
    }
    let juniors = market.shares(junior, lp);
    market.request_redeem(junior, lp, juniors).unwrap();
    market.price_epoch(SPOT);
    let paid = [large, small].map(|owner| market.claim_cash(senior, owner));
    assert_eq!(market.claim_cash(junior, lp), 0);
    assert!((paid[0] + paid[1]).abs_diff(value) <= 2, "{paid:?} of {value}");
    // Per share the same, to an atom.
    let apart = (paid[0] * held[1]).abs_diff(paid[1] * held[0]);
    assert!(apart <= 2 * held[0].max(held[1]), "{paid:?} for {held:?}");
    for owner in [large, small] {
        let (left, index) = (market.shares(senior, owner), usize::from(owner == small));
        assert!(left * 1_000_000 <= held[index], "{left} of {} is not paid", held[index]);
    }
}

#[test]
fn claims_and_requests_survive_a_pause_in_the_middle_of_a_withdrawal() {
    let mut market = Market::open();
    let (junior, vault, lp) = (market.junior, market.vault, market.lp);
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(1, K3000), CONTRACT)]).unwrap();
    let all = market.shares(junior, lp);
    // One part is priced and not claimed, one is requested and not priced, when the feed dies and a board expires.
    market.request_redeem(junior, lp, all / 4).unwrap();
    market.price_epoch(SPOT);
    let priced: u128 = market.world.read(junior, &ITranche::maxWithdrawCall { controller: lp }).to();
    assert!(priced > CAPITAL / 5);
    market.request_redeem(junior, lp, all / 4).unwrap();
    let late = market.lp_with("late", 1_000 * TOKEN);
    market.request_deposit(junior, late, 1_000 * TOKEN).unwrap();
    let epoch = market.world.read(vault, &IVault::nextEpochCall {});
    market.world.go_to(market.boards[0].1 + HOUR);
    let anybody = market.world.owner;
    market.refused(|market| market.process(anybody));
    market.refused(|market| market.trade(trader, &[leg(call_of(2, K3000), CONTRACT)]));
    let first = market.last_round();
    assert!(market.refused(|market| market.settle_board(1, first)).decode::<OracleFirstRoundTooLate>().is_none());
    // What is priced is paid, in parts and to the atom; and a trader's cash is his.
    let part = ITranche::withdrawCall { assets: U256::from(priced / 3), receiver: lp, controller: lp };
    market.world.send(lp, junior, &part).unwrap();
    market.claim_cash(junior, lp);
    assert!(market.world.tokens(lp).abs_diff(priced) <= 1);
    market.withdraw(trader, TOKEN).unwrap();
    // What is not priced comes back after a week, to whoever asks for it or to nobody's order.
    market.world.go_to(epoch.cutAt + 7 * DAY);
    let cancel = ITranche::cancelDepositRequestCall { requestId: U256::from(epoch.epoch), controller: late };
    let by_himself = market.suppose(|market| {
        market.world.send(late, junior, &cancel).unwrap();
        market.world.tokens(late)
    });
    assert_eq!(by_himself, 1_000 * TOKEN);
    let give_back = IVault::processEpochCall { firstRounds: Vec::new() };
    let receipt = market.world.send(anybody, vault, &give_back).unwrap();
    assert_eq!(World::events::<EpochLapsed>(&receipt).len(), 1);
    assert!(World::events::<EpochSettled>(&receipt).iter().all(|told| told.paidAtoms.is_zero()));
    let collect = |controller: Address| ITranche::collectCall { controller };
    market.world.send(anybody, junior, &collect(lp)).unwrap();
    assert_eq!(market.shares(junior, lp), all - all / 4, "the shares are his again");
    let back = ITranche::claimCancelDepositRequestCall { requestId: U256::ZERO, receiver: late, controller: late };
    market.world.send(late, junior, &back).unwrap();
    assert_eq!(market.world.tokens(late), 1_000 * TOKEN);
    // The feed lives again: the board is settled, and he leaves at last.
    market.push(SPOT);
    market.settle_board(1, first).unwrap();
    market.settle_account(trader, 1).unwrap();
    market.post_surface().unwrap();
    let left = market.shares(junior, lp);
    assert!(market.leave(junior, lp, left, SPOT) > CAPITAL * 7 / 10);
}
