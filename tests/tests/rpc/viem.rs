//! viem, through the script in `tests/clients`.

use std::process::Command;

use crate::support::{has_clients, repository, succeed, Server};

#[test]
fn viem_works_unchanged() {
    if !has_clients() {
        return;
    }
    let server = Server::start();
    let mut script = Command::new("node");
    script.arg(repository("tests/clients/viem.js")).arg(server.url()).arg(server.key(0));
    assert_eq!(succeed(&mut script), "viem: every answer as expected");
}
