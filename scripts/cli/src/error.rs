//! Everything the program refuses or fails at, with the value and the remedy.

use std::{io, path::PathBuf};

use alloy_primitives::B256;
use equipoise_chain::{rpc::MnemonicError, rpc::ServeError, DeployError, ProgramError, SendError, TimeError};
use equipoise_data::{DataError, FitError, Timestamp};

use crate::deploy::DeploymentError;
use crate::governance::GovernanceError;
use crate::keep::KeepError;
use crate::solve::SolveError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// No attack has such a name.
    #[error("no attack has `{name}` in its name: there are {names}")]
    NoSuchAttack {
        /// What was asked for.
        name: String,
        /// The names there are.
        names: String,
    },
    /// An attacker gained more than the market may lose to him.
    #[error("{0}: gained what nobody may gain; run with --json for the figures")]
    AttackSucceeded(String),
    /// A data file is refused.
    #[error(transparent)]
    Data(Box<DataError>),
    /// The chain's quotes cannot be fitted.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The prices end before the demo could run.
    #[error(
        "{prices}: ends at {last}, less than {needed_days} days after the demo would start ({start}); \
         pass a longer history, or a chain from an earlier time"
    )]
    HistoryTooShort {
        /// Source of the prices.
        prices: String,
        /// When the demo would start.
        start: Timestamp,
        /// The last price.
        last: Timestamp,
        /// Days needed.
        needed_days: u64,
    },
    /// Too few of the chain's expiries can be listed.
    #[error(
        "{chain}: {found} expiries with {strikes} strikes that the market can list, {needed} are needed; \
         pass a fuller chain, or lower --strikes"
    )]
    TooFewBoards {
        /// Source of the chain.
        chain: String,
        /// Expiries that can be listed.
        found: usize,
        /// Expiries needed.
        needed: usize,
        /// Strikes that each must have.
        strikes: usize,
    },
    /// A program's file is missing.
    #[error("program `{name}`: {path} cannot be read ({cause}); build it with ./scripts/build-programs {name}")]
    ProgramFile {
        /// The program.
        name: &'static str,
        /// Where it should be.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A program cannot be put on chain.
    #[error("program `{name}`: {cause}")]
    ProgramRefused {
        /// The program.
        name: &'static str,
        /// What is wrong with it.
        cause: ProgramError,
    },
    /// A deployment failed.
    #[error("`{name}` could not be deployed: {cause}")]
    Deploy {
        /// The program or contract.
        name: &'static str,
        /// Why.
        cause: Box<DeployError>,
    },
    /// Keepers cannot get from the last surface towards the one they want.
    #[error("no surface between the last and the wanted one is free of arbitrage and within a step: the wanted one has arbitrage, or the owner must allow larger steps")]
    SurfaceStuck,
    /// A surface keeper's key signs nothing.
    #[error("a surface keeper's key is not one: it must be above zero and below the order of secp256k1")]
    KeeperKey,
    /// The chain refused a transaction.
    #[error(transparent)]
    Refused(Box<SendError>),
    /// A transaction cannot be run again.
    #[error(transparent)]
    Trace(#[from] equipoise_chain::TraceError),
    /// A transaction that must succeed reverted.
    #[error("{call} reverted: {reason}")]
    Reverted {
        /// The function's signature.
        call: &'static str,
        /// The typed error with its values.
        reason: String,
    },
    /// A contract answered something that is not in its ABI.
    #[error("{call} answered {bytes} bytes that do not decode; rebuild the programs with ./scripts/build-programs")]
    Answer {
        /// The function's signature.
        call: &'static str,
        /// Length of the answer.
        bytes: usize,
    },
    /// Time cannot go back.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// A compiled contract in the repository is damaged.
    #[error("scripts/solidity/artifacts/{0}.json is damaged: restore it from version control")]
    Artifact(&'static str),
    /// A replay cannot run.
    #[error(transparent)]
    Replay(#[from] equipoise_replay::ReplayError),
    /// The report cannot be written.
    #[error("{flag} {path}: cannot be written ({cause}); check the folder and its permissions")]
    ReportFile {
        /// Which of the flags asked for it.
        flag: &'static str,
        /// Path as given.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The report cannot be encoded.
    #[error("the report cannot be encoded: {0}")]
    ReportEncoding(#[from] serde_json::Error),
    /// The server did not start.
    #[error("--port: {0}")]
    Serve(#[from] ServeError),
    /// The accounts cannot be derived.
    #[error(transparent)]
    Accounts(#[from] MnemonicError),
    /// No row of the bench has such a name.
    #[error("--rows {prefix}: no row of the bench begins so; `equipoise bench` without it lists them all")]
    NoSuchRow {
        /// What was asked for.
        prefix: String,
    },
    /// The measuring program did not answer.
    #[error("the meter failed on {operation} after {gas_used} gas; build it anew with ./scripts/build-programs meter")]
    MeterFailed {
        /// What it should measure.
        operation: String,
        /// Gas used.
        gas_used: u64,
    },
    /// An operation refused an input of the bench's grid.
    #[error("{row}: the operation refuses {input}, which is in its domain")]
    InputRefused {
        /// The row.
        row: &'static str,
        /// The numbers.
        input: String,
    },
    /// WASM and native code disagree.
    #[error(
        "{row}: WASM and native code give different bits for {input}; if the sources changed since, build the WASM \
         anew with ./scripts/build-programs meter"
    )]
    OtherBits {
        /// The row.
        row: &'static str,
        /// The numbers.
        input: String,
    },
    /// The rows to price make no sense as a whole.
    #[error("{0}")]
    PriceInput(String),
    /// Some rows were refused; each of them says why.
    #[error("{refused} of {rows} rows have no answer: their field `error` says why")]
    RowsRefused {
        /// Rows read.
        rows: u64,
        /// Rows without an answer.
        refused: u64,
    },
    /// A transaction has no trace.
    #[error("transaction {transaction} cannot be explained: {reason}")]
    Unexplained {
        /// Its hash.
        transaction: B256,
        /// What the server says.
        reason: String,
    },
    /// A vote, or its numbers, failed.
    #[error(transparent)]
    Governance(#[from] GovernanceError),
    /// A deployment, its check or its keeping alive failed.
    #[error(transparent)]
    Deployment(Box<DeploymentError>),
    /// The keeper, or one of its chores, failed.
    #[error(transparent)]
    Keep(Box<KeepError>),
    /// The solver, or one of its rounds, failed.
    #[error(transparent)]
    Solve(Box<SolveError>),
    /// The terminal or the signals of the operating system failed.
    #[error("{0}")]
    System(#[from] io::Error),
    /// The demo ended, but its books do not add up.
    #[error("the books do not add up: {0}; the report has the figures")]
    Unbalanced(String),
}

// Boxed, since they carry files, times and balances: an error is passed far more often than it is made.
impl From<DataError> for CliError {
    fn from(error: DataError) -> Self {
        Self::Data(Box::new(error))
    }
}

impl From<SendError> for CliError {
    fn from(error: SendError) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<DeploymentError> for CliError {
    fn from(error: DeploymentError) -> Self {
        Self::Deployment(Box::new(error))
    }
}

impl From<SolveError> for CliError {
    fn from(error: SolveError) -> Self {
        match error {
            SolveError::Chain(error) => error.into(),
            other => Self::Solve(Box::new(other)),
        }
    }
}

// What chores share with the world fails there as everything else does.
impl From<KeepError> for CliError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Reverted { call, reason } => Self::Reverted { call, reason },
            KeepError::SurfaceStuck => Self::SurfaceStuck,
            KeepError::Refused(error) => Self::Refused(error),
            other => Self::Keep(Box::new(other)),
        }
    }
}
