//! Calls and estimates, which change nothing.

use std::sync::Arc;

use alloy_primitives::{Bytes, U64};
use alloy_rpc_types_eth::{state::StateOverride, BlockId, BlockOverrides, TransactionRequest};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::super::{context::Context, error};

#[rpc(server)]
pub(super) trait CallApi {
    #[method(name = "eth_call", blocking)]
    fn call(
        &self,
        request: TransactionRequest,
        at: Option<BlockId>,
        state: Option<StateOverride>,
        block: Option<Box<BlockOverrides>>,
    ) -> RpcResult<Bytes>;

    #[method(name = "eth_estimateGas", blocking)]
    fn estimate_gas(
        &self,
        request: TransactionRequest,
        at: Option<BlockId>,
        state: Option<StateOverride>,
    ) -> RpcResult<U64>;
}

/// Answers [`CallApiServer`].
pub(super) struct Caller(pub(super) Arc<Context>);

impl CallApiServer for Caller {
    fn call(
        &self,
        request: TransactionRequest,
        at: Option<BlockId>,
        state: Option<StateOverride>,
        block: Option<Box<BlockOverrides>>,
    ) -> RpcResult<Bytes> {
        check_input(&request)?;
        let at = at.unwrap_or_default();
        let block = block.unwrap_or_default();
        let outcome = self.0.chain().call_in_block(&request, at, state.as_ref(), &block)?;
        if outcome.status {
            Ok(outcome.output)
        } else {
            Err(error::reverted(&outcome.output))
        }
    }

    fn estimate_gas(
        &self,
        request: TransactionRequest,
        at: Option<BlockId>,
        state: Option<StateOverride>,
    ) -> RpcResult<U64> {
        check_input(&request)?;
        let at = at.unwrap_or(BlockId::pending());
        Ok(U64::from(self.0.chain().estimate_gas(&request, at, state.as_ref())?))
    }
}

/// `input` and its old name `data` may both be given, but not differ.
pub(in crate::rpc) fn check_input(request: &TransactionRequest) -> RpcResult<()> {
    match request.input.unique_input() {
        Ok(_) => Ok(()),
        Err(_) => Err(error::invalid_params("\"data\" and \"input\" differ: give only \"input\"")),
    }
}
