//! The `equipoise-chain` binary: what it prints, and how it refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
};

fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_equipoise-chain"))
}

/// A running binary, ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn refused(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = binary().args(arguments).output().unwrap();
    assert!(!status.success(), "{arguments:?} was accepted");
    String::from_utf8(stderr).unwrap()
}

#[test]
fn it_prints_its_address_and_accounts_and_ends_when_asked() {
    let arguments =
        ["--port", "0", "--accounts", "2", "--balance", "5.5", "--chain-id", "7", "--timestamp", "1767225600"];
    let started = binary().args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut running = Running(started);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("Ctrl-C") {
        assert_ne!(lines.read_line(&mut text).unwrap(), 0, "ended early: {text}");
    }
    assert!(text.starts_with("RPC       http://127.0.0.1:"), "{text}");
    assert!(text.contains("Chain id  7\n"), "{text}");
    assert!(text.contains("each with 5.5 ether"), "{text}");
    let first = "(0) 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 \
                 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80\n";
    assert!(text.contains(first), "{text}");
    assert!(!text.contains("(2)"), "{text}");

    let asked = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status().unwrap();
    assert!(asked.success());
    assert!(running.0.wait().unwrap().success());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn a_port_in_use_is_named_with_a_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = refused(&["--port", &port]);
    assert!(error.starts_with(&format!("error: 127.0.0.1:{port} is in use by another program")), "{error}");
    assert!(error.contains("choose another port"), "{error}");
}

#[test]
fn wrong_arguments_are_refused() {
    for (arguments, expected) in [
        (["--port", "65536"], "65536"),
        (["--host", "nowhere"], "nowhere"),
        (["--balance", "plenty"], "give ether"),
        (["--accounts", "-1"], "-1"),
        (["--block-time", "0"], "0"),
        (["--timestamp", "1767225600000"], "1767225600000"),
        (["--mnemonic", "abandon ship"], "12 to 24 English BIP-39 words"),
        (["--no-such-flag", "1"], "--no-such-flag"),
    ] {
        let error = refused(&arguments);
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}
