//! The figures in the README are those that the demo prints today, and those of the bench's baseline: sizes, gas and
//! ink are exact, so they are compared. The checks that it names exist.
//!
//! `EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test readme` writes them anew.

#![allow(clippy::expect_used, clippy::arithmetic_side_effects, clippy::as_conversions, clippy::cast_precision_loss)]

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use equipoise_cli::bench::peers::{PROJECTS, WORKS};
use equipoise_cli::bench::{INK_PER_GAS, TARGETS, TRANSACTIONS};
use equipoise_risk::breakers::{Action, Measure, State, PERMISSIONS, RULES};
use serde_json::Value;

/// What the README calls the calls of the report.
const CALLS: [(&str, &str); 12] = [
    ("quote", "quote (a view, as a transaction)"),
    ("trade_first", "first trade of an account in a board"),
    ("trade_repeat", "repeat trade"),
    ("trade_two_legs", "trade of two legs"),
    ("trade_short", "trade of an account that is short, its margin computed"),
    ("trade_close", "closing trade"),
    ("deposit", "cash deposit"),
    ("lp_request_deposit", "LP deposit request"),
    ("lp_process_epoch", "LP epoch priced"),
    ("post_surface", "surface of all boards posted"),
    ("settle_board", "board of 24 series settled"),
    ("settle_account", "account settled in a board"),
];

const LIMIT: u64 = 24_576;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The report of the default demo, or the reason why there is none.
fn report() -> Result<Value, String> {
    let binary = repository("target/debug/equipoise");
    for needed in [&binary, &repository("target/programs/market.wasm")] {
        if !needed.exists() {
            return Err(format!("{} is missing: run scripts/test wasm", needed.display()));
        }
    }
    let json = std::env::temp_dir().join(format!("equipoise-readme-{}.json", std::process::id()));
    let output =
        Command::new(&binary).arg("demo").arg("--json").arg(&json).output().map_err(|error| error.to_string())?;
    assert!(output.status.success(), "the demo fails: {}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&json).expect("the demo writes its report");
    std::fs::remove_file(&json).ok();
    Ok(serde_json::from_str(&text).expect("the report is JSON"))
}

fn grouped(number: u64) -> String {
    equipoise_cli::report::grouped(number.into())
}

fn sizes(report: &Value) -> String {
    let mut table = String::from("| program | module, bytes | on chain, bytes | of the limit |\n|---|---|---|---|\n");
    for name in equipoise_cli::programs::NAMES {
        let wasm = std::fs::read(repository(&format!("target/programs/{name}.wasm"))).expect("the program is built");
        let module = equipoise_chain::program::prepare(&wasm).expect("the program fits").wasm.len();
        let bytes = report["sizes"][name].as_u64().expect("the report has its size");
        let share = bytes as f64 * 100.0 / LIMIT as f64;
        writeln!(table, "| {name} | {} | {} | {share:.1} % |", grouped(module as u64), grouped(bytes)).expect("text");
    }
    table
}

fn gas(report: &Value) -> String {
    let mut table = String::from("| call | least | median | most |\n|---|---|---|---|\n");
    for (key, name) in CALLS {
        let figure = |which| grouped(report["gas"][key][which].as_u64().expect("the report has the call"));
        writeln!(table, "| {name} | {} | {} | {} |", figure("min"), figure("median"), figure("max")).expect("text");
    }
    table
}

/// What the README calls the rows of the bench.
const ROWS: [(&str, &str); 16] = [
    ("black76_all", "both prices and all Greeks of an option on a forward"),
    ("black76_all_domain", "the same, over the whole domain"),
    ("black_scholes_all", "the same on a spot, with a rate"),
    ("implied_vol", "implied volatility"),
    ("implied_vol_domain", "the same, calls over the whole domain"),
    ("implied_vol_put_domain", "the same, puts over the whole domain"),
    ("exp", "exp"),
    ("ln", "ln"),
    ("sqrt", "sqrt"),
    ("normal_cdf", "normal distribution function"),
    ("normal_pdf", "normal density"),
    ("normal_inverse_cdf", "inverse of the normal distribution function"),
    ("surface_variance", "variance of a strike on a slice"),
    ("surface_check", "slice checked for butterfly arbitrage"),
    ("book_128", "book of 128 strikes, 256 series, over 8 expiries: value and Greeks"),
    ("margin_32", "margin of 32 positions in 27 scenarios and tails"),
];

/// The bench's rows, then the same work beside others on the EVM.
fn ink() -> String {
    let text = std::fs::read_to_string(repository("tests/baselines/ink.json")).expect("the baseline is committed");
    let baseline: Value = serde_json::from_str(&text).expect("the baseline is JSON");
    let figure = |row: &str, which: &str| baseline["rows"][row][which].as_u64().expect("the baseline has the row");
    let gas = |row| format!("{:.1}", figure(row, "ink") as f64 / INK_PER_GAS as f64);
    let mut table =
        String::from("| operation | ink, mean | least | most | target | gas, mean |\n|---|--:|--:|--:|--:|--:|\n");
    for (row, name) in ROWS {
        let [mean, least, most] = ["ink", "ink_least", "ink_most"].map(|which| grouped(figure(row, which)));
        let target = TARGETS.iter().find(|(other, _)| *other == row);
        let target = target.map_or_else(String::new, |(_, target)| {
            format!("{}{}", grouped(*target), if figure(row, "ink_most") > *target { ", not met yet" } else { "" })
        });
        writeln!(table, "| {name} | {mean} | {least} | {most} | {target} | {} |", gas(row)).expect("text");
    }
    let columns = |cell: &str| cell.repeat(PROJECTS.len());
    writeln!(table, "\n| gas | here | {} |\n|---|--:|{}", PROJECTS.join(" | "), columns("--:|")).expect("text");
    for work in WORKS {
        let theirs = work.gas.map(|gas| gas.map_or_else(|| "-".to_owned(), grouped)).join(" | ");
        writeln!(table, "| {} | {} | {theirs} |", work.what, gas(work.row)).expect("text");
    }
    table
}

/// The bench's whole transactions.
fn transactions() -> String {
    let text = std::fs::read_to_string(repository("tests/baselines/ink.json")).expect("the baseline is committed");
    let baseline: Value = serde_json::from_str(&text).expect("the baseline is JSON");
    let mut table = String::from("| transaction | gas, cached | target | gas, uncached |\n|---|--:|--:|--:|\n");
    for (name, target, what) in TRANSACTIONS {
        let [gas, uncached] = ["gas", "gas_uncached"].map(|which| {
            grouped(baseline["transactions"][name][which].as_u64().expect("the baseline has the transaction"))
        });
        writeln!(table, "| {what} | {gas} | {} | {uncached} |", grouped(target)).expect("text");
    }
    table
}

/// What the README calls the measures of breakers, and what their numbers are.
const MEASURES: [(Measure, &str, Shown); 18] = [
    (Measure::SpotAge, "age of the spot price", Shown::Time),
    (Measure::SurfaceAge, "age of the surface", Shown::Time),
    (Measure::SourceAge, "age of the second source's price", Shown::Time),
    (Measure::SourceDeviation, "how far the two prices may lie apart", Shown::Percent),
    (Measure::SequencerUnsafe, "time until the sequencer has been up for an hour", Shown::Time),
    (Measure::SpotJump, "move of spot since the last sample, in deviations of an hour or longer", Shown::Number),
    (Measure::SurfaceJump, "how far the surface lies from what its keepers would post, in volatility", Shown::Percent),
    (Measure::Drawdown, "risk capital below its day's average", Shown::Percent),
    (Measure::Utilisation, "capital that the book needs to stand within every limit, of risk capital", Shown::Percent),
    (Measure::Delta, "dollar delta to hedge, of risk capital", Shown::Percent),
    (Measure::Vega, "time-weighted vega, of risk capital", Shown::Percent),
    (
        Measure::BadDebt,
        "bad debt of the last hour that no account and no insurance paid, of risk capital",
        Shown::Percent,
    ),
    (Measure::Toxicity, "toxicity of flow", Shown::Number),
    (Measure::StablecoinAge, "age of the stablecoin's price", Shown::Time),
    (Measure::StablecoinDeviation, "the stablecoin's distance from a dollar", Shown::Percent),
    (Measure::SettlementPending, "time that an expired board has waited for its settlement", Shown::Time),
    (
        Measure::InsuranceShort,
        "what the insurance fund lacks of the floor that votes set, of the floor",
        Shown::Percent,
    ),
    (Measure::Unhedged, "time for which nobody has hedged a book past a quarter of its delta limit", Shown::Time),
];

/// How a threshold is shown.
#[derive(Clone, Copy)]
enum Shown {
    Time,
    Percent,
    Number,
}

impl Shown {
    fn text(self, threshold: u32) -> String {
        match self {
            Self::Time | Self::Percent if threshold == 1 => "any".to_owned(),
            Self::Time if threshold % 60 == 1 => format!("more than {}", Self::Time.text(threshold - 1)),
            Self::Time if threshold.is_multiple_of(3_600) => format!("{} h", threshold / 3_600),
            Self::Time if threshold.is_multiple_of(60) => format!("{} min", threshold / 60),
            Self::Time => format!("{threshold} s"),
            Self::Percent => format!("{} %", f64::from(threshold) / 1e4),
            Self::Number => format!("{}", f64::from(threshold) / 1e6),
        }
    }

    /// What is below a threshold.
    fn below(self, threshold: u32) -> String {
        match self {
            Self::Time if threshold == 1 => "none left".to_owned(),
            Self::Time if threshold % 60 == 1 => format!("up to {}", self.text(threshold - 1)),
            _ if threshold == 1 => "none".to_owned(),
            _ => self.text(threshold),
        }
    }
}

/// Every rule of the breakers at the default parameters.
fn rules() -> String {
    let mut table = String::from(
        "| measure | market | from | good below | recovers after | prices relied on |\n|---|---|--:|--:|--:|---|\n",
    );
    for rule in RULES {
        let (_, what, shown) = MEASURES.iter().find(|(measure, _, _)| *measure == rule.measure).expect("it has a name");
        let effect = if rule.effect == State::Halted { "halted" } else { "reduces only" };
        let (from, good) = (shown.text(rule.limit), shown.below(rule.recovers_below));
        let (cooldown, relied) = (Shown::Time.text(rule.cooldown_secs), if rule.is_of_price { "no" } else { "yes" });
        writeln!(table, "| {what} | {effect} | {from} | {good} | {cooldown} | {relied} |").expect("text");
    }
    table
}

/// What may be done in which state.
fn permissions() -> String {
    let mut table =
        String::from("| | open | reduces only | halted | prices not to be relied on |\n|---|---|---|---|---|\n");
    for row in PERMISSIONS {
        let what = match row.action {
            Action::OpenTrade => "a trade that is more than closing",
            Action::CloseTrade => "a trade in which every position only shrinks",
            Action::Rebalance => "a rebalance of the vault's hedge",
            Action::Update => "a price, a surface, a look at the breakers",
            Action::TopUp => "paying cash in",
            Action::WithdrawMargin => "taking cash out of an account that is short",
            Action::WithdrawFree => "taking cash out of any other account",
            Action::Liquidate => "starting an auction, bidding, taking over",
            Action::RequestLp => "asking to enter or leave the vault",
            Action::PriceEpoch => "pricing an epoch of requests",
            Action::Settle => "settling a board",
            Action::Claim => "settling an account, claiming what is owed",
        };
        let [reduces, halted] =
            [row.in_reduce_only, row.in_halt].map(|is_allowed| if is_allowed { "yes" } else { "no" });
        let unsafe_prices = if row.needs_safe_price || !row.in_reduce_only { "no" } else { "yes" };
        writeln!(table, "| {what} | yes | {reduces} | {halted} | {unsafe_prices} |").expect("text");
    }
    table
}

/// The README with `table` between the markers of `name`.
fn with_table(readme: &str, name: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (before, rest) = readme.split_once(&begin).expect("the README has the marker");
    let (_, after) = rest.split_once(&end).expect("the README closes the marker");
    format!("{before}{begin}{table}{end}{after}")
}

#[test]
fn breakers_and_what_they_leave_open_are_those_of_the_code() {
    let path = repository("README.md");
    let readme = std::fs::read_to_string(&path).expect("there is a README");
    let told = with_table(&with_table(&readme, "breakers", &rules()), "permissions", &permissions());
    if std::env::var_os("EQUIPOISE_BLESS").is_some() {
        std::fs::write(&path, &told).expect("the README can be written");
        return;
    }
    assert!(readme == told, "EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test readme writes it:\n{told}");
}

#[test]
fn figures_are_what_the_demo_and_the_bench_measure() {
    let report = match report() {
        Ok(report) => report,
        Err(reason) => {
            println!("skipped: {reason}");
            return;
        }
    };
    let path = repository("README.md");
    let readme = std::fs::read_to_string(&path).expect("there is a README");
    let mut measured = readme.clone();
    for (name, table) in
        [("ink", ink()), ("sizes", sizes(&report)), ("gas", gas(&report)), ("transactions", transactions())]
    {
        measured = with_table(&measured, name, &table);
    }
    if std::env::var_os("EQUIPOISE_BLESS").is_some() {
        std::fs::write(&path, &measured).expect("the README can be written");
        return;
    }
    assert!(
        readme == measured,
        "the README's figures are not today's; EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test readme writes them:\n{measured}"
    );
}

/// The names in backquotes of a section's tables that look like a test's.
fn named_tests(section: &str) -> Vec<&str> {
    let cells = section.lines().filter(|line| line.starts_with('|'));
    let quoted = cells.flat_map(|line| line.split('`').skip(1).step_by(2));
    quoted
        .filter(|name| name.contains('_') && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()))
        .collect()
}

/// Every Rust file of a folder, as one text.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).expect("it can be read"));
        }
    }
}

#[test]
fn every_invariant_names_a_check_that_exists() {
    let readme = std::fs::read_to_string(repository("README.md")).expect("the README is there");
    let (_, rest) = readme.split_once("\n## Invariants\n").expect("it lists invariants");
    let (section, _) = rest.split_once("\n## ").expect("another section follows");
    let mut text = String::new();
    for folder in ["contracts", "scripts/cli/src", "scripts/simulate", "tests/src", "tests/tests"] {
        sources(&repository(folder), &mut text);
    }
    let names = named_tests(section);
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        let is_checked = text.contains(&format!("fn {name}(")) || text.contains(&format!("{name}:"));
        assert!(is_checked, "README.md names `{name}`, which no test and no report has");
    }
}

#[test]
fn every_bound_of_the_threat_model_names_a_test_that_exists() {
    let security = std::fs::read_to_string(repository("SECURITY.md")).expect("it is there");
    let (_, rest) = security.split_once("\n## Threat model\n").expect("it has a threat model");
    let (section, _) = rest.split_once("\n## ").expect("another section follows");
    let mut text = String::new();
    for folder in ["contracts", "scripts/chain/src", "scripts/cli/src", "scripts/simulate", "tests/tests"] {
        sources(&repository(folder), &mut text);
    }
    let names = named_tests(section);
    assert!(names.len() > 60, "{names:?}");
    for name in names {
        assert!(text.contains(&format!("fn {name}(")), "SECURITY.md names `{name}`, which no test is called");
    }
    let actors = section.lines().filter(|line| line.starts_with("| **"));
    for actor in actors {
        assert!(!named_tests(actor).is_empty(), "no test shows what bounds {actor}");
    }
}
