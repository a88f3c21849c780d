//! One in-process chain: sending, calling, reading, time and snapshots.

mod types;

use alloy_consensus::TxEnvelope;
use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_rpc_types_eth::{
    state::StateOverride, BlockId, Filter, Log, Transaction, TransactionRequest,
};

pub use types::{Block, BlockSelector, CallOutcome, Deployment, Receipt, SnapshotId};

use crate::{Config, DeployError, EstimateError, SendError, TimeError};

/// One in-process chain. Cheap to snapshot, deterministic, `Send`.
#[derive(Debug)]
pub struct Chain {
    config: Config,
}

impl Chain {
    /// A chain at its genesis block, system contracts deployed.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// Runs a transaction from `from` without a signature; the nonce and gas limit are filled in if missing.
    /// Automine puts it in a block of its own; otherwise it joins the pending block.
    /// # Errors: [`SendError`] if refused; a reverted transaction is a receipt with `status` false
    pub fn send(&mut self, _tx: TransactionRequest) -> Result<Receipt, SendError> {
        todo!()
    }

    /// Runs a signed transaction (types 0, 1, 2, 4).
    /// # Returns: its hash; the receipt is there as soon as it is mined
    /// # Errors: [`SendError`] if refused
    pub fn send_signed(&mut self, _tx: &TxEnvelope) -> Result<B256, SendError> {
        todo!()
    }

    /// Runs a call without changing the chain.
    /// # Errors: [`SendError`] if refused; a revert is an outcome with `status` false
    pub fn call(
        &mut self,
        _tx: &TransactionRequest,
        _at: BlockSelector,
        _overrides: Option<&StateOverride>,
    ) -> Result<CallOutcome, SendError> {
        todo!()
    }

    /// The least gas limit with which the call succeeds.
    /// # Errors: [`EstimateError`]
    pub fn estimate_gas(
        &mut self,
        _tx: &TransactionRequest,
        _at: BlockSelector,
        _overrides: Option<&StateOverride>,
    ) -> Result<u64, EstimateError> {
        todo!()
    }

    /// Balance in wei.
    /// # Errors: [`SendError::UnknownBlock`]
    pub fn balance(&self, _address: Address, _at: BlockSelector) -> Result<U256, SendError> {
        todo!()
    }

    /// Next nonce.
    /// # Errors: [`SendError::UnknownBlock`]
    pub fn nonce(&self, _address: Address, _at: BlockSelector) -> Result<u64, SendError> {
        todo!()
    }

    /// Deployed code.
    /// # Errors: [`SendError::UnknownBlock`]
    pub fn code(&self, _address: Address, _at: BlockSelector) -> Result<Bytes, SendError> {
        todo!()
    }

    /// One storage slot.
    /// # Errors: [`SendError::UnknownBlock`]
    pub fn storage(&self, _address: Address, _slot: U256, _at: BlockSelector) -> Result<B256, SendError> {
        todo!()
    }

    /// A mined transaction's receipt.
    pub fn receipt(&self, _hash: B256) -> Option<&Receipt> {
        todo!()
    }

    /// A mined or pending transaction.
    pub fn transaction(&self, _hash: B256) -> Option<&Transaction> {
        todo!()
    }

    /// A mined block; `pending` is the head.
    pub fn block(&self, _id: BlockId) -> Option<&Block> {
        todo!()
    }

    /// Logs that match a filter, oldest first.
    pub fn logs(&self, _filter: &Filter) -> Vec<Log> {
        todo!()
    }

    /// Number of the head block.
    pub fn head_number(&self) -> u64 {
        todo!()
    }

    /// Timestamp of the head block, unix seconds.
    pub fn timestamp(&self) -> u64 {
        todo!()
    }

    /// Base fee of the next block, wei per gas.
    pub fn base_fee(&self) -> u128 {
        todo!()
    }

    /// EIP-155 chain id.
    pub fn chain_id(&self) -> u64 {
        self.config.chain_id
    }

    /// What the chain was started with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether each transaction is mined at once.
    pub fn automine(&self) -> bool {
        todo!()
    }

    /// Marks the present state; taking one costs a few words.
    pub fn snapshot(&mut self) -> SnapshotId {
        todo!()
    }

    /// Returns to a snapshot, which it uses up together with all later ones; false if unknown.
    pub fn revert(&mut self, _id: SnapshotId) -> bool {
        todo!()
    }

    /// Sets a balance in wei.
    pub fn set_balance(&mut self, _address: Address, _wei: U256) {
        todo!()
    }

    /// Sets an account's code.
    pub fn set_code(&mut self, _address: Address, _code: Bytes) {
        todo!()
    }

    /// Sets an account's next nonce.
    pub fn set_nonce(&mut self, _address: Address, _nonce: u64) {
        todo!()
    }

    /// Sets one storage slot.
    pub fn set_storage(&mut self, _address: Address, _slot: U256, _value: B256) {
        todo!()
    }

    /// Fixes the next block's timestamp; later blocks go on from there.
    /// # Errors: [`TimeError`] if before the head
    pub fn set_next_timestamp(&mut self, _timestamp: u64) -> Result<(), TimeError> {
        todo!()
    }

    /// Moves the clock forward by `seconds` as from the next block.
    pub fn increase_time(&mut self, _seconds: u64) {
        todo!()
    }

    /// Sets the clock as from the next block.
    /// # Errors: [`TimeError`] if before the head
    pub fn set_time(&mut self, _timestamp: u64) -> Result<(), TimeError> {
        todo!()
    }

    /// Mines `blocks` blocks, `interval` seconds apart (the first takes what is pending).
    pub fn mine(&mut self, _blocks: u64, _interval: Option<u64>) {
        todo!()
    }

    /// Turns mining at once on or off.
    pub fn set_automine(&mut self, _automine: bool) {
        todo!()
    }

    /// Sets the base fee as from the next block, wei per gas.
    pub fn set_base_fee(&mut self, _wei: u128) {
        todo!()
    }

    /// Deploys a program through the Stylus deployer in one transaction: create, activate, construct.
    /// `program` is a WASM file or its deployable form; `constructor` the calldata of the constructor, empty for
    /// none; `cache` places it in the program cache afterwards.
    /// # Errors: [`DeployError`]
    pub fn deploy_program(
        &mut self,
        _from: Address,
        _program: &[u8],
        _constructor: Bytes,
        _cache: bool,
    ) -> Result<Deployment, DeployError> {
        todo!()
    }
}
