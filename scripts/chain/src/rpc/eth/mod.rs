//! The `eth_*` methods that read the chain and send to it.

mod calls;
mod read;
mod send;

use std::sync::Arc;

use jsonrpsee::{core::RegisterMethodError, RpcModule};

use super::context::Context;
pub(super) use calls::check_input;
use calls::CallApiServer;
use read::ReadApiServer;
use send::SendApiServer;

/// The methods of this folder.
pub(super) fn module(context: Arc<Context>) -> Result<RpcModule<()>, RegisterMethodError> {
    let mut module = RpcModule::new(());
    module.merge(read::Reader(context.clone()).into_rpc())?;
    module.merge(calls::Caller(context.clone()).into_rpc())?;
    module.merge(send::Sender(context).into_rpc())?;
    Ok(module)
}
