//! `net_*`, `web3_*` and what clients ask of a node itself.

use std::sync::Arc;

use alloy_primitives::{keccak256, Bytes, B256, U64};
use jsonrpsee::{core::RpcResult, proc_macros::rpc, RpcModule};

use super::context::Context;

#[rpc(server)]
trait NetApi {
    #[method(name = "net_version", blocking)]
    fn version(&self) -> RpcResult<String>;

    #[method(name = "net_listening")]
    fn listening(&self) -> RpcResult<bool>;

    #[method(name = "net_peerCount")]
    fn peers(&self) -> RpcResult<U64>;

    #[method(name = "eth_syncing")]
    fn syncing(&self) -> RpcResult<bool>;

    #[method(name = "web3_clientVersion")]
    fn client_version(&self) -> RpcResult<String>;

    #[method(name = "web3_sha3")]
    fn sha3(&self, data: Bytes) -> RpcResult<B256>;
}

struct Net(Arc<Context>);

/// The methods of this file.
pub(super) fn module(context: Arc<Context>) -> RpcModule<impl Send + Sync> {
    Net(context).into_rpc()
}

impl NetApiServer for Net {
    fn version(&self) -> RpcResult<String> {
        Ok(self.0.chain().chain_id().to_string())
    }

    fn listening(&self) -> RpcResult<bool> {
        Ok(true)
    }

    fn peers(&self) -> RpcResult<U64> {
        Ok(U64::ZERO)
    }

    fn syncing(&self) -> RpcResult<bool> {
        Ok(false)
    }

    fn client_version(&self) -> RpcResult<String> {
        let (os, cpu) = (std::env::consts::OS, std::env::consts::ARCH);
        Ok(format!("equipoise-chain/v{}/{os}-{cpu}", env!("CARGO_PKG_VERSION")))
    }

    fn sha3(&self, data: Bytes) -> RpcResult<B256> {
        Ok(keccak256(data))
    }
}
