//! A server for each test.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use alloy_primitives::{utils::parse_ether, Address};
use equipoise_chain::{
    rpc::{self, DevAccount, Handle, Options, TEST_MNEMONIC},
    Chain, Config,
};
pub use equipoise_tests::{fail, has_clients, has_node, repository, succeed};
use serde_json::{json, Value};

/// 2026-01-01 00:00:00 UTC.
pub const GENESIS_SECS: u64 = 1_767_225_600;

/// A chain behind a server on a free port.
pub struct Server {
    /// Keeps the server running.
    pub handle: Handle,
    /// The chain behind it.
    pub chain: Arc<Mutex<Chain>>,
    /// Accounts with 10,000 ether each.
    pub accounts: Vec<DevAccount>,
}

impl Server {
    pub fn start() -> Self {
        Self::with(|options| options)
    }

    /// A server with other options.
    pub fn with(change: impl FnOnce(Options) -> Options) -> Self {
        equipoise_cli::tls::install();
        let accounts = rpc::dev_accounts(TEST_MNEMONIC, 3).unwrap();
        let balance = parse_ether("10000").unwrap();
        let config = Config {
            timestamp: GENESIS_SECS,
            accounts: accounts.iter().map(|it| (it.address, balance)).collect(),
            ..Config::default()
        };
        let chain = Arc::new(Mutex::new(Chain::new(config)));
        let options = Options {
            accounts: accounts.iter().map(|it| it.address).collect(),
            ..Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        };
        let handle = rpc::serve(chain.clone(), &change(options)).unwrap();
        Self { handle, chain, accounts }
    }

    pub fn url(&self) -> String {
        self.handle.url()
    }

    pub fn account(&self, index: usize) -> Address {
        self.accounts[index].address
    }

    /// The private key of an account as clients take it.
    pub fn key(&self, index: usize) -> String {
        self.accounts[index].key.to_string()
    }

    /// Posts a body as it is and returns the answer, whatever its HTTP status.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Value {
        let request = reqwest::Client::new().post(self.url()).header("content-type", "application/json");
        let text = request.body(body).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"))
    }

    /// Calls a method and returns the whole response.
    pub async fn request(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        self.post(body.to_string()).await
    }

    /// Calls a method that must succeed.
    pub async fn result(&self, method: &str, params: Value) -> Value {
        let response = self.request(method, params).await;
        response.get("result").unwrap_or_else(|| panic!("{method}: {response}")).clone()
    }

    /// Calls a method that must fail and returns the error's code and message.
    pub async fn error(&self, method: &str, params: Value) -> (i64, String) {
        let response = self.request(method, params).await;
        let error = response.get("error").unwrap_or_else(|| panic!("{method} succeeded: {response}"));
        (error["code"].as_i64().unwrap(), error["message"].as_str().unwrap().to_owned())
    }
}

/// Sends an ether transfer from the first account.
pub async fn transfer(server: &Server) -> Value {
    let request = json!([{ "from": server.account(0), "to": server.account(1), "value": "0x1" }]);
    server.result("eth_sendTransaction", request).await
}

/// A compiled contract of `scripts/solidity`.
pub fn artifact(name: &str) -> Value {
    let path = repository(&format!("scripts/solidity/artifacts/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|reason| panic!("{}: {reason}", path.display()));
    serde_json::from_str(&text).unwrap()
}
