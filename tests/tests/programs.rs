//! The bytes of every program against their baseline, `tests/baselines/programs.json`: whoever builds the programs in a folder
//! of his own, on a machine of his own, has built them a second time from nothing, and finds here whether they came out the same.
//! The fields are called as in a deployment's records, which can so be compared with the commit that they name.
//!
//! `EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test programs` writes the baseline anew, after `scripts/build-programs`.

#![allow(clippy::expect_used, clippy::panic)]

use alloy_primitives::keccak256;
use equipoise_chain::program::prepare;
use equipoise_cli::programs::NAMES;
use equipoise_tests::{program, repository};
use serde_json::{json, Map, Value};

const BASELINE: &str = "tests/baselines/programs.json";
const TARGET: &str = "wasm32-unknown-unknown";

/// The compiler that programs are built with.
fn toolchain() -> String {
    let text = std::fs::read_to_string(repository("rust-toolchain.toml")).expect("the repository names its toolchain");
    let channel = text.lines().find_map(|line| line.strip_prefix("channel = "));
    channel.expect("it has a channel").trim_matches('"').to_owned()
}

fn built() -> Value {
    let hashes = |name: &'static str| {
        let prepared = prepare(&program(name)).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        let fields = json!({
            "wasmHash": keccak256(&prepared.wasm), "codeHash": keccak256(&prepared.deployable),
            "compressedBytes": prepared.deployable.len(),
        });
        (name.to_owned(), fields)
    };
    let programs: Map<String, Value> = NAMES.into_iter().map(hashes).collect();
    json!({ "toolchain": toolchain(), "target": TARGET, "programs": programs })
}

#[test]
fn the_programs_that_were_built_have_the_bytes_of_the_baseline() {
    let (now, path) = (built(), repository(BASELINE));
    if std::env::var_os("EQUIPOISE_BLESS").is_some() {
        let text = serde_json::to_string_pretty(&now).expect("it is JSON");
        std::fs::write(&path, text + "\n").expect("the baseline can be written");
    }
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{BASELINE}: {error}"));
    let baseline: Value = serde_json::from_str(&text).expect("the baseline is JSON");
    let differing: Vec<_> =
        NAMES.into_iter().filter(|name| now["programs"][name] != baseline["programs"][name]).collect();
    assert!(
        differing.is_empty(),
        "other bytes than in {BASELINE}: {}. Were they built by scripts/build-programs from this very source? Then \
         EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test programs takes them down",
        differing.join(", ")
    );
    assert_eq!(now, baseline, "toolchain, target or the list of programs");
}
