//! Transactions: estimated, signed, sent, waited for.

use std::thread;
use std::time::{Duration, Instant};

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::eip2718::Encodable2718;
use alloy_network::TxSignerSync;
use alloy_primitives::{Address, Bytes, TxKind, B256, U256};
use alloy_rpc_types_eth::{TransactionReceipt, TransactionRequest};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{sol, SolError};

use super::error::DeploymentError;
use super::rpc::{input, Failed, Rpc};
use crate::reverts::Reason;

sol! {
    /// Of the Stylus deployer: the program's constructor reverted.
    #[derive(Debug)]
    error ContractInitializationError(address newContract, bytes data);
}

/// Gas is limited to what is estimated and so many per cent: what the parent chain's share costs may rise in between.
const GAS_MARGIN_PERCENT: u64 = 25;
/// The fee is capped at so many times the present price.
const FEE_MARGIN: u128 = 2;
/// How long a transaction is waited for, and how often it is looked for.
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(200);

/// Signs and sends.
#[derive(Debug)]
pub struct Sender {
    /// Where.
    pub rpc: Rpc,
    signer: PrivateKeySigner,
    chain_id: u64,
}

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct Call {
    /// Whom to call; none creates a contract.
    pub to: Option<Address>,
    /// With what.
    pub data: Bytes,
    /// Wei.
    pub value: U256,
}

/// A signed transaction.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Its hash.
    pub hash: B256,
    /// Its nonce.
    pub nonce: u64,
    /// As servers take it.
    pub raw: Bytes,
}

impl Sender {
    /// Sends with a key.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn new(rpc: Rpc, signer: PrivateKeySigner) -> Result<Self, DeploymentError> {
        let chain_id = rpc.chain_id()?;
        Ok(Self { rpc, signer, chain_id })
    }

    /// Who sends.
    pub const fn address(&self) -> Address {
        self.signer.address()
    }

    /// The chain's id.
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Estimates and signs. Whatever would revert is refused here, before it costs anything.
    /// # Errors: [`DeploymentError::StepFails`], [`DeploymentError::Transport`]
    pub fn sign(&self, step: &str, call: &Call) -> Result<Signed, DeploymentError> {
        let from = self.address();
        let to = call.to.map_or(TxKind::Create, TxKind::Call);
        let request = TransactionRequest {
            from: Some(from),
            to: Some(to),
            value: Some(call.value),
            input: input(call.data.to_vec()),
            ..TransactionRequest::default()
        };
        let gas = self.rpc.estimate(&request)?.map_err(|failed| step_fails(step, &failed))?;
        let mut transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce: self.rpc.nonce(from)?,
            gas_limit: gas + gas * GAS_MARGIN_PERCENT / 100,
            max_fee_per_gas: self.rpc.gas_price()?.saturating_mul(FEE_MARGIN),
            // Arbitrum's sequencer takes transactions in the order of their arrival and no tips.
            max_priority_fee_per_gas: 0,
            to,
            value: call.value,
            access_list: <_>::default(),
            input: call.data.clone(),
        };
        let signature = self.signer.sign_transaction_sync(&mut transaction);
        let signature = signature
            .map_err(|error| DeploymentError::StepFails { step: step.to_owned(), reason: error.to_string() })?;
        let nonce = transaction.nonce;
        let envelope = TxEnvelope::from(transaction.into_signed(signature));
        Ok(Signed { hash: *envelope.tx_hash(), nonce, raw: envelope.encoded_2718().into() })
    }

    /// Sends a signed transaction, and waits for its receipt.
    /// # Errors: [`DeploymentError::StepFails`], [`DeploymentError::Unconfirmed`], [`DeploymentError::Transport`]
    pub fn send(&self, step: &str, signed: &Signed) -> Result<TransactionReceipt, DeploymentError> {
        if let Err(failed) = self.rpc.send_raw(&signed.raw)? {
            // A server that knows it already refuses it, too.
            if self.rpc.receipt(signed.hash)?.is_none() && !failed.message.contains("already known") {
                return Err(step_fails(step, &failed));
            }
        }
        self.wait(step, signed.hash)
    }

    fn wait(&self, step: &str, hash: B256) -> Result<TransactionReceipt, DeploymentError> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(receipt) = self.rpc.receipt(hash)? {
                return Ok(receipt);
            }
            thread::sleep(PAUSE);
        }
        Err(DeploymentError::Unconfirmed { step: step.to_owned(), transaction: hash, secs: PATIENCE.as_secs() })
    }
}

/// Why a step fails, from what the server says.
pub fn step_fails(step: &str, failed: &Failed) -> DeploymentError {
    DeploymentError::StepFails { step: step.to_owned(), reason: reason(failed) }
}

/// The typed error of a failure. What the Stylus deployer wraps is unwrapped.
pub fn reason(failed: &Failed) -> String {
    if failed.data.is_empty() {
        return failed.message.clone();
    }
    match ContractInitializationError::abi_decode(&failed.data) {
        Ok(wrapped) => format!("the constructor: {}", Reason::of(&wrapped.data).text),
        Err(_) => Reason::of(&failed.data).text,
    }
}
