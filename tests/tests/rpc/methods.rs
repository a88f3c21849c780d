//! Methods that the clients above do not reach, and the fields that only Arbitrum has.

use equipoise_chain::rpc::{self, Options};
use serde_json::{json, Value};

use crate::support::{artifact, transfer, Server, GENESIS_SECS};

fn number(value: &Value) -> u64 {
    let text = value.as_str().unwrap_or_else(|| panic!("not a quantity: {value}"));
    u64::from_str_radix(text.strip_prefix("0x").unwrap(), 16).unwrap()
}

#[tokio::test]
async fn blocks_and_receipts_have_the_fields_of_arbitrum() {
    let server = Server::start();
    let hash = transfer(&server).await;
    let receipt = server.result("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["gasUsedForL1"], "0x0");
    assert_eq!(receipt["timeboosted"], false);
    let block = server.result("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["l1BlockNumber"], receipt["l1BlockNumber"]);
    assert_eq!(block["sendCount"], "0x0");
    assert_eq!(block["transactions"], json!([hash]));
    assert!(number(&block["size"]) > 500, "{block}");
}

#[tokio::test]
async fn a_transaction_is_found_by_its_place() {
    let server = Server::start();
    let hash = transfer(&server).await;
    let block = server.result("eth_getBlockByNumber", json!(["0x1", true])).await;
    assert_eq!(block["transactions"][0]["hash"], hash);
    for (method, id) in [("Number", json!("0x1")), ("Hash", block["hash"].clone())] {
        let counted = format!("eth_getBlockTransactionCountBy{method}");
        assert_eq!(server.result(&counted, json!([id])).await, "0x1");
        let found = format!("eth_getTransactionByBlock{method}AndIndex");
        assert_eq!(server.result(&found, json!([id, "0x0"])).await["hash"], hash);
        assert_eq!(server.result(&found, json!([id, "0x1"])).await, Value::Null);
    }
    assert_eq!(server.result("eth_getBlockByNumber", json!(["0x64", true])).await, Value::Null);
    let unknown = format!("0x{}", "11".repeat(32));
    assert_eq!(server.result("eth_getTransactionByHash", json!([unknown])).await, Value::Null);
    assert_eq!(server.result("eth_getTransactionReceipt", json!([unknown])).await, Value::Null);
}

#[tokio::test]
async fn calls_see_the_block_they_are_told() {
    let server = Server::start();
    let account = "0x00000000000000000000000000000000000ab1e5";
    // Code that returns TIMESTAMP, NUMBER and BASEFEE.
    let state = json!({ account: { "code": "0x425f52436020524860405260605ff3" } });
    let words = |numbers: [u64; 3]| format!("0x{:064x}{:064x}{:064x}", numbers[0], numbers[1], numbers[2]);
    let block = json!({ "time": "0x77359400", "number": "0x7", "baseFeePerGas": "0x3" });
    let seen = server.result("eth_call", json!([{ "to": account }, "latest", state, block])).await;
    assert_eq!(seen, words([2_000_000_000, 7, 3]));
    let seen = server.result("eth_call", json!([{ "to": account }, "latest", state])).await;
    assert!(seen.as_str().unwrap().starts_with(&words([GENESIS_SECS, 0, 0])[..66]), "{seen}");
    let hashes = json!({ "blockHash": { "1": format!("0x{}", "11".repeat(32)) } });
    let (code, message) = server.error("eth_call", json!([{ "to": account }, "latest", state, hashes])).await;
    assert_eq!((code, message.contains("cannot be overridden")), (-32602, true), "{message}");
}

#[tokio::test]
async fn reverts_carry_their_reason_and_data() {
    let server = Server::start();
    let account = "0x00000000000000000000000000000000000ab1e5";
    // Reverts with Panic(0x11): MSTORE the selector and the code, REVERT 36 bytes from 28.
    server.result("anvil_setCode", json!([account, "0x634e487b715f5260116020526024601cfd"])).await;
    let response = server.request("eth_call", json!([{ "to": account }])).await;
    assert_eq!(response["error"]["code"], 3);
    let message = response["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("execution reverted: panic"), "{message}");
    let data = format!("0x4e487b71{}11", "00".repeat(31));
    assert_eq!(response["error"]["data"], data);
    let response = server.request("eth_estimateGas", json!([{ "to": account }])).await;
    assert_eq!((&response["error"]["code"], &response["error"]["data"]), (&json!(3), &json!(data)));
}

#[tokio::test]
async fn the_deployer_at_its_known_address_is_the_artifact() {
    let server = Server::start();
    let deployer = "0xcEcba2F1DC234f70Dd89F2041029807F8D03A990";
    let code = server.result("eth_getCode", json!([deployer])).await;
    assert_eq!(code, artifact("StylusDeployer")["deployedBytecode"]);
}

#[tokio::test]
async fn filters_report_each_thing_once_and_survive_a_revert() {
    let server = Server::start();
    let snapshot = server.result("evm_snapshot", json!([])).await;
    let blocks = server.result("eth_newBlockFilter", json!([])).await;
    let transactions = server.result("eth_newPendingTransactionFilter", json!([])).await;
    let hash = transfer(&server).await;
    let head = server.result("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(server.result("eth_getFilterChanges", json!([blocks])).await, json!([head["hash"]]));
    assert_eq!(server.result("eth_getFilterChanges", json!([transactions])).await, json!([hash]));
    assert_eq!(server.result("eth_getFilterChanges", json!([blocks])).await, json!([]));
    server.result("evm_revert", json!([snapshot])).await;
    server.result("evm_mine", json!([])).await;
    let head = server.result("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(server.result("eth_getFilterChanges", json!([blocks])).await, json!([head["hash"]]));
    assert_eq!(server.result("eth_uninstallFilter", json!([blocks])).await, true);
    assert_eq!(server.result("eth_uninstallFilter", json!([blocks])).await, false);
}

#[tokio::test]
async fn a_server_says_when_its_port_is_taken() {
    let server = Server::start();
    let options = Options::new(server.handle.address());
    let error = rpc::serve(server.chain.clone(), &options).unwrap_err();
    assert!(error.to_string().contains("is in use by another program"), "{error}");
    // Once the server is gone, its port is free.
    let chain = server.chain.clone();
    server.handle.stop();
    rpc::serve(chain, &options).unwrap();
}
