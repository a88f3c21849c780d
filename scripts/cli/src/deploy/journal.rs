//! The journal of a deployment: each transaction is noted before it is sent and once more when it is confirmed, so that
//! whatever interrupts a deployment, the next run goes on from there and sends nothing twice.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use alloy_primitives::{Address, Bytes, B256};
use serde::{Deserialize, Serialize};

use super::error::DeploymentError;

/// The journal's name, in the folder of the chain's records.
pub const JOURNAL: &str = "journal.json";

/// What has been sent, and what of it is confirmed.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct State {
    chain_id: u64,
    deployer: Address,
    commit: String,
    /// The deployment's number on this chain.
    number: u64,
    is_finished: bool,
    entries: Vec<Entry>,
}

/// A transaction of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// The step's name.
    pub step: String,
    /// keccak-256 of whom it calls and with what.
    pub digest: B256,
    /// Its hash.
    pub transaction: B256,
    /// Its nonce.
    pub nonce: u64,
    /// As it was signed, to send it again.
    pub raw: Bytes,
    /// What it came to, once it is mined.
    pub confirmed: Option<Confirmed>,
}

/// What a transaction came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Confirmed {
    /// The address of what it made, or whom it called.
    pub address: Address,
    /// Its block.
    pub block_number: u64,
    /// Its block's time, in unix seconds.
    pub timestamp: u64,
    /// Gas it used.
    pub gas_used: u64,
}

impl Journal {
    /// Opens the journal of a chain's folder, or begins one.
    /// # Errors: [`DeploymentError::JournalOfAnother`], [`DeploymentError::DeployedAlready`], [`DeploymentError::Format`],
    /// [`DeploymentError::File`]
    pub fn open(
        folder: &Path,
        [chain_id, number]: [u64; 2],
        deployer: Address,
        commit: &str,
        is_another: bool,
    ) -> Result<Self, DeploymentError> {
        let path = folder.join(JOURNAL);
        let own =
            State { chain_id, deployer, commit: commit.to_owned(), number, is_finished: false, entries: Vec::new() };
        let state = match read(&path)? {
            None => own,
            Some(state) if state.is_finished && is_another => own,
            Some(state) if state.is_finished => return Err(DeploymentError::DeployedAlready { path }),
            Some(state) => {
                state
                    .require_same(&own)
                    .map_err(|what| DeploymentError::JournalOfAnother { path: path.clone(), what })?;
                state
            }
        };
        Ok(Self { path, state })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The deployment's number on this chain.
    pub const fn number(&self) -> u64 {
        self.state.number
    }

    /// Whether nothing has been sent.
    pub fn is_empty(&self) -> bool {
        self.state.entries.is_empty()
    }

    /// The transaction of a step.
    pub fn entry(&self, step: &str) -> Option<&Entry> {
        self.state.entries.iter().find(|entry| entry.step == step)
    }

    /// Notes a transaction, in the place of another one of its step.
    /// # Errors: [`DeploymentError::File`]
    pub fn note(&mut self, entry: Entry) -> Result<(), DeploymentError> {
        self.state.entries.retain(|other| other.step != entry.step);
        self.state.entries.push(entry);
        self.save()
    }

    /// Forgets a transaction that has failed.
    /// # Errors: [`DeploymentError::File`]
    pub fn forget(&mut self, step: &str) -> Result<(), DeploymentError> {
        self.state.entries.retain(|other| other.step != step);
        self.save()
    }

    /// Notes what the transaction of a step came to.
    /// # Errors: [`DeploymentError::File`]
    pub fn confirm(&mut self, step: &str, confirmed: Confirmed) -> Result<(), DeploymentError> {
        if let Some(entry) = self.state.entries.iter_mut().find(|entry| entry.step == step) {
            entry.confirmed = Some(confirmed);
        }
        self.save()
    }

    /// Ends the deployment.
    /// # Errors: [`DeploymentError::File`]
    pub fn finish(&mut self) -> Result<(), DeploymentError> {
        self.state.is_finished = true;
        self.save()
    }

    /// Writes beside and renames: an interruption leaves the old journal or the new one.
    fn save(&self) -> Result<(), DeploymentError> {
        let beside = self.path.with_extension("json.new");
        let write = || {
            fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
            let mut file = File::create(&beside)?;
            file.write_all(&serde_json::to_vec_pretty(&self.state)?)?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)
        };
        write().map_err(|cause| DeploymentError::File { path: self.path.clone(), cause })
    }
}

impl State {
    fn require_same(&self, own: &Self) -> Result<(), String> {
        if self.chain_id != own.chain_id {
            return Err(format!("on chain {}", self.chain_id));
        }
        if self.deployer != own.deployer {
            return Err(format!("by {}", self.deployer));
        }
        if self.commit != own.commit {
            return Err(format!("of commit {}", self.commit));
        }
        Ok(())
    }
}

/// The number of the deployment that goes on, if there is one.
/// # Errors: [`DeploymentError::Format`], [`DeploymentError::File`]
pub fn number_under_way(folder: &Path) -> Result<Option<u64>, DeploymentError> {
    Ok(read(&folder.join(JOURNAL))?.filter(|state| !state.is_finished).map(|state| state.number))
}

fn read(path: &Path) -> Result<Option<State>, DeploymentError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(DeploymentError::File { path: path.to_owned(), cause }),
    };
    let state = serde_json::from_str(&text);
    state.map(Some).map_err(|error| DeploymentError::Format { path: path.to_owned(), problem: error.to_string() })
}
