//! Dry runs: on the embedded chain, and against a server that answers by hand as a chain with a parent does: with gas for the
//! parent's data, which the embedded chain has none of, at addresses of Arbitrum Sepolia and Arbitrum One. What is recorded
//! of a server is in [`crate::recordings`].

use std::sync::{Arc, Mutex};

use alloy_primitives::{hex, Address, Bytes, I256, U256};
use alloy_rpc_types_eth::BlockId;
use alloy_sol_types::{sol, SolCall, SolError, SolValue};
use equipoise_cli::deploy::{DeploymentError, KeySource};
use serde_json::{json, Value};

use crate::relay::{result, reverted, Relay};
use crate::support::{refusal, Workshop};

sol! {
    function decimals() external view returns (uint8);
    function symbol() external view returns (string);
    function description() external view returns (string);
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
    function stylusVersion() external view returns (uint16);
    function codehashVersion(bytes32 codehash) external view returns (uint16);
    function activateProgram(address program) external payable returns (uint16, uint256);
    function allCacheManagers() external view returns (address[] memory);
    function gasEstimateL1Component(address to, bool isCreation, bytes data) external payable returns (uint64, uint256, uint256);
    error ProgramNotActivated();
}

const STYLUS_DEPLOYER: &str = "0xcEcba2F1DC234f70Dd89F2041029807F8D03A990";
const ARB_WASM: &str = "0x0000000000000000000000000000000000000071";
const ARB_WASM_CACHE: &str = "0x0000000000000000000000000000000000000072";
const NODE_INTERFACE: &str = "0x00000000000000000000000000000000000000c8";
/// What activating a program of 20,000 bytes costs with the data pricer at rest.
const DATA_FEE_WEI: u64 = 90_000_000_000_000;
/// Gas that the parent chain's data costs for each byte.
const L1_GAS_PER_BYTE: u64 = 2;

/// A network as its nodes answer.
#[derive(Clone, Copy)]
struct Public {
    name: &'static str,
    chain_id: u64,
    gas_price_wei: u64,
    cache_manager: &'static str,
    stablecoin: (&'static str, &'static str),
    feeds: &'static [Feed],
    /// Feeds that prices are checked by, with the setting that names each.
    checks: &'static [(&'static str, Feed)],
}

/// Address, description and answer.
type Feed = (&'static str, &'static str, i64);

const ONE: Public = Public {
    name: "arbitrum-one",
    chain_id: 42_161,
    gas_price_wei: 10_000_000,
    cache_manager: "0x51dEDBD2f190E0696AFbEE5E60bFdE96d86464ec",
    stablecoin: ("0xaf88d065e77c8cC2239327C5EDb3A432268e5831", "USDC"),
    feeds: &[
        ("0x639Fe6ab55C921f74e7fac1ee960C0B6293ba612", "ETH / USD", 300_000_000_000),
        ("0x6ce185860a4963106506C203335A2910413708e9", "BTC / USD", 9_000_000_000_000),
    ],
    checks: &[
        ("sequencerFeed", ("0xFdB631F5EE196F0ed6FAa767959853A9F217697D", "L2 Sequencer Uptime Status Feed", 0)),
        ("stablecoinFeed", ("0x50834F3163758fcC1Df9973b6e91f0F0F0434aD3", "USDC / USD", 99_990_000)),
    ],
};

const SEPOLIA: Public = Public {
    name: "arbitrum-sepolia",
    chain_id: 421_614,
    gas_price_wei: 100_000_000,
    cache_manager: "0x0C9043D042aB52cFa8d0207459260040Cca54253",
    stablecoin: ("0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d", "USDC"),
    feeds: &[("0xd30e2101a97dcbAeBCBC04F14C3f624E67A35165", "ETH / USD", 300_000_000_000)],
    checks: &[],
};

impl Public {
    fn settings(&self) -> Value {
        let mut settings = Workshop::settings();
        let market = |(feed, name, _): &(&str, &str, i64)| json!({ "symbol": name.split(' ').next(), "strikeShift": 8, "weight": 1, "feed": feed });
        settings["stablecoin"] = json!(self.stablecoin.0);
        settings["markets"] = self.feeds.iter().map(market).collect();
        for (name, (feed, ..)) in self.checks {
            settings[*name] = json!(feed);
        }
        settings
    }

    /// A server, and the methods that it was asked.
    fn serve(self) -> (Relay, Arc<Mutex<Vec<String>>>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        let relay = Relay::answering(move |request| {
            let method = request["method"].as_str().unwrap().to_owned();
            let answer = self.answer(&method, &request["params"]);
            noted.lock().unwrap().push(method);
            Some(answer)
        });
        (relay, asked)
    }

    fn answer(&self, method: &str, params: &Value) -> Value {
        match method {
            "eth_chainId" => result(&json!(format!("{:#x}", self.chain_id))),
            "eth_gasPrice" => result(&json!(format!("{:#x}", self.gas_price_wei))),
            "eth_getTransactionCount" => result(&json!("0x7")),
            "eth_getCode" => result(&json!(if self.has_code(&params[0]) { "0x6080604052" } else { "0x" })),
            "eth_getBlockByNumber" => result(&block()),
            "eth_call" => self.call(&params[0]),
            other => panic!("a dry run asks for {other}"),
        }
    }

    fn all_feeds(self) -> impl Iterator<Item = Feed> {
        self.feeds.iter().copied().chain(self.checks.iter().map(|(_, feed)| *feed))
    }

    fn has_code(&self, of: &Value) -> bool {
        let known = self.all_feeds().map(|(feed, ..)| feed).chain([self.stablecoin.0, STYLUS_DEPLOYER]);
        known.into_iter().any(|each| is(of, each))
    }

    fn call(&self, call: &Value) -> Value {
        let to = &call["to"];
        let data = hex::decode(call["input"].as_str().unwrap()).unwrap();
        let selector: [u8; 4] = data[..4].try_into().unwrap();
        let feed = self.all_feeds().find(|(feed, ..)| is(to, feed));
        let answer = match selector {
            stylusVersionCall::SELECTOR if is(to, ARB_WASM) => 3_u16.abi_encode(),
            codehashVersionCall::SELECTOR if is(to, ARB_WASM) => {
                return reverted(&hex::encode_prefixed(ProgramNotActivated {}.abi_encode()))
            }
            activateProgramCall::SELECTOR if is(to, ARB_WASM) => (3_u16, U256::from(DATA_FEE_WEI)).abi_encode(),
            allCacheManagersCall::SELECTOR if is(to, ARB_WASM_CACHE) => {
                vec![self.cache_manager.parse::<Address>().unwrap()].abi_encode()
            }
            gasEstimateL1ComponentCall::SELECTOR if is(to, NODE_INTERFACE) => {
                let gas = L1_GAS_PER_BYTE * u64::try_from(data.len()).unwrap();
                (gas, U256::from(self.gas_price_wei), U256::from(1_000_000_000)).abi_encode()
            }
            decimalsCall::SELECTOR if is(to, self.stablecoin.0) => U256::from(6).abi_encode(),
            symbolCall::SELECTOR if is(to, self.stablecoin.0) => self.stablecoin.1.abi_encode(),
            decimalsCall::SELECTOR if feed.is_some() => U256::from(8).abi_encode(),
            descriptionCall::SELECTOR if feed.is_some() => feed.unwrap().1.abi_encode(),
            latestRoundDataCall::SELECTOR if feed.is_some() => {
                let (round, at) = (U256::from(18_446_744_073_709_551_000_u64), U256::from(1_790_000_000_u64));
                (round, I256::try_from(feed.unwrap().2).unwrap(), at, at, round).abi_encode()
            }
            _ => return reverted("0x"),
        };
        result(&json!(Bytes::from(answer)))
    }
}

fn is(given: &Value, address: &str) -> bool {
    given.as_str().is_some_and(|given| given.eq_ignore_ascii_case(address))
}

/// A block as Nitro writes it.
fn block() -> Value {
    let word = |byte: u8| hex::encode_prefixed([byte; 32]);
    json!({
        "number": "0x16e36000", "hash": word(1), "parentHash": word(2), "timestamp": "0x6ab0c380",
        "nonce": "0x00000000001ca7c8", "sha3Uncles": word(3), "logsBloom": hex::encode_prefixed([0; 256]),
        "transactionsRoot": word(4), "stateRoot": word(5), "receiptsRoot": word(6),
        "miner": "0xa4b000000000000000000073657175656e636572", "difficulty": "0x1", "totalDifficulty": "0x1",
        "extraData": word(7), "size": "0x400", "gasLimit": "0x4000000000000", "gasUsed": "0x5208",
        "baseFeePerGas": "0x989680", "mixHash": word(8), "transactions": [], "uncles": [],
        "l1BlockNumber": "0x1600000", "sendCount": "0x1", "sendRoot": word(9),
    })
}

#[test]
fn a_dry_run_shows_every_step_and_sends_nothing() {
    let workshop = Workshop::new();
    let from = workshop.deployer().to_string();
    let words = ["deploy", "--dry-run", "--from", &from];
    let told = workshop.run_at(&workshop.server.url(), &KeySource::default(), &words).unwrap();
    assert!(told.contains("Nothing was sent"), "{told}");
    assert_eq!(workshop.chain().nonce(workshop.deployer(), BlockId::latest()).unwrap(), 0);
    assert!(!workshop.records_folder().exists());
    workshop.run(&["deploy"]).unwrap();
    // Where things would be is where they are.
    for file in ["oracle-eth", "market-btc", "clearing", "governor", "parameters"] {
        let record = workshop.record(&format!("{file}.json"));
        let address = record.entry_point().to_checksum(None);
        assert!(told.contains(&address), "{file} at {address}: {told}");
    }
}

#[test]
fn gas_for_the_parents_data_and_the_data_fee_are_priced_as_the_network_answers() {
    for public in [SEPOLIA, ONE] {
        let workshop = Workshop::new();
        workshop.write_settings(&public.settings());
        let (relay, asked) = public.serve();
        let from = workshop.deployer().to_string();
        let words = ["deploy", "--network", public.name, "--dry-run", "--from", &from];
        let told = workshop.run_at(&relay.url(), &KeySource::default(), &words).unwrap();
        assert!(told.contains(&format!("stablecoin {}: USDC, 6 decimals", public.stablecoin.0)), "{told}");
        for (feed, name, _) in public.all_feeds() {
            assert!(told.contains(&format!("{feed}: {name}, 8 decimals")), "{told}");
        }
        for step in ["market-eth", "cache clearing implementation", "finalize", "offer vault", "hand over proxy senior"]
        {
            assert!(told.contains(step), "{step}: {told}");
        }
        // The data fee and a fifth.
        assert!(told.contains("0.000108"), "{told}");
        assert!(asked.lock().unwrap().iter().all(|method| !method.contains("send")));
    }
}

#[test]
fn a_network_is_not_taken_for_another() {
    let workshop = Workshop::new();
    workshop.write_settings(&SEPOLIA.settings());
    let (relay, _) = ONE.serve();
    let from = workshop.deployer().to_string();
    let words = ["deploy", "--network", "arbitrum-sepolia", "--dry-run", "--from", &from];
    let error = refusal(workshop.run_at(&relay.url(), &KeySource::default(), &words));
    assert!(matches!(error, DeploymentError::WrongChain { found: 42_161, expected: 421_614, .. }), "{error}");
}

#[test]
fn a_dry_run_takes_somebody_who_would_deploy() {
    let workshop = Workshop::new();
    let error = refusal(workshop.run_at(&workshop.server.url(), &KeySource::default(), &["deploy", "--dry-run"]));
    assert!(matches!(error, DeploymentError::DeployerUnknown), "{error}");
}
