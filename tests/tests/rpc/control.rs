//! Time, mining, snapshots and accounts, as tests and tools move them.

use std::time::Duration;

use equipoise_chain::rpc::Options;
use serde_json::{json, Value};

use crate::support::{transfer, Server, GENESIS_SECS};

#[tokio::test]
async fn manual_mining_collects_transactions() {
    let server = Server::start();
    assert_eq!(server.result("anvil_getAutomine", json!([])).await, true);
    server.result("evm_setAutomine", json!([false])).await;
    let (first, second) = (transfer(&server).await, transfer(&server).await);
    assert_eq!(server.result("eth_getTransactionReceipt", json!([first])).await, Value::Null);
    assert_eq!(server.result("eth_blockNumber", json!([])).await, "0x0");
    server.result("evm_mine", json!([])).await;
    let block = server.result("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["transactions"], json!([first, second]));
    let receipts = server.result("eth_getBlockReceipts", json!(["latest"])).await;
    assert_eq!(receipts[1]["cumulativeGasUsed"], "0xa410");
}

#[tokio::test]
async fn time_moves_as_it_is_told() {
    let server = Server::start();
    let now = |server: &Server| server.chain.lock().unwrap().timestamp();
    server.result("evm_increaseTime", json!([3_600])).await;
    server.result("evm_mine", json!([])).await;
    let after = now(&server);
    assert!((GENESIS_SECS + 3_600..=GENESIS_SECS + 3_602).contains(&after), "{after}");
    server.result("evm_setNextBlockTimestamp", json!([format!("{:#x}", GENESIS_SECS + 10_000)])).await;
    server.result("evm_mine", json!([])).await;
    assert_eq!(now(&server), GENESIS_SECS + 10_000);
    server.result("evm_mine", json!([{ "timestamp": GENESIS_SECS + 20_000 }])).await;
    assert_eq!(now(&server), GENESIS_SECS + 20_000);
    server.result("hardhat_mine", json!(["0x3", "0x3c"])).await;
    assert!((GENESIS_SECS + 20_120..=GENESIS_SECS + 20_180).contains(&now(&server)));
    assert_eq!(server.result("eth_blockNumber", json!([])).await, "0x6");
}

#[tokio::test]
async fn the_clock_follows_the_machine_when_asked() {
    let server = Server::with(|options| Options { wall_clock: true, ..options });
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    server.result("evm_mine", json!([])).await;
    let now = server.chain.lock().unwrap().timestamp();
    assert!((GENESIS_SECS + 1..GENESIS_SECS + 60).contains(&now), "{now}");
    // What a request says comes on top.
    server.result("evm_increaseTime", json!([1_000])).await;
    server.result("evm_mine", json!([])).await;
    let now = server.chain.lock().unwrap().timestamp();
    assert!((GENESIS_SECS + 1_001..GENESIS_SECS + 1_060).contains(&now), "{now}");
}

#[tokio::test]
async fn blocks_come_at_intervals_when_asked() {
    let block_time = Some(Duration::from_millis(100));
    let server = Server::with(|options| Options { block_time, ..options });
    let hash = transfer(&server).await;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let receipt = server.result("eth_getTransactionReceipt", json!([hash])).await;
        if receipt != Value::Null && server.chain.lock().unwrap().head_number() > 2 {
            assert_eq!(receipt["status"], "0x1");
            return;
        }
    }
    panic!("no block within five seconds");
}

#[tokio::test]
async fn snapshots_nest_and_are_used_up() {
    let server = Server::start();
    let outer = server.result("evm_snapshot", json!([])).await;
    transfer(&server).await;
    let inner = server.result("evm_snapshot", json!([])).await;
    transfer(&server).await;
    assert_eq!(server.result("evm_revert", json!([inner])).await, true);
    assert_eq!(server.result("eth_blockNumber", json!([])).await, "0x1");
    assert_eq!(server.result("evm_revert", json!([inner])).await, false);
    assert_eq!(server.result("evm_revert", json!([outer])).await, true);
    assert_eq!(server.result("eth_getTransactionCount", json!([server.account(0), "latest"])).await, "0x0");
}

#[tokio::test]
async fn accounts_can_be_rewritten() {
    let server = Server::start();
    let account = "0x00000000000000000000000000000000000ab1e5";
    let word = format!("0x{}2a", "00".repeat(31));
    server.result("hardhat_setBalance", json!([account, "0x2a"])).await;
    server.result("anvil_setNonce", json!([account, "0x7"])).await;
    server.result("anvil_setStorageAt", json!([account, "0x1", word])).await;
    // Code that returns its storage slot 1.
    server.result("anvil_setCode", json!([account, "0x6001545f5260205ff3"])).await;
    assert_eq!(server.result("eth_getBalance", json!([account])).await, "0x2a");
    assert_eq!(server.result("eth_getTransactionCount", json!([account])).await, "0x7");
    assert_eq!(server.result("eth_getStorageAt", json!([account, "0x1"])).await, word);
    assert_eq!(server.result("eth_call", json!([{ "to": account }])).await, word);
    assert_eq!(server.result("eth_getCode", json!([account])).await, "0x6001545f5260205ff3");
}
