//! The command `price` as a process: what it writes where, and how it ends.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn price(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_equipoise"))
        .arg("price")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn good_rows_end_well_and_bad_ones_do_not() {
    let header = "forward,strike,vol,years\n";
    let good = price(&[], &format!("{header}3000,3000,0.6,0.1\n"));
    assert!(good.status.success() && good.stderr.is_empty(), "{}", text(&good.stderr));
    let mixed = price(&[], &format!("{header}3000,3000,60,0.1\n3000,3000,0.6,0.1\n"));
    assert_eq!(mixed.status.code(), Some(1));
    assert!(text(&mixed.stderr).contains("1 of 2 rows"), "{}", text(&mixed.stderr));
    let rows: Vec<&str> = text(&mixed.stdout).lines().collect();
    assert!(rows[1].contains("line 2: vol 60: it must be from 0.01 to 10"), "{}", rows[1]);
    // The same answer, one line further down.
    let alone = text(&good.stdout).lines().last().unwrap();
    assert_eq!(rows[2].strip_prefix('3').unwrap(), alone.strip_prefix('2').unwrap());
}

#[test]
fn a_form_that_is_asked_for_is_not_guessed() {
    let refused = price(&["--format", "csv"], "{\"forward\": 1}\n");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("no column `forward` or `spot`"), "{}", text(&refused.stderr));
    assert!(refused.stdout.is_empty());
}

#[test]
fn what_is_ignored_is_told_on_the_standard_error() {
    let output = price(&[], "forward,strike,vol,years,note\n1,1,1,1,x\n");
    assert!(output.status.success());
    assert!(text(&output.stderr).contains("ignored: note"), "{}", text(&output.stderr));
}
