//! Dry runs for networks that tests cannot reach, from recordings in `tests/fixtures/rpc`, whose README says what they are of.
//!
//! `EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test deploy recordings` makes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_cli::deploy::{DeploymentError, KeySource};
use equipoise_tests::{creation_code, repository, PriceFeed};
use serde_json::{json, Value};

use crate::support::{refusal, Workshop};

/// Where nobody answers.
const NOWHERE: &str = "http://127.0.0.1:1";
const NETWORKS: [(&str, u64); 2] = [("arbitrum-one", 42_161), ("arbitrum-sepolia", 421_614)];
const DOLLAR: i64 = 100_000_000;

/// A recording and the settings that it was made with.
struct Fixture {
    recording: PathBuf,
    settings: PathBuf,
}

impl Fixture {
    fn of(network: &str) -> Self {
        let folder = repository("tests/fixtures/rpc");
        Self {
            recording: folder.join(format!("{network}.jsonl")),
            settings: folder.join(format!("{network}.settings.json")),
        }
    }
}

/// A chain with a network's id, and on it what settings for that network name.
struct Stage {
    workshop: Workshop,
    network: &'static str,
}

impl Stage {
    fn new((network, chain_id): (&'static str, u64)) -> Self {
        let stage = Self { workshop: Workshop::on(chain_id), network };
        let settings = stage.settings();
        stage.workshop.write_settings(&settings);
        stage
    }

    fn send(&self, to: Option<Address>, input: Bytes) -> Address {
        let from = Some(self.workshop.accounts[1].address);
        let input = TransactionInput::new(input);
        let request = TransactionRequest { from, to: to.map(Into::into), input, ..TransactionRequest::default() };
        let receipt = self.workshop.chain().send(request).unwrap();
        assert!(receipt.status);
        receipt.contract_address.unwrap_or_default()
    }

    fn create(&self, contract: &str, arguments: Vec<u8>) -> Address {
        self.send(None, [creation_code(contract).to_vec(), arguments].concat().into())
    }

    fn feed(&self, name: &str, answer: i64) -> Address {
        let owner = self.workshop.accounts[1].address;
        let feed = self.create("PriceFeed", (U256::from(8), name, owner).abi_encode_params());
        let updated_at = U256::from(self.workshop.chain().timestamp());
        let push = PriceFeed::pushCall { answer: I256::try_from(answer).unwrap(), updatedAt: updated_at };
        self.send(Some(feed), push.abi_encode().into());
        feed
    }

    fn token(&self, name: &str, symbol: &str) -> Address {
        self.create("Stablecoin", (name, symbol, self.workshop.accounts[1].address).abi_encode_params())
    }

    fn settings(&self) -> Value {
        let mut settings = Workshop::settings();
        settings["stablecoin"] = json!(self.token("USD Coin", "USDC"));
        settings["markets"][0]["feed"] = json!(self.feed("ETH / USD", 3_000 * DOLLAR));
        settings["markets"][1]["feed"] = json!(self.feed("BTC / USD", 90_000 * DOLLAR));
        settings["markets"][0]["hedge"]["underlying"] = json!(self.token("Wrapped Ether", "WETH"));
        if self.network == "arbitrum-one" {
            settings["sequencerFeed"] = json!(self.feed("L2 Sequencer Uptime Status Feed", 1));
            settings["stablecoinFeed"] = json!(self.feed("USDC / USD", DOLLAR));
        }
        settings
    }

    fn rehearse(&self, url: &str, flag: &str, file: &Path) -> Result<String, equipoise_cli::error::CliError> {
        let (from, file) = (self.workshop.deployer().to_string(), file.display().to_string());
        let words = ["deploy", "--network", self.network, "--dry-run", "--from", &from, flag, &file];
        self.workshop.run_at(url, &KeySource::default(), &words)
    }

    /// Rehearses on the chain, and takes down what it answers.
    fn record(&self) -> (String, PathBuf) {
        let file = self.workshop.path("recording.jsonl");
        let told = self.rehearse(&self.workshop.server.url(), "--record", &file).unwrap();
        (told, file)
    }
}

/// What follows the line that says which server it was, and so on which machine.
fn answers(recording: &[u8]) -> impl Iterator<Item = &[u8]> {
    recording.split(|byte| *byte == b'\n').skip(1)
}

#[test]
fn what_is_recorded_gives_the_same_plan_without_a_network() {
    let is_blessing = std::env::var_os("EQUIPOISE_BLESS").is_some();
    for network in NETWORKS {
        let stage = Stage::new(network);
        let (live, recorded) = stage.record();
        assert!(live.contains("Nothing was sent"), "{live}");
        assert_eq!(stage.rehearse(NOWHERE, "--answers", &recorded).unwrap(), live);

        // The recording that is kept is this one, and is enough by itself.
        let kept = Fixture::of(network.0);
        let [now, settings] = [recorded, stage.workshop.path("settings.json")].map(|path| fs::read(path).unwrap());
        if is_blessing {
            fs::create_dir_all(kept.recording.parent().unwrap()).unwrap();
            fs::write(&kept.recording, &now).unwrap();
            fs::write(&kept.settings, &settings).unwrap();
        }
        let is_same = fs::read(&kept.recording).is_ok_and(|before| answers(&before).eq(answers(&now)));
        let bless = "EQUIPOISE_BLESS=1 cargo test -p equipoise-tests --test deploy recordings makes it anew";
        assert!(is_same, "{} is not what the chain answers today; {bless}", kept.recording.display());
        let anew = Stage { workshop: Workshop::new(), network: network.0 };
        fs::copy(kept.settings, anew.workshop.path("settings.json")).unwrap();
        assert_eq!(anew.rehearse(NOWHERE, "--answers", &kept.recording).unwrap(), live);
    }
}

#[test]
fn a_recording_says_who_answered_and_not_where() {
    for (network, _) in NETWORKS {
        let text = fs::read_to_string(Fixture::of(network).recording).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["method"], "web3_clientVersion");
        assert!(lines[0]["result"].as_str().unwrap().contains("equipoise"), "{}", lines[0]);
        assert!(!text.contains("127.0.0.1"));
        assert!(lines.iter().all(|line| !line["method"].as_str().unwrap().contains("send")));
        // Programs are there by their hash.
        assert!(lines.iter().all(|line| line["params"].to_string().len() < 4_096));
    }
}

#[test]
fn what_was_not_recorded_is_refused_with_what_was_asked() {
    let kept = Fixture::of(NETWORKS[1].0);
    let stage = Stage { workshop: Workshop::new(), network: NETWORKS[1].0 };
    let mut settings: Value = serde_json::from_slice(&fs::read(kept.settings).unwrap()).unwrap();
    settings["stablecoin"] = json!(Address::repeat_byte(0x55));
    stage.workshop.write_settings(&settings);
    let error = refusal(stage.rehearse(NOWHERE, "--answers", &kept.recording));
    let asked = "0x5555555555555555555555555555555555555555";
    assert!(
        matches!(&error, DeploymentError::NotRecorded { method, params, .. }
            if method == "eth_getCode" && params.contains(asked)),
        "{error}"
    );
    assert!(error.to_string().contains("--record"), "{error}");
}

#[test]
fn a_recording_of_another_network_is_refused() {
    let [one, sepolia] = NETWORKS.map(|(network, _)| Fixture::of(network));
    let stage = Stage { workshop: Workshop::new(), network: NETWORKS[0].0 };
    fs::copy(one.settings, stage.workshop.path("settings.json")).unwrap();
    let error = refusal(stage.rehearse(NOWHERE, "--answers", &sepolia.recording));
    assert!(matches!(error, DeploymentError::WrongChain { found: 421_614, expected: 42_161, .. }), "{error}");
}
