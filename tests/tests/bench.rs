//! The bench against its baseline, `tests/baselines/ink.json`: ink and sizes are exact, so every difference shows, and
//! the targets that the figures were built for.
//!
//! `EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test bench` writes the baseline anew.

#![allow(clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use equipoise_cli::bench::{self, Bench, TARGETS};
use equipoise_tests::{has_clients, repository};
use serde_json::{json, Map, Value};

const BASELINE: &str = "tests/baselines/ink.json";

/// The figures that are the same on every machine.
fn exact(bench: &Bench) -> Value {
    let rows: Map<String, Value> = bench
        .rows
        .iter()
        .map(|row| {
            let figures = json!({
                "ink": row.ink, "ink_least": row.ink_least, "ink_most": row.ink_most, "inputs": row.inputs,
                "overhead_ink": row.overhead_ink,
            });
            (row.name.to_owned(), figures)
        })
        .collect();
    let transactions: Map<String, Value> = bench
        .transactions
        .iter()
        .map(|row| (row.name.to_owned(), json!({ "gas": row.gas, "gas_uncached": row.gas_uncached })))
        .collect();
    json!({ "rows": rows, "transactions": transactions, "sizes": bench.sizes })
}

/// Every number of the document by its path.
fn leaves(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| leaves(field, &format!("{path}/{name}"), found));
        }
        other => {
            found.insert(path.to_owned(), other.to_string());
        }
    }
}

fn differences(old: &Value, new: &Value) -> Vec<String> {
    let [mut before, mut after] = [BTreeMap::new(), BTreeMap::new()];
    leaves(old, "", &mut before);
    leaves(new, "", &mut after);
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    let shown = |value: Option<&String>| value.cloned().unwrap_or_else(|| "none".to_owned());
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    changed.map(|path| format!("{path}: {} -> {}", shown(before.get(path)), shown(after.get(path)))).collect()
}

#[test]
fn ink_and_sizes_are_those_of_the_baseline_and_meet_the_targets() {
    // It also fails where native code and WASM give different bits for any input of any row.
    let bench = bench::run(&repository("target/programs"), "").unwrap_or_else(|error| panic!("{error}"));
    let measured = exact(&bench);
    let path = repository(BASELINE);
    if std::env::var_os("EQUIPOISE_BLESS").is_some() {
        let mut text = serde_json::to_string_pretty(&measured).expect("figures are JSON");
        text.push('\n');
        std::fs::write(&path, text).expect("the baseline can be written");
    }
    let baseline = std::fs::read_to_string(&path).expect("the baseline is committed");
    let mut baseline: Value = serde_json::from_str(&baseline).expect("the baseline is JSON");
    if !has_clients() {
        eprintln!("skipped: rows at a pool, for node is not installed");
        let rows = baseline["transactions"].as_object_mut().expect("an object");
        rows.retain(|name, _| !name.starts_with("rebalance_spot"));
    }
    let changed = differences(&baseline, &measured);
    assert!(
        changed.is_empty(),
        "other figures than in {BASELINE}, old -> new; EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test bench \
         writes them:\n{}",
        changed.join("\n")
    );
    for (name, most) in TARGETS {
        let row = bench.rows.iter().find(|row| row.name == name).expect("the bench has the row");
        assert!(row.meets_target(), "{name} costs up to {} ink, the target is {most}", row.ink_most);
    }
    for row in &bench.transactions {
        assert!(row.meets_target(), "{} costs {} gas, the target is {}", row.name, row.gas, row.target_gas);
    }
}

#[test]
fn a_difference_shows_old_and_new() {
    let old = json!({ "rows": { "exp": { "ink": 1 }, "ln": { "ink": 2 } } });
    let new = json!({ "rows": { "exp": { "ink": 3 }, "sqrt": { "ink": 4 } } });
    let expected = ["/rows/exp/ink: 1 -> 3", "/rows/ln/ink: 2 -> none", "/rows/sqrt/ink: none -> 4"];
    assert_eq!(differences(&old, &new), expected);
    assert!(differences(&old, &old).is_empty());
}
