//! What the chain hands out.

use alloy_consensus::Header;
use alloy_primitives::{Address, Bytes, Log as RawLog, B256, U256};
use alloy_rpc_types_eth::{BlockId, Log};
use alloy_rpc_types_trace::geth::CallFrame;

use crate::HostCall;

/// Which block's state a reading sees. `latest` and `pending` are the same outside manual mining.
pub type BlockSelector = BlockId;

/// Names a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(pub u64);

/// What a call did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOutcome {
    /// True unless it reverted or failed.
    pub status: bool,
    /// Gas charged after refunds, as a transaction would be.
    pub gas_used: u64,
    /// Return or revert data; for a creation the deployed code.
    pub output: Bytes,
    /// Logs emitted.
    pub logs: Vec<RawLog>,
    /// Address of a contract that the transaction itself created.
    pub created: Option<Address>,
}

/// What a transaction or call did, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Its frames, in the form of geth's `callTracer`.
    pub calls: CallFrame,
    /// Host calls of the outermost frame, each with those of its callee, in the form of Nitro's `stylusTracer`.
    pub host_calls: Vec<HostCall>,
}

/// A mined transaction's result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Transaction hash.
    pub transaction_hash: B256,
    /// Place in the block.
    pub transaction_index: u64,
    /// EIP-2718 type.
    pub transaction_type: u8,
    /// Block hash.
    pub block_hash: B256,
    /// Block number.
    pub block_number: u64,
    /// Sender.
    pub from: Address,
    /// Receiver; none for a creation.
    pub to: Option<Address>,
    /// Contract that the transaction itself created.
    pub contract_address: Option<Address>,
    /// True unless it reverted or failed.
    pub status: bool,
    /// Gas charged, refunds deducted.
    pub gas_used: u64,
    /// Gas of the block up to and with this transaction.
    pub cumulative_gas_used: u64,
    /// Wei paid per gas.
    pub effective_gas_price: u128,
    /// Logs as a node reports them.
    pub logs: Vec<Log>,
    /// Return or revert data.
    pub output: Bytes,
}

/// A mined block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Block hash.
    pub hash: B256,
    /// Consensus header; number, time, fees and gas are here.
    pub header: Header,
    /// What `block.number` shows to contracts: the parent chain's block number.
    pub l1_number: u64,
    /// Transactions in order.
    pub transactions: Vec<B256>,
}

/// A deployed program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The program's address.
    pub address: Address,
    /// keccak256 of the deployed code.
    pub code_hash: B256,
    /// Length of the deployed code in bytes, prefix included.
    pub code_size: usize,
    /// Length of the module in bytes.
    pub wasm_size: usize,
    /// Activation data fee paid, wei.
    pub data_fee: U256,
    /// The deploying transaction.
    pub receipt: Receipt,
}
