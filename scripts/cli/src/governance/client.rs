//! A client of a chain by JSON-RPC.

use alloy_network::EthereumWallet;
use alloy_primitives::{Address, Bytes};
use alloy_provider::transport::{RpcError, TransportError};
use alloy_provider::{DynProvider, Provider, ProviderBuilder};
use alloy_rpc_types_eth::{
    BlockId, BlockNumberOrTag, Filter, TransactionInput, TransactionReceipt, TransactionRequest,
};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolCall, SolEvent};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::error::GovernanceError;
use crate::reverts::Reason;
use crate::tls;

/// A client, and who it sends for.
#[derive(Debug)]
pub struct Client {
    runtime: Runtime,
    provider: DynProvider,
    signer: Option<PrivateKeySigner>,
}

impl Client {
    /// A client of the server at a URL, which sends with a key if there is one.
    /// # Errors: [`GovernanceError::Url`], [`GovernanceError::Key`], [`GovernanceError::System`]
    pub fn new(url: &str, key: Option<&str>) -> Result<Self, GovernanceError> {
        tls::install();
        let at = url.parse().map_err(|_| GovernanceError::Url(url.to_owned()))?;
        let signer = key.map(|key| key.parse::<PrivateKeySigner>().map_err(|_| GovernanceError::Key)).transpose()?;
        let provider = match &signer {
            Some(signer) => {
                ProviderBuilder::new().wallet(EthereumWallet::from(signer.clone())).connect_http(at).erased()
            }
            None => ProviderBuilder::new().connect_http(at).erased(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, provider, signer })
    }

    /// The key that sends and signs.
    /// # Errors: [`GovernanceError::KeyMissing`]
    pub fn signer(&self) -> Result<&PrivateKeySigner, GovernanceError> {
        self.signer.as_ref().ok_or(GovernanceError::KeyMissing)
    }

    /// The chain's id.
    /// # Errors: [`GovernanceError::Transport`]
    pub fn chain_id(&self) -> Result<u64, GovernanceError> {
        self.runtime.block_on(self.provider.get_chain_id()).map_err(|error| unreachable_server(&error))
    }

    /// The time of the next block, as far as the server knows it.
    /// # Errors: [`GovernanceError::Transport`]
    pub fn now(&self) -> Result<u64, GovernanceError> {
        let block = self.runtime.block_on(async { self.provider.get_block(BlockId::pending()).await });
        let block = block.map_err(|error| unreachable_server(&error))?;
        block.map(|block| block.header.timestamp).ok_or_else(|| GovernanceError::Transport("no block".to_owned()))
    }

    /// Calls a method of the server itself.
    /// # Errors: [`GovernanceError::Transport`]
    pub fn request(&self, method: &'static str, params: Value) -> Result<Value, GovernanceError> {
        let asked = async { self.provider.raw_request::<Value, Value>(method.into(), params).await };
        self.runtime.block_on(asked).map_err(|error| unreachable_server(&error))
    }

    /// Calls a view.
    /// # Errors: [`GovernanceError::Reverted`], [`GovernanceError::Answer`], [`GovernanceError::Transport`]
    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, GovernanceError> {
        let asked = async { self.provider.call(request(to, call)).block(BlockId::pending()).await };
        let answer = self.runtime.block_on(asked).map_err(|error| refused::<C>(&error))?;
        C::abi_decode_returns_validate(&answer)
            .map_err(|_| GovernanceError::Answer { call: C::SIGNATURE, contract: to })
    }

    /// Sends a transaction and waits for its receipt.
    /// # Errors: [`GovernanceError::KeyMissing`], [`GovernanceError::Reverted`], [`GovernanceError::Transport`]
    pub fn send<C: SolCall>(&self, to: Address, call: &C) -> Result<TransactionReceipt, GovernanceError> {
        let from = self.signer()?.address();
        let request = TransactionRequest { from: Some(from), ..request(to, call) };
        let sent = async { self.provider.send_transaction(request).await };
        let pending = self.runtime.block_on(sent).map_err(|error| refused::<C>(&error))?;
        let receipt = self.runtime.block_on(pending.get_receipt());
        let receipt = receipt.map_err(|error| GovernanceError::Transport(error.to_string()))?;
        if !receipt.status() {
            let reason = format!("transaction {} failed", receipt.transaction_hash);
            return Err(GovernanceError::Reverted { call: C::SIGNATURE, reason });
        }
        Ok(receipt)
    }

    /// Every event of a type that a contract has told.
    /// # Errors: [`GovernanceError::Transport`]
    pub fn events<E: SolEvent>(&self, of: Address) -> Result<Vec<E>, GovernanceError> {
        let filter =
            Filter::new().address(of).event_signature(E::SIGNATURE_HASH).from_block(BlockNumberOrTag::Earliest);
        let logs =
            self.runtime.block_on(self.provider.get_logs(&filter)).map_err(|error| unreachable_server(&error))?;
        Ok(logs.iter().filter_map(|log| E::decode_log(&log.inner).ok()).map(|log| log.data).collect())
    }
}

fn request<C: SolCall>(to: Address, call: &C) -> TransactionRequest {
    let input = TransactionInput::new(Bytes::from(call.abi_encode()));
    TransactionRequest { to: Some(to.into()), input, ..TransactionRequest::default() }
}

fn refused<C: SolCall>(error: &TransportError) -> GovernanceError {
    let data = match error {
        RpcError::ErrorResp(answer) => answer.as_revert_data(),
        _ => None,
    };
    match data {
        Some(data) => GovernanceError::Reverted { call: C::SIGNATURE, reason: Reason::of(&data).text },
        None => unreachable_server(error),
    }
}

fn unreachable_server(error: &TransportError) -> GovernanceError {
    GovernanceError::Transport(match error {
        RpcError::ErrorResp(answer) => answer.message.to_string(),
        other => other.to_string(),
    })
}
