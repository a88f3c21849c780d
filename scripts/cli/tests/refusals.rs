//! What the program refuses: each time a clear error, an exit code, and nothing left behind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![allow(clippy::cast_possible_truncation)]

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use equipoise_data::{generate_chain, generate_prices, write_chain, write_prices, ChainRecipe, PathRecipe};
use tempfile::TempDir;

fn equipoise(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_equipoise")).args(arguments).output().expect("the program starts")
}

/// Asserts that the program fails with this code and says each of these.
fn refuses(arguments: &[&str], code: i32, said: &[&str]) {
    let output = equipoise(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    for words in said {
        assert!(error.contains(words), "{arguments:?} should say `{words}`: {error}");
    }
    assert!(output.stdout.is_empty(), "{arguments:?} reported: {}", String::from_utf8_lossy(&output.stdout));
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are text")
}

struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn chain(&self) -> PathBuf {
        let mut csv = Vec::new();
        write_chain(&generate_chain(&ChainRecipe::default()), &mut csv).unwrap();
        self.write("chain.csv", &csv)
    }

    fn prices(&self, edit: impl FnOnce(&mut Vec<String>)) -> PathBuf {
        let mut csv = Vec::new();
        write_prices(&generate_prices(&PathRecipe::default()), &mut csv).unwrap();
        let mut lines: Vec<String> = String::from_utf8(csv).unwrap().lines().map(str::to_owned).collect();
        edit(&mut lines);
        self.write("prices.csv", lines.join("\n").as_bytes())
    }
}

#[test]
fn a_missing_file_is_named() {
    refuses(&["demo", "--chain", "no-such-chain.csv"], 1, &["no-such-chain.csv", "check the path"]);
    refuses(&["demo", "--prices", "no-such-prices.csv"], 1, &["no-such-prices.csv", "check the path"]);
    refuses(&["fit", "--chain", "no-such-chain.csv"], 1, &["no-such-chain.csv", "check the path"]);
}

#[test]
fn an_empty_and_a_cut_file_are_refused() {
    let files = Files::new();
    let empty = files.write("empty.csv", b"");
    refuses(&["demo", "--chain", text(&empty)], 1, &["empty.csv"]);
    let whole = fs::read(files.chain()).unwrap();
    let half = whole.get(..whole.len() / 2).unwrap();
    let cut = files.write("cut.csv", half.rsplitn(2, |byte| *byte == b',').last().unwrap());
    refuses(&["demo", "--chain", text(&cut)], 1, &["cut.csv", "line"]);
    let gzip = files.write("cut.csv.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]);
    refuses(&["demo", "--chain", text(&gzip)], 1, &["cut.csv.gz", "gzip", "fetch the file again"]);
}

#[test]
fn prices_out_of_order_or_nonsensical_are_refused_with_the_line() {
    let files = Files::new();
    let unsorted = files.prices(|lines| lines.swap(10, 11));
    refuses(&["demo", "--prices", text(&unsorted)], 1, &["prices.csv", "line 12"]);
    let nonsense = files.prices(|lines| lines[5] = lines[5].replace(',', ",x"));
    refuses(&["demo", "--prices", text(&nonsense)], 1, &["prices.csv", "line 6", "is not a number"]);
    let negative = files.prices(|lines| lines[5] = lines[5].replace(',', ",-"));
    refuses(&["demo", "--prices", text(&negative)], 1, &["prices.csv", "line 6", "is negative"]);
}

#[test]
fn prices_that_end_too_early_are_refused() {
    let files = Files::new();
    let (chain, short) = (files.chain(), files.prices(|lines| lines.truncate(30)));
    let arguments = ["demo", "--chain", text(&chain), "--prices", text(&short)];
    refuses(&arguments, 1, &["prices.csv", "chain.csv"]);
}

#[test]
fn a_chain_too_thin_for_four_boards_is_refused() {
    let files = Files::new();
    let mut chain = generate_chain(&ChainRecipe::default());
    chain.expiries.truncate(3);
    let mut csv = Vec::new();
    write_chain(&chain, &mut csv).unwrap();
    let thin = files.write("thin.csv", &csv);
    refuses(&["demo", "--chain", text(&thin)], 1, &["thin.csv", "3", "4"]);
}

#[test]
fn bad_flags_are_refused_with_their_value() {
    refuses(&["demo", "--sede", "1"], 2, &["--sede"]);
    refuses(&["demo", "--seed", "one"], 2, &["one", "--seed"]);
    refuses(&["demo", "--boards", "3"], 2, &["3", "4..=8"]);
    refuses(&["demo", "--strikes", "17"], 2, &["17", "12..=16"]);
    refuses(&["demo", "--days", "1"], 2, &["1", "2..=360"]);
    refuses(&["demo", "--port", "1234"], 2, &["--serve"]);
    refuses(&[], 2, &["Usage"]);
}

#[test]
fn a_port_in_use_is_refused_before_anything_runs() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    refuses(&["demo", "--serve", "--port", &port], 1, &[&port, "in use", "choose another port"]);
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_runs() {
    let files = Files::new();
    let lost = files.folder.path().join("no/such/folder/report.json");
    refuses(&["demo", "--json", text(&lost)], 1, &["report.json", "check the folder"]);
    refuses(&["demo", "--json", text(files.folder.path())], 1, &["--json"]);
}

#[test]
fn a_refused_demo_leaves_no_file() {
    let files = Files::new();
    let report = files.folder.path().join("report.json");
    let kept = files.write("kept.json", b"the last report");
    refuses(&["demo", "--chain", "no-such.csv", "--json", text(&report)], 1, &["no-such.csv"]);
    refuses(&["demo", "--chain", "no-such.csv", "--json", text(&kept)], 1, &["no-such.csv"]);
    let left: Vec<_> = fs::read_dir(files.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["kept.json"]);
    assert_eq!(fs::read(&kept).unwrap(), b"the last report");
}

#[test]
fn a_missing_program_is_named_with_the_remedy() {
    let files = Files::new();
    let folder = text(files.folder.path());
    refuses(&["programs", "--programs", folder], 1, &["oracle", "./scripts/build-programs"]);
    refuses(&["demo", "--programs", folder], 1, &["oracle", "./scripts/build-programs"]);
}

#[test]
fn an_oversize_program_is_refused_with_its_size_and_the_limit() {
    let files = Files::new();
    for name in equipoise_cli::programs::NAMES {
        files.write(&format!("{name}.wasm"), &incompressible_module());
    }
    let folder = text(files.folder.path());
    refuses(&["programs", "--programs", folder], 1, &["oracle", "bytes compressed", "24576"]);
    refuses(&["demo", "--programs", folder], 1, &["oracle", "bytes compressed", "24576"]);
}

#[test]
fn a_file_that_is_no_program_is_refused() {
    let files = Files::new();
    for name in equipoise_cli::programs::NAMES {
        files.write(&format!("{name}.wasm"), b"not a module");
    }
    refuses(&["programs", "--programs", text(files.folder.path())], 1, &["oracle", "not a valid WASM module"]);
}

/// A module whose one data segment is noise.
fn incompressible_module() -> Vec<u8> {
    const BYTES: u32 = 40_000;
    let leb = |mut number: u32| {
        let mut bytes = Vec::new();
        while number >= 0x80 {
            bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    };
    let mut state = 1_u32;
    let noise = (0..BYTES).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    // One active segment in memory 0 at offset 0.
    let mut data = vec![1, 0, 0x41, 0, 0x0b];
    data.extend(leb(BYTES));
    data.extend(noise);
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    module.extend([5, 3, 1, 0, 1]);
    module.push(11);
    module.extend(leb(u32::try_from(data.len()).unwrap()));
    module.extend(data);
    module
}
