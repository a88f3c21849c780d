//! A chain as chores see it: the embedded one in process, or any other by JSON-RPC. What a chore is stands once, for both.

use alloy_primitives::{Address, Bytes};
use alloy_rpc_types_eth::{Filter, Log};
use alloy_sol_types::{SolCall, SolEvent};

use super::error::KeepError;
use crate::reverts::Reason;

/// What an attempt came to: its result, or why the contracts refuse it.
pub type Tried<T> = Result<Result<T, Reason>, KeepError>;

/// A transaction to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What it does, in a word: in logs, metrics and reports.
    pub label: &'static str,
    /// The function's signature.
    pub call: &'static str,
    /// Whom to call.
    pub to: Address,
    /// With what.
    pub data: Bytes,
}

/// A chain that is read and written.
pub trait Client {
    /// The time of the next block as far as it is known, in unix seconds.
    /// # Errors: the connection's
    fn now(&mut self) -> Result<u64, KeepError>;

    /// The chain's id.
    /// # Errors: the connection's
    fn chain_id(&mut self) -> Result<u64, KeepError>;

    /// The number of the last block.
    /// # Errors: the connection's
    fn head(&mut self) -> Result<u64, KeepError>;

    /// Who sends.
    fn sender(&self) -> Address;

    /// Runs a call of the sender's at the time of [`Client::now`], and changes nothing.
    /// # Errors: the connection's
    fn call(&mut self, to: Address, data: Bytes) -> Tried<Bytes>;

    /// Sends a transaction that has been found to succeed, and waits for it.
    /// # Returns: its events
    /// # Errors: the connection's
    fn transact(&mut self, order: Order) -> Tried<Vec<Log>>;

    /// Events that match a filter, oldest first.
    /// # Errors: the connection's
    fn logs(&mut self, filter: &Filter) -> Result<Vec<Log>, KeepError>;
}

impl dyn Client + '_ {
    /// A view that may refuse.
    /// # Errors: [`KeepError::Answer`], the connection's
    pub fn try_view<C: SolCall>(&mut self, to: Address, call: &C) -> Tried<C::Return> {
        let answer = match self.call(to, call.abi_encode().into())? {
            Ok(answer) => answer,
            Err(reason) => return Ok(Err(reason)),
        };
        let decoded = C::abi_decode_returns_validate(&answer);
        decoded.map(Ok).map_err(|_| KeepError::Answer { call: C::SIGNATURE, contract: to })
    }

    /// A view that must answer.
    /// # Errors: [`KeepError::Reverted`], [`KeepError::Answer`], the connection's
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, KeepError> {
        self.try_view(to, call)?.map_err(|reason| KeepError::Reverted { call: C::SIGNATURE, reason: reason.text })
    }

    /// Sends a transaction, if it would succeed.
    /// # Errors: the connection's
    pub fn try_send<C: SolCall>(&mut self, label: &'static str, to: Address, call: &C) -> Tried<Vec<Log>> {
        self.transact(Order { label, call: C::SIGNATURE, to, data: call.abi_encode().into() })
    }

    /// Sends a transaction that must succeed.
    /// # Errors: [`KeepError::Reverted`], the connection's
    pub fn send<C: SolCall>(&mut self, label: &'static str, to: Address, call: &C) -> Result<Vec<Log>, KeepError> {
        let sent = self.try_send(label, to, call)?;
        sent.map_err(|reason| KeepError::Reverted { call: C::SIGNATURE, reason: reason.text })
    }
}

/// The first event of a type.
pub fn first_event<E: SolEvent>(logs: &[Log]) -> Option<E> {
    logs.iter().find_map(|log| E::decode_log(&log.inner).ok()).map(|log| log.data)
}
