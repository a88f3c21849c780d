//! What the keeper refuses or fails at.

use alloy_primitives::Address;
use equipoise_chain::SendError;
use equipoise_data::{DataError, FitError, Timestamp};

use crate::deploy::DeploymentError;

/// Why a chore, or the keeper, failed.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The server, a key or a record.
    #[error(transparent)]
    Connection(Box<DeploymentError>),
    /// The embedded chain refused a transaction.
    #[error(transparent)]
    Refused(Box<SendError>),
    /// A call that must succeed reverted.
    #[error("{call} reverted: {reason}")]
    Reverted {
        /// The function's signature.
        call: &'static str,
        /// The typed error with its values.
        reason: String,
    },
    /// A contract is not what it should be.
    #[error("{contract} answers {call} with something else: is it the contract that it is taken for?")]
    Answer {
        /// The function's signature.
        call: &'static str,
        /// Which contract.
        contract: Address,
    },
    /// Keepers cannot get from the last surface towards the one they want.
    #[error("no surface between the last and the wanted one is free of arbitrage and within a step: the wanted one has arbitrage, or the owner must allow larger steps")]
    SurfaceStuck,
    /// The listing of quotes cannot be read.
    #[error(transparent)]
    Quotes(Box<DataError>),
    /// The quotes cannot be fitted.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The command that lists quotes failed.
    #[error("--quotes-command: {0}")]
    QuotesCommand(String),
    /// A board has no quotes.
    #[error("no quotes of the expiry {expiry} (board {board}): the listing must have every live expiry, with five strikes or more")]
    ExpiryUnquoted {
        /// The board.
        board: u16,
        /// Its expiry.
        expiry: Timestamp,
    },
    /// A surface keeper's key is none.
    #[error("EQUIPOISE_SURFACE_KEYS: no private keys; give 32 bytes in hexadecimal each, with commas between them")]
    SurfaceKey,
    /// Nobody signs surfaces.
    #[error("posting surfaces takes keys: set EQUIPOISE_SURFACE_KEYS, or pass --surface-keystore FILE and set EQUIPOISE_KEYSTORE_PASSWORD")]
    SurfaceKeysMissing,
    /// The market wants more signatures.
    #[error("the market wants {threshold} signatures of its surface keepers, and {have} of the keys here are theirs: add keys to EQUIPOISE_SURFACE_KEYS")]
    SurfaceKeysTooFew {
        /// Keys that are keepers'.
        have: usize,
        /// Signatures wanted.
        threshold: u8,
    },
    /// The feed has no usable round where one must be.
    #[error(
        "the feed {feed} has no usable round {what}: its history is too short, or its server keeps no state that old"
    )]
    RoundMissing {
        /// The feed.
        feed: Address,
        /// Which is looked for.
        what: String,
    },
    /// No vault is named.
    #[error("which vault? Pass --vault ADDRESS, or --records FOLDER of a deployment that has one")]
    VaultUnknown,
    /// No market, or more than one, may be meant.
    #[error("--market: {named} of the vault's markets {markets}: name the one that the quotes are of")]
    MarketUnknown {
        /// What was named.
        named: String,
        /// Which there are.
        markets: String,
    },
    /// The address of the metrics cannot be served.
    #[error("--metrics {at}: {cause}")]
    Metrics {
        /// Where.
        at: std::net::SocketAddr,
        /// What is wrong.
        cause: String,
    },
    /// Some chores failed in a run of `--once`.
    #[error("{failed} of {chores} chores failed: {first}")]
    Chores {
        /// Those that failed.
        failed: usize,
        /// Those that were due.
        chores: usize,
        /// Why the first of them failed.
        first: String,
    },
    /// The operating system.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

impl KeepError {
    /// Whether the same may work later: the server may answer again. What an operator has to mend does not.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Connection(error) => {
                matches!(**error, DeploymentError::Transport { .. } | DeploymentError::Unconfirmed { .. })
            }
            _ => false,
        }
    }
}

impl From<DeploymentError> for KeepError {
    fn from(error: DeploymentError) -> Self {
        Self::Connection(Box::new(error))
    }
}

impl From<SendError> for KeepError {
    fn from(error: SendError) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<DataError> for KeepError {
    fn from(error: DataError) -> Self {
        Self::Quotes(Box::new(error))
    }
}
