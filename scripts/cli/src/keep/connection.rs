//! Which chain, which vault, whose key: what the keeper and the solver begin with.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use alloy_primitives::Address;
use tracing::warn;

use super::error::KeepError;
use super::remote::Remote;
use super::schedule::pauses;
use crate::deploy::args::Target;
use crate::deploy::record;
use crate::deploy::rpc::{Patience, Rpc};
use crate::deploy::{DeploymentError, KeySource, Record};

/// For one answer of the server.
const PATIENCE: Patience = Patience { timeout: Duration::from_secs(20), retries: 5, pause_millis: 250 };

/// Whether transactions are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// They are.
    Sending,
    /// They are only tried, as by whoever is named here, or by the key's owner.
    Looking(Option<Address>),
}

impl Purpose {
    /// What flags ask for.
    pub const fn of(is_dry_run: bool, from: Option<Address>) -> Self {
        if is_dry_run {
            Self::Looking(from)
        } else {
            Self::Sending
        }
    }
}

/// What is told of a connection, with the records of the chain.
#[derive(Debug)]
pub struct Connection<'a> {
    target: &'a Target,
    sender: &'a KeySource,
    vault: Option<Address>,
    purpose: Purpose,
    /// Of the deployment.
    pub records: Vec<Record>,
}

impl<'a> Connection<'a> {
    /// Reads the records, and makes sure that there is a key to send with.
    /// # Inputs: a vault that is named, and which of the chain's deployments
    /// # Errors: [`KeepError::VaultUnknown`], keys' and records'
    pub fn new(
        target: &'a Target,
        sender: &'a KeySource,
        (vault, deployment): (Option<Address>, Option<u64>),
        purpose: Purpose,
    ) -> Result<Self, KeepError> {
        let records = match record::read(&target.folder(), deployment) {
            Err(DeploymentError::NoRecords(_)) => Vec::new(),
            records => records?,
        };
        if purpose == Purpose::Sending {
            sender.require()?;
        }
        let connection = Self { target, sender, vault, purpose, records };
        connection.vault()?;
        Ok(connection)
    }

    /// The vault.
    /// # Errors: [`KeepError::VaultUnknown`]
    pub fn vault(&self) -> Result<Address, KeepError> {
        let recorded = || self.records.iter().find(|record| record.name == "vault").map(Record::entry_point);
        self.vault.or_else(recorded).ok_or(KeepError::VaultUnknown)
    }

    /// The block before which there is nothing.
    pub fn first_block(&self, told: Option<u64>) -> u64 {
        let recorded = self.records.iter().map(|record| record.block_number).min();
        told.or(recorded).unwrap_or_default()
    }

    /// Connects.
    /// # Errors: the connection's
    pub fn remote(&self) -> Result<Remote, KeepError> {
        let url = self.target.url.as_deref().unwrap_or(self.target.network.url());
        let rpc = Rpc::connect_patiently(url, PATIENCE)?;
        rpc.require(self.target.network)?;
        let Purpose::Looking(named) = self.purpose else { return Remote::sending(rpc, self.sender.require()?) };
        let own = self.sender.read()?.map(|signer| signer.address());
        Remote::planning(rpc, named.or(own).unwrap_or_default())
    }
}

/// Opens something as soon as the server answers.
/// # Inputs: whether an error may pass
/// # Returns: none if it is stopped before
/// # Errors: what does not pass
pub fn patiently<T, E: std::fmt::Display>(
    stop: &Receiver<()>,
    is_passing: impl Fn(&E) -> bool,
    mut open: impl FnMut() -> Result<T, E>,
) -> Result<Option<T>, E> {
    let mut pauses = pauses();
    loop {
        match open() {
            Ok(opened) => return Ok(Some(opened)),
            Err(error) if is_passing(&error) => {
                let pause = pauses.next().unwrap_or_default();
                warn!("{error}; tried again in {:.0} s", pause.as_secs_f64());
                if is_stopped(stop, pause) {
                    return Ok(None);
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Waits, and says whether to stop.
pub fn is_stopped(stop: &Receiver<()>, wait: Duration) -> bool {
    !matches!(stop.recv_timeout(wait), Err(RecvTimeoutError::Timeout))
}
