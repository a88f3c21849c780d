//! A served chain, a repository, programs and settings: what a deployment takes.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::sync::{Arc, Mutex, MutexGuard};

use alloy_primitives::utils::parse_ether;
use alloy_primitives::Address;
use clap::Parser;
use equipoise_chain::rpc::{self, DevAccount, Handle, Options, TEST_MNEMONIC};
use equipoise_chain::{Chain, Config};
use equipoise_cli::args::{Arguments, Command};
use equipoise_cli::deploy::{deploy, keepalive, verify, DeploymentError, KeySource, Record, BUILT_FROM};
use equipoise_cli::error::CliError;
use equipoise_cli::programs::NAMES;
use equipoise_tests::repository;
use serde_json::{json, Value};
use tempfile::TempDir;

/// 2026-01-01 00:00:00 UTC.
const GENESIS_SECS: u64 = 1_767_225_600;
/// The chain id of local networks.
pub const LOCAL: &str = "412346";

pub struct Workshop {
    pub folder: TempDir,
    pub chain: Arc<Mutex<Chain>>,
    pub server: Handle,
    pub accounts: Vec<DevAccount>,
}

impl Workshop {
    /// A chain that nothing is deployed on, a clean tree, and its programs.
    pub fn new() -> Self {
        Self::on(Config::default().chain_id)
    }

    pub fn on(chain_id: u64) -> Self {
        Self::of(Chain::new(Config {
            chain_id,
            timestamp: GENESIS_SECS,
            cache_dir: Some(repository("target/programs/compiled")),
            ..Config::default()
        }))
    }

    /// On a chain that is there.
    pub fn of(mut chain: Chain) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let accounts = rpc::dev_accounts(TEST_MNEMONIC, 3).unwrap();
        for account in &accounts {
            chain.set_balance(account.address, parse_ether("10").unwrap());
        }
        let chain = Arc::new(Mutex::new(chain));
        let options = Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let server = rpc::serve(chain.clone(), &options).unwrap();
        let workshop = Self { folder, chain, server, accounts };
        workshop.lay_out();
        workshop
    }

    fn lay_out(&self) {
        let (tree, programs) = (self.path("tree"), self.path("programs"));
        fs::create_dir(&tree).unwrap();
        fs::create_dir(&programs).unwrap();
        for file in ["rust-toolchain.toml", "Cargo.lock"] {
            fs::copy(repository(file), tree.join(file)).unwrap();
        }
        for words in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "a tree"]] {
            git(&tree, words);
        }
        for name in NAMES {
            let file = format!("{name}.wasm");
            fs::copy(repository("target/programs").join(&file), programs.join(&file)).unwrap();
        }
        std::os::unix::fs::symlink(repository("target/programs/compiled"), programs.join("compiled")).unwrap();
        fs::write(programs.join(BUILT_FROM), self.commit()).unwrap();
        self.write_settings(&Self::settings());
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn commit(&self) -> String {
        git(&self.path("tree"), &["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// Two markets on test feeds, one of them hedged.
    pub fn settings() -> Value {
        let account = |number: u8| Address::repeat_byte(number);
        let market =
            |symbol: &str, shift: u8| json!({ "symbol": symbol, "strikeShift": shift, "weight": 1, "feed": null });
        let mut hedged = market("ETH", 8);
        hedged["hedge"] = json!({});
        json!({
            "stablecoin": null,
            "epochSecs": 86_400,
            "markets": [hedged, market("BTC", 0)],
            "surfaceKeepers": [account(1), account(2), account(3)],
            "guardian": account(9),
            "voteTokens": { "holder": account(8), "supply": "1000000" },
        })
    }

    pub fn write_settings(&self, settings: &Value) {
        fs::write(self.path("settings.json"), settings.to_string()).unwrap();
    }

    pub fn chain(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().unwrap()
    }

    pub fn deployer(&self) -> Address {
        self.accounts[0].address
    }

    pub fn keys(&self) -> KeySource {
        KeySource { key: Some(self.accounts[0].key.to_string()), keystore: None }
    }

    /// Where the local chain's records are.
    pub fn records_folder(&self) -> PathBuf {
        self.path("records").join(LOCAL)
    }

    /// What a record says.
    pub fn record(&self, file: &str) -> Record {
        serde_json::from_str(&fs::read_to_string(self.records_folder().join(file)).unwrap()).unwrap()
    }

    /// Runs a command of deployment against a server, with these flags after its own.
    pub fn run_at(&self, url: &str, keys: &KeySource, words: &[&str]) -> Result<String, CliError> {
        let [tree, records, settings, programs] =
            ["tree", "records", "settings.json", "programs"].map(|name| self.path(name).display().to_string());
        let mut all = vec!["equipoise", words[0], "--url", url, "--tree", &tree, "--records", &records];
        if words[0] == "deploy" {
            all.extend(["--settings", &settings, "--programs", &programs]);
        }
        if !words.contains(&"--network") {
            all.extend(["--network", "embedded"]);
        }
        all.extend(&words[1..]);
        match Arguments::try_parse_from(all).unwrap_or_else(|error| panic!("{error}")).command {
            Command::Deploy(arguments) => deploy(&arguments, keys),
            Command::Verify(arguments) => verify(&arguments),
            Command::Keepalive(arguments) => keepalive(&arguments, keys),
            other => panic!("{other:?}"),
        }
    }

    pub fn run(&self, words: &[&str]) -> Result<String, CliError> {
        self.run_at(&self.server.url(), &self.keys(), words)
    }

    /// What a command is refused with.
    pub fn refused(&self, words: &[&str]) -> DeploymentError {
        refusal(self.run(words))
    }
}

/// The error of deployment that a command ended with.
pub fn refusal(result: Result<String, CliError>) -> DeploymentError {
    match result {
        Err(CliError::Deployment(error)) => *error,
        other => panic!("{other:?}"),
    }
}

pub fn git(tree: &Path, words: &[&str]) -> String {
    let identity = ["-c", "user.name=a test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"];
    let output = Process::new("git").arg("-C").arg(tree).args(identity).args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
