//! What the commands of governance are told.

use std::path::PathBuf;

use alloy_primitives::{Address, Bytes, U256};
use clap::{Args, Subcommand, ValueEnum};

use super::numbers::GroupName;

/// Where the chain is, and who sends.
#[derive(Clone, Debug, Args)]
pub struct Connection {
    /// JSON-RPC server, such as that of `equipoise demo --serve`
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8547", global = true)]
    pub url: String,
    /// Private key of who sends or signs
    #[arg(long, value_name = "HEX", env = "EQUIPOISE_KEY", hide_env_values = true, global = true)]
    pub key: Option<String>,
}

/// Flags of `vote`.
#[derive(Clone, Debug, Args)]
pub struct VoteArguments {
    /// Where, and by whom
    #[command(flatten)]
    pub connection: Connection,
    /// The governor
    #[arg(long, value_name = "ADDRESS")]
    pub governor: Address,
    /// What to do
    #[command(subcommand)]
    pub action: VoteAction,
}

/// What to do with votes.
#[derive(Clone, Debug, Subcommand)]
pub enum VoteAction {
    /// Give your tokens' weight to an account; weight that nobody delegates does not count
    Delegate {
        /// Who gets it; yourself by default
        #[arg(long, value_name = "ADDRESS")]
        to: Option<Address>,
    },
    /// Propose to change numbers of one group, after checking them by the rules
    Propose {
        /// The parameters' registry
        #[arg(long, value_name = "ADDRESS")]
        registry: Address,
        /// Which program's numbers, if several are registered
        #[arg(long, value_name = "ADDRESS")]
        target: Option<Address>,
        /// Which group
        #[arg(long)]
        group: GroupName,
        /// A number and what it shall be, such as lambda=24; once for each
        #[arg(long = "set", value_name = "NAME=NUMBER", required = true)]
        set: Vec<String>,
        /// What voters read
        #[arg(long, value_name = "TEXT")]
        describe: String,
    },
    /// Vote
    Cast {
        /// The proposal
        #[arg(long, value_name = "ID")]
        proposal: U256,
        /// How
        #[arg(long)]
        support: Support,
    },
    /// Sign a vote (EIP-712) for somebody else to bring; prints the signature
    Sign {
        /// The proposal
        #[arg(long, value_name = "ID")]
        proposal: U256,
        /// How
        #[arg(long)]
        support: Support,
    },
    /// Bring a vote that somebody has signed
    Relay {
        /// The proposal
        #[arg(long, value_name = "ID")]
        proposal: U256,
        /// How
        #[arg(long)]
        support: Support,
        /// Who has signed
        #[arg(long, value_name = "ADDRESS")]
        voter: Address,
        /// What `vote sign` printed
        #[arg(long, value_name = "HEX")]
        signature: Bytes,
    },
    /// Queue a proposal that has won
    Queue {
        /// The proposal
        #[arg(long, value_name = "ID")]
        proposal: U256,
    },
    /// Execute a proposal whose time in the timelock is over
    Execute {
        /// The proposal
        #[arg(long, value_name = "ID")]
        proposal: U256,
    },
    /// Cancel a queued proposal, as the guardian
    Veto {
        /// The proposal
        #[arg(long, value_name = "ID")]
        proposal: U256,
    },
    /// Show a proposal: where it stands, and each number's old and new value against its bounds
    Show {
        /// The proposal
        #[arg(long, value_name = "ID")]
        proposal: U256,
    },
}

/// How somebody votes, as the governor counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Support {
    /// Against
    Against,
    /// For
    For,
    /// Neither, but it counts for the quorum
    Abstain,
}

/// Flags of `parameters`.
#[derive(Clone, Debug, Args)]
pub struct ParametersArguments {
    /// Where, and by whom
    #[command(flatten)]
    pub connection: Connection,
    /// The parameters' registry
    #[arg(long, value_name = "ADDRESS")]
    pub registry: Address,
    /// What to do
    #[command(subcommand)]
    pub action: ParametersAction,
}

/// What to do with parameters.
#[derive(Clone, Debug, Subcommand)]
pub enum ParametersAction {
    /// Write every number of every registered program as JSON
    Export {
        /// The file; the standard output by default
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Compare a file with what is set, and check by the rules what would change; fails if a vote on it would
    Check {
        /// What `export` has written, edited
        file: PathBuf,
    },
    /// Propose what a file changes
    Import {
        /// What `export` has written, edited
        file: PathBuf,
        /// The governor
        #[arg(long, value_name = "ADDRESS")]
        governor: Address,
        /// What voters read
        #[arg(long, value_name = "TEXT")]
        describe: String,
    },
    /// Move numbers away from risk at once, as the guardian
    Tighten {
        /// Which program's numbers, if several are registered
        #[arg(long, value_name = "ADDRESS")]
        target: Option<Address>,
        /// Which group
        #[arg(long)]
        group: GroupName,
        /// A number and what it shall be, such as lambda=24; once for each
        #[arg(long = "set", value_name = "NAME=NUMBER", required = true)]
        set: Vec<String>,
    },
}
