//! Two solvers, of whom one wins each epoch.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use alloy_primitives::U256;
use equipoise_cli::solve;

use crate::fixture::{Solved, RIVAL, SOLVER};
use crate::relay::{ask, Relay};

#[test]
fn of_two_solvers_one_wins_and_the_other_loses_nothing() {
    let mut solved = Solved::open();
    let rival = solved.rival();
    solved.open_window();
    let before = (solved.both(rival), solved.nonce(RIVAL));
    // While the rival's transaction is estimated, the other's is sent.
    let (arguments, key) = (solved.arguments(&solved.kept.server.url(), &[]), solved.key(SOLVER));
    let (upstream, is_over) = (solved.kept.server.address(), Arc::new(AtomicBool::new(false)));
    let slow = Relay::answering(move |request| {
        if request["method"] == "eth_estimateGas" && !is_over.swap(true, Ordering::SeqCst) {
            let (arguments, key) = (arguments.clone(), key.clone());
            let won = std::thread::spawn(move || solve::once(&arguments, &key).unwrap()).join().unwrap();
            assert_eq!(won.markets[0].result, "accepted");
        }
        Some(ask(upstream, request))
    });
    let theirs = rival.to_string();
    let lost = solved.once_at(RIVAL, &slow.url(), &["--filler", &theirs]);
    assert_eq!(lost.result, "lost", "{lost:?}");
    assert!(solved.held() > U256::ZERO);
    assert_eq!((solved.both(rival), solved.nonce(RIVAL)), before);
    // Nothing is left for him in the next round.
    let url = solved.kept.server.url();
    assert_eq!(solved.once_at(RIVAL, &url, &["--filler", &theirs]).result, "nothing");
}

#[test]
fn two_solvers_share_what_comes_over_time() {
    let mut solved = Solved::open();
    let theirs = solved.rival().to_string();
    let url = solved.kept.server.url();
    let mut won = [0, 0];
    for round in 0..4 {
        solved.open_window();
        let turn: [usize; 2] = if round % 2 == 0 { [SOLVER, RIVAL] } else { [RIVAL, SOLVER] };
        for place in turn {
            let words: &[&str] = if place == RIVAL { &["--filler", &theirs] } else { &[] };
            let report = solved.once_at(place, &url, words);
            assert!(["accepted", "nothing"].contains(&report.result), "{report:?}");
            won[usize::from(place == RIVAL)] += usize::from(report.result == "accepted");
        }
        solved.buy_calls(200.0);
        solved.pass(200);
    }
    assert_eq!(won, [2, 2]);
    let [stock, hedger] = [solved.hedging.stock, solved.hedging.hedges.hedger];
    let rival = theirs.parse().unwrap();
    let units: i128 = [stock, hedger, rival].into_iter().map(|owner| solved.both(owner)[1]).sum();
    assert_eq!(units, 2 * 100_000 * 1_000_000, "every unit is with one of them");
}
