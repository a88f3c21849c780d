//! What the keeper does of settlement, breakers and epochs, and that it does nothing twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_rpc_types_eth::BlockId;
use equipoise_cli::deploy::Record;
use equipoise_interfaces::{ILearning, IMarket, IParameters, ITuned, Tuning};
use equipoise_risk::governed::Group;

use crate::fixture::{Kept, DAY, HOUR, SPOT, VOL};
use crate::relay::{ask, Relay};

const NOTHING: [&str; 0] = [];

/// A market in which two accounts hold something of the first board, and its expiry, with the feed's rounds.
fn expired() -> Kept {
    let mut kept = Kept::open();
    for place in [3, 4] {
        kept.deposit(place, 100_000);
        kept.trade(place, 0, 5, 1.0).unwrap();
    }
    kept.trade(4, 1, 5, -1.0).unwrap();
    let expiry = kept.boards[0].1;
    while kept.now + HOUR < expiry {
        kept.round(HOUR, SPOT);
    }
    for _ in 0..12 {
        kept.round(300, 3_400.0);
    }
    assert_eq!(kept.now, expiry);
    kept
}

#[test]
fn an_expired_board_is_settled_and_its_accounts_too() {
    let mut kept = expired();
    let before = [kept.cash(3).cashAtoms, kept.cash(4).cashAtoms];
    assert_eq!(kept.once(&["--only", "settlement"]).sent(), ["settle_board", "settle_account", "settle_account"]);
    let board = kept.world.view(kept.world.contracts.market, &IMarket::boardCall { id: kept.boards[0].0 }).unwrap();
    assert!(board.isSettled && !board.settlementPriceWad.is_zero());
    let after = [kept.cash(3).cashAtoms, kept.cash(4).cashAtoms];
    assert!(before[0] < after[0] && before[1] < after[1], "their calls are worth something");
    assert_eq!(kept.cash(3).heldMarkets, 0);
    assert_eq!(kept.once(&["--only", "settlement"]).sent(), NOTHING);
}

#[test]
fn a_board_waits_for_the_feeds_round_past_its_expiry() {
    let mut kept = Kept::open();
    let expiry = kept.boards[0].1;
    kept.round(expiry - kept.now - 60, SPOT);
    kept.wait(120);
    let report = kept.once(&["--only", "settlement"]);
    assert!(report.sent().is_empty() && report.render().contains("1 wait for the feed"), "{}", report.render());
    kept.wait(DAY);
    assert_eq!(kept.once(&["--only", "settlement"]).sent(), ["settle_board"], "its last price goes on");
}

#[test]
fn an_epoch_past_its_cut_is_priced_by_the_feeds_first_round_since() {
    let mut kept = Kept::open();
    let cut = kept.request_deposit(1_000);
    let told = kept.once(&["--only", "epochs"]);
    assert!(told.sent().is_empty() && told.render().contains(&format!("cuts at {cut}")), "{}", told.render());
    kept.round(cut - kept.now - 1, SPOT);
    kept.wait(60);
    assert!(kept.once(&["--only", "epochs"]).sent().is_empty(), "no round since the cut");
    // Later rounds do not hide the first.
    for _ in 0..3 {
        kept.round(60, SPOT);
    }
    assert_eq!(kept.once(&["--only", "epochs"]).sent(), ["process_epoch"]);
    assert_eq!(kept.once(&["--only", "epochs"]).sent(), NOTHING);
}

#[test]
fn an_epoch_that_nobody_has_priced_within_a_week_is_given_back() {
    let mut kept = Kept::open();
    let cut = kept.request_deposit(1_000);
    kept.wait(cut - kept.now + 7 * DAY);
    assert_eq!(kept.once(&["--only", "epochs"]).sent(), ["process_epoch"]);
    assert_eq!(kept.once(&["--only", "epochs"]).sent(), NOTHING);
}

#[test]
fn a_tripped_market_opens_again_by_a_look() {
    let mut kept = Kept::open();
    assert_eq!(kept.once(&["--only", "breakers"]).sent(), NOTHING);
    kept.wait(3 * HOUR);
    assert_eq!(kept.once(&["--only", "breakers"]).sent(), ["poke"], "the price is too old");
    assert_eq!(kept.once(&["--only", "breakers"]).sent(), NOTHING);
    kept.round(60, SPOT);
    assert_eq!(kept.state(), 1);
    assert_eq!(kept.once(&["--only", "breakers"]).sent(), NOTHING, "five minutes must pass");
    kept.round(300, SPOT);
    assert_eq!(kept.once(&["--only", "breakers"]).sent(), ["poke"]);
    assert_eq!(kept.state(), 0);
    assert_eq!(kept.once(&["--only", "breakers"]).sent(), NOTHING);
}

#[test]
fn a_market_learns_when_its_epoch_is_over_and_not_before() {
    let mut kept = Kept::open();
    kept.deposit(3, 100_000);
    kept.trade(3, 1, 5, 1.0).unwrap();
    let told = kept.once(&["--only", "learning"]);
    assert!(told.sent().is_empty() && told.render().contains("does not learn"), "{}", told.render());
    let market = kept.world.contracts.market;
    let registry = kept.world.view(market, &ITuned::registryCall {}).unwrap();
    let governor = kept.world.view(registry, &IParameters::governorCall {}).unwrap();
    let changes = vec![Tuning { parameter: 0, millionths: 1_250_000 }];
    let vote = IParameters::changeCall { target: market, group: Group::Learning.number(), changes };
    kept.world.chain().set_balance(governor, U256::from(1_000_000_000_000_000_000_u64));
    kept.world.send("vote", governor, registry, &vote).unwrap();
    kept.wait(DAY - 60);
    assert_eq!(kept.once(&["--only", "learning"]).sent(), NOTHING);
    kept.wait(60);
    assert_eq!(kept.once(&["--only", "learning"]).sent(), ["learn"]);
    assert_eq!(kept.world.view(market, &ILearning::learningCall {}).unwrap().epochs, 1);
    assert_eq!(kept.once(&["--only", "learning"]).sent(), NOTHING);
}

#[test]
fn a_second_run_of_everything_sends_nothing() {
    let mut kept = expired();
    kept.request_deposit(1_000);
    kept.quote(VOL);
    let first = kept.once(&[]);
    assert!(first.sent().len() >= 4, "{}", first.render());
    let before = kept.nonce();
    let second = kept.once(&[]);
    assert_eq!((second.sent(), kept.nonce()), (vec![], before), "{}", second.render());
}

#[test]
fn a_server_that_fails_some_requests_only_delays() {
    let kept = expired();
    kept.quote(VOL);
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, upstream) = (asked.clone(), kept.server.address());
    let flaky = Relay::answering(move |request| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        // Of what fails, every other request is heard all the same.
        match number % 8 {
            3 => None,
            7 => {
                ask(upstream, request);
                None
            }
            _ => Some(ask(upstream, request)),
        }
    });
    let sent = kept.once_at(&flaky.url(), &[]).sent();
    assert_eq!(&sent[..3], ["settle_board", "settle_account", "settle_account"]);
    assert!(asked.load(Ordering::SeqCst) > 100);
    assert_eq!(kept.once(&[]).sent(), NOTHING);
}

/// A record of something at an address, as a deployment would have left it.
fn record(kept: &Kept, name: &str, address: Address, is_program: bool) -> Record {
    let code = kept.world.chain().code(address, BlockId::latest()).unwrap();
    Record {
        chain_id: kept.world.chain().chain_id(),
        deployment: 1,
        name: name.to_owned(),
        contract: name.to_owned(),
        address,
        proxy: None,
        deployer: kept.account(0),
        owner: None,
        deploy_transaction: B256::ZERO,
        activate_transaction: None,
        proxy_transaction: None,
        block_number: 1,
        timestamp: kept.now,
        commit: String::new(),
        toolchain: String::new(),
        sdk_version: String::new(),
        wasm_hash: is_program.then_some(B256::ZERO),
        code_hash: keccak256(&code),
        proxy_code_hash: None,
        compressed_bytes: None,
        constructor_arguments: Vec::new(),
        proxy_arguments: None,
        abi: String::new(),
        verified: false,
    }
}

#[test]
fn recorded_programs_are_kept_alive_before_they_lapse() {
    let mut kept = Kept::open();
    let (vault, oracle) = (kept.world.contracts.vault, kept.world.contracts.oracle);
    let folder = kept.folder.path().join("records/412346");
    std::fs::create_dir_all(&folder).unwrap();
    for record in [record(&kept, "vault", vault, false), record(&kept, "oracle", oracle, true)] {
        let file = std::fs::File::create(folder.join(format!("{}.json", record.name))).unwrap();
        serde_json::to_writer(file, &record).unwrap();
    }
    // The records say which vault it is.
    let mut arguments = kept.arguments(&kept.server.url(), &["--only", "programs"]);
    arguments.vault = None;
    let run = |kept: &Kept| equipoise_cli::keep::once(&arguments, &kept.keys()).unwrap();
    assert_eq!(run(&kept).sent(), NOTHING);
    kept.wait(300 * DAY);
    let report = run(&kept);
    assert_eq!(report.sent(), ["keep_alive"], "{}", report.render());
    assert_eq!(run(&kept).sent(), NOTHING);
}
