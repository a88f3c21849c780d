//! Random interleavings of every external action by many actors, with moving prices, time and expiries, and everything
//! checked after each.
//!
//! * `action`: what can be done, as plain data; `generate`: lists of it from a seed
//! * `markets`: what is a market's own, where there are two
//! * `life`, `perform`: doing it, and what each must leave
//! * `perform/hedging`: solvers who deliver, who do not, or who are somewhere else meanwhile
//! * `places`: Uniswap's own pool, where hedges are filled, and Aave's own, where the underlying is borrowed to be short
//! * `slots`: what the programs keep, read without running them; `double`: the pure crates on that
//! * `invariants`: what must hold after every action; `views`: what the programs show is what they keep
//! * `shrink`: a list that fails, made short
//!
//! `EQUIPOISE_ACTIONS` and `EQUIPOISE_SEED` choose another length and other lives; `EQUIPOISE_REPLAY` is a list that a
//! failure printed, or a file with one, and `EQUIPOISE_CAPITAL` says which of the beginnings it was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::struct_field_names,
    missing_docs
)]

mod action;
mod actors;
mod double;
// The market and its native double are those of the market's own tests, which use more of them.
#[allow(dead_code)]
#[path = "../market/fixture.rs"]
mod fixture;
mod generate;
mod invariants;
mod life;
mod markets;
#[allow(dead_code)]
#[path = "../market/native.rs"]
mod native;
#[allow(dead_code)]
#[path = "../underwriter/offering.rs"]
mod offering;
mod perform;
mod places;
mod recovery;
mod shrink;
mod slots;
#[allow(dead_code)]
#[path = "../market/state.rs"]
mod state;
mod views;

use std::env;
use std::time::{Duration, Instant};

use action::Action;
use life::{Capital, Life};

/// Actions of all tests together, and of one life.
const ACTIONS: u64 = 120_000;
const LIFE: u64 = 2_500;
/// Tests that share them: as many as there are tests below.
const TESTS: u64 = 5;
/// Time to make a failing list short.
const SHRINK_SECS: u64 = 120;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Lives of one test, each from the beginning.
fn lives(test: u64, capital: Capital) {
    let (actions, seed) = (number("EQUIPOISE_ACTIONS", ACTIONS) / TESTS, number("EQUIPOISE_SEED", 2_026));
    let mut life = Life::born(capital);
    let begin = Instant::now();
    let mut number = 0;
    // What there was nothing to do on does not count.
    while life.tally.done() < actions {
        let life_seed = seed.wrapping_mul(1_000_003).wrapping_add(test << 32).wrapping_add(number);
        let list = generate::actions(life_seed, LIFE.min(actions) as usize, capital == Capital::Broad);
        if let Err(failed) = shrink::live(&mut life, &list) {
            report(&mut life, (capital, life_seed), &list, &failed);
        }
        number += 1;
    }
    let secs = begin.elapsed().as_secs_f64();
    let done = life.tally.done();
    println!("{done} actions in {secs:.1} s: {:.0} a second", done as f64 / secs);
    print_tally(&life);
    if actions >= ACTIONS / TESTS {
        require_coverage(&life, test, capital);
    }
}

/// Makes a failing list short, prints it, and fails.
fn report(life: &mut Life, (capital, seed): (Capital, u64), list: &[Action], failed: &shrink::Failed) -> ! {
    println!("life {seed} fails at action {} of {}: {} at {}", failed.at, list.len(), failed.message, failed.place);
    let time = Duration::from_secs(number("EQUIPOISE_SHRINK_SECS", SHRINK_SECS));
    let (short, failed) = shrink::shrink(life, list, failed, time);
    println!("{} actions are enough: {} at {}", short.len(), failed.message, failed.place);
    println!("EQUIPOISE_CAPITAL={capital:?} EQUIPOISE_REPLAY='{}'", serde_json::to_string(&short).unwrap());
    panic!("after {} actions: {} at {}", short.len(), failed.message, failed.place);
}

fn print_tally(life: &Life) {
    for (name, (done, refused)) in &life.tally.actions {
        println!("{name}: {done} accepted, {refused} refused");
    }
    for ((name, error), count) in &life.tally.refusals {
        println!("  {name} refused {count} times with {error}");
    }
    for (state, count) in &life.tally.states {
        println!("{state}: {count}");
    }
}

/// What nobody refuses, and what nobody may do.
const NEVER_REFUSED: [&str; 11] = [
    "Tend",
    "Time",
    "Feed",
    "WrappedApprove",
    "LpOperator",
    "Collect",
    "ShareApprove",
    "List",
    "Donate",
    "SetOperator",
    "GiveCoins",
];
const NEVER_ACCEPTED: [&str; 1] = ["Stranger"];
/// What comes too seldom to be sure of where the vault is deep; the thin ones must see it.
const SELDOM_IN_DEEP: [&str; 2] = ["Bid", "Unwrap"];
/// What is seldom refused where it is thin: pokes are only for want of a price or of capital, and little is held that could be sold.
const SELDOM_IN_THIN: [&str; 2] = ["HedgerNothingToSell", "Poke"];
/// And where what is done is spread over two markets.
const SELDOM_IN_BROAD: [&str; 4] = ["HedgerNothingToSell", "RedeemWrapped", "Unwrap", "WrappedTransfer"];
/// What is seldom refused anywhere, for it is seldom tried.
const SELDOM_REFUSED: [&str; 1] = ["Unwrap"];
/// What must be reached in so many actions.
const REACHED: [&str; 28] = [
    "a debt that insurance pays",
    "a debt that the vault bears",
    "a full audit through the views",
    "a rebalance buys",
    "a rebalance ends a window",
    "a rebalance sells",
    "a solver delivers beyond what is asked for",
    "a solver finds every door shut",
    "a solver is paid a tip",
    "a window opens",
    "accounts to settle",
    "an account below maintenance",
    "an account in auction",
    "bad debt",
    "epoch priced",
    "halted",
    "insurance empty",
    "no usable price",
    "options are traded for a tip",
    "recovered by a poke",
    "matched open interest grown",
    "recovered by a trade",
    "reduce-only",
    "round trip completed",
    "settlement pending",
    "stale price",
    "stale surface",
    "tokens to redeem",
];

/// The same where there are a pool and a lender.
const REACHED_AT_PLACES: [&str; 5] = [
    "a rebalance borrows what it sells",
    "a rebalance fills at the pool",
    "a rebalance repays",
    "somebody sends what a solver has signed",
    "tending posts more",
];
/// What nobody can do without a pool.
const ONLY_AT_PLACES: [&str; 1] = ["SignRebalance"];

/// Why rebalances must be refused in so many actions.
const REFUSED_REBALANCES: [&str; 17] = [
    "HedgerBudgetExceeded",
    "HedgerCheckpointTooYoung",
    "HedgerCheckpointUnknown",
    "HedgerCostTooHigh",
    "HedgerDeadlinePassed",
    "HedgerDeltaGrows",
    "HedgerEpochDiffers",
    "HedgerFillShort",
    "HedgerGainTooSmall",
    "HedgerLegsCount",
    "HedgerMarketStopped",
    "HedgerNothingToSell",
    "HedgerPriceOutOfBand",
    "HedgerPriceTooOld",
    "HedgerQuantityInvalid",
    "HedgerVenueCapExceeded",
    "HedgerWindowClosed",
];

/// The same where the vault is thin, in the lives of one test: a deep one's junior stands what traders can lose, and so do most
/// thin ones since what traders hold against each other is limited.
const WIPED_OUT_IN: u64 = 3;
const REACHED_IN_THIN: [&str; 2] = ["the junior has nothing", "the senior's claim is not covered"];

/// And where there are two markets.
const REACHED_IN_BOTH: [&str; 4] = [
    "a bid takes a share of what is held in both markets",
    "a margin over both markets",
    "a takeover of what is held in both markets",
    "an account that holds in both markets",
];

/// A loss of coverage fails: every action is accepted and refused, and every rare state is reached.
fn require_coverage(life: &Life, test: u64, capital: Capital) {
    let seldom: &[&str] = match capital {
        Capital::Deep => &SELDOM_IN_DEEP,
        Capital::Thin => &SELDOM_IN_THIN,
        Capital::Broad => &SELDOM_IN_BROAD,
    };
    let has_places = life.own.places.is_some();
    let is_sure = |name: &&str| !seldom.contains(name) && (has_places || !ONLY_AT_PLACES.contains(name));
    for name in Action::names().filter(is_sure) {
        let (accepted, refused) = life.tally.actions.get(name).copied().unwrap_or_default();
        assert!(accepted > 0 || NEVER_ACCEPTED.contains(&name), "no {name} is accepted");
        let is_rare = NEVER_REFUSED.contains(&name) || SELDOM_REFUSED.contains(&name);
        assert!(refused > 0 || is_rare, "no {name} is refused");
    }
    for name in REFUSED_REBALANCES.into_iter().filter(|name| !seldom.contains(name)) {
        let key = ("Rebalance".to_owned(), name.to_owned());
        assert!(life.tally.refusals.contains_key(&key), "no rebalance is refused with {name}");
    }
    let own: &[&str] = match capital {
        Capital::Thin if test == WIPED_OUT_IN => &REACHED_IN_THIN,
        Capital::Deep | Capital::Thin => &[],
        Capital::Broad => &REACHED_IN_BOTH,
    };
    let placed: &[&str] = if has_places { &REACHED_AT_PLACES } else { &[] };
    for state in REACHED.iter().chain(own).chain(placed) {
        assert!(life.tally.states.get(state).is_some_and(|count| *count > 0), "never reached: {state}");
    }
}

#[test]
fn every_invariant_holds_after_every_action() {
    lives(0, Capital::Deep);
}

#[test]
fn every_invariant_holds_after_every_action_of_other_lives() {
    lives(1, Capital::Deep);
}

#[test]
fn every_invariant_holds_after_every_action_with_thin_capital() {
    lives(2, Capital::Thin);
}

#[test]
fn every_invariant_holds_after_every_action_of_other_lives_with_thin_capital() {
    lives(3, Capital::Thin);
}

#[test]
fn every_invariant_holds_after_every_action_in_two_markets() {
    lives(4, Capital::Broad);
}

/// Runs a list that a failure printed, if one is given.
#[test]
fn replay_of_a_failure() {
    let Ok(text) = env::var("EQUIPOISE_REPLAY") else { return };
    let text = if text.trim_start().starts_with('[') { text } else { std::fs::read_to_string(text).unwrap() };
    let list: Vec<Action> = serde_json::from_str(&text).unwrap();
    let capital = env::var("EQUIPOISE_CAPITAL").unwrap_or_default();
    let known = [Capital::Thin, Capital::Broad].into_iter().find(|known| format!("{known:?}") == capital);
    let mut life = Life::born(known.unwrap_or(Capital::Deep));
    life.is_thorough = true;
    for action in &list {
        println!("{action:?}");
        life.act(action);
    }
}
