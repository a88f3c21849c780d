//! Any chain by JSON-RPC. Whatever would revert is found by a call first and not sent, so it costs nothing.

use alloy_primitives::{Address, Bytes, U256};
use alloy_rpc_types_eth::{Filter, Log, TransactionRequest};
use alloy_signer_local::PrivateKeySigner;
use serde::Serialize;

use super::client::{Client, Order, Tried};
use super::error::KeepError;
use crate::deploy::rpc::{input, Failed, Rpc};
use crate::deploy::sender::{Call, Sender};
use crate::deploy::DeploymentError;
use crate::reverts::Reason;

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "result")]
pub enum Fate {
    /// It is mined.
    Sent {
        /// The transaction.
        transaction: String,
        /// What it used.
        gas: u64,
    },
    /// It would succeed, and is not sent in a dry run.
    Planned,
    /// It would revert, and is not sent; or somebody else was faster, and it has reverted.
    Refused {
        /// Why.
        reason: String,
    },
}

/// An order and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// What it does.
    pub label: &'static str,
    /// The function's signature.
    pub call: &'static str,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// Who acts: a key that sends, or nobody.
#[derive(Debug)]
enum Hand {
    Sends(Box<Sender>),
    Looks { rpc: Rpc, from: Address, chain_id: u64 },
}

/// A chain by JSON-RPC, and what was done on it.
#[derive(Debug)]
pub struct Remote {
    hand: Hand,
    deeds: Vec<Deed>,
}

impl Remote {
    /// Acts with a key.
    /// # Errors: the connection's
    pub fn sending(rpc: Rpc, signer: PrivateKeySigner) -> Result<Self, KeepError> {
        Ok(Self { hand: Hand::Sends(Box::new(Sender::new(rpc, signer)?)), deeds: Vec::new() })
    }

    /// Plans for an account, and sends nothing.
    /// # Errors: the connection's
    pub fn planning(rpc: Rpc, from: Address) -> Result<Self, KeepError> {
        let chain_id = rpc.chain_id()?;
        Ok(Self { hand: Hand::Looks { rpc, from, chain_id }, deeds: Vec::new() })
    }

    /// The server.
    pub const fn rpc(&self) -> &Rpc {
        match &self.hand {
            Hand::Sends(sender) => &sender.rpc,
            Hand::Looks { rpc, .. } => rpc,
        }
    }

    /// Who signs transactions, unless nothing is sent.
    pub const fn hand(&self) -> Option<&Sender> {
        match &self.hand {
            Hand::Sends(sender) => Some(sender),
            Hand::Looks { .. } => None,
        }
    }

    /// What was done since this was last asked.
    pub fn take_deeds(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.deeds)
    }

    /// Notes what became of something that was not ordered here.
    pub fn note(&mut self, label: &'static str, call: &'static str, fate: Fate) {
        self.deeds.push(Deed { label, call, fate });
    }

    fn refuse(&mut self, order: &Order, reason: Reason) -> Result<Vec<Log>, Reason> {
        self.note(order.label, order.call, Fate::Refused { reason: reason.text.clone() });
        Err(reason)
    }

    fn request(&self, to: Address, data: &Bytes) -> TransactionRequest {
        let (from, input) = (Some(self.sender()), input(data.to_vec()));
        TransactionRequest { from, to: Some(to.into()), input, ..TransactionRequest::default() }
    }
}

impl Client for Remote {
    fn now(&mut self) -> Result<u64, KeepError> {
        Ok(self.rpc().pending_time()?)
    }

    fn chain_id(&mut self) -> Result<u64, KeepError> {
        Ok(match &self.hand {
            Hand::Sends(sender) => sender.chain_id(),
            Hand::Looks { chain_id, .. } => *chain_id,
        })
    }

    fn head(&mut self) -> Result<u64, KeepError> {
        Ok(self.rpc().head()?)
    }

    fn sender(&self) -> Address {
        match &self.hand {
            Hand::Sends(sender) => sender.address(),
            Hand::Looks { from, .. } => *from,
        }
    }

    fn call(&mut self, to: Address, data: Bytes) -> Tried<Bytes> {
        let request = self.request(to, &data);
        match self.rpc().call_pending(&request)? {
            Ok(answer) => Ok(Ok(answer)),
            Err(failed) => refusal(self.rpc(), failed).map(Err),
        }
    }

    fn transact(&mut self, order: Order) -> Tried<Vec<Log>> {
        if let Err(reason) = self.call(order.to, order.data.clone())? {
            return Ok(self.refuse(&order, reason));
        }
        let Hand::Sends(sender) = &self.hand else {
            self.note(order.label, order.call, Fate::Planned);
            return Ok(Ok(Vec::new()));
        };
        let call = Call { to: Some(order.to), data: order.data.clone(), value: U256::ZERO };
        let sent = sender.sign(order.label, &call).and_then(|signed| sender.send(order.label, &signed));
        let receipt = match sent {
            // Between the look and the sending somebody else was faster, or the nonce was taken.
            Err(DeploymentError::StepFails { reason, .. }) => {
                return Ok(self.refuse(&order, Reason { name: "Unknown".to_owned(), text: reason }));
            }
            sent => sent?,
        };
        let transaction = receipt.transaction_hash.to_string();
        if !receipt.status() {
            let text = format!("{transaction} reverted; `equipoise explain` says why");
            return Ok(self.refuse(&order, Reason { name: "Unknown".to_owned(), text }));
        }
        self.note(order.label, order.call, Fate::Sent { transaction, gas: receipt.gas_used });
        Ok(Ok(receipt.inner.logs().to_vec()))
    }

    fn logs(&mut self, filter: &Filter) -> Result<Vec<Log>, KeepError> {
        Ok(self.rpc().logs(filter)?)
    }
}

/// A revert is an answer. That a server fails without one is no revert, whatever it says.
fn refusal(rpc: &Rpc, failed: Failed) -> Result<Reason, KeepError> {
    if failed.data.is_empty() && !failed.message.contains("revert") {
        return Err(rpc.unanswered("eth_call", failed.message).into());
    }
    if failed.data.is_empty() {
        return Ok(Reason { name: "Unknown".to_owned(), text: failed.message });
    }
    Ok(Reason::of(&failed.data))
}
