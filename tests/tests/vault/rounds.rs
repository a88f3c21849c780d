//! The first round after the cut prices an epoch, whoever has it priced.

use alloy_primitives::aliases::U80;
use alloy_primitives::U256;
use alloy_sol_types::SolValue;
use equipoise_cli::deployment::FeedAggregator;
use equipoise_interfaces::{IVault, VaultEpochNotClosed, VaultNothingToProcess, VaultRoundNotFirst, VaultRoundsCount};
use equipoise_tests::TOKEN;

use crate::fixture::{setup, setup_with, Setup, HOUR, PRICE, SHARE};

#[test]
fn epoch_waits_for_its_cut_and_for_a_price_from_after_it() {
    let mut setup = setup();
    setup.process().unwrap_err().expect(&VaultNothingToProcess {});
    let (junior, lp) = (setup.junior, setup.lp("an LP", 10 * TOKEN));
    let epoch = setup.request_deposit(junior, lp, 10 * TOKEN).unwrap();
    let cut_at = epoch * HOUR;
    setup.world.go_to(cut_at - 10);
    setup.push(PRICE);
    let early = setup.process().unwrap_err().decode::<VaultEpochNotClosed>().unwrap();
    assert_eq!((early.epoch, early.cutAt), (epoch, cut_at));
    setup.world.go_to(cut_at + 50);
    let refused = setup.process().unwrap_err().decode::<VaultEpochNotClosed>().unwrap();
    assert!(refused.priceAt < cut_at);
    setup.push(PRICE);
    setup.process().unwrap();
    setup.process().unwrap_err().expect(&VaultNothingToProcess {});
}

#[test]
fn the_round_named_must_be_the_first_after_the_cut() {
    let mut setup = setup();
    let (junior, vault, lp) = (setup.junior, setup.vault, setup.lp("an LP", 10 * TOKEN));
    let cut_at = setup.request_deposit(junior, lp, 10 * TOKEN).unwrap() * HOUR;
    setup.pass_cut();
    let first = setup.world.first_round_from(cut_at);
    setup.push(PRICE);
    for wrong in [first - U80::from(1), first + U80::from(1)] {
        let call = IVault::processEpochCall { firstRounds: vec![wrong] };
        let refused = setup.send(lp, vault, &call).unwrap_err().decode::<VaultRoundNotFirst>().unwrap();
        assert_eq!((refused.roundId, refused.cutAt), (wrong, cut_at));
    }
    let none = IVault::processEpochCall { firstRounds: Vec::new() };
    let count = VaultRoundsCount { count: U256::ZERO, expected: U256::from(1) };
    setup.send(lp, vault, &none).unwrap_err().expect(&count);
    let call = IVault::processEpochCall { firstRounds: vec![first] };
    setup.send(lp, vault, &call).unwrap();
}

/// Who waits for the price to move gets the worse end of what the first round's value can have been.
#[test]
fn waiting_for_a_better_price_never_pays() {
    for moved in [PRICE * 11 / 10, PRICE * 10 / 11] {
        let mut setup = setup();
        let junior = setup.junior;
        let lp = setup.member(junior, "an LP", 1_000 * TOKEN);
        let late = setup.lp("late", 1_000 * TOKEN);
        setup.request_redeem(junior, lp, 500 * SHARE).unwrap();
        setup.request_deposit(junior, late, 1_000 * TOKEN).unwrap();
        setup.pass_cut();
        setup.push(moved);
        let (told, _) = setup.process().unwrap();
        // A tenth of the value, whichever way it went.
        let expected = U256::from(100 * TOKEN);
        assert!(told.uncertaintyAtoms.abs_diff(expected) <= U256::from(400_000), "{}", told.uncertaintyAtoms);
        assert!(setup.claim_redeem(junior, lp) <= 451 * TOKEN);
        assert!(setup.claim_deposit(junior, late) <= 910 * SHARE);
    }
}

#[test]
fn a_round_without_a_price_is_passed_over() {
    let mut setup = setup();
    let (junior, lp) = (setup.junior, setup.lp("an LP", 10 * TOKEN));
    setup.request_deposit(junior, lp, 10 * TOKEN).unwrap();
    let cut_at = setup.world.read(setup.vault, &IVault::nextEpochCall {}).cutAt;
    setup.world.go_to(cut_at);
    let now = setup.world.chain.timestamp();
    setup.world.push_round(0, now);
    setup.push(PRICE);
    setup.process().unwrap();
    assert_eq!(setup.claim_deposit(junior, lp), 10 * SHARE);
}

/// A vault whose feed has rounds that were never answered: reading them fails with a reason.
fn setup_with_gaps() -> Setup {
    let mut setup = setup_with(|world| {
        world.feed = world.deploy("FeedAggregator", (U256::from(8), world.owner).abi_encode_params());
        world.token
    });
    let (owner, feed, reader) = (setup.world.owner, setup.world.feed, setup.vault);
    setup.world.send(owner, feed, &FeedAggregator::addAccessCall { reader }).unwrap();
    setup
}

#[test]
fn rounds_that_were_never_answered_hide_no_earlier_one_and_stop_no_epoch() {
    let mut setup = setup_with_gaps();
    let (junior, vault, lp) = (setup.junior, setup.vault, setup.lp("an LP", 10 * TOKEN));
    let cut_at = setup.request_deposit(junior, lp, 10 * TOKEN).unwrap() * HOUR;
    // Rounds 2 and 3 are never answered, 4 is the first after the cut, 5 is not answered either.
    for _ in 0..2 {
        setup.world.push_round(0, 0);
    }
    setup.pass_cut();
    let first_at = setup.world.chain.timestamp();
    setup.world.push_round(0, 0);
    setup.push(PRICE * 11 / 10);
    let name = |round: u64| IVault::processEpochCall { firstRounds: vec![U80::from(round)] };
    for (round, updated_at) in [(6, first_at), (5, 0), (3, 0)] {
        let refused = setup.send(lp, vault, &name(round)).unwrap_err().decode::<VaultRoundNotFirst>().unwrap();
        assert_eq!((refused.roundId, refused.updatedAt, refused.cutAt), (U80::from(round), updated_at, cut_at));
    }
    setup.send(lp, vault, &name(4)).unwrap();
    assert_eq!(setup.claim_deposit(junior, lp), 10 * SHARE);
}

#[test]
fn epochs_are_priced_in_order_however_late() {
    let mut setup = setup();
    let (junior, senior) = (setup.junior, setup.senior);
    setup.member(junior, "junior", 100 * TOKEN);
    let mut lps = Vec::new();
    for number in 0..4u64 {
        let lp = setup.lp(&format!("LP {number}"), 10 * TOKEN);
        let tranche = if number % 2 == 0 { junior } else { senior };
        lps.push((setup.request_deposit(tranche, lp, 10 * TOKEN).unwrap(), tranche, lp));
        // Leaves epochs without requests in between.
        let now = setup.world.chain.timestamp();
        setup.world.go_to(now + (1 + number) * HOUR);
    }
    setup.pass_cut();
    for (epoch, _, _) in &lps {
        assert_eq!(setup.process().unwrap().0.epoch, *epoch);
    }
    setup.process().unwrap_err().expect(&VaultNothingToProcess {});
    for (_, tranche, lp) in lps.into_iter().rev() {
        let shares = setup.claim_deposit(tranche, lp);
        assert!(shares.abs_diff(10 * SHARE) < SHARE / 1_000, "{shares}");
    }
}
