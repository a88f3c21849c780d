//! Requests, epochs and claims, in one tranche.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{LP_CLAIMS, LP_PENDING, VAULT};
use equipoise_interfaces::{
    ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidReceiver, ITranche, IVault, TrancheClaimExceeded,
    TrancheCutPassed, TrancheNotOperator, TrancheNothingToClaim, TranchePreviewUnavailable, TrancheRequestPending,
    TrancheRequestTooSmall, TrancheRequestUnknown, VaultNothingToProcess, VaultSettlementPending,
};
use equipoise_tests::{TestToken, TOKEN};

use crate::fixture::{narrow, setup, setup_with, HOUR, SHARE};

#[test]
fn deposit_becomes_shares_after_its_cut() {
    let mut setup = setup();
    let (junior, lp) = (setup.junior, setup.lp("an LP", 100 * TOKEN));
    let open = setup.world.read(setup.vault, &IVault::openEpochCall {});
    let now = setup.world.chain.timestamp();
    assert!(open.cutAt > now + HOUR && open.cutAt <= now + 2 * HOUR);
    let id = setup.request_deposit(junior, lp, 100 * TOKEN).unwrap();
    assert_eq!(id, open.epoch);
    assert_eq!((setup.cash(LP_PENDING), setup.cash(VAULT)), (100_000_000, 0));
    let (request_id, controller) = (U256::from(id), lp);
    let pending = ITranche::pendingDepositRequestCall { requestId: request_id, controller };
    let claimable = ITranche::claimableDepositRequestCall { requestId: request_id, controller };
    assert_eq!(setup.world.read(junior, &pending), U256::from(100 * TOKEN));
    assert_eq!(setup.world.read(junior, &claimable), U256::ZERO);
    setup.pass_cut();
    let (_, told) = setup.process().unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].sharesMinted, U256::from(100 * SHARE));
    assert_eq!((setup.cash(LP_PENDING), setup.cash(VAULT)), (0, 100_000_000));
    assert_eq!(setup.world.read(junior, &pending), U256::ZERO);
    assert_eq!(setup.world.read(junior, &claimable), U256::from(100 * TOKEN));
    assert_eq!(setup.world.read(junior, &ITranche::maxMintCall { controller }), U256::from(100 * SHARE));
    // Bit by bit, to anybody.
    let friend = setup.world.account("friend");
    let mint = ITranche::mint_0Call { shares: U256::from(40 * SHARE), receiver: friend };
    assert_eq!(setup.send(lp, junior, &mint).unwrap(), U256::from(40 * TOKEN));
    assert_eq!(setup.claim_deposit(junior, lp), 60 * SHARE);
    assert_eq!((setup.shares(junior, lp), setup.shares(junior, friend)), (60 * SHARE, 40 * SHARE));
    let none = ITranche::deposit_0Call { assets: U256::from(1), receiver: lp };
    setup.send(lp, junior, &none).unwrap_err().expect(&TrancheNothingToClaim { controller });
}

#[test]
fn redemption_pays_the_wallet() {
    let mut setup = setup();
    let junior = setup.junior;
    let lp = setup.member(junior, "an LP", 100 * TOKEN);
    let id = setup.request_redeem(junior, lp, 40 * SHARE).unwrap();
    assert_eq!((setup.shares(junior, lp), setup.shares(junior, junior)), (60 * SHARE, 40 * SHARE));
    let pending = ITranche::pendingRedeemRequestCall { requestId: U256::from(id), controller: lp };
    assert_eq!(setup.world.read(junior, &pending), U256::from(40 * SHARE));
    setup.pass_cut();
    setup.process().unwrap();
    assert_eq!((setup.supply(junior), setup.cash(LP_CLAIMS)), (60 * SHARE, 40_000_000));
    let more = ITranche::withdrawCall { assets: U256::from(41 * TOKEN), receiver: lp, controller: lp };
    let exceeded = TrancheClaimExceeded { amount: U256::from(41 * TOKEN), claimable: U256::from(40 * TOKEN) };
    setup.send(lp, junior, &more).unwrap_err().expect(&exceeded);
    let some = ITranche::withdrawCall { assets: U256::from(10 * TOKEN), receiver: lp, controller: lp };
    assert_eq!(setup.send(lp, junior, &some).unwrap(), U256::from(10 * SHARE));
    assert_eq!(setup.claim_redeem(junior, lp), 30 * TOKEN);
    assert_eq!((setup.world.tokens(lp), setup.cash(LP_CLAIMS)), (40 * TOKEN, 0));
}

#[test]
fn a_request_is_taken_back_before_its_cut_and_not_after() {
    let mut setup = setup();
    let junior = setup.junior;
    let lp = setup.member(junior, "an LP", 100 * TOKEN);
    let other = setup.lp("other", 50 * TOKEN);
    let id = setup.request_redeem(junior, lp, 30 * SHARE).unwrap();
    setup.request_deposit(junior, other, 50 * TOKEN).unwrap();
    let request_id = U256::from(id);
    let cancel_redeem = ITranche::cancelRedeemRequestCall { requestId: request_id, controller: lp };
    let cancel_deposit = ITranche::cancelDepositRequestCall { requestId: request_id, controller: other };
    let refused = setup.send(other, junior, &cancel_redeem).unwrap_err();
    refused.expect(&TrancheNotOperator { caller: other, controller: lp });
    setup.send(lp, junior, &cancel_redeem).unwrap();
    setup.send(other, junior, &cancel_deposit).unwrap();
    assert_eq!((setup.shares(junior, lp), setup.world.tokens(other)), (100 * SHARE, 50 * TOKEN));
    let again = setup.send(other, junior, &cancel_deposit).unwrap_err();
    again.expect(&TrancheRequestUnknown { requestId: request_id, controller: other });
    // The emptied epoch is in nobody's way, and after the cut nothing is taken back.
    setup.request_deposit(junior, other, 50 * TOKEN).unwrap();
    setup.pass_cut();
    let refused = setup.send(other, junior, &cancel_deposit).unwrap_err().decode::<TrancheCutPassed>().unwrap();
    assert_eq!((refused.epoch, refused.cutAt), (id, id * HOUR));
    setup.process().unwrap();
    setup.process().unwrap_err().expect(&VaultNothingToProcess {});
    assert_eq!(setup.claim_deposit(junior, other), 50 * SHARE);
}

/// A week without a price: the LP takes his request back himself, or anybody has the whole epoch given back.
#[test]
fn claims_survive_a_market_that_stops_in_the_middle_of_a_withdrawal() {
    let mut setup = setup();
    let junior = setup.junior;
    let lp = setup.member(junior, "an LP", 100 * TOKEN);
    let other = setup.lp("other", 50 * TOKEN);
    setup.request_redeem(junior, lp, 20 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let id = setup.request_redeem(junior, lp, 30 * SHARE).unwrap();
    setup.request_deposit(junior, other, 50 * TOKEN).unwrap();
    setup.pass_cut();
    setup.observe(true);
    setup.process().unwrap_err().expect(&VaultSettlementPending {});
    assert_eq!(setup.claim_redeem(junior, lp), 20 * TOKEN);
    setup.world.go_to(id * HOUR + 7 * 24 * HOUR);
    setup.observe(true);
    let cancel = ITranche::cancelRedeemRequestCall { requestId: U256::from(id), controller: lp };
    setup.send(lp, junior, &cancel).unwrap();
    assert_eq!(setup.shares(junior, lp), 80 * SHARE);
    let anybody = setup.world.account("anybody");
    let vault = setup.vault;
    setup.send(anybody, vault, &IVault::processEpochCall { firstRounds: Vec::new() }).unwrap();
    let back =
        ITranche::claimCancelDepositRequestCall { requestId: U256::from(id), receiver: other, controller: other };
    assert_eq!(setup.send(other, junior, &back).unwrap(), U256::from(50 * TOKEN));
    assert_eq!((setup.cash(LP_PENDING), setup.cash(LP_CLAIMS)), (0, 0));
    assert_eq!(setup.world.tokens(other), 50 * TOKEN);
}

#[test]
fn requests_add_up_within_an_epoch_and_wait_across() {
    let mut setup = setup();
    let (junior, lp) = (setup.junior, setup.lp("an LP", 100 * TOKEN));
    let epoch = setup.request_deposit(junior, lp, 10 * TOKEN).unwrap();
    assert_eq!(setup.request_deposit(junior, lp, 5 * TOKEN).unwrap(), epoch);
    setup.pass_cut();
    let refused = setup.request_deposit(junior, lp, 10 * TOKEN).unwrap_err();
    refused.expect(&TrancheRequestPending { controller: lp, epoch });
    setup.process().unwrap();
    // What is priced makes room by itself, and adds up.
    assert!(setup.request_deposit(junior, lp, 10 * TOKEN).unwrap() > epoch);
    setup.pass_cut();
    setup.process().unwrap();
    assert_eq!(setup.claim_deposit(junior, lp), 25 * SHARE);
}

#[test]
fn redemptions_are_filled_in_proportion_and_the_rest_comes_back() {
    let mut setup = setup();
    let junior = setup.junior;
    let first = setup.member(junior, "first", 300 * TOKEN);
    let second = setup.member(junior, "second", 100 * TOKEN);
    setup.mark(0, 0, 100 * TOKEN);
    setup.request_redeem(junior, first, 300 * SHARE).unwrap();
    let all = setup.shares(junior, second);
    setup.request_redeem(junior, second, all).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let paid = setup.claim_redeem(junior, second);
    assert!(paid.abs_diff(25 * TOKEN) <= 1, "{paid}");
    assert!(setup.shares(junior, second).abs_diff(75 * SHARE) <= SHARE / TOKEN);
    let rest = setup.claim_redeem(junior, first);
    assert_eq!(paid + rest, 100 * TOKEN);
    assert_eq!((setup.cash(LP_CLAIMS), setup.shares(junior, junior)), (0, 0));
    assert_eq!(setup.shares(junior, first) + setup.shares(junior, second), setup.supply(junior));
}

#[test]
fn nobody_acts_for_another_without_his_word() {
    let mut setup = setup();
    let (junior, lp) = (setup.junior, setup.lp("an LP", 100 * TOKEN));
    let broker = setup.lp("broker", 10 * TOKEN);
    let assets = U256::from(10 * TOKEN);
    for (controller, owner) in [(lp, broker), (broker, lp)] {
        let call = ITranche::requestDepositCall { assets, controller, owner };
        let refused = setup.send(broker, junior, &call).unwrap_err();
        refused.expect(&TrancheNotOperator { caller: broker, controller: lp });
    }
    setup.send(lp, junior, &ITranche::setOperatorCall { operator: broker, approved: true }).unwrap();
    assert!(setup.world.read(junior, &ITranche::isOperatorCall { controller: lp, operator: broker }));
    let call = ITranche::requestDepositCall { assets, controller: lp, owner: lp };
    setup.send(broker, junior, &call).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    let claim = ITranche::deposit_1Call { assets, receiver: broker, controller: lp };
    assert_eq!(setup.send(broker, junior, &claim).unwrap(), U256::from(10 * SHARE));
    setup.send(lp, junior, &ITranche::setOperatorCall { operator: broker, approved: false }).unwrap();
    // An allowance for shares is enough to have them redeemed, in the spender's own name.
    let value = U256::from(4 * SHARE);
    setup.send(broker, junior, &ITranche::approveCall { spender: lp, value }).unwrap();
    let call = ITranche::requestRedeemCall { shares: value, controller: lp, owner: broker };
    setup.send(lp, junior, &call).unwrap();
    let refused = setup.send(lp, junior, &call).unwrap_err();
    refused.expect(&ERC20InsufficientAllowance { spender: lp, allowance: U256::ZERO, needed: value });
}

#[test]
fn small_requests_are_refused_and_nothing_is_minted_or_paid_for_nothing() {
    let mut setup = setup();
    let junior = setup.junior;
    let lp = setup.member(junior, "an LP", 100 * TOKEN);
    let other = setup.lp("other", TOKEN);
    let refused = setup.request_deposit(junior, other, TOKEN - 1).unwrap_err();
    refused.expect(&TrancheRequestTooSmall { amount: U256::from(TOKEN - 1), minimum: U256::from(TOKEN) });
    let minimum = SHARE / 1_000;
    let refused = setup.request_redeem(junior, lp, minimum - 1).unwrap_err();
    refused.expect(&TrancheRequestTooSmall { amount: U256::from(minimum - 1), minimum: U256::from(minimum) });
    let refused = setup.request_redeem(junior, lp, 101 * SHARE).unwrap_err();
    let (balance, needed) = (U256::from(100 * SHARE), U256::from(101 * SHARE));
    refused.expect(&ERC20InsufficientBalance { sender: lp, balance, needed });
    setup.request_redeem(junior, lp, 10 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    // A share of a claim that is worth less than an atom pays nothing, so it cannot be claimed alone.
    let dust = ITranche::redeemCall { shares: U256::from(1), receiver: lp, controller: lp };
    setup.send(lp, junior, &dust).unwrap_err().expect(&TrancheNothingToClaim { controller: lp });
}

#[test]
fn shares_are_an_ordinary_token_and_the_tranche_says_what_it_is() {
    let mut setup = setup();
    let (junior, senior, token) = (setup.junior, setup.senior, setup.token);
    let lp = setup.member(junior, "an LP", 100 * TOKEN);
    let (other, value) = (setup.world.account("other"), U256::from(10));
    for (tranche, name, symbol) in [(junior, "Equipoise Junior LP", "EQJR"), (senior, "Equipoise Senior LP", "EQSR")] {
        assert_eq!(setup.world.read(tranche, &ITranche::nameCall {}), name);
        assert_eq!(setup.world.read(tranche, &ITranche::symbolCall {}), symbol);
        assert_eq!(setup.world.read(tranche, &ITranche::decimalsCall {}), 12);
        assert_eq!(setup.world.read(tranche, &ITranche::assetCall {}), token);
        assert_eq!(setup.world.read(tranche, &ITranche::shareCall {}), tranche);
        assert_eq!(setup.world.read(tranche, &ITranche::vaultCall { asset: token }), tranche);
        assert_eq!(setup.world.read(tranche, &ITranche::vaultCall { asset: tranche }), Address::ZERO);
        assert_eq!(setup.world.read(tranche, &ITranche::coreCall {}), setup.vault);
        assert_eq!(setup.world.read(tranche, &ITranche::isSeniorCall {}), tranche == senior);
    }
    for (id, is_known) in [
        (0x01ff_c9a7_u32, true),
        (0xe3bc_4e65, true),
        (0xce3b_be50, true),
        (0x620e_e8e4, true),
        (0x2f0a_18c5, true),
        (0xf815_c03d, true),
        (0xffff_ffff, false),
    ] {
        let asked = ITranche::supportsInterfaceCall { interfaceId: id.to_be_bytes().into() };
        assert_eq!(setup.world.read(junior, &asked), is_known, "{id:x}");
    }
    assert_eq!(ITranche::vaultCall::SELECTOR, 0xf815_c03d_u32.to_be_bytes());
    let amount = U256::from(1);
    let previews = [
        ITranche::previewDepositCall { assets: amount }.abi_encode(),
        ITranche::previewMintCall { shares: amount }.abi_encode(),
        ITranche::previewRedeemCall { shares: amount }.abi_encode(),
        ITranche::previewWithdrawCall { assets: amount }.abi_encode(),
    ];
    for data in previews {
        let receipt = setup.world.submit(lp, junior, data);
        equipoise_tests::Failure(receipt.output).expect(&TranchePreviewUnavailable {});
    }
    assert!(setup.send(lp, junior, &ITranche::transferCall { to: other, value }).unwrap());
    let take = ITranche::transferFromCall { from: lp, to: other, value };
    let needed = ERC20InsufficientAllowance { spender: other, allowance: U256::ZERO, needed: value };
    setup.send(other, junior, &take).unwrap_err().expect(&needed);
    setup.send(lp, junior, &ITranche::approveCall { spender: other, value: U256::from(15) }).unwrap();
    setup.send(other, junior, &take).unwrap();
    assert_eq!(setup.world.read(junior, &ITranche::allowanceCall { owner: lp, spender: other }), U256::from(5));
    assert_eq!(setup.shares(junior, other), 20);
    for receiver in [Address::ZERO, junior] {
        let refused = setup.send(lp, junior, &ITranche::transferCall { to: receiver, value }).unwrap_err();
        refused.expect(&ERC20InvalidReceiver { receiver });
    }
}

#[test]
fn blocked_wallet_stops_nobody_elses_claim() {
    let mut setup = setup_with(|world| world.deploy("TestToken", Vec::new()));
    let (owner, token, junior) = (setup.world.owner, setup.token, setup.junior);
    let mut lps = Vec::new();
    for name in ["blocked", "other"] {
        let lp = setup.world.account(name);
        setup.world.send(owner, token, &TestToken::mintCall { to: lp, value: U256::from(100 * TOKEN) }).unwrap();
        setup.request_deposit(junior, lp, 100 * TOKEN).unwrap();
        lps.push(lp);
    }
    setup.pass_cut();
    setup.process().unwrap();
    for lp in &lps {
        setup.claim_deposit(junior, *lp);
        setup.request_redeem(junior, *lp, 100 * SHARE).unwrap();
    }
    setup.pass_cut();
    setup.world.send(owner, token, &TestToken::setBlockedCall { owner: lps[0], blocked: true }).unwrap();
    setup.process().unwrap();
    let shares = setup.world.read(junior, &ITranche::maxRedeemCall { controller: lps[0] });
    let claim = ITranche::redeemCall { shares, receiver: lps[0], controller: lps[0] };
    setup.send(lps[0], junior, &claim).unwrap_err().expect(&TestToken::Blocked { owner: lps[0] });
    assert!(setup.claim_redeem(junior, lps[1]) >= 100 * TOKEN - 1);
    // To another wallet of his.
    let wallet = setup.world.account("another wallet");
    let claim = ITranche::redeemCall { shares, receiver: wallet, controller: lps[0] };
    assert!(narrow(setup.send(lps[0], junior, &claim).unwrap()) >= 100 * TOKEN - 1);
}

#[test]
fn a_request_costs_less_gas_than_its_budget() {
    let mut setup = setup();
    let junior = setup.junior;
    let first = setup.member(junior, "first", 100 * TOKEN);
    let second = setup.lp("second", 100 * TOKEN);
    setup.request_deposit(junior, second, 100 * TOKEN).unwrap();
    setup.request_redeem(junior, first, 40 * SHARE).unwrap();
    setup.pass_cut();
    setup.process().unwrap();
    setup.claim_redeem(junior, first);
    setup.claim_deposit(junior, second);
    for (name, gas) in &setup.world.gas {
        println!("{name}: {gas}");
    }
    assert!(setup.world.gas[ITranche::requestDepositCall::SIGNATURE] <= 140_000);
    // It asks the clearing house for the lock, and for nothing else.
    assert!(setup.world.gas[ITranche::requestRedeemCall::SIGNATURE] <= 145_000);
    assert!(setup.world.gas[IVault::processEpochCall::SIGNATURE] <= 500_000);
}
