//! What must not pay.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::{IClearing, ITranche, IVault};
use equipoise_tests::{Stablecoin, TestMarket, TestToken, TOKEN};

use crate::fixture::{setup, setup_with, Setup, HOUR, SHARE};

#[test]
fn first_depositor_cannot_rob_the_second() {
    let mut setup = setup();
    let junior = setup.junior;
    let attacker = setup.member(junior, "attacker", TOKEN);
    // The value of his shares rises by what he loses to the vault himself, and by a gift.
    let trader = setup.trader("attacker's other account", 10_000 * TOKEN);
    setup.trade(trader, 10_000_000_000);
    let donor = setup.lp("donor", 10_000 * TOKEN);
    let gift = Stablecoin::transferCall { to: setup.clearing, value: U256::from(10_000 * TOKEN) };
    setup.world.send(donor, setup.token, &gift).unwrap();
    let victim = setup.member(junior, "victim", 15_000 * TOKEN);
    for lp in [attacker, victim] {
        let shares = setup.shares(junior, lp);
        setup.request_redeem(junior, lp, shares).unwrap();
    }
    setup.pass_cut();
    setup.process().unwrap();
    assert!(setup.claim_redeem(junior, attacker) <= 10_001 * TOKEN);
    // A rounding of one share is worth a ten-millionth of a token here.
    assert!(setup.claim_redeem(junior, victim) + TOKEN / 10 >= 15_000 * TOKEN);
}

#[test]
fn gifts_change_no_price() {
    let mut setup = setup();
    let (junior, senior) = (setup.junior, setup.senior);
    setup.member(junior, "junior", 100 * TOKEN);
    setup.member(senior, "senior", 100 * TOKEN);
    let before = (setup.assets(junior), setup.assets(senior));
    let donor = setup.lp("donor", 2_000 * TOKEN);
    for to in [setup.clearing, setup.vault, junior, senior] {
        let gift = Stablecoin::transferCall { to, value: U256::from(500 * TOKEN) };
        setup.world.send(donor, setup.token, &gift).unwrap();
    }
    assert_eq!((setup.assets(junior), setup.assets(senior)), before);
}

#[test]
fn last_lp_leaves_and_the_vault_is_seeded_again() {
    let mut setup = setup();
    let junior = setup.junior;
    let lp = setup.member(junior, "an LP", 100 * TOKEN);
    let trader = setup.trader("trader", 50 * TOKEN);
    setup.trade(trader, 30_000_000);
    setup.request_redeem(junior, lp, 100 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let paid = setup.claim_redeem(junior, lp);
    assert!((130 * TOKEN - 1_000..=130 * TOKEN).contains(&paid), "{paid}");
    assert_eq!(setup.supply(junior), 0);
    let next = setup.member(junior, "next", 80 * TOKEN);
    let shares = setup.shares(junior, next);
    setup.request_redeem(junior, next, shares).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let back = setup.claim_redeem(junior, next);
    assert!((80 * TOKEN - 2..=80 * TOKEN).contains(&back), "{back}");
}

/// Who deposits just before the skew reserve is released must not take it from those who earned it.
#[test]
fn a_deposit_just_before_income_captures_none_of_it() {
    let mut setup = setup();
    let junior = setup.junior;
    setup.member(junior, "an LP", 100 * TOKEN);
    let late = setup.lp("late", 220 * TOKEN);
    let (owner, market) = (setup.world.owner, setup.market);
    let reserve = TestMarket::reserveCall { reserveAtoms: U256::from(10 * TOKEN) };
    setup.world.send(owner, market, &reserve).unwrap();
    setup.request_deposit(junior, late, 220 * TOKEN).unwrap();
    setup.pass_cut();
    assert_eq!(setup.process().unwrap().0.reserveAtoms, U256::from(10 * TOKEN));
    let shares = setup.claim_deposit(junior, late);
    assert!(shares.abs_diff(200 * SHARE) < SHARE / TOKEN, "{shares}");
    // The release brings him back to what he paid: 330 tokens for 300 shares.
    setup.world.send(owner, market, &TestMarket::reserveCall { reserveAtoms: U256::ZERO }).unwrap();
    setup.mark(i128::try_from(10 * TOKEN).unwrap(), 0, u128::MAX);
    setup.request_redeem(junior, late, shares).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let back = setup.claim_redeem(junior, late);
    assert!((220 * TOKEN - 2..=220 * TOKEN).contains(&back), "{back}");
}

/// In and out at the same value, with its uncertainty: he pays it twice, and nothing settles within a transaction.
#[test]
fn a_deposit_and_redemption_in_a_row_lose() {
    let mut setup = setup();
    let junior = setup.junior;
    setup.member(junior, "an LP", 1_000 * TOKEN);
    setup.mark(0, 10 * TOKEN, u128::MAX);
    let attacker = setup.member(junior, "attacker", 1_000 * TOKEN);
    let shares = setup.shares(junior, attacker);
    setup.request_redeem(junior, attacker, shares).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let back = setup.claim_redeem(junior, attacker);
    // In at the ask of 1,010 for 1,000 shares, out at the bid of 1,990 for all.
    let expected = 1_990 * TOKEN * shares / (1_000 * SHARE + shares);
    assert!(shares.abs_diff(1_000 * SHARE * 1_000 / 1_010) < SHARE / TOKEN, "{shares}");
    assert!(back.abs_diff(expected) <= 1 && back < 991 * TOKEN, "{back}");
}

#[test]
fn dust_deposits_and_redemptions_never_profit() {
    let mut setup = setup();
    let junior = setup.junior;
    setup.member(junior, "an LP", 1_000 * TOKEN + 7);
    let trader = setup.trader("trader", 10 * TOKEN);
    setup.trade(trader, 3_333_333);
    let attacker = setup.lp("attacker", 100 * TOKEN);
    for _ in 0..6 {
        setup.request_deposit(junior, attacker, TOKEN + 1).unwrap();
        setup.pass_cut();
        setup.process().unwrap();
        let shares = setup.claim_deposit(junior, attacker);
        setup.request_redeem(junior, attacker, shares).unwrap();
        setup.pass_cut();
        setup.process().unwrap();
        assert!(setup.claim_redeem(junior, attacker) <= TOKEN + 1);
    }
    assert!(setup.world.tokens(attacker) <= 100 * TOKEN);
    setup.check_sums();
}

#[test]
fn token_that_calls_back_cannot_reach_the_vault_or_the_tranche() {
    let mut setup = setup_with(|world| world.deploy("TestToken", Vec::new()));
    let (owner, token, vault, junior) = (setup.world.owner, setup.token, setup.vault, setup.junior);
    let lp = setup.world.account("an LP");
    setup.world.send(owner, token, &TestToken::mintCall { to: lp, value: U256::from(100 * TOKEN) }).unwrap();
    let doors = [
        (vault, IVault::processEpochCall { firstRounds: Vec::new() }.abi_encode()),
        (junior, ITranche::collectCall { controller: lp }.abi_encode()),
        (junior, ITranche::totalSupplyCall {}.abi_encode()),
        (junior, ITranche::convertToAssetsCall { shares: U256::from(1) }.abi_encode()),
    ];
    for (target, data) in doors {
        setup.world.send(owner, token, &TestToken::setCallCall { target, data: data.into() }).unwrap();
        setup.request_deposit(junior, lp, TOKEN).unwrap();
        assert!(!setup.world.read(token, &TestToken::isCallDoneCall {}));
    }
    assert_eq!(Setup::plain_terms().managementFee, 0);
}

/// An epoch that has lapsed is given back without a price, and so without a question to the clearing house.
#[test]
fn token_that_calls_back_ends_no_lapsed_epoch() {
    let mut setup = setup_with(|world| world.deploy("TestToken", Vec::new()));
    let (owner, token, vault, junior) = (setup.world.owner, setup.token, setup.vault, setup.junior);
    let lp = setup.world.account("an LP");
    setup.world.send(owner, token, &TestToken::mintCall { to: lp, value: U256::from(100 * TOKEN) }).unwrap();
    setup.request_deposit(junior, lp, 10 * TOKEN).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    setup.claim_deposit(junior, lp);
    let epoch = setup.request_redeem(junior, lp, SHARE).unwrap();
    setup.world.go_to(epoch * HOUR + 7 * 24 * HOUR);
    let data = IVault::processEpochCall { firstRounds: Vec::new() }.abi_encode();
    setup.world.send(owner, token, &TestToken::setCallCall { target: vault, data: data.into() }).unwrap();
    let deposit = IClearing::depositCall { amountAtoms: U256::from(TOKEN) };
    setup.world.send(lp, setup.clearing, &deposit).unwrap();
    assert!(!setup.world.read(token, &TestToken::isCallDoneCall {}));
    assert_eq!(setup.world.read(vault, &IVault::nextEpochCall {}).epoch, epoch);
}
