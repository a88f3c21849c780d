//! What the commands of governance refuse or fail at.

use std::io;
use std::path::PathBuf;

use alloy_primitives::{Address, U256};

/// Why a command of governance failed.
#[derive(Debug, thiserror::Error)]
pub enum GovernanceError {
    /// The URL is none.
    #[error("--url {0}: no URL of a JSON-RPC server, such as http://127.0.0.1:8547")]
    Url(String),
    /// The server failed, or is none.
    #[error("the server does not answer: {0}")]
    Transport(String),
    /// The background could not be started.
    #[error("{0}")]
    System(#[from] io::Error),
    /// A call was refused.
    #[error("{call} reverted: {reason}")]
    Reverted {
        /// The function's signature.
        call: &'static str,
        /// The typed error with its values.
        reason: String,
    },
    /// An answer that is not in the ABI.
    #[error("{call} of {contract} answered what its ABI does not say; is the address right?")]
    Answer {
        /// The function's signature.
        call: &'static str,
        /// Who was asked.
        contract: Address,
    },
    /// The key is none.
    #[error("--key: no private key; 32 bytes in hexadecimal are")]
    Key,
    /// Nobody signs.
    #[error("this takes a key: pass --key, or set EQUIPOISE_KEY")]
    KeyMissing,
    /// There is no such proposal.
    #[error("no proposal {0} at this governor; `equipoise vote propose` prints the ids of new ones")]
    ProposalUnknown(U256),
    /// No program, or several, have the group.
    #[error("{found} registered programs have the group {group}: name one of them with --target")]
    TargetAmbiguous {
        /// The group.
        group: String,
        /// How many there are.
        found: usize,
    },
    /// The group has no such number.
    #[error("{group} has no number called `{name}`: it has {names}")]
    NameUnknown {
        /// The group.
        group: String,
        /// What was asked for.
        name: String,
        /// Those there are.
        names: String,
    },
    /// A number cannot be read.
    #[error("`{0}`: no number from 0 to 4294.967295 with at most six decimals")]
    Number(String),
    /// What should be set cannot be read.
    #[error("--set {0}: NAME=NUMBER is expected, such as lambda=24")]
    Assignment(String),
    /// A file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A file is no export.
    #[error("{path}: {problem}; `equipoise parameters export` writes one that is right")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The file is of another market.
    #[error("{path}: it is of {what} {found}, and this is {expected}")]
    Elsewhere {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// In the file.
        found: String,
        /// Here.
        expected: String,
    },
    /// Numbers that may not be set.
    #[error("{0} of the changes would be refused")]
    Refused(usize),
    /// Nothing differs.
    #[error("nothing differs from what is set")]
    NothingToChange,
}
