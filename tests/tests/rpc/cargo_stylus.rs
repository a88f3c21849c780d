//! cargo-stylus: checking, deploying and caching a program, without Docker.
//!
//! `./scripts/test` installs the tool into `target/tools`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use alloy_primitives::{hex, Address, U256};
use alloy_sol_types::{sol, SolCall};
use serde_json::json;

use crate::support::{fail, repository, succeed, Server};

sol! {
    #[allow(missing_docs)]
    interface Counter {
        function stylus_constructor(uint256 start) external;
        function number() external view returns (uint256);
    }
}

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

/// The tool in the program's own folder, where its build cannot be mixed up with other programs'.
fn stylus(tool: &Path, server: &Server, subcommand: &[&str]) -> Command {
    let mut command = Command::new(tool);
    command.arg("stylus").args(subcommand).args(["--endpoint", &server.url()]);
    command.current_dir(repository("tests/fixtures/counter")).stdin(Stdio::null());
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
    let mut deploy = stylus(&tool, &server, &["deploy"]);
    // Everything after `--constructor-args` is the constructor's.
    deploy.args(["--no-verify", "--private-key", &key, "--constructor-args", "41"]);
    let deployed = succeed(&mut deploy);
    let program = address_after(&deployed, "deployed code at address");
    let code = server.result("eth_getCode", json!([program])).await;
    assert!(code.as_str().unwrap().starts_with("0xeff00000"), "{code}");

    // The constructor ran, once: a second call reverts.
    let number = json!([{ "to": program, "data": hex::encode_prefixed(Counter::numberCall {}.abi_encode()) }]);
    assert_eq!(server.result("eth_call", number).await, format!("0x{:064x}", 41));
    let again = Counter::stylus_constructorCall { start: U256::from(7) };
    let again = json!([{ "to": program, "data": hex::encode_prefixed(again.abi_encode()) }]);
    assert_eq!(server.error("eth_call", again).await.0, 3);

    let address = program.to_string();
    let bid = || {
        let mut bid = stylus(&tool, &server, &["cache", "bid"]);
        bid.args([&address, "0", "--private-key", &key]);
        bid
    };
    let cached = succeed(&mut bid());
    assert!(cached.contains("Successfully cached"), "{cached}");
    let refused = fail(&mut bid());
    assert!(refused.contains("already cached"), "{refused}");
}
