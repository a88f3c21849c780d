//! `debug_*`: traces, in the form of geth's `callTracer` and of Nitro's `stylusTracer`.

use std::sync::Arc;

use alloy_primitives::B256;
use alloy_rpc_types_eth::{BlockId, TransactionRequest};
use alloy_rpc_types_trace::geth::{
    CallConfig, GethDebugBuiltInTracerType, GethDebugTracerType, GethDebugTracingCallOptions, GethDebugTracingOptions,
};
use jsonrpsee::{
    core::{JsonValue, RpcResult},
    proc_macros::rpc,
    types::ErrorObjectOwned,
    RpcModule,
};

use super::{context::Context, error, eth::check_input};
use crate::Trace;

/// Nitro's tracer of host calls.
const STYLUS_TRACER: &str = "stylusTracer";

#[rpc(server)]
trait DebugApi {
    #[method(name = "debug_traceTransaction", blocking)]
    fn trace_transaction(&self, hash: B256, options: Option<GethDebugTracingOptions>) -> RpcResult<JsonValue>;

    #[method(name = "debug_traceCall", blocking)]
    fn trace_call(
        &self,
        request: TransactionRequest,
        at: Option<BlockId>,
        options: Option<GethDebugTracingCallOptions>,
    ) -> RpcResult<JsonValue>;
}

struct Debug(Arc<Context>);

/// The methods of this file.
pub(super) fn module(context: Arc<Context>) -> RpcModule<impl Send + Sync> {
    Debug(context).into_rpc()
}

impl DebugApiServer for Debug {
    fn trace_transaction(&self, hash: B256, options: Option<GethDebugTracingOptions>) -> RpcResult<JsonValue> {
        let form = Form::of(options.unwrap_or_default())?;
        form.show(&self.0.chain().trace_transaction(hash, form.config())?)
    }

    fn trace_call(
        &self,
        request: TransactionRequest,
        at: Option<BlockId>,
        options: Option<GethDebugTracingCallOptions>,
    ) -> RpcResult<JsonValue> {
        check_input(&request)?;
        let options = options.unwrap_or_default();
        let form = Form::of(options.tracing_options)?;
        if options.tx_index.is_some() {
            return Err(error::invalid_params("\"txIndex\" is not supported: a call runs at a block's end"));
        }
        let (state, block) = (options.state_overrides.as_ref(), options.block_overrides.unwrap_or_default());
        let at = at.unwrap_or_default();
        form.show(&self.0.chain().trace_call(&request, at, state, &block, form.config())?)
    }
}

/// What a trace is shown as.
#[derive(Clone, Copy, Debug)]
enum Form {
    Calls(CallConfig),
    HostCalls,
}

impl Form {
    /// # Errors: a tracer, or a configuration of one, that there is not
    fn of(options: GethDebugTracingOptions) -> RpcResult<Self> {
        match options.tracer {
            Some(GethDebugTracerType::BuiltInTracer(GethDebugBuiltInTracerType::CallTracer)) => {
                let config = options.tracer_config.into_call_config();
                let malformed = |reason| error::invalid_params(format!("\"tracerConfig\" of callTracer: {reason}"));
                config.map(Self::Calls).map_err(malformed)
            }
            Some(GethDebugTracerType::JsTracer(name)) if name == STYLUS_TRACER => Ok(Self::HostCalls),
            other => Err(no_tracer(other.as_ref())),
        }
    }

    fn config(self) -> CallConfig {
        match self {
            Self::Calls(config) => config,
            Self::HostCalls => CallConfig::default(),
        }
    }

    fn show(self, trace: &Trace) -> RpcResult<JsonValue> {
        let shown = match self {
            Self::Calls(_) => serde_json::to_value(&trace.calls),
            Self::HostCalls => serde_json::to_value(&trace.host_calls),
        };
        shown.map_err(|reason| error::refused(reason.to_string()))
    }
}

fn no_tracer(asked: Option<&GethDebugTracerType>) -> ErrorObjectOwned {
    const REMEDY: &str = "give {\"tracer\": \"callTracer\"} or {\"tracer\": \"stylusTracer\"}";
    error::refused(match asked.and_then(|tracer| serde_json::to_string(tracer).ok()) {
        Some(name) => format!("tracer not found: {name}: {REMEDY}"),
        None => format!("tracer not found: traces of single opcodes are not recorded: {REMEDY}"),
    })
}
