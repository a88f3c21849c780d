//! One in-process chain: sending, calling, reading, time and snapshots.
//!
//! * `send`: transactions
//! * `blocks`: the blocks they make
//! * `call`: calls and gas estimation
//! * `trace`: transactions and calls, watched
//! * `read`: accounts, blocks, receipts, logs
//! * `control`: time, mining, snapshots, setting state
//! * `deploy`: programs
//! * `request`: from transactions and requests to what the machine runs

mod blocks;
mod call;
mod control;
mod deploy;
mod read;
mod request;
mod send;
mod trace;
mod types;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use alloy_primitives::{map::HashMap, B256, U256};
use alloy_rpc_types_eth::Transaction;
use revm::context::BlockEnv;

pub use types::{Block, BlockSelector, CallOutcome, Deployment, Receipt, SnapshotId, Trace};

use crate::{
    arbos::{genesis, BATCH_POSTER},
    evm::Arb,
    state::{Mark, State},
    Config,
};
use blocks::Open;
use trace::Origin;

/// What contracts see as the block's gas limit; transactions have their own.
const HEADER_GAS_LIMIT: u64 = 1 << 50;
/// The parent chain's block number at genesis, and the seconds between its blocks.
const L1_GENESIS: u64 = 20_000_000;
const L1_BLOCK_SECONDS: u64 = 12;
/// Blocks whose state stays readable.
const KEPT_STATES: u64 = 256;

/// One in-process chain. Cheap to snapshot, deterministic, `Send`.
///
/// Time moves only when told to ([`Chain::increase_time`] and the like): until then all blocks have the genesis time.
/// State is read at the head with all transactions sent so far, also those of a block still open in manual mining.
#[derive(Debug)]
pub struct Chain {
    config: Config,
    cache_dir: Option<Arc<PathBuf>>,
    state: State,
    /// Blocks by number.
    blocks: Vec<Block>,
    hashes: Arc<Vec<B256>>,
    /// State position after each block.
    marks: Vec<Mark>,
    receipts: HashMap<B256, Receipt>,
    transactions: HashMap<B256, Transaction>,
    /// What each transaction ran on.
    origins: HashMap<B256, Origin>,
    open: Option<Open>,
    clock: u64,
    base_fee: u128,
    automine: bool,
    snapshots: BTreeMap<SnapshotId, Snapshot>,
    next_snapshot: u64,
    last_refusal: Option<String>,
}

/// What a snapshot returns to.
#[derive(Clone, Debug)]
struct Snapshot {
    mark: Mark,
    blocks: usize,
    open: Option<Open>,
    clock: u64,
    base_fee: u128,
}

impl Chain {
    /// A chain at its genesis block, system contracts deployed.
    pub fn new(config: Config) -> Self {
        let state = genesis::state(config.arbos_version, &config.accounts);
        let mut chain = Self {
            cache_dir: config.cache_dir.clone().map(Arc::new),
            state,
            blocks: Vec::new(),
            hashes: Arc::default(),
            marks: Vec::new(),
            receipts: HashMap::default(),
            transactions: HashMap::default(),
            origins: HashMap::default(),
            open: None,
            clock: config.timestamp,
            base_fee: config.base_fee,
            automine: true,
            snapshots: BTreeMap::new(),
            next_snapshot: 1,
            last_refusal: None,
            config,
        };
        chain.seal();
        chain
    }

    /// The machine's view of a block.
    fn block_env(&self, timestamp: u64, base_fee: u128) -> BlockEnv {
        BlockEnv {
            number: U256::from(self.l1_number(timestamp)),
            beneficiary: BATCH_POSTER,
            timestamp: U256::from(timestamp),
            gas_limit: HEADER_GAS_LIMIT,
            basefee: u64::try_from(base_fee).unwrap_or(u64::MAX),
            difficulty: U256::from(1),
            prevrandao: Some(B256::with_last_byte(1)),
            ..BlockEnv::default()
        }
    }

    fn l1_number(&self, timestamp: u64) -> u64 {
        L1_GENESIS + timestamp.saturating_sub(self.config.timestamp) / L1_BLOCK_SECONDS
    }

    /// What Arbitrum adds to the machine, for the block after the head.
    fn arb(&self) -> Arb {
        let mut arb = Arb::new(self.config.arbos_version, self.config.block_gas_limit, Arc::clone(&self.hashes));
        arb.cache_dir.clone_from(&self.cache_dir);
        arb
    }
}
