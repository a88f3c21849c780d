//! Junior and senior together.

use alloy_primitives::{keccak256, Address, B256, I256, U256};
use alloy_rpc_types_eth::BlockId;
use alloy_sol_types::SolValue;
use equipoise_interfaces::{
    Allocation, AlreadyWired, CallerNotAllowed, CallerNotOwner, EpochSettled, Fill, ITranche, IVault, Terms,
    TrancheInsolvent, VaultMarketOutOfOrder, VaultMarketsCount, VaultNoFees, VaultTermOutOfBounds,
};
use equipoise_kit::storage::namespace_root;
use equipoise_tests::{Failure, TOKEN};

use crate::fixture::{narrow, setup, Setup, HOUR, SHARE};

const YEAR: u64 = 365 * 86_400;

/// A junior with 400 tokens and a senior with as many as the coverage of a fifth allows, or less.
fn both(senior_tokens: u128) -> (Setup, Address, Address) {
    let mut setup = setup();
    let (junior, senior) = (setup.junior, setup.senior);
    setup.set_terms(Setup::plain_terms()).unwrap();
    let first = setup.member(junior, "junior", 400 * TOKEN);
    let second = setup.member(senior, "senior", senior_tokens * TOKEN);
    (setup, first, second)
}

#[test]
fn losses_fall_on_the_junior_first_and_recovery_goes_to_the_senior_first() {
    let (mut setup, _, _) = both(1_000);
    let (junior, senior) = (setup.junior, setup.senior);
    let trader = setup.trader("trader", 2_000 * TOKEN);
    for (change, of_junior, of_senior) in
        [(0, 400, 1_000), (-300, 100, 1_000), (-300, 0, 800), (100, 0, 900), (150, 50, 1_000), (500, 550, 1_000)]
    {
        setup.trade(trader, change * 1_000_000);
        assert_eq!((setup.assets(junior), setup.assets(senior)), (of_junior * TOKEN, of_senior * TOKEN));
        setup.check_sums();
    }
}

#[test]
fn senior_deposits_are_filled_as_far_as_the_junior_covers_them() {
    let mut setup = setup();
    let (junior, senior) = (setup.junior, setup.senior);
    setup.set_terms(Setup::plain_terms()).unwrap();
    setup.member(junior, "junior", 100 * TOKEN);
    let (first, second) = (setup.lp("first", 600 * TOKEN), setup.lp("second", 200 * TOKEN));
    setup.request_deposit(senior, first, 600 * TOKEN).unwrap();
    let id = setup.request_deposit(senior, second, 200 * TOKEN).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    // A fifth of 500 is the junior's 100: 400 of 800.
    assert_eq!((setup.assets(junior), setup.assets(senior)), (100 * TOKEN, 400 * TOKEN));
    assert_eq!(setup.claim_deposit(senior, first), 300 * SHARE);
    let asked = ITranche::claimableCancelDepositRequestCall { requestId: U256::from(id), controller: second };
    assert_eq!(setup.world.read(senior, &asked), U256::from(100 * TOKEN));
    assert_eq!(setup.claim_deposit(senior, second), 100 * SHARE);
    for (lp, back) in [(first, 300), (second, 100)] {
        let call = ITranche::claimCancelDepositRequestCall { requestId: U256::from(id), receiver: lp, controller: lp };
        assert_eq!(setup.send(lp, senior, &call).unwrap(), U256::from(back * TOKEN));
    }
    setup.check_sums();
}

#[test]
fn junior_redemptions_are_filled_as_far_as_the_coverage_stays() {
    let (mut setup, lp, other) = both(1_000);
    let (junior, senior) = (setup.junior, setup.senior);
    setup.request_redeem(junior, lp, 400 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    // 250 of 1,250 is a fifth.
    assert_eq!(setup.claim_redeem(junior, lp), 150 * TOKEN);
    assert_eq!(setup.shares(junior, lp), 250 * SHARE);
    // With the seniors gone in the same epoch the juniors may all go.
    let left = setup.shares(junior, lp);
    setup.request_redeem(junior, lp, left).unwrap();
    let all = setup.shares(senior, other);
    setup.request_redeem(senior, other, all).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    assert!(setup.claim_redeem(senior, other) >= 1_000 * TOKEN - 1);
    assert!(setup.claim_redeem(junior, lp) >= 250 * TOKEN - 1);
    assert_eq!((setup.supply(junior), setup.supply(senior)), (0, 0));
}

#[test]
fn a_run_on_an_insolvent_vault_cuts_everybody_alike() {
    let (mut setup, _, first) = both(800);
    let senior = setup.senior;
    let second = setup.member(senior, "second", 800 * TOKEN);
    let trader = setup.trader("trader", TOKEN);
    setup.trade(trader, -1_200_000_000);
    let shares = [first, second].map(|lp| setup.shares(senior, lp));
    for (lp, held) in [first, second].into_iter().zip(shares) {
        setup.request_redeem(senior, lp, held).unwrap();
    }
    setup.mark(0, 0, 400 * TOKEN);
    setup.pass_cut();
    setup.process().unwrap();
    // 800 are left of a claim of 1,600, and half of them can be paid: a quarter to each.
    for lp in [first, second] {
        assert!(setup.claim_redeem(senior, lp).abs_diff(200 * TOKEN) <= 1);
    }
    // Who stayed in part has the same part of the claim: recovery comes back to him.
    let claim = setup.world.read(setup.vault, &IVault::claimCall {});
    assert!(narrow(claim.claimAtoms).abs_diff(800 * TOKEN) <= 2 && !claim.isCovered);
    setup.check_sums();
}

#[test]
fn juniors_wait_while_the_claim_is_not_covered_and_deposits_stop_at_nothing() {
    let (mut setup, _, _) = both(1_000);
    let (junior, senior) = (setup.junior, setup.senior);
    let trader = setup.trader("trader", 2_000 * TOKEN);
    setup.trade(trader, -900_000_000);
    setup.mark(-600_000_000, 0, 0);
    assert_eq!(setup.nav(), -100_000_000);
    let late = [setup.lp("late junior", 50 * TOKEN), setup.lp("late senior", 50 * TOKEN)];
    setup.request_deposit(junior, late[0], 50 * TOKEN).unwrap();
    let id = setup.request_deposit(senior, late[1], 50 * TOKEN).unwrap();
    setup.pass_cut();
    let (_, told) = setup.process().unwrap();
    assert!(told.iter().all(|each: &EpochSettled| each.refusedAtoms == U256::from(50 * TOKEN)));
    for (tranche, lp) in [junior, senior].into_iter().zip(late) {
        let call = ITranche::claimCancelDepositRequestCall { requestId: U256::from(id), receiver: lp, controller: lp };
        assert_eq!(setup.send(lp, tranche, &call).unwrap(), U256::from(50 * TOKEN));
        let priced = setup.world.view(tranche, &ITranche::convertToSharesCall { assets: U256::from(1) });
        priced.unwrap_err().expect(&TrancheInsolvent {});
    }
    setup.check_sums();
}

/// Where the junior is worth exactly nothing its shares die, and the next series owes them nothing.
#[test]
fn a_new_junior_series_leaves_the_old_shares_worth_nothing() {
    let (mut setup, old, _) = both(1_000);
    let junior = setup.junior;
    // One of the old asks to leave, and his shares die while he waits.
    let trader = setup.trader("trader", 2_000 * TOKEN);
    setup.trade(trader, -400_000_000);
    assert_eq!(setup.assets(junior), 0);
    let new = setup.lp("new", 300 * TOKEN);
    setup.request_redeem(junior, old, 100 * SHARE).unwrap();
    setup.request_deposit(junior, new, 300 * TOKEN).unwrap();
    setup.pass_cut();
    let series = setup.world.read(junior, &ITranche::seriesCall {});
    setup.process().unwrap();
    assert_eq!(setup.world.read(junior, &ITranche::seriesCall {}), series + 1);
    assert_eq!(setup.claim_deposit(junior, new), 300 * SHARE);
    setup.collect(junior, old);
    assert_eq!((setup.shares(junior, old), setup.supply(junior)), (0, 300 * SHARE));
    let dead = ITranche::balanceOfSeriesCall { series, owner: old };
    assert_eq!(setup.world.read(junior, &dead), U256::from(400 * SHARE));
    setup.trade(trader, 200_000_000);
    let worth = setup.world.read(junior, &ITranche::convertToAssetsCall { shares: U256::from(300 * SHARE) });
    assert!(narrow(worth).abs_diff(500 * TOKEN) <= 2, "{worth}");
    assert!(setup.request_redeem(junior, old, SHARE).is_err());
    setup.check_sums();
}

#[test]
fn the_claim_accrues_only_while_it_is_covered() {
    let (mut setup, _, _) = both(1_000);
    let (vault, senior) = (setup.vault, setup.senior);
    setup.set_terms(Terms { seniorRate: 100_000, ..Setup::plain_terms() }).unwrap();
    let start = setup.world.chain.timestamp();
    let anybody = setup.world.account("anybody");
    setup.world.go_to(start + YEAR / 20);
    let claim = setup.send(anybody, vault, &IVault::accrueCall {}).unwrap();
    // exp(0.1 / 20) = 1.005012...
    assert!(narrow(claim).abs_diff(1_005_012_520) < 100, "{claim}");
    assert_eq!(setup.assets(senior), narrow(claim));
    setup.mark(-500_000_000, 0, 0);
    setup.send(anybody, vault, &IVault::accrueCall {}).unwrap();
    setup.world.go_to(start + YEAR / 10);
    assert_eq!(setup.send(anybody, vault, &IVault::accrueCall {}).unwrap(), claim);
    setup.mark(0, 0, 0);
    assert_eq!(setup.send(anybody, vault, &IVault::accrueCall {}).unwrap(), claim);
    setup.check_sums();
}

#[test]
fn fees_are_bounded_charged_on_gains_and_paid_to_their_recipient() {
    let (mut setup, _, _) = both(1_000);
    let (vault, junior) = (setup.vault, setup.junior);
    let recipient = setup.world.account("treasury");
    let anybody = setup.world.account("anybody");
    setup.send(anybody, vault, &IVault::payFeesCall {}).unwrap_err().expect(&VaultNoFees {});
    let greedy = Terms { performanceFee: 200_001, feeRecipient: recipient, ..Setup::plain_terms() };
    let refused = VaultTermOutOfBounds { place: U256::from(3), value: 200_001, min: 0, max: 200_000 };
    setup.set_terms(greedy).unwrap_err().expect(&refused);
    setup.set_terms(Terms { performanceFee: 100_000, feeRecipient: recipient, ..Setup::plain_terms() }).unwrap();
    let trader = setup.trader("trader", 2_000 * TOKEN);
    setup.trade(trader, 100_000_000);
    let lp = setup.lp("another", TOKEN);
    setup.request_deposit(junior, lp, TOKEN).unwrap();
    setup.pass_cut();
    let (told, _) = setup.process().unwrap();
    // A tenth of a hundred tokens.
    assert!(narrow(told.feeAtoms).abs_diff(10 * TOKEN) < 10, "{}", told.feeAtoms);
    let paid = setup.send(anybody, vault, &IVault::payFeesCall {}).unwrap();
    assert_eq!((paid, setup.world.tokens(recipient)), (told.feeAtoms, narrow(told.feeAtoms)));
    // Not twice for the same gain.
    let lp = setup.lp("a third", TOKEN);
    setup.request_deposit(junior, lp, TOKEN).unwrap();
    setup.pass_cut();
    assert_eq!(setup.process().unwrap().0.feeAtoms, U256::ZERO);
    setup.check_sums();
}

#[test]
fn only_the_owner_sets_terms_and_wires_and_only_the_vault_ends_epochs() {
    let mut setup = setup();
    let (owner, vault, junior, senior) = (setup.world.owner, setup.vault, setup.junior, setup.senior);
    let stranger = setup.world.account("stranger");
    let terms = IVault::setTermsCall { agreed: Setup::plain_terms() };
    setup.send(stranger, vault, &terms).unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    let allocations = vec![Allocation { market: setup.market, oracle: setup.market, weight: 1 }];
    let wire = IVault::wireCall { senior, junior, allocations };
    setup.send(owner, vault, &wire).unwrap_err().expect(&AlreadyWired {});
    let arguments = (setup.steward, owner, setup.clearing, U256::from(HOUR)).abi_encode();
    let fresh = setup.world.deploy_program("vault", arguments).unwrap();
    let none = IVault::wireCall { senior, junior, allocations: Vec::new() };
    let count = VaultMarketsCount { count: U256::ZERO, maximum: U256::from(4) };
    setup.send(owner, fresh, &none).unwrap_err().expect(&count);
    let unknown = Allocation { market: setup.token, oracle: setup.market, weight: 1 };
    let wire = IVault::wireCall { senior, junior, allocations: vec![unknown] };
    let out_of_order = VaultMarketOutOfOrder { market: setup.token, number: 0 };
    setup.send(owner, fresh, &wire).unwrap_err().expect(&out_of_order);
    let filled =
        Fill { acceptedAtoms: U256::ZERO, sharesMinted: U256::MAX, sharesBurned: U256::ZERO, paidAtoms: U256::ZERO };
    let settle = ITranche::settleEpochCall { epoch: 1, filled, isNewSeries: false };
    setup.send(stranger, junior, &settle).unwrap_err().expect(&CallerNotAllowed { caller: stranger, allowed: vault });
    assert_eq!(setup.nav(), i128::try_from(I256::ZERO).unwrap());
}

#[test]
fn constructors_run_once_and_want_contracts_and_a_sensible_spacing() {
    let mut setup = setup();
    let (owner, clearing, vault) = (setup.world.owner, setup.clearing, setup.vault);
    let stranger = setup.world.account("stranger");
    for (program, arguments) in [
        (vault, (setup.steward, owner, clearing, U256::from(HOUR)).abi_encode_params()),
        (setup.junior, (vault, false).abi_encode_params()),
    ] {
        let again = [vec![0x55, 0x85, 0x25, 0x8d], arguments].concat();
        let receipt = setup.world.submit(stranger, program, again);
        assert!(!receipt.status);
        Failure(receipt.output).expect(&AlreadyWired {});
    }
    for secs in [HOUR - 1, 14 * 24 * HOUR + 1] {
        let arguments = (setup.steward, owner, clearing, U256::from(secs)).abi_encode_params();
        assert!(setup.world.deploy_program("vault", arguments).is_err());
    }
    let no_owner = (setup.steward, Address::ZERO, clearing, U256::from(HOUR)).abi_encode_params();
    let no_clearing = (setup.steward, owner, stranger, U256::from(HOUR)).abi_encode_params();
    let no_steward = (stranger, owner, clearing, U256::from(HOUR)).abi_encode_params();
    for arguments in [no_owner, no_clearing, no_steward] {
        assert!(setup.world.deploy_program("vault", arguments).is_err());
    }
    assert!(setup.world.deploy_program("tranche", (stranger, true).abi_encode_params()).is_err());
}

/// Balances and allowances are where Solidity would put them, from the namespace's root on.
#[test]
fn storage_is_laid_out_as_in_solidity() {
    let mut setup = setup();
    let junior = setup.junior;
    let lp = setup.member(junior, "an LP", 100 * TOKEN);
    let spender = setup.world.account("spender");
    setup.send(lp, junior, &ITranche::approveCall { spender, value: U256::from(7) }).unwrap();
    let series = setup.world.read(junior, &ITranche::seriesCall {});
    let root = namespace_root("equipoise.tranche");
    let mapped = |key: B256, slot: U256| U256::from_be_bytes(keccak256((key, slot).abi_encode()).0);
    let held = |slot: U256| setup.world.chain.storage(junior, slot, BlockId::pending()).unwrap();
    let of_series = mapped(B256::from(U256::from(series)), root + U256::from(4));
    let balance = mapped(lp.into_word(), of_series);
    assert_eq!(held(balance), B256::from(U256::from(100 * SHARE)));
    let allowance = mapped(spender.into_word(), mapped(lp.into_word(), root + U256::from(5)));
    assert_eq!(held(allowance), B256::from(U256::from(7)));
    assert_eq!(held(root), setup.vault.into_word());
}
