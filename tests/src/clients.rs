//! The programs that tests drive: node, cast, and whatever else runs to its end.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::world::repository;

/// Whether node is there; says why a test is skipped if not.
pub fn has_node() -> bool {
    let found = Command::new("node").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: node is not installed on this machine");
    }
    found
}

/// Whether the npm clients can run; says why a test is skipped if not.
/// # Panics: node is there, but the clients are not installed
pub fn has_clients() -> bool {
    let found = has_node();
    let installed = repository("tests/clients/node_modules").is_dir();
    assert!(installed || !found, "run `npm ci --ignore-scripts` in tests/clients");
    found
}

/// cast, Foundry's command-line client, about to talk to the server at `url`.
/// # Panics: npm has no cast for this platform
pub fn cast(url: &str, subcommand: &str) -> Command {
    let mut command = cast_offline();
    command.args([subcommand, "--rpc-url", url]);
    command
}

/// cast for what needs no server.
/// # Panics: npm has no cast for this platform
pub fn cast_offline() -> Command {
    let mut command = Command::new(cast_binary());
    // A developer's own settings must not decide the test.
    for variable in ["ETH_RPC_URL", "ETH_FROM", "CHAIN", "FOUNDRY_PROFILE"] {
        command.env_remove(variable);
    }
    command
}

/// The program itself: its wrapper for node succeeds when the program fails.
fn cast_binary() -> PathBuf {
    let packages = std::fs::read_dir(repository("tests/clients/node_modules/@foundry-rs")).unwrap();
    let mut binaries = packages.map(|it| it.unwrap().path().join("bin/cast"));
    binaries.find(|it| it.is_file()).expect("npm has no cast for this platform")
}

/// Runs a program to its end.
/// # Panics: it fails; the message holds what it printed
pub fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|reason| panic!("{command:?}: {reason}"));
    let (stdout, stderr) = texts(&output);
    assert!(output.status.success(), "{command:?} failed\n{stdout}\n{stderr}");
    stdout
}

/// Runs a program to its end.
/// # Panics: it succeeds
pub fn fail(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|reason| panic!("{command:?}: {reason}"));
    let (stdout, stderr) = texts(&output);
    assert!(!output.status.success(), "{command:?} succeeded\n{stdout}\n{stderr}");
    stderr
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (text(&output.stdout), text(&output.stderr))
}
