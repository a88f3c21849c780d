//! The machine: call frames of EVM code and programs over one journal.
//!
//! Frames nest by recursion, whatever they run: a frame consumes the machine, runs, and hands it back with an
//! [`Outcome`]. EVM code runs in revm's interpreter, state changes go through revm's journal, so that a reverted frame
//! restores storage, balances, code, logs, transient storage and the warm sets at once.
//!
//! * `call`, `create`: the two kinds of frames
//! * `interpreter`: EVM code
//! * `state`: what frames and host calls ask of the journal, with its price
//! * `transact`: one transaction
//! * `trace`: watching a transaction run

mod call;
mod create;
mod interpreter;
mod state;
mod trace;
mod transact;

use std::{path::PathBuf, sync::Arc};

use alloy_primitives::{map::HashMap, Address, Bytes, B256, U256};
use revm::{
    context::{BlockEnv, CfgEnv, Context, Journal, TxEnv},
    context_interface::CreateScheme,
    interpreter::InstructionResult,
    primitives::hardfork::SpecId,
};

pub use trace::HostCall;
pub(crate) use trace::Tracer;
pub(crate) use transact::{intrinsic_gas, Executed};

use crate::{
    arbos,
    state::State,
    stylus::{Pages, RecentPrograms, StylusParams},
};

/// Ethereum rules that `ArbOS` 50 and later follow.
pub(crate) const RULES: SpecId = SpecId::OSAKA;
/// Most nested frames.
const MAX_DEPTH: usize = 1024;
/// Longest deployed code (EIP-170).
pub(crate) const MAX_CODE_SIZE: usize = 24_576;
/// Longest creation code of a transaction (EIP-3860).
pub(crate) const MAX_INIT_CODE_SIZE: usize = 2 * MAX_CODE_SIZE;

pub(crate) type Ctx = Context<BlockEnv, TxEnv, CfgEnv, State, Journal<State>, ()>;

/// What Arbitrum adds to the machine.
#[derive(Clone, Debug)]
pub(crate) struct Arb {
    /// Stylus parameters.
    pub(crate) params: StylusParams,
    /// `ArbOS` version.
    pub(crate) version: u64,
    /// Number of the block in this chain; the EVM sees the parent chain's.
    pub(crate) block_number: u64,
    /// Most gas of one transaction.
    pub(crate) tx_gas_limit: u64,
    /// Pages open in the transaction.
    pub(crate) pages: Pages,
    /// Programs called lately in the block.
    pub(crate) recent: RecentPrograms,
    /// Hashes of this chain's blocks, by number.
    pub(crate) block_hashes: Arc<Vec<B256>>,
    /// Where compiled modules are kept.
    pub(crate) cache_dir: Option<Arc<PathBuf>>,
    /// Open frames by the address they act for.
    frames: HashMap<Address, u32>,
    /// Nested frames.
    pub(crate) depth: usize,
    /// What `ArbOS` found wrong last, for messages.
    pub(crate) last_refusal: Option<String>,
    /// Who watches, if anybody does.
    pub(crate) tracer: Option<Box<Tracer>>,
}

impl Arb {
    /// At the start of a transaction.
    pub(crate) fn new(version: u64, tx_gas_limit: u64, block_hashes: Arc<Vec<B256>>) -> Self {
        Self {
            params: StylusParams::arbos60(),
            version,
            block_number: block_hashes.len() as u64,
            tx_gas_limit,
            pages: Pages::default(),
            recent: RecentPrograms::default(),
            block_hashes,
            cache_dir: None,
            frames: HashMap::default(),
            depth: 0,
            last_refusal: None,
            tracer: None,
        }
    }

    /// Hash of one of this chain's blocks.
    pub(crate) fn block_hash(&self, number: u64) -> Option<B256> {
        self.block_hashes.get(number as usize).copied()
    }

    /// Whether an address has more than one frame open.
    pub(crate) fn is_reentrant(&self, acting: Address) -> bool {
        self.frames.get(&acting).is_some_and(|open| *open > 1)
    }

    fn enter(&mut self, acting: Address, counts: bool) {
        self.depth += 1;
        if counts {
            *self.frames.entry(acting).or_default() += 1;
        }
    }

    fn leave(&mut self, acting: Address, counts: bool) {
        self.depth -= 1;
        if counts {
            if let Some(open) = self.frames.get_mut(&acting) {
                *open -= 1;
            }
        }
    }
}

/// The machine.
pub(crate) struct Evm {
    pub(crate) ctx: Ctx,
    pub(crate) arb: Arb,
}

/// How a contract is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Call,
    CallCode,
    Delegate,
    Static,
}

/// A call to make.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) kind: Kind,
    /// `msg.sender` of the callee.
    pub(crate) caller: Address,
    /// Whose storage and address the code acts on.
    pub(crate) acting: Address,
    /// Whose code runs.
    pub(crate) code: Address,
    /// `msg.value` of the callee; moved only by [`Kind::Call`].
    pub(crate) value: U256,
    pub(crate) input: Bytes,
    pub(crate) gas: u64,
    pub(crate) is_static: bool,
}

/// A creation to make.
#[derive(Clone, Debug)]
pub(crate) struct Create {
    pub(crate) caller: Address,
    pub(crate) scheme: CreateScheme,
    pub(crate) value: U256,
    pub(crate) init_code: Bytes,
    pub(crate) gas: u64,
}

/// What a frame leaves.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) result: InstructionResult,
    pub(crate) output: Bytes,
    pub(crate) gas_left: u64,
    /// Refunds earned; meaningless unless it succeeded.
    pub(crate) refund: i64,
    pub(crate) created: Option<Address>,
}

impl Outcome {
    /// Failed, all gas gone.
    pub(crate) fn halt(result: InstructionResult) -> Self {
        Self { result, output: Bytes::new(), gas_left: 0, refund: 0, created: None }
    }

    /// Did not start (or had nothing to do), gas kept.
    pub(crate) fn unused(result: InstructionResult, gas: u64) -> Self {
        Self { result, output: Bytes::new(), gas_left: gas, refund: 0, created: None }
    }

    /// Applies the rule that only success and revert keep gas, only success keeps refunds.
    fn settled(mut self) -> Self {
        if !self.result.is_ok_or_revert() {
            self.gas_left = 0;
            self.output = Bytes::new();
        }
        if !self.result.is_ok() {
            self.refund = 0;
        }
        self
    }
}

impl Evm {
    /// A machine over a state.
    pub(crate) fn new(state: State, chain_id: u64, block: BlockEnv, arb: Arb) -> Box<Self> {
        let mut ctx = Ctx::new(state, RULES);
        ctx.cfg.chain_id = chain_id;
        ctx.cfg.tx_gas_limit_cap = Some(u64::MAX);
        ctx.block = block;
        ctx.journaled_state.inner.warm_addresses.set_precompile_addresses(arbos::warm_addresses());
        Box::new(Self { ctx, arb })
    }

    /// Takes the state back; what the last transaction changed is lost unless taken before.
    pub(crate) fn into_state(self) -> State {
        self.into_parts().0
    }

    /// The same, with what Arbitrum adds.
    pub(crate) fn into_parts(self) -> (State, Arb) {
        (self.ctx.journaled_state.database, self.arb)
    }
}
