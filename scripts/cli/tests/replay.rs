//! The command `replay` as a process: what it reads, what it writes where, and how it refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects)]

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output};

use equipoise_data::{generate_prices, PathRecipe};
use serde_json::Value;

const CANDLES: usize = 24 * 12;

/// A file of generated candles.
fn prices(folder: &Path) -> String {
    let history = generate_prices(&PathRecipe { seed: 1, candles: CANDLES, ..PathRecipe::default() });
    let mut text = String::from("timestamp,open,high,low,close\n");
    for point in &history.points {
        writeln!(text, "{},{},{},{},{}", point.time, point.open, point.high, point.low, point.close).unwrap();
    }
    let path = folder.join("prices.csv");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn replay(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_equipoise")).arg("replay").args(arguments).output().expect("the program starts")
}

#[test]
fn a_history_becomes_a_table_a_page_and_json() {
    let folder = tempfile::tempdir().unwrap();
    let (prices, page, report) =
        (prices(folder.path()), folder.path().join("page.html"), folder.path().join("report.json"));
    let output = replay(&["--prices", &prices, "--html", page.to_str().unwrap(), "--json", report.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("Where LPs' profit comes from") && shown.contains("no hedge"), "{shown}");
    assert!(std::fs::read_to_string(page).unwrap().contains("<svg"));
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report["runs"].as_array().map(Vec::len), Some(2));
    assert_eq!(report["bad_debt"].as_f64(), Some(0.0));
    let number = |key: &str| report[key].as_f64().unwrap_or(f64::NAN);
    let [with, without] = ["lp_pnl_variance_with_solver", "lp_pnl_variance_without"].map(number);
    assert!(with > 0.0 && without > 0.0 && number("hedge_cost") >= 0.0, "{with} {without}");
    assert!(report["inside_market_share"].is_null() && report.get("inside_market_share").is_some());
    assert!(report["max_drawdown"].as_f64().is_some_and(|drawdown| (0.0..1.0).contains(&drawdown)), "{report}");
}

#[test]
fn a_date_begins_at_its_midnight_and_what_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let prices = prices(folder.path());
    let whole = replay(&["--prices", &prices, "--hedge", "none", "--json", "-"]);
    let report: Value = serde_json::from_slice(&whole.stdout).unwrap();
    let from = report["from"].as_u64().unwrap();
    let date = equipoise_data::Timestamp::from_second(i64::try_from(from + 86_400).unwrap()).unwrap().to_string();
    let (date, _) = date.split_once('T').unwrap();
    let later = replay(&["--prices", &prices, "--from", date, "--json", "-"]);
    let report: Value = serde_json::from_slice(&later.stdout).unwrap();
    let begun = report["from"].as_u64().unwrap();
    assert!(from < begun && begun.is_multiple_of(86_400), "{from} {begun}");

    let refused = replay(&["--prices", &prices, "--from", "yesterday"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("give a date, such as 2022-05-01"));
}

#[test]
fn numbers_are_set_by_name_and_solvers_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let prices = prices(folder.path());
    let report = |flags: &[&str]| -> Value {
        let mut line = vec!["--prices", &prices, "--json", "-"];
        line.extend(flags);
        let output = replay(&line);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let alone = report(&["--solvers", "1", "--set", "OuterBand=0.04", "--feed", "pull"]);
    assert_eq!(alone["set"], serde_json::json!([["OuterBand", 0.04]]));
    assert_eq!((&alone["feed"], &alone["solvers"]["count"]), (&"pull".into(), &1.into()));
    assert_eq!(alone["runs"][0]["hedging"]["solvers"][1]["rebalances"], 0, "the second one is not there");

    for (flags, expected) in [
        (["--set", "OuterBand=9"], "OuterBand"),
        (["--set", "Outer"], "give NAME=NUMBER"),
        (["--set", "Nothing=1"], "no number has this name"),
        (["--solvers", "3"], "0..=2"),
    ] {
        let refused = replay(&["--prices", &prices, flags[0], flags[1]]);
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains(expected), "{refused:?}");
    }
}
