//! `debug_traceTransaction` and `debug_traceCall`, and that cast reads them.

use serde_json::{json, Value};

use crate::support::{has_clients, succeed, transfer, Server};

const CALL_TRACER: &str = r#"{"tracer":"callTracer"}"#;

#[tokio::test]
async fn a_transfer_is_traced_in_geths_form() {
    let server = Server::start();
    let hash = transfer(&server).await;
    let trace = server.result("debug_traceTransaction", json!([hash, { "tracer": "callTracer" }])).await;
    let receipt = server.result("eth_getTransactionReceipt", json!([hash])).await;
    let (from, to) = (server.account(0), server.account(1));
    let lower = |address: alloy_primitives::Address| json!(address.to_string().to_lowercase());
    assert_eq!((&trace["from"], &trace["to"], &trace["type"]), (&lower(from), &lower(to), &json!("CALL")));
    assert_eq!(
        (&trace["gasUsed"], &trace["value"], &trace["input"]),
        (&receipt["gasUsed"], &json!("0x1"), &json!("0x"))
    );
    for absent in ["calls", "logs", "output", "error", "revertReason"] {
        assert!(trace.get(absent).is_none(), "{absent} in {trace}");
    }
    let hosts = server.result("debug_traceTransaction", json!([hash, { "tracer": "stylusTracer" }])).await;
    assert_eq!(hosts, json!([]));
}

#[tokio::test]
async fn a_call_is_traced_with_overrides() {
    let server = Server::start();
    let (from, to) = (server.account(0), "0x00000000000000000000000000000000000ab1e5");
    // Reverts with Panic(0x11).
    let code = "0x634e487b715f5260116020526024601cfd";
    let options = json!({ "tracer": "callTracer", "stateOverrides": { to: { "code": code } } });
    let request = json!({ "from": from, "to": to, "gas": "0x186a0" });
    let trace = server.result("debug_traceCall", json!([request, "latest", options])).await;
    assert_eq!((&trace["error"], &trace["gas"]), (&json!("execution reverted"), &json!("0x186a0")));
    assert!(trace["revertReason"].as_str().unwrap().contains("overflow"), "{trace}");
    let options = json!({ "tracer": "callTracer" });
    let trace = server.result("debug_traceCall", json!([request, "latest", options])).await;
    assert!(trace.get("error").is_none(), "overrides are for one call: {trace}");
}

#[tokio::test]
async fn unknown_tracers_and_transactions_are_refused_as_nodes_refuse_them() {
    let server = Server::start();
    let hash = transfer(&server).await;
    for options in [json!({ "tracer": "noSuchTracer" }), json!({ "tracer": "prestateTracer" }), json!({})] {
        let (code, message) = server.error("debug_traceTransaction", json!([hash, options])).await;
        assert_eq!((code, message.starts_with("tracer not found")), (-32000, true), "{message}");
    }
    let unknown = format!("0x{}", "ab".repeat(32));
    let params = json!([unknown, { "tracer": "callTracer" }]);
    let (code, message) = server.error("debug_traceTransaction", params).await;
    assert_eq!((code, message.starts_with("transaction not found")), (-32000, true), "{message}");
    let params = json!([hash, { "tracer": "callTracer", "tracerConfig": { "onlyTopCall": 7 } }]);
    assert_eq!(server.error("debug_traceTransaction", params).await.0, -32602);
}

#[tokio::test]
async fn cast_reads_a_trace() {
    if !has_clients() {
        return;
    }
    let server = Server::start();
    let hash = transfer(&server).await;
    let mut command = equipoise_tests::cast(&server.url(), "rpc");
    let printed = succeed(command.args(["debug_traceTransaction", hash.as_str().unwrap(), CALL_TRACER]));
    let trace: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&trace["type"], &trace["gasUsed"]), (&json!("CALL"), &json!("0x5208")));
}
