//! The committed artifacts of `scripts/solidity`.

use std::process::Command;

use crate::support::{has_node, repository, succeed};

#[test]
fn artifacts_are_what_their_sources_compile_to() {
    if !has_node() {
        return;
    }
    let folder = repository("scripts/solidity");
    assert!(folder.join("node_modules").is_dir(), "run `npm ci --ignore-scripts` in scripts/solidity");
    let printed = succeed(Command::new("node").args(["build.js", "--check"]).current_dir(folder));
    assert!(printed.ends_with("artifacts match their sources"), "{printed}");
}
