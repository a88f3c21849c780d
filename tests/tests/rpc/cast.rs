//! cast, Foundry's command-line client.

use std::process::Command;

use alloy_primitives::{Address, U256};
use serde_json::Value;

use crate::support::{artifact, fail, has_clients, succeed, Server, GENESIS_SECS};

fn cast(server: &Server, subcommand: &str) -> Command {
    equipoise_tests::cast(&server.url(), subcommand)
}

fn read(server: &Server, subcommand: &str, arguments: &[&str]) -> String {
    succeed(cast(server, subcommand).args(arguments))
}

/// Sends with an account's key and returns the receipt.
fn send(server: &Server, account: usize, arguments: &[&str]) -> Value {
    let key = server.key(account);
    let mut command = cast(server, "send");
    // Options first: everything after `--create` is the constructor's.
    command.args(["--private-key", &key, "--json"]).args(arguments);
    serde_json::from_str(&succeed(&mut command)).unwrap()
}

fn deploy_stablecoin(server: &Server) -> String {
    let code = artifact("Stablecoin")["bytecode"].as_str().unwrap().to_owned();
    let owner = server.account(0).to_string();
    let constructor = "constructor(string,string,address)";
    let receipt = send(server, 0, &["--create", &code, constructor, "Test Dollar", "tUSD", &owner]);
    assert_eq!(receipt["status"], "0x1");
    receipt["contractAddress"].as_str().unwrap().to_owned()
}

#[test]
fn cast_reads_the_chain() {
    if !has_clients() {
        return;
    }
    let server = Server::start();
    let account = server.account(1).to_string();
    assert_eq!(read(&server, "chain-id", &[]), "412346");
    assert_eq!(read(&server, "balance", &[&account, "--ether"]), "10000.000000000000000000");
    assert_eq!(read(&server, "nonce", &[&account]), "0");
    assert_eq!(read(&server, "code", &[&account]), "0x");
    assert_eq!(read(&server, "gas-price", &[]), "100000000");
    assert_eq!(read(&server, "base-fee", &[]), "100000000");
    assert!(read(&server, "client", &[]).starts_with("equipoise-chain/v"));
    let genesis: Value = serde_json::from_str(&read(&server, "block", &["0", "--json"])).unwrap();
    assert_eq!(genesis["timestamp"], format!("{GENESIS_SECS:#x}"));
    assert_eq!(read(&server, "age", &["0"]), "Thu Jan  1 00:00:00 2026 UTC");
    assert_eq!(read(&server, "rpc", &["eth_syncing"]), "false");
}

#[test]
fn cast_deploys_calls_and_sends() {
    if !has_clients() {
        return;
    }
    let server = Server::start();
    let token = deploy_stablecoin(&server);
    let (owner, recipient) = (server.account(0).to_string(), server.account(2).to_string());
    assert_eq!(read(&server, "call", &[&token, "decimals()(uint8)"]), "6");
    assert_eq!(read(&server, "call", &[&token, "symbol()(string)"]), "\"tUSD\"");

    let gas: u64 = read(&server, "estimate", &["--from", &owner, &token, "mint(address,uint256)", &owner, "5000000"])
        .parse()
        .unwrap();
    let minted = send(&server, 0, &[&token, "mint(address,uint256)", &owner, "5000000"]);
    let used = U256::from_str_radix(minted["gasUsed"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    assert!(used <= U256::from(gas), "used {used}, estimated {gas}");
    assert_eq!(minted["type"], "0x2");

    let sent = send(&server, 0, &["--legacy", &token, "transfer(address,uint256)", &recipient, "1250000"]);
    assert_eq!(sent["type"], "0x0");
    assert_eq!(sent["logs"].as_array().unwrap().len(), 1);
    let balance = read(&server, "call", &[&token, "balanceOf(address)(uint256)", &recipient]);
    assert_eq!(balance.split_whitespace().next(), Some("1250000"));
}

#[test]
fn cast_finds_transactions_receipts_blocks_and_logs() {
    if !has_clients() {
        return;
    }
    let server = Server::start();
    let token = deploy_stablecoin(&server);
    let owner = server.account(0).to_string();
    let minted = send(&server, 0, &[&token, "mint(address,uint256)", &owner, "5"]);
    let hash = minted["transactionHash"].as_str().unwrap();

    let receipt: Value = serde_json::from_str(&read(&server, "receipt", &[hash, "--json"])).unwrap();
    for field in ["blockHash", "gasUsed", "from", "to", "status", "logsBloom"] {
        assert_eq!(receipt[field], minted[field], "{field}");
    }
    let transaction: Value = serde_json::from_str(&read(&server, "tx", &[hash, "--json"])).unwrap();
    assert_eq!(transaction["nonce"], "0x1");
    assert_eq!(transaction["blockHash"], minted["blockHash"]);
    let block: Value = serde_json::from_str(&read(&server, "block", &["latest", "--json"])).unwrap();
    assert_eq!(block["hash"], minted["blockHash"]);
    assert_eq!(block["transactions"][0], minted["transactionHash"]);

    let event = "Transfer(address indexed,address indexed,uint256)";
    let logs = read(&server, "logs", &["--from-block", "0", "--address", &token, event, "--json"]);
    let logs: Value = serde_json::from_str(&logs).unwrap();
    assert_eq!(logs.as_array().unwrap().len(), 1);
    assert_eq!(logs[0]["transactionHash"], minted["transactionHash"]);
    let nobody = Address::ZERO.to_string();
    let none = read(&server, "logs", &["--from-block", "0", "--address", &nobody, event, "--json"]);
    assert_eq!(none, "[]");
}

#[test]
fn cast_shows_why_a_call_reverts() {
    if !has_clients() {
        return;
    }
    let server = Server::start();
    let token = deploy_stablecoin(&server);
    let (owner, stranger) = (server.account(0).to_string(), server.account(1).to_string());
    let mint = ["mint(address,uint256)", &owner, "5"];
    let error = fail(cast(&server, "call").args(["--from", &stranger, &token]).args(mint));
    // OwnableUnauthorizedAccount(address)
    assert!(error.contains("118cdaa7"), "{error}");
    let error = fail(cast(&server, "send").args(["--private-key", &server.key(1), &token]).args(mint));
    assert!(error.contains("execution reverted"), "{error}");
}

#[test]
fn cast_sends_from_unlocked_and_impersonated_accounts() {
    if !has_clients() {
        return;
    }
    let server = Server::start();
    let (sender, stranger) = (server.account(0).to_string(), Address::repeat_byte(7).to_string());
    let unlocked = ["--unlocked", "--json", "--value", "1ether", "--from"];
    let sent = succeed(cast(&server, "send").args(unlocked).args([&sender, &stranger]));
    let receipt: Value = serde_json::from_str(&sent).unwrap();
    assert_eq!(receipt["status"], "0x1");

    let half = ["--unlocked", "--json", "--value", "0.5ether", "--from"];
    let error = fail(cast(&server, "send").args(half).args([&stranger, &sender]));
    assert!(error.contains("unknown account"), "{error}");
    read(&server, "rpc", &["anvil_impersonateAccount", &stranger]);
    succeed(cast(&server, "send").args(half).args([&stranger, &sender]));
    let left = read(&server, "balance", &[&stranger]);
    let left: u128 = left.parse().unwrap();
    assert!(left < 500_000_000_000_000_000 && left > 499_000_000_000_000_000, "{left}");
}
