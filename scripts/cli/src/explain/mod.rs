//! The command `explain`: what a transaction did, and if it failed, why and what to do.
//!
//! It asks a node for two traces, by calls (geth's `callTracer`) and by host calls (Nitro's `stylusTracer`; without it
//! only ink is missing), and decodes them by the interfaces' own declarations.

pub(crate) mod abi;
mod names;
mod text;
mod tree;
pub(crate) mod values;

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_rpc_types_trace::geth::CallFrame;
use clap::Args;
use equipoise_chain::HostCall;
use equipoise_interfaces::IMarket;
use serde::de::DeserializeOwned;
use serde_json::{json, Value};

pub use text::render;
pub use tree::{Call, Cause, Explanation, HostUse, Ink, Said, Step};

use crate::error::CliError;
use crate::governance::client::Client;
use crate::governance::GovernanceError;
use crate::programs::default_dir;
use abi::Abi;
use names::Names;
use tree::Reader;
use values::{Listed, Words};

/// Flags of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArguments {
    /// The transaction's hash
    #[arg(value_name = "TXHASH")]
    pub transaction: B256,
    /// JSON-RPC server that traces, such as that of `equipoise demo --serve`
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8547")]
    pub rpc: String,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
    /// Folder with the chain's deployment records, for names; `deployments/<chain id>` by default
    #[arg(long, value_name = "FOLDER")]
    pub deployments: Option<PathBuf>,
    /// Folder with the programs' WASM: what runs on chain is named by its code
    #[arg(long, value_name = "FOLDER")]
    pub programs: Option<PathBuf>,
}

impl ExplainArguments {
    /// Explains the transaction.
    /// # Errors: [`CliError::Governance`] for the server, [`CliError::Unexplained`] if it does not trace the transaction
    pub fn run(&self) -> Result<Explanation, CliError> {
        let client = Client::new(&self.rpc, None)?;
        let trace = |options: Value| client.request("debug_traceTransaction", json!([self.transaction, options]));
        let calls = trace(json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } }));
        let calls: CallFrame = self.read(calls)?;
        let hosts: Option<Vec<HostCall>> = self.read(trace(json!({ "tracer": "stylusTracer" }))).ok();
        let abi = Abi::collect();
        let mut names = Names::from_records(&self.records(client.chain_id()?));
        let programs = self.programs.clone().unwrap_or_else(default_dir);
        names.complete(&calls, &abi, &programs, |address| code(&client, address));
        let words = ChainWords { client: &client, names, boards: RefCell::default() };
        let reader = Reader { abi: &abi, words: &words };
        Ok(reader.explain(self.transaction, &calls, hosts.as_deref()))
    }

    fn read<T: DeserializeOwned>(&self, answer: Result<Value, GovernanceError>) -> Result<T, CliError> {
        let unexplained = |reason: String| CliError::Unexplained { transaction: self.transaction, reason };
        let answer = answer.map_err(|error| unexplained(error.to_string()))?;
        serde_json::from_value(answer).map_err(|error| unexplained(format!("its trace is not in geth's form: {error}")))
    }

    fn records(&self, chain_id: u64) -> PathBuf {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
        let of_chain = || repository.join("deployments").join(chain_id.to_string());
        self.deployments.clone().unwrap_or_else(of_chain)
    }
}

fn code(client: &Client, address: Address) -> Option<Bytes> {
    serde_json::from_value(client.request("eth_getCode", json!([address, "latest"])).ok()?).ok()
}

/// Words for what a chain has.
struct ChainWords<'a> {
    client: &'a Client,
    names: Names,
    boards: RefCell<BTreeMap<(Address, u16), Option<Listed>>>,
}

impl Words for ChainWords<'_> {
    fn name(&self, address: Address) -> Option<String> {
        self.names.get(address).map(str::to_owned)
    }

    fn board(&self, market: Address, board: u16) -> Option<Listed> {
        let known = self.boards.borrow().get(&(market, board)).cloned();
        known.unwrap_or_else(|| {
            let listed = self.ask_board(market, board);
            self.boards.borrow_mut().insert((market, board), listed.clone());
            listed
        })
    }
}

impl ChainWords<'_> {
    /// None if the address is no market, or has no such board.
    fn ask_board(&self, market: Address, id: u16) -> Option<Listed> {
        let board = self.client.view(market, &IMarket::boardCall { id }).ok()?;
        let strikes_wad: Vec<U256> = self.client.view(market, &IMarket::strikesCall { board: id }).ok()?;
        Some(Listed { expiry: board.expiry, strikes_wad })
    }
}
