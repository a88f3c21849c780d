//! A chain by JSON-RPC.

use std::time::Duration;

use alloy_primitives::{Address, Bytes, B256, U256, U64};
use alloy_provider::transport::layers::{RateLimitRetryPolicy, RetryBackoffLayer};
use alloy_provider::transport::{RpcError, TransportError};
use alloy_provider::{DynProvider, Provider, ProviderBuilder};
use alloy_rpc_client::ClientBuilder;
use alloy_rpc_types_eth::{Block, Filter, Log, TransactionInput, TransactionReceipt, TransactionRequest};
use alloy_sol_types::SolCall;
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use tokio::runtime::Runtime;

use super::error::DeploymentError;
use super::network::Network;
use super::tape::{Answer, Playback, Recording};
use crate::tls;

/// A server, and what it is asked.
#[derive(Debug)]
pub struct Rpc {
    source: Source,
    url: String,
    recording: Option<Recording>,
}

/// Who answers.
#[derive(Debug)]
enum Source {
    /// A server.
    Server(Runtime, DynProvider),
    /// What a server answered before.
    Playback(Playback),
}

/// What a call came to: its answer, or why it failed.
pub type Called<T> = Result<T, Failed>;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The revert data, empty if there is none.
    pub data: Bytes,
    /// What the server says.
    pub message: String,
}

/// How long to wait for an answer, and how often to ask again.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one answer.
    pub timeout: Duration,
    /// Times to ask again.
    pub retries: u32,
    /// Between asking and asking again.
    pub pause_millis: u64,
}

impl Rpc {
    /// A client of the server at a URL.
    /// # Errors: [`DeploymentError::Url`], [`DeploymentError::System`]
    pub fn connect(url: &str) -> Result<Self, DeploymentError> {
        tls::install();
        let at = url.parse().map_err(|_| DeploymentError::Url(url.to_owned()))?;
        Self::of(ProviderBuilder::new().connect_http(at).erased(), url)
    }

    fn of(provider: DynProvider, url: &str) -> Result<Self, DeploymentError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { source: Source::Server(runtime, provider), url: url.to_owned(), recording: None })
    }

    /// What a server has answered before stands for it.
    pub fn replay(playback: Playback) -> Self {
        Self { source: Source::Playback(playback), url: "the recording".to_owned(), recording: None }
    }

    /// From here on everything that is asked is taken down, beginning with what the server is.
    /// # Errors: [`DeploymentError::File`], [`DeploymentError::Transport`]
    pub fn record(&mut self, recording: Recording) -> Result<(), DeploymentError> {
        self.recording = Some(recording);
        self.try_ask::<Value>("web3_clientVersion", json!([])).map(|_| ())
    }

    /// The same with patience: what gets no answer within a time is asked again, some times. Every request may be: a
    /// transaction that is sent again has the same hash.
    /// # Errors: [`DeploymentError::Url`], [`DeploymentError::System`]
    pub fn connect_patiently(url: &str, patience: Patience) -> Result<Self, DeploymentError> {
        tls::install();
        let at = url.parse().map_err(|_| DeploymentError::Url(url.to_owned()))?;
        let client = reqwest::Client::builder().timeout(patience.timeout).build();
        let client = client.map_err(|error| std::io::Error::other(error.to_string()))?;
        let policy = RateLimitRetryPolicy::default().or(|error| matches!(error, RpcError::Transport(_)));
        let layer = RetryBackoffLayer::new_with_policy(patience.retries, patience.pause_millis, u64::MAX, policy);
        let client = ClientBuilder::default().layer(layer).http_with_client(client, at);
        Self::of(ProviderBuilder::new().connect_client(client).erased(), url)
    }

    /// Makes sure that the server is of a network.
    /// # Errors: [`DeploymentError::WrongChain`], [`DeploymentError::Transport`]
    pub fn require(&self, network: Network) -> Result<(), DeploymentError> {
        let (found, expected) = (self.chain_id()?, network.chain_id());
        if found == expected {
            return Ok(());
        }
        Err(DeploymentError::WrongChain { url: self.url.clone(), found, network, expected })
    }

    /// The chain's id.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn chain_id(&self) -> Result<u64, DeploymentError> {
        self.ask::<U64>("eth_chainId", json!([])).map(|id| id.to())
    }

    /// The time of the last block, in unix seconds.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn now(&self) -> Result<u64, DeploymentError> {
        self.ask::<Block>("eth_getBlockByNumber", json!(["latest", false])).map(|block| block.header.timestamp)
    }

    /// The time of the next block as far as the server knows it, in unix seconds.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn pending_time(&self) -> Result<u64, DeploymentError> {
        // Servers show a block that is not there yet without its hash, or its number.
        let pending: Value = self.ask("eth_getBlockByNumber", json!(["pending", false]))?;
        let time = serde_json::from_value::<U64>(pending["timestamp"].clone());
        time.map(|time| time.to()).map_err(|_| self.unanswered("eth_getBlockByNumber", format!("it says {pending}")))
    }

    /// The number of the last block.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn head(&self) -> Result<u64, DeploymentError> {
        self.ask::<U64>("eth_blockNumber", json!([])).map(|number| number.to())
    }

    /// Events that match a filter, oldest first.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn logs(&self, filter: &Filter) -> Result<Vec<Log>, DeploymentError> {
        self.ask("eth_getLogs", json!([filter]))
    }

    /// The time of a block, in unix seconds.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn time_of(&self, block: u64) -> Result<u64, DeploymentError> {
        let asked = json!([U64::from(block), false]);
        self.ask::<Block>("eth_getBlockByNumber", asked).map(|block| block.header.timestamp)
    }

    /// Wei per gas.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn gas_price(&self) -> Result<u128, DeploymentError> {
        self.ask::<U256>("eth_gasPrice", json!([])).map(|price| price.saturating_to())
    }

    /// An account's wei.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn balance(&self, of: Address) -> Result<U256, DeploymentError> {
        self.ask("eth_getBalance", json!([of, "latest"]))
    }

    /// How many transactions of an account are mined, or how many contracts a contract has created.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn nonce(&self, of: Address) -> Result<u64, DeploymentError> {
        self.ask::<U64>("eth_getTransactionCount", json!([of, "latest"])).map(|nonce| nonce.to())
    }

    /// An account's code.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn code(&self, of: Address) -> Result<Bytes, DeploymentError> {
        self.ask("eth_getCode", json!([of, "latest"]))
    }

    /// A storage slot.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn storage(&self, of: Address, slot: B256) -> Result<B256, DeploymentError> {
        self.ask("eth_getStorageAt", json!([of, slot, "latest"]))
    }

    /// Calls a view; a failure is an answer, too.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn try_view<C: SolCall>(&self, to: Address, call: &C) -> Result<Called<C::Return>, DeploymentError> {
        let request = TransactionRequest { to: Some(to.into()), input: input(call.abi_encode()), ..<_>::default() };
        let answer = self.call(&request, None)?;
        Ok(answer.and_then(|answer| {
            let decoded = C::abi_decode_returns_validate(&answer);
            decoded.map_err(|_| Failed { data: Bytes::new(), message: format!("{} answers {answer}", C::SIGNATURE) })
        }))
    }

    /// Calls a view that must answer.
    /// # Errors: [`DeploymentError::Unfit`], [`DeploymentError::Transport`]
    pub fn view<C: SolCall>(&self, what: &str, to: Address, call: &C) -> Result<C::Return, DeploymentError> {
        self.try_view(to, call)?.map_err(|failed| DeploymentError::Unfit {
            what: what.to_owned(),
            address: to,
            problem: format!("{} fails: {}", C::SIGNATURE, failed.message),
        })
    }

    /// Calls a view without arguments that answers one word.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn word(&self, to: Address, selector: [u8; 4]) -> Result<Called<B256>, DeploymentError> {
        let request = TransactionRequest { to: Some(to.into()), input: input(selector.to_vec()), ..<_>::default() };
        let answer = self.call(&request, None)?;
        Ok(answer.and_then(|answer| {
            let word = B256::try_from(answer.as_ref());
            word.map_err(|_| Failed { data: Bytes::new(), message: format!("{to} answers {answer}") })
        }))
    }

    /// Runs a call, maybe with some state replaced as `eth_call` takes it.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn call(
        &self,
        request: &TransactionRequest,
        overrides: Option<Value>,
    ) -> Result<Called<Bytes>, DeploymentError> {
        let params = match overrides {
            Some(overrides) => json!([request, "latest", overrides]),
            None => json!([request, "latest"]),
        };
        self.try_ask("eth_call", params)
    }

    /// Runs a call as the next block would.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn call_pending(&self, request: &TransactionRequest) -> Result<Called<Bytes>, DeploymentError> {
        self.try_ask("eth_call", json!([request, "pending"]))
    }

    /// The gas that a transaction takes.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn estimate(&self, request: &TransactionRequest) -> Result<Called<u64>, DeploymentError> {
        Ok(self.try_ask::<U64>("eth_estimateGas", json!([request]))?.map(|gas| gas.to()))
    }

    /// Sends a signed transaction. A server that refuses it says why; one that has it already, too.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn send_raw(&self, raw: &Bytes) -> Result<Called<B256>, DeploymentError> {
        self.try_ask("eth_sendRawTransaction", json!([raw]))
    }

    /// A receipt, if the transaction is mined.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn receipt(&self, transaction: B256) -> Result<Option<TransactionReceipt>, DeploymentError> {
        self.ask("eth_getTransactionReceipt", json!([transaction]))
    }

    /// Fails unless there is code.
    /// # Errors: [`DeploymentError::NoCode`], [`DeploymentError::Transport`]
    pub fn require_code(&self, what: &str, address: Address, remedy: &'static str) -> Result<(), DeploymentError> {
        if self.code(address)?.is_empty() {
            return Err(DeploymentError::NoCode { what: what.to_owned(), address, remedy });
        }
        Ok(())
    }

    fn ask<R: DeserializeOwned>(&self, method: &'static str, params: Value) -> Result<R, DeploymentError> {
        self.try_ask(method, params)?.map_err(|failed| self.unanswered(method, failed.message))
    }

    #[allow(clippy::needless_pass_by_value, reason = "every caller makes it for the call")]
    fn try_ask<R: DeserializeOwned>(&self, method: &'static str, params: Value) -> Result<Called<R>, DeploymentError> {
        let answer = self.answer(method, &params)?;
        if let Some(recording) = &self.recording {
            recording.note(method, &params, &answer)?;
        }
        let unreadable = |error: serde_json::Error| self.unanswered(method, error.to_string());
        match answer {
            Answer::Result(value) => serde_json::from_value(value).map(Ok).map_err(unreadable),
            Answer::Error(value) => {
                let error = RpcError::ErrorResp(serde_json::from_value(value).map_err(unreadable)?);
                failure(&error).map(Err).ok_or_else(|| self.unanswered(method, error.to_string()))
            }
        }
    }

    fn answer(&self, method: &'static str, params: &Value) -> Result<Answer, DeploymentError> {
        let (runtime, provider) = match &self.source {
            Source::Playback(playback) => return playback.answer(method, params),
            Source::Server(runtime, provider) => (runtime, provider),
        };
        let unanswered = |cause: String| self.unanswered(method, cause);
        match runtime.block_on(provider.raw_request::<_, Value>(method.into(), params)) {
            Ok(value) => Ok(Answer::Result(value)),
            Err(RpcError::ErrorResp(error)) => {
                serde_json::to_value(error).map(Answer::Error).map_err(|error| unanswered(error.to_string()))
            }
            Err(error) => Err(unanswered(error.to_string())),
        }
    }

    /// That the server gives no answer.
    pub fn unanswered(&self, what: &str, cause: String) -> DeploymentError {
        DeploymentError::Transport { url: self.url.clone(), what: what.to_owned(), cause }
    }
}

/// Calldata.
pub fn input(data: Vec<u8>) -> TransactionInput {
    TransactionInput::new(data.into())
}

/// What the server answers, if it answers at all.
fn failure(error: &TransportError) -> Option<Failed> {
    match error {
        RpcError::ErrorResp(answer) => {
            Some(Failed { data: answer.as_revert_data().unwrap_or_default(), message: answer.message.to_string() })
        }
        _ => None,
    }
}
