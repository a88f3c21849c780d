//! What the server answers to requests that make no sense. It never stops answering.

use serde_json::{json, Value};

use crate::support::Server;

fn code(response: &Value) -> i64 {
    response["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {response}"))
}

#[tokio::test]
async fn malformed_requests_get_the_codes_of_the_specification() {
    let server = Server::start();
    for (body, expected) in [
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"", -32700),
        ("not json", -32700),
        ("", -32700),
        ("\u{0}\u{1}", -32700),
        ("[]", -32600),
        ("{}", -32600),
        ("{\"id\":1,\"method\":\"eth_chainId\"}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_noSuchMethod\"}", -32601),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\",\"params\":[]}", -32601),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_getBalance\"}", -32602),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_getBalance\",\"params\":[7]}", -32602),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_getBalance\",\"params\":[\"0x12\"]}", -32602),
    ] {
        let response = server.post(body).await;
        assert_eq!(code(&response), expected, "{body}: {response}");
    }
    assert_eq!(server.result("eth_chainId", json!([])).await, "0x64aba");
}

#[tokio::test]
async fn parameters_of_the_wrong_kind_are_named_invalid() {
    let server = Server::start();
    let account = server.account(0);
    for (method, params) in [
        ("eth_getBalance", json!([account, "yesterday"])),
        ("eth_getStorageAt", json!([account, "slot"])),
        ("eth_getBlockByNumber", json!(["0xzz", false])),
        ("eth_getBlockByNumber", json!([true, false])),
        ("eth_getBlockByHash", json!(["0x01", false])),
        ("eth_getTransactionReceipt", json!([{}])),
        ("eth_call", json!(["0x"])),
        ("eth_call", json!([{ "to": "nobody" }])),
        ("eth_call", json!([{ "to": account, "data": "0x01", "input": "0x02" }])),
        ("eth_call", json!([{ "to": account, "data": "0x0" }])),
        ("eth_call", json!([{ "to": account, "value": -1 }])),
        ("eth_estimateGas", json!([{ "to": account }, "latest", { "0x12": {} }])),
        ("eth_sendTransaction", json!([{ "to": account }])),
        ("eth_sendRawTransaction", json!(["0x"])),
        ("eth_sendRawTransaction", json!(["0x02f8"])),
        ("eth_sendRawTransaction", json!(["not hex"])),
        ("eth_getLogs", json!([{ "fromBlock": "0x9", "toBlock": "0x1" }])),
        ("eth_getLogs", json!([{ "address": "0x1" }])),
        ("eth_getLogs", json!([{ "topics": ["0x1"] }])),
        ("eth_feeHistory", json!(["0x4", "latest", [50, 25]])),
        ("eth_feeHistory", json!(["0x4", "latest", [101]])),
        ("eth_getFilterChanges", json!(["first"])),
        ("evm_increaseTime", json!(["0xffffffffffffffff"])),
        ("evm_increaseTime", json!([-5])),
        ("evm_setNextBlockTimestamp", json!([1])),
        ("evm_setNextBlockTimestamp", json!([1_767_225_600_000_u64])),
        ("anvil_mine", json!(["0xffffffffffffffff"])),
        ("anvil_mine", json!(["0x10", "0xffffffffffffffff"])),
        ("anvil_setStorageAt", json!([account, "0x0", "0x1"])),
        ("anvil_setNextBlockBaseFeePerGas", json!(["0xffffffffffffffffffff"])),
        ("web3_sha3", json!(["sixty-eight"])),
    ] {
        let (code, message) = server.error(method, params.clone()).await;
        assert_eq!(code, -32602, "{method} {params}: {message}");
        assert!(!message.is_empty());
    }
    assert_eq!(server.result("eth_blockNumber", json!([])).await, "0x0");
}

#[tokio::test]
async fn requests_that_the_chain_refuses_say_why() {
    let server = Server::start();
    let account = server.account(0);
    let (code, message) = server.error("eth_getFilterChanges", json!(["0x7b"])).await;
    assert_eq!((code, message.contains("filter not found")), (-32000, true), "{message}");
    let (code, message) = server.error("eth_call", json!([{ "to": account }, "0x100"])).await;
    assert_eq!((code, message.contains("header not found")), (-32000, true), "{message}");
    let (code, message) = server.error("eth_feeHistory", json!(["0x1", "0x100", []])).await;
    assert_eq!((code, message.contains("header not found")), (-32000, true), "{message}");
    let rich = json!([{ "from": account, "to": account, "value": "0xffffffffffffffffffffffff" }]);
    let (code, message) = server.error("eth_sendTransaction", rich).await;
    assert_eq!((code, message.contains("insufficient funds")), (-32000, true), "{message}");
    let stale = json!([{ "from": account, "to": account, "nonce": "0x9" }]);
    let (code, message) = server.error("eth_sendTransaction", stale).await;
    assert_eq!((code, message.contains("nonce too high")), (-32000, true), "{message}");
    let little = json!([{ "from": account, "to": account, "gas": "0x5207" }]);
    let (code, message) = server.error("eth_sendTransaction", little).await;
    assert_eq!((code, message.contains("intrinsic gas too low")), (-32000, true), "{message}");
}

#[tokio::test]
async fn a_batch_is_answered_item_by_item() {
    let server = Server::start();
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": [] },
        { "jsonrpc": "2.0", "id": "two", "method": "eth_noSuchMethod" },
        7,
        { "jsonrpc": "2.0", "method": "eth_blockNumber" },
        { "jsonrpc": "2.0", "id": 5, "method": "net_version" },
    ]);
    let answers = server.post(batch.to_string()).await;
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 4, "the notification gets no answer: {answers:?}");
    let by_id = |id: Value| answers.iter().find(|it| it["id"] == id).unwrap();
    assert_eq!(by_id(json!(1))["result"], "0x64aba");
    assert_eq!(code(by_id(json!("two"))), -32601);
    assert_eq!(code(by_id(Value::Null)), -32600);
    assert_eq!(by_id(json!(5))["result"], "412346");
}

#[tokio::test]
async fn oversized_requests_are_refused_and_the_server_goes_on() {
    let server = Server::start();
    let data = "00".repeat(6 * 1024 * 1024);
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": "web3_sha3", "params": [format!("0x{data}")] });
    let client = reqwest::Client::new();
    let posted = client.post(server.url()).header("content-type", "application/json").body(request.to_string());
    // The server may answer or close the connection while the body is still being sent.
    if let Ok(response) = posted.send().await {
        assert_eq!(response.status(), reqwest::StatusCode::PAYLOAD_TOO_LARGE);
    }
    let many: Vec<Value> =
        (0..1_001).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "net_version" })).collect();
    let refused = server.post(Value::from(many).to_string()).await;
    assert_eq!(code(&refused), -32010, "{refused}");
    let nested = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let refused = server.post(nested).await;
    assert!(matches!(code(&refused), -32700 | -32600 | -32602), "{refused}");
    assert_eq!(server.result("net_version", json!([])).await, "412346");
}

#[tokio::test]
async fn a_request_from_a_web_page_is_allowed() {
    let server = Server::start();
    let preflight = reqwest::Client::new()
        .request(reqwest::Method::OPTIONS, server.url())
        .header("origin", "https://example.org")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let response = preflight.send().await.unwrap();
    assert!(response.status().is_success(), "{response:?}");
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
}
