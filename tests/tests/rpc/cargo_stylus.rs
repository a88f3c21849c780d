//! cargo-stylus: checking and deploying a program of this workspace, without Docker.
//!
//! `./scripts/test` installs the tool into `target/tools`.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use alloy_primitives::{hex, Address};
use serde_json::json;

use crate::support::{fail, repository, succeed, Server};

/// The version that the programs are deployed with.
const VERSION: &str = "0.10.10";

fn installed() -> Option<PathBuf> {
    let tool = repository("target/tools/bin/cargo-stylus");
    if tool.is_file() {
        return Some(tool);
    }
    eprintln!(
        "skipped: no {}: cargo install cargo-stylus --version {VERSION} --locked --root target/tools",
        tool.display()
    );
    None
}

/// The tool in a program's own folder, where its build cannot be mixed up with other programs'.
fn stylus(tool: &PathBuf, server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(tool);
    command.arg("stylus").args(arguments).args(["--endpoint", &server.url()]);
    command.current_dir(repository("contracts/oracle")).stdin(Stdio::null());
    // What cargo tells a test about itself is not meant for another build.
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO")) {
        command.env_remove(variable);
    }
    command.env_remove("RUSTFLAGS");
    command
}

/// The address that a message ends with.
fn address_after(text: &str, words: &str) -> Address {
    let line = text.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words:?} in {text}"));
    let digits: String = line.rsplit("0x").next().unwrap().chars().take_while(char::is_ascii_hexdigit).collect();
    format!("0x{digits}").parse().unwrap_or_else(|reason| panic!("{line}: {reason}"))
}

#[tokio::test]
async fn cargo_stylus_checks_deploys_and_caches_a_program() {
    let Some(tool) = installed() else { return };
    let server = Server::start();
    let checked = succeed(&mut stylus(&tool, &server, &["check"]));
    assert!(checked.contains("wasm data fee"), "{checked}");

    let key = server.key(0);
    let feed = server.account(1).to_string();
    let deploy = ["deploy", "--no-verify", "--private-key", &key, "--constructor-args", &feed];
    let deployed = succeed(&mut stylus(&tool, &server, &deploy));
    let program = address_after(&deployed, "deployed code at address");
    let code = server.result("eth_getCode", json!([program])).await;
    assert!(code.as_str().unwrap().starts_with("0xeff00000"), "{code}");

    // The constructor ran, once: a second call reverts.
    let constructor = alloy_primitives::keccak256("stylus_constructor()");
    let again = json!([{ "to": program, "data": hex::encode_prefixed(&constructor[..4]) }]);
    assert_eq!(server.error("eth_call", again).await.0, 3);

    let bid = ["cache", "bid", &program.to_string(), "0", "--private-key", &key];
    let cached = succeed(&mut stylus(&tool, &server, &bid));
    assert!(cached.contains("Successfully cached"), "{cached}");
    let refused = fail(&mut stylus(&tool, &server, &bid));
    assert!(refused.contains("already cached"), "{refused}");
}
