//! Everything that can be refused, with the value and the remedy.

use alloy_primitives::{Address, Bytes, B256, U256};

/// A transaction or call that was refused before it ran.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SendError {
    /// The nonce is not the account's next one.
    #[error("nonce of {from} is {nonce}, but the next one is {expected}: resend with nonce {expected}")]
    Nonce {
        /// Sender.
        from: Address,
        /// Nonce given.
        nonce: u64,
        /// Nonce expected.
        expected: u64,
    },
    /// The balance does not cover value and gas.
    #[error("{from} has {balance} wei, but value and gas cost {required} wei: fund the account or send less")]
    InsufficientFunds {
        /// Sender.
        from: Address,
        /// Balance in wei.
        balance: U256,
        /// Required in wei.
        required: U256,
    },
    /// Less gas than the transaction's fixed cost.
    #[error("intrinsic gas too low: gas limit {limit}, the transaction needs at least {required} before it runs")]
    IntrinsicGas {
        /// Gas limit given.
        limit: u64,
        /// Least gas needed.
        required: u64,
    },
    /// More gas than one transaction may use.
    #[error("gas limit {limit} is above the limit per transaction of {maximum}: lower it")]
    GasLimit {
        /// Gas limit given.
        limit: u64,
        /// Limit per transaction.
        maximum: u64,
    },
    /// The fee cap is below the base fee.
    #[error("max fee per gas less than block base fee: fee cap {cap} wei, base fee {base_fee} wei: raise the fee cap")]
    FeeCap {
        /// Fee cap in wei per gas.
        cap: u128,
        /// Base fee in wei per gas.
        base_fee: u128,
    },
    /// The transaction was signed for another chain.
    #[error("transaction is for chain {given}, this chain is {expected}: sign it again")]
    ChainId {
        /// Chain id in the transaction.
        given: u64,
        /// This chain's id.
        expected: u64,
    },
    /// A transaction type that Arbitrum refuses (blobs).
    #[error("transaction type {0} is not accepted by Arbitrum: use type 0, 1, 2 or 4")]
    TransactionType(u8),
    /// The signature does not recover to an address.
    #[error("the transaction's signature is invalid: {0}")]
    Signature(String),
    /// The sender has code that is not a delegation (EIP-3607).
    #[error("sender {0} is a contract: send from an account without code")]
    SenderHasCode(Address),
    /// Init code above the limit of EIP-3860.
    #[error("init code is {bytes} bytes, the limit is {limit}: split the contract")]
    InitCodeSize {
        /// Length given.
        bytes: usize,
        /// Greatest length.
        limit: usize,
    },
    /// A malformed request.
    #[error("malformed transaction: {0}")]
    Malformed(String),
    /// The block asked for is unknown, or its state is no longer kept.
    #[error("no state for block {0}: use a block between the genesis and the head")]
    UnknownBlock(String),
}

/// Why gas could not be estimated.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum EstimateError {
    /// The call reverts with any amount of gas.
    #[error("execution reverted: {output}")]
    Reverted {
        /// Revert data.
        output: Bytes,
    },
    /// The call fails otherwise with the most gas allowed.
    #[error("execution fails with {limit} gas, the most a call may use")]
    Failed {
        /// Gas limit tried.
        limit: u64,
    },
    /// The request was refused.
    #[error(transparent)]
    Refused(#[from] SendError),
}

/// A transaction that cannot be traced.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum TraceError {
    /// No transaction has the hash.
    #[error("transaction {0} not found: give the hash of a transaction that this chain has run")]
    TransactionUnknown(B256),
    /// The state before it is no longer kept.
    #[error("the state before transaction {0} is no longer kept: trace one of the last few hundred blocks")]
    StateForgotten(B256),
}

/// A program that the native tool side refuses ([`crate::program`]).
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProgramError {
    /// Not a WASM module.
    #[error("not a valid WASM module: {0}")]
    Malformed(String),
    /// Compressed code above the contract size limit.
    #[error("program is {bytes} bytes compressed, the limit is {limit}: optimise for size or split it")]
    TooLarge {
        /// Length with prefix.
        bytes: usize,
        /// Greatest length.
        limit: usize,
    },
    /// Compression failed.
    #[error("brotli failed: {0}")]
    Compression(String),
}

/// Why a program could not be deployed.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum DeployError {
    /// The file is not deployable.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The transaction was refused.
    #[error(transparent)]
    Refused(#[from] SendError),
    /// The transaction reverted (activation or constructor).
    #[error("deployment {transaction} reverted: {reason}")]
    Reverted {
        /// Transaction hash.
        transaction: B256,
        /// What the chain found wrong, or the revert data.
        reason: String,
    },
}

/// A time that cannot be set.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("timestamp {given} is before the head's {head}: give a later one")]
pub struct TimeError {
    /// Timestamp given, unix seconds.
    pub given: u64,
    /// The head's timestamp, unix seconds.
    pub head: u64,
}
