//! Whole demos by the binary: what the report must hold, that it is the same each time, and real data.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![allow(clippy::cast_possible_truncation)]

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;

/// The programs are built by `scripts/build-programs`, which `scripts/test` runs first.
fn are_programs_built(test: &str) -> bool {
    let folder = equipoise_cli::programs::default_dir();
    let missing = equipoise_cli::programs::NAMES.iter().find(|name| !folder.join(format!("{name}.wasm")).exists());
    if let Some(name) = missing {
        eprintln!("{test} skipped: no {name}.wasm in {}; run ./scripts/build-programs", folder.display());
    }
    missing.is_none()
}

/// Runs a demo and returns its report, as bytes and decoded.
fn demo(arguments: &[&str]) -> (Vec<u8>, Value) {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("report.json");
    let output = Command::new(env!("CARGO_BIN_EXE_equipoise"))
        .arg("demo")
        .args(arguments)
        .arg("--json")
        .arg(&file)
        .output()
        .expect("the program starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Every token") && !text.contains('\u{1b}'), "tables without colour off a terminal");
    let bytes = fs::read(&file).unwrap();
    let report = serde_json::from_slice(&bytes).unwrap();
    (bytes, report)
}

fn number(report: &Value, key: &str) -> i128 {
    match &report[key] {
        Value::String(digits) => digits.parse().unwrap(),
        other => other.as_i64().unwrap_or_else(|| panic!("{key} is {other}")).into(),
    }
}

/// What holds for every demo that ended well.
fn assert_sound(report: &Value) {
    assert_eq!(report["tokens_accounted_for"], Value::Bool(true));
    assert_eq!(report["everybody_paid_out"], Value::Bool(true));
    for probe in report["probes"].as_array().unwrap() {
        assert!(probe["error"].is_string(), "not refused, or something changed: {probe}");
    }
    let audit = &report["audit"];
    assert_eq!(audit["total_supply"], audit["holders_sum"]);
    assert_eq!(audit["clearing_balance"], audit["ledger_sum"]);
    assert!(number(report, "trades") > 0 && number(report, "volume") > 0 && number(report, "fees") > 0);
    assert!(number(report, "skew_charges") > 0 && number(report, "rebates") >= 0);
    assert!(number(report, "nav_start") > 0 && number(report, "nav_end") > 0);
    // Nothing is made or lost: what providers and traders gain is what the ledger no longer holds.
    let gained = number(report, "lp_pnl") + number(report, "trader_pnl") + number(report, "solver_pay");
    assert_eq!(-gained, number(audit, "clearing_balance"));
    let pnl: i128 = ["fees", "spread", "skew_released", "positions", "hedge", "rounding"]
        .iter()
        .map(|part| number(&report["pnl"], part))
        .sum();
    assert_eq!(pnl, number(report, "lp_pnl"));
    // Rounding keeps back atoms, not tokens.
    assert!(number(&report["pnl"], "rounding").abs() < 1_000_000, "{}", report["pnl"]);
    for program in equipoise_cli::programs::NAMES {
        let bytes = report["sizes"][program].as_u64().unwrap();
        assert!(bytes > 0 && bytes <= 24_576, "{program}: {bytes}");
    }
    for call in ["quote", "deposit", "withdraw", "lp_request_deposit", "settle_board", "settle_account"] {
        let gas = &report["gas"][call];
        let of = |key: &str| gas[key].as_u64().unwrap_or_else(|| panic!("{call}: {gas}"));
        assert!(of("count") > 0 && of("min") <= of("median") && of("median") <= of("max") && of("min") > 21_000);
    }
}

#[test]
fn the_same_seed_gives_the_same_report_and_another_seed_another() {
    if !are_programs_built("the_same_seed_gives_the_same_report_and_another_seed_another") {
        return;
    }
    let arguments = ["--days", "3", "--orders", "40", "--traders", "4", "--seed"];
    let run = |seed: &str| demo(&[&arguments[..], &[seed]].concat());
    let (first, report) = run("7");
    assert_sound(&report);
    assert_eq!(first, run("7").0);
    assert_ne!(first, run("8").0);
    let settled = report["boards"].as_array().unwrap().iter().filter(|board| board["settlement_price"].is_number());
    assert!(settled.count() >= 1);
    assert!(report["quotes"].as_array().unwrap().last().unwrap()["series"].as_u64().unwrap() > 40);
}

#[test]
fn providers_of_a_market_that_nobody_trades_get_all_but_an_atom_of_each_tranche_back() {
    if !are_programs_built("providers_of_a_market_that_nobody_trades_get_all_but_an_atom_of_each_tranche_back") {
        return;
    }
    let (_, report) = demo(&["--days", "2", "--orders", "0", "--traders", "1"]);
    assert_eq!(report["tokens_accounted_for"], Value::Bool(true));
    assert_eq!(report["everybody_paid_out"], Value::Bool(true));
    assert_eq!((number(&report, "trades"), number(&report, "trader_pnl")), (0, 0));
    assert!((-2..=0).contains(&number(&report, "lp_pnl")), "{}", report["lp_pnl"]);
}

/// A JSON-RPC request to a served chain.
fn request(port: u16, method: &str) -> Value {
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":[]}}"#);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let length = body.len();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close";
    write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn a_served_chain_ticks_until_it_is_interrupted() {
    if !are_programs_built("a_served_chain_ticks_until_it_is_interrupted") {
        return;
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_equipoise"))
        .args(["demo", "--days", "2", "--orders", "10", "--serve", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let rpc = lines.find(|line| line.starts_with("RPC")).expect("the address is printed");
    let port: u16 = rpc.rsplit(':').next().unwrap().parse().unwrap();
    assert!(lines.any(|line| line.starts_with("market")), "addresses are printed");
    assert!(lines.any(|line| line.starts_with("owner")), "keys are printed");
    let head = || request(port, "eth_blockNumber")["result"].clone();
    let first = head();
    let ticked = (0..20).any(|_| {
        std::thread::sleep(Duration::from_millis(500));
        head() != first
    });
    assert!(ticked, "the feed answers");
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert!(child.wait().unwrap().success(), "an interruption is no failure");
}

/// A file of real data, if there is any.
fn real(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("../shared/data");
    let folder = env::var_os("EQUIPOISE_DATA").map_or(here, PathBuf::from);
    let file = folder.join(name);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: no {name} in {}; set EQUIPOISE_DATA to the folder of real data", folder.display());
    None
}

#[test]
fn a_real_chain_runs_under_its_own_prices() {
    let chain = real("deribit/deribit_options_snapshot_20260227T042840Z.csv.gz");
    let prices = real("deribit_index_6h_20251230_20260531.csv");
    let (Some(chain), Some(prices)) = (chain, prices) else { return };
    if !are_programs_built("a_real_chain_runs_under_its_own_prices") {
        return;
    }
    let (chain, prices) = (chain.to_str().unwrap(), prices.to_str().unwrap());
    let (_, report) = demo(&["--chain", chain, "--prices", prices, "--days", "8", "--orders", "80"]);
    assert_sound(&report);
    assert_eq!(report["input"]["rebased"], Value::Bool(false));
}

#[test]
fn a_real_chain_lends_its_smile_to_the_hourly_history() {
    let chain = real("deribit/deribit_options_snapshot_20260227T042840Z.csv.gz");
    let (Some(chain), Some(prices)) = (chain, real("ETHUSDT_1h.csv")) else { return };
    if !are_programs_built("a_real_chain_lends_its_smile_to_the_hourly_history") {
        return;
    }
    let (chain, prices) = (chain.to_str().unwrap(), prices.to_str().unwrap());
    let (_, report) = demo(&["--chain", chain, "--prices", prices, "--days", "8", "--orders", "80"]);
    assert_sound(&report);
    assert_eq!(report["input"]["rebased"], Value::Bool(true));
    assert!(report["quotes"].is_null());
    let notes = report["input"]["notes"].to_string();
    assert!(notes.contains("from another time"), "{notes}");
}
