//! Shares of the vault: nobody gets any for nothing, and nobody's are diluted.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::{
    ClearingAmountIsZero, IClearing, ITranche, IVault, TrancheNothingToClaim, TrancheRequestTooSmall, VaultNoFees,
};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, put_of, Market, CONTRACT, DAY, K3000, K3200, SPOT, STRIKES};
use crate::stage::{give, RICH};

#[test]
fn first_depositor_inflation_loses_with_6_decimals() {
    let mut market = Market::wired();
    let junior = market.junior;
    market.push(SPOT);
    let attacker = market.lp_with("attacker", 20_000 * TOKEN);
    let shares = market.enter(junior, attacker, 10_000 * TOKEN, SPOT);
    // He keeps the least share there is, and makes it as dear as he can.
    assert_eq!(market.leave(junior, attacker, shares - 1, SPOT), 10_000 * TOKEN - 1);
    for to in [market.clearing, market.vault, junior] {
        give(&mut market.world, attacker, to, 3_000 * TOKEN);
    }
    let insure = IClearing::depositInsuranceCall { amountAtoms: U256::from(3_000 * TOKEN) };
    market.ledger(attacker, &insure).unwrap();
    let victim = market.lp_with("victim", 15_000 * TOKEN);
    let his = market.enter(junior, victim, 15_000 * TOKEN, SPOT);
    assert!(his > 14_999 * shares / 10_000, "the price of a share is as before: {his}");
    assert!(market.leave(junior, victim, his, SPOT) >= 15_000 * TOKEN - 2);
    // What he gave is gone, and his share is worth less than he left in it.
    assert!(market.shares(junior, attacker) <= 1);
    let worth = ITranche::convertToAssetsCall { shares: U256::ONE };
    assert_eq!(market.world.read(junior, &worth), U256::ZERO);
    assert_eq!(market.world.tokens(attacker), 8_000 * TOKEN - 1);
}

#[test]
fn first_depositor_who_loses_to_himself_robs_nobody() {
    let mut market = Market::wired();
    let junior = market.junior;
    market.push(SPOT);
    let attacker = market.lp_with("attacker", 100_000 * TOKEN);
    let shares = market.enter(junior, attacker, 100_000 * TOKEN, SPOT);
    // His other account pays spreads and charges to the vault, which is all his.
    market.list(market.now() + 7 * DAY, &STRIKES);
    market.jump(SPOT);
    let other = market.trader("his other account", 100_000 * TOKEN);
    for size in [5 * CONTRACT, -5 * CONTRACT] {
        market.trade(other, &[leg(call_of(1, K3000), size), leg(put_of(1, K3000), size)]).unwrap();
    }
    market.leave(junior, attacker, shares - 1, SPOT);
    let reserve: u128 = market.book().skewReserveAtoms.to();
    let victim = market.lp_with("victim", 15_000 * TOKEN);
    let his = market.enter(junior, victim, 15_000 * TOKEN, SPOT);
    let back = market.leave(junior, victim, his, SPOT);
    // What new LPs pay for the reserve is theirs once it is released; nobody else gets it.
    assert!(back + reserve + 2 >= 15_000 * TOKEN, "{back} and a reserve of {reserve}");
    let spent = 200_000 * TOKEN - market.world.tokens(attacker) - market.cash_of(other).unsigned_abs();
    assert!(spent > 0, "the attacker is the poorer by {spent}");
}

#[test]
fn donations_change_no_value_and_no_price() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(1, K3000), 5 * CONTRACT), leg(put_of(2, K3200), -2 * CONTRACT)]).unwrap();
    let (junior, senior) = (market.junior, market.senior);
    let shown = |market: &mut Market| {
        let values = [true, false].map(|is_senior| {
            let value = market.world.read(market.vault, &IVault::trancheValueCall { isSenior: is_senior });
            [value.midAtoms, value.bidAtoms, value.askAtoms]
        });
        let assets = ITranche::convertToAssetsCall { shares: U256::from(10u64.pow(18)) };
        let per_share = [junior, senior].map(|tranche| market.world.read(tranche, &assets));
        (market.nav(), values, per_share, market.book(), market.quote(&[leg(call_of(1, K3000), CONTRACT)]).unwrap())
    };
    let before = shown(&mut market);
    let donor = market.lp_with("donor", 10_000 * TOKEN);
    for to in [market.clearing, market.vault, junior, senior, market.market, market.oracle, market.pricer] {
        let since = market.world.chain.snapshot();
        give(&mut market.world, donor, to, 1_000 * TOKEN);
        let touched: Vec<_> = market.world.changed_since(since).into_keys().map(|(contract, _)| contract).collect();
        assert!(touched.iter().all(|contract| *contract == market.world.token), "{touched:?}");
    }
    assert_eq!(shown(&mut market), before);
    // Nor does it make anybody's next shares dearer or cheaper.
    let enter = |market: &mut Market| {
        let lp = market.lp_with("late", 10_000 * TOKEN);
        market.enter(junior, lp, 10_000 * TOKEN, SPOT)
    };
    let with_gifts = market.suppose(enter);
    let mut plain = Market::open();
    let trader = plain.trader("trader", RICH);
    plain.trade(trader, &[leg(call_of(1, K3000), 5 * CONTRACT), leg(put_of(2, K3200), -2 * CONTRACT)]).unwrap();
    assert_eq!(with_gifts, enter(&mut plain));
}

#[test]
fn nothing_is_minted_or_paid_for_nothing() {
    let mut market = Market::open();
    let (junior, clearing, vault, lp) = (market.junior, market.clearing, market.vault, market.lp);
    let stranger = market.trader("stranger", 10 * TOKEN);
    market.fund(stranger, 10 * TOKEN);
    let zero = U256::ZERO;
    for atoms in [0, 1, TOKEN - 1] {
        let refused = market.refused(|market| market.request_deposit(junior, stranger, atoms));
        refused.expect(&TrancheRequestTooSmall { amount: U256::from(atoms), minimum: U256::from(TOKEN) });
    }
    let refused = market.refused(|market| market.request_redeem(junior, lp, 0));
    assert_eq!(refused.decode::<TrancheRequestTooSmall>().unwrap().amount, zero);
    // Half his shares are to be claimed, and a deposit of his.
    let half = market.shares(junior, lp) / 2;
    market.request_redeem(junior, lp, half).unwrap();
    market.fund(lp, 10 * TOKEN);
    market.request_deposit(junior, lp, 10 * TOKEN).unwrap();
    market.price_epoch(SPOT);
    let nothing = TrancheNothingToClaim { controller: lp };
    let claims: [Vec<u8>; 5] = [
        ITranche::deposit_0Call { assets: zero, receiver: lp }.abi_encode(),
        ITranche::mint_0Call { shares: zero, receiver: lp }.abi_encode(),
        ITranche::redeemCall { shares: zero, receiver: lp, controller: lp }.abi_encode(),
        ITranche::withdrawCall { assets: zero, receiver: lp, controller: lp }.abi_encode(),
        // The least share pays no atom.
        ITranche::redeemCall { shares: U256::ONE, receiver: lp, controller: lp }.abi_encode(),
    ];
    for claim in claims {
        market.refused_data(junior, lp, claim).expect(&nothing);
    }
    // Who has asked for nothing has nothing to claim.
    let nothing = TrancheNothingToClaim { controller: stranger };
    let claims: [Vec<u8>; 4] = [
        ITranche::deposit_0Call { assets: U256::ONE, receiver: stranger }.abi_encode(),
        ITranche::mint_0Call { shares: U256::ONE, receiver: stranger }.abi_encode(),
        ITranche::redeemCall { shares: U256::ONE, receiver: stranger, controller: stranger }.abi_encode(),
        ITranche::claimCancelDepositRequestCall { requestId: zero, receiver: stranger, controller: stranger }
            .abi_encode(),
    ];
    for claim in claims {
        market.refused_data(junior, stranger, claim).expect(&nothing);
    }
    let cash: [Vec<u8>; 3] = [
        IClearing::depositCall { amountAtoms: zero }.abi_encode(),
        IClearing::depositInsuranceCall { amountAtoms: zero }.abi_encode(),
        IClearing::withdrawCall { amountAtoms: zero }.abi_encode(),
    ];
    for call in cash {
        market.refused_data(clearing, stranger, call).expect(&ClearingAmountIsZero {});
    }
    market.refused_data(vault, stranger, IVault::payFeesCall {}.abi_encode()).expect(&VaultNoFees {});
}

#[test]
fn last_lp_leaves_and_who_seeds_the_vault_again_takes_nothing_and_loses_nothing() {
    let mut market = Market::open();
    let (junior, first) = (market.junior, market.lp);
    let trader = market.trader("trader", RICH);
    for size in [20 * CONTRACT, -20 * CONTRACT] {
        market.trade(trader, &[leg(call_of(1, K3000), size)]).unwrap();
    }
    // A week without trades: what the reserve holds is for trades to release.
    let value = market.nav();
    let shares = market.shares(junior, first);
    let paid = market.leave(junior, first, shares, SPOT);
    assert!((value - paid as i128).abs() <= 2, "he gets all that the vault is worth: {paid} of {value}");
    assert_eq!(market.world.read(junior, &ITranche::totalSupplyCall {}), U256::ZERO);
    let reserve: u128 = market.book().skewReserveAtoms.to();
    let next = market.lp_with("next", RICH);
    let shares = market.enter(junior, next, RICH, SPOT);
    let back = market.suppose(|market| market.leave(junior, next, shares, SPOT));
    assert!(back <= RICH && back + reserve + 2 >= RICH, "{back}, with a reserve of {reserve}");
    // Later ones share alike.
    let third = market.lp_with("third", RICH);
    let his = market.enter(junior, third, RICH, SPOT);
    assert!(his.abs_diff(shares) <= shares / 10_000, "{his} against {shares}");
    market.assert_custody(&[trader]);
}
