//! What the solver does of a market, and that it does nothing twice and nothing wrong.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use alloy_primitives::U256;
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use equipoise_cli::keep::Fate;
use equipoise_cli::solve::SolveError;
use equipoise_tests::{creation_code, TestToken};

use crate::fixture::{Solved, SOLVER};
use crate::kept::Kept;
use crate::relay::{ask, Relay};

#[test]
fn a_window_is_opened_and_hedged_as_was_computed_to_the_last_bit() {
    let mut solved = Solved::open();
    let opened = solved.once(&[]);
    assert_eq!(opened.result, "checkpoint", "{opened:?}");
    assert!(opened.delta_share.unwrap() < -0.02, "{opened:?}");
    let waits = solved.once(&[]);
    assert!(waits.result == "nothing" && waits.note.contains("old enough"), "{waits:?}");
    solved.pass(400);
    let stock = solved.hedging.stock;
    let before = (solved.both(stock), solved.vault_cash());
    let done = solved.once(&[]);
    assert_eq!(done.result, "accepted", "{done:?}");
    let rebalance = done.rebalance.unwrap();
    assert_eq!(rebalance.is_as_computed, Some(true));
    assert!(rebalance.bought > 30.0 && rebalance.tip > 0.0 && rebalance.profit > 0.0, "{rebalance:?}");
    // Every token that the vault has spent is the solver's, and every unit that he had is the vault's.
    let after = (solved.both(stock), solved.vault_cash());
    assert_eq!(after.0[0] - before.0[0], before.1 - after.1);
    assert_eq!(U256::from((before.0[1] - after.0[1]).unsigned_abs()), solved.held());
    let nonce = solved.nonce(SOLVER);
    let rest = solved.once(&[]);
    assert!(rest.result == "nothing" && rest.note.contains("window is closed"), "{rest:?}");
    // Five basis points are worth it down to 1.3 % of capital, and less where jumps count.
    assert!(rest.delta_share.unwrap().abs() < 0.015, "{rest:?}");
    assert_eq!(solved.nonce(SOLVER), nonce);
}

#[test]
fn what_is_bought_is_sold_when_the_calls_come_back() {
    let mut solved = Solved::open();
    solved.open_window();
    assert_eq!(solved.once(&[]).result, "accepted");
    solved.buy_calls(-200.0);
    solved.pass(200);
    solved.open_window();
    let sold = solved.once(&["--cost-bps", "1"]);
    assert_eq!(sold.result, "accepted", "{sold:?}");
    let rebalance = sold.rebalance.unwrap();
    assert!(rebalance.bought < 0.0 && rebalance.is_as_computed == Some(true), "{rebalance:?}");
}

#[test]
fn a_dry_run_sends_nothing() {
    let solved = Solved::open();
    let nonce = solved.nonce(SOLVER);
    let planned = solved.once(&["--dry-run"]);
    assert_eq!(planned.result, "checkpoint");
    assert!(planned.deeds.iter().all(|deed| deed.fate == Fate::Planned) && planned.deeds.len() == 1);
    let mut solved = solved;
    solved.open_window();
    let sent = solved.nonce(SOLVER);
    assert_eq!(sent, nonce + 1);
    let planned = solved.once(&["--dry-run"]);
    assert_eq!((planned.result, planned.deeds.len()), ("planned", 1), "{planned:?}");
    assert!(planned.rebalance.unwrap().profit > 0.0);
    assert_eq!((solved.nonce(SOLVER), solved.held()), (sent, U256::ZERO));
}

#[test]
fn who_wants_too_much_sends_nothing() {
    let mut solved = Solved::open();
    solved.open_window();
    let greedy = solved.once(&["--min-profit", "100000"]);
    assert!(greedy.result == "nothing" && greedy.note.contains("100000"), "{greedy:?}");
    let dear = solved.once(&["--cost-bps", "60"]);
    assert!(dear.result == "nothing" && dear.note.contains("no venue offers"), "{dear:?}");
    let modest = solved.once(&["--max-tip", "1.5"]);
    assert_eq!(modest.result, "accepted", "{modest:?}");
    assert!((modest.rebalance.unwrap().tip - 1.5).abs() < 1e-9);
}

#[test]
fn an_inventory_without_anything_offers_nothing() {
    let mut solved = Solved::open();
    solved.open_window();
    let (stock, base, owner) = (solved.hedging.stock, solved.hedging.base, solved.kept.world.owner);
    let [_, units] = solved.both(stock);
    let withdraw = equipoise_cli::deployment::HedgeFiller::withdrawCall {
        token: base,
        to: owner,
        atoms: U256::from(units.unsigned_abs()),
    };
    let refused = solved.kept.world.try_send("withdraw", owner, stock, &withdraw).unwrap();
    assert!(refused.is_err(), "it is the keeper's");
    let keeper = solved.kept.world.keeper;
    solved.kept.world.send("withdraw", keeper, stock, &withdraw).unwrap();
    let empty = solved.once(&[]);
    assert!(empty.result == "nothing" && empty.note.contains("no venue offers"), "{empty:?}");
}

#[test]
fn a_fill_that_reverts_is_found_before_it_is_sent() {
    let kept = Kept::open();
    let input = TransactionInput::new(creation_code("TestToken"));
    let request = TransactionRequest { from: Some(kept.world.owner), input, ..TransactionRequest::default() };
    let base = kept.world.chain().send(request).unwrap().contract_address.unwrap();
    let mut solved = Solved::in_market(kept, Some(base));
    solved.open_window();
    let (stock, keeper) = (solved.hedging.stock, solved.kept.world.keeper);
    let block = TestToken::setBlockedCall { owner: stock, blocked: true };
    solved.kept.world.send("block", keeper, base, &block).unwrap();
    let nonce = solved.nonce(SOLVER);
    let refused = solved.once(&[]);
    assert_eq!(refused.result, "refused", "{refused:?}");
    assert_eq!((solved.nonce(SOLVER), solved.held()), (nonce, U256::ZERO));
    let free = TestToken::setBlockedCall { owner: stock, blocked: false };
    solved.kept.world.send("free", keeper, base, &free).unwrap();
    assert_eq!(solved.once(&[]).result, "accepted");
}

#[test]
fn a_server_that_fails_some_requests_only_delays() {
    let mut solved = Solved::open();
    solved.open_window();
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, upstream) = (asked.clone(), solved.kept.server.address());
    let flaky = Relay::answering(move |request| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        match number % 8 {
            3 => None,
            // It is heard all the same.
            7 => {
                ask(upstream, request);
                None
            }
            _ => Some(ask(upstream, request)),
        }
    });
    let done = solved.once_at(SOLVER, &flaky.url(), &[]);
    assert_eq!(done.result, "accepted", "{done:?}");
    assert!(asked.load(Ordering::SeqCst) > 30);
    assert_eq!(solved.once(&[]).result, "nothing");
}

#[test]
fn what_was_sent_before_the_server_died_is_not_sent_again() {
    let mut solved = Solved::open();
    solved.open_window();
    let dies = Relay::failing(solved.kept.server.address(), 0, true);
    let report = solved.try_once_at(SOLVER, &dies.url(), &[]).unwrap();
    assert_eq!(report.markets[0].result, "failed", "{report:?}");
    assert!(matches!(report.require_success(), Err(SolveError::Markets { failed: 1, markets: 1, .. })));
    let held = solved.held();
    assert!(held > U256::ZERO, "it was heard");
    let nonce = solved.nonce(SOLVER);
    assert_eq!(solved.once(&[]).result, "nothing");
    assert_eq!((solved.nonce(SOLVER), solved.held()), (nonce, held));
}

#[test]
fn a_market_without_a_hedger_and_an_inventory_of_others_are_told_of() {
    let kept = Kept::listed();
    let bare = Solved { hedging: equipoise_cli::world::Hedging::default(), kept };
    let url = bare.kept.server.url();
    assert!(matches!(bare.try_once_at(SOLVER, &url, &["--pools"]), Err(SolveError::NoHedger(_))));
    let mut solved = Solved::open();
    let theirs = solved.rival().to_string();
    let url = solved.kept.server.url();
    let refused = solved.try_once_at(SOLVER, &url, &["--filler", &theirs]);
    assert!(matches!(refused, Err(SolveError::FillerDiffers { what: "owner", .. })), "{refused:?}");
}
