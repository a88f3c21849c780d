//! What one running program instance knows.

use alloy_primitives::{Address, Bytes, U256};
use wasmtime::{Global, Memory};

use super::storage_cache::StorageCache;
use crate::evm::{Evm, HostCall};

/// Why a program stops before its entrypoint returns.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Escape {
    #[error("out of ink")]
    OutOfInk,
    #[error("exit with status {0}")]
    Exit(u32),
    #[error("{0}")]
    Failure(String),
}

impl Escape {
    /// Stops the program: it reverts without data and keeps its gas.
    pub(crate) fn failure(reason: impl Into<String>) -> Self {
        Self::Failure(reason.into())
    }
}

/// The call that a program runs in.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    /// Whose storage and address it acts on.
    pub(crate) acting: Address,
    /// `msg.sender`.
    pub(crate) caller: Address,
    /// `msg.value`.
    pub(crate) value: U256,
    /// Call data.
    pub(crate) input: Bytes,
    /// Whether nothing may be changed.
    pub(crate) is_static: bool,
    /// Whether the acting contract has another call open.
    pub(crate) reentrant: bool,
}

/// Handles into the instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handles {
    pub(crate) memory: Memory,
    pub(crate) ink: Global,
    pub(crate) status: Global,
}

/// State of one program instance. The machine moves in for as long as the program runs.
pub(crate) struct Frame {
    pub(crate) evm: Option<Box<Evm>>,
    pub(crate) contract: Contract,
    pub(crate) handles: Option<Handles>,
    pub(crate) cache: StorageCache,
    pub(crate) result: Vec<u8>,
    pub(crate) return_data: Bytes,
    pub(crate) last_code: Option<(Address, Bytes)>,
    /// Refunds earned, negative if given back.
    pub(crate) refund: i64,
    /// Whether somebody wants to know of host calls.
    pub(crate) is_watched: bool,
}

impl Frame {
    pub(crate) fn new(evm: Box<Evm>, contract: Contract) -> Self {
        Self {
            is_watched: evm.arb.tracer.is_some(),
            evm: Some(evm),
            contract,
            handles: None,
            cache: StorageCache::default(),
            result: Vec::new(),
            return_data: Bytes::new(),
            last_code: None,
            refund: 0,
        }
    }

    /// Tells who watches of a host call.
    pub(crate) fn tell(&mut self, call: HostCall) {
        if let Some(tracer) = self.evm.as_mut().and_then(|evm| evm.arb.tracer.as_mut()) {
            tracer.host_call(call);
        }
    }
}
