//! Transactions run again, and calls, watched step by step.
//!
//! The state's log of changes keeps the state before each transaction of the last few hundred blocks, so a transaction
//! runs again on exactly what it ran on, whatever came between its block's start and it.

use std::sync::Arc;

use alloy_primitives::B256;
use alloy_rpc_types_eth::{state::StateOverride, BlockOverrides, TransactionRequest};
use alloy_rpc_types_trace::geth::CallConfig;

use super::{blocks::Open, request, BlockSelector, Chain, Trace};
use crate::{
    evm::{Arb, Executed, Tracer},
    state::{Mark, Overlay},
    stylus::RecentPrograms,
    SendError, TraceError,
};

/// What a transaction ran on.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The state's position before it.
    mark: Mark,
    /// Its block's number, time and base fee.
    number: u64,
    timestamp: u64,
    base_fee: u128,
    /// Programs called before it in its block.
    recent: RecentPrograms,
}

impl Chain {
    /// What the next transaction of the open block runs on.
    pub(super) fn origin(&self, open: &Open) -> Origin {
        Origin {
            mark: self.state.mark(),
            number: self.blocks.len() as u64,
            timestamp: open.timestamp,
            base_fee: open.base_fee,
            recent: open.recent.clone(),
        }
    }

    /// Runs a transaction again on the state before it, and tells what it did. The chain stays as it is.
    /// # Errors: [`TraceError`]
    pub fn trace_transaction(&mut self, hash: B256, config: CallConfig) -> Result<Trace, TraceError> {
        let unknown = TraceError::TransactionUnknown(hash);
        let origin = self.origins.get(&hash).cloned().ok_or(unknown)?;
        let transaction = &self.transactions.get(&hash).ok_or(unknown)?.inner;
        let env = request::tx_env(transaction.inner(), transaction.signer(), origin.base_fee);
        let overlay = self.state.overlay_at(origin.mark).ok_or(TraceError::StateForgotten(hash))?;
        let block = self.block_env(origin.timestamp, origin.base_fee);
        let arb = self.arb_before(origin, Tracer::new(config));
        self.state.overlay = overlay;
        let (executed, arb) = self.run_dry(block, arb, &env);
        self.state.overlay = Overlay::default();
        Ok(trace(arb.tracer, env.gas_limit, &executed))
    }

    /// Runs a call as [`Chain::call_in_block`] does, and tells what it did.
    /// # Errors: as [`Chain::call_in_block`]
    pub fn trace_call(
        &mut self,
        request: &TransactionRequest,
        at: BlockSelector,
        overrides: Option<&StateOverride>,
        block: &BlockOverrides,
        config: CallConfig,
    ) -> Result<Trace, SendError> {
        let limit = self.config.block_gas_limit;
        let gas = request.gas.unwrap_or(limit).min(limit);
        let (executed, tracer) = self.simulate(request, gas, (at, overrides, block), Some(Tracer::new(config)))?;
        Ok(trace(tracer, gas, &executed))
    }

    fn arb_before(&self, origin: Origin, tracer: Tracer) -> Arb {
        let hashes = self.hashes.get(..origin.number as usize).unwrap_or_default();
        let mut arb = self.arb();
        if hashes.len() < self.hashes.len() {
            arb.block_hashes = Arc::new(hashes.to_vec());
        }
        arb.block_number = origin.number;
        arb.recent = origin.recent;
        arb.tracer = Some(Box::new(tracer));
        arb
    }
}

fn trace(tracer: Option<Box<Tracer>>, gas_limit: u64, executed: &Executed) -> Trace {
    let (calls, host_calls) = tracer.map(|tracer| tracer.finish(gas_limit, executed.gas_used)).unwrap_or_default();
    Trace { calls, host_calls }
}
