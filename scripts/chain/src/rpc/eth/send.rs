//! Sending transactions, signed or from an account of the server.

use std::sync::Arc;

use alloy_consensus::TxEnvelope;
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{Address, Bytes, B256};
use alloy_rpc_types_eth::TransactionRequest;
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::{
    super::{context::Context, error},
    calls::check_input,
};

#[rpc(server)]
pub(super) trait SendApi {
    #[method(name = "eth_accounts", blocking)]
    fn accounts(&self) -> RpcResult<Vec<Address>>;

    #[method(name = "eth_sendTransaction", blocking)]
    fn send(&self, request: TransactionRequest) -> RpcResult<B256>;

    #[method(name = "eth_sendRawTransaction", blocking)]
    fn send_raw(&self, transaction: Bytes) -> RpcResult<B256>;
}

/// Answers [`SendApiServer`].
pub(super) struct Sender(pub(super) Arc<Context>);

impl SendApiServer for Sender {
    fn accounts(&self) -> RpcResult<Vec<Address>> {
        Ok(self.0.session().accounts.clone())
    }

    fn send(&self, request: TransactionRequest) -> RpcResult<B256> {
        check_input(&request)?;
        let from =
            request.from.ok_or_else(|| error::invalid_params("\"from\" is missing: name the sending account"))?;
        if !self.0.session().may_send(from) {
            return Err(error::refused(format!(
                "unknown account {from}: impersonate it with anvil_impersonateAccount, \
                 or sign the transaction and send it with eth_sendRawTransaction"
            )));
        }
        Ok(self.0.chain().send(request)?.transaction_hash)
    }

    fn send_raw(&self, transaction: Bytes) -> RpcResult<B256> {
        let decoded = TxEnvelope::decode_2718_exact(&transaction)
            .map_err(|reason| error::invalid_params(format!("not a signed EIP-2718 transaction: {reason}")))?;
        Ok(self.0.chain().send_signed(&decoded)?)
    }
}
