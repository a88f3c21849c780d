//! What deploying refuses or fails at.

use std::io;
use std::path::PathBuf;

use alloy_primitives::{Address, B256, U256};

use super::network::Network;

/// Why a deployment, its check or its keeping alive failed.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// The URL is none.
    #[error("--url {0}: no URL of a JSON-RPC server, such as http://127.0.0.1:8547")]
    Url(String),
    /// The server failed, or is none.
    #[error("{url} does not answer {what}: {cause}")]
    Transport {
        /// Where.
        url: String,
        /// What was asked.
        what: String,
        /// What it said.
        cause: String,
    },
    /// A recording does not have what is asked.
    #[error("{path}: {method} {params} is not in it: it is of other settings, programs or of another deployer. --record makes one anew")]
    NotRecorded {
        /// The recording.
        path: PathBuf,
        /// What is asked.
        method: String,
        /// With what.
        params: String,
    },
    /// The server is of another chain.
    #[error("{url} is of chain {found}, and {network} is chain {expected}: pass another --url or --network")]
    WrongChain {
        /// Where.
        url: String,
        /// Its chain.
        found: u64,
        /// What was asked for.
        network: Network,
        /// Its chain.
        expected: u64,
    },
    /// Nobody signs.
    #[error("this takes a key: set EQUIPOISE_KEY, or pass --keystore FILE and set EQUIPOISE_KEYSTORE_PASSWORD")]
    KeyMissing,
    /// The key is none.
    #[error("EQUIPOISE_KEY: no private key; 32 bytes in hexadecimal are")]
    Key,
    /// The keystore cannot be opened.
    #[error("--keystore {path}: {cause}; is EQUIPOISE_KEYSTORE_PASSWORD right?")]
    Keystore {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Nobody is named to plan for.
    #[error("--dry-run takes who would deploy: pass --from ADDRESS, or a key")]
    DeployerUnknown,
    /// The folder is no repository.
    #[error("{path}: git does not answer ({cause}); --tree names the repository that the programs are built from")]
    NoRepository {
        /// The folder.
        path: PathBuf,
        /// What git said.
        cause: String,
    },
    /// The tree is not what the commit says.
    #[error("{path} differs from its commit ({changes}): commit or remove that first, so that the record names what is deployed")]
    DirtyTree {
        /// The folder.
        path: PathBuf,
        /// What differs.
        changes: String,
    },
    /// The programs are of another commit.
    #[error("{path}: the programs were built from {built}, and the tree is at {head}: run scripts/build-programs")]
    BuiltElsewhere {
        /// Where the commit is noted.
        path: PathBuf,
        /// From what they were built.
        built: String,
        /// The tree's commit.
        head: String,
    },
    /// The tree does not say what it is built with.
    #[error("{path}: {what} is not in it")]
    Toolchain {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// The settings cannot be used.
    #[error("{path}: {problem}; deployments/settings.example.json is right")]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// An address that must have code has none.
    #[error("{what} {address} has no code on this chain: {remedy}")]
    NoCode {
        /// What it should be.
        what: String,
        /// Where.
        address: Address,
        /// What to do.
        remedy: &'static str,
    },
    /// A contract that is given is not what it should be.
    #[error("{what} {address}: {problem}")]
    Unfit {
        /// What it should be.
        what: String,
        /// Where.
        address: Address,
        /// What is wrong.
        problem: String,
    },
    /// There is too little ether.
    #[error("{account} has {has} ETH, and the deployment costs about {needs} ETH: fund it")]
    FundsShort {
        /// Who deploys.
        account: Address,
        /// What there is.
        has: String,
        /// What it costs.
        needs: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {problem}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The journal is of another deployment.
    #[error(
        "{path} is of a deployment {what}: finish that one as it was begun, or move the file away and deploy anew"
    )]
    JournalOfAnother {
        /// The journal.
        path: PathBuf,
        /// How it differs.
        what: String,
    },
    /// What the journal says has been deployed already.
    #[error("{path} says that this is deployed: `equipoise verify` checks it, and --again deploys another beside it")]
    DeployedAlready {
        /// The journal.
        path: PathBuf,
    },
    /// A step is not what it was.
    #[error("the step `{step}` is not what the journal says: settings, programs or keys have changed since; restore them, or move {path} away and deploy anew")]
    StepChanged {
        /// Its name.
        step: String,
        /// The journal.
        path: PathBuf,
    },
    /// The chain does not know what the journal says.
    #[error("the step `{step}` was confirmed in {transaction}, which this chain does not know: it is another chain, or was started anew; move {path} away and deploy anew")]
    StepUnknown {
        /// Its name.
        step: String,
        /// The transaction.
        transaction: B256,
        /// The journal.
        path: PathBuf,
    },
    /// A step fails.
    #[error("the step `{step}` fails: {reason}")]
    StepFails {
        /// Its name.
        step: String,
        /// The typed error, or what the server said.
        reason: String,
    },
    /// A transaction stays out.
    #[error("the step `{step}` is sent in {transaction} but not confirmed after {secs} s: run the same command again to go on waiting")]
    Unconfirmed {
        /// Its name.
        step: String,
        /// The transaction.
        transaction: B256,
        /// How long it was waited for.
        secs: u64,
    },
    /// What is on chain is not what was sent.
    #[error("`{step}` is at {address}, with other code than was deployed")]
    OtherCode {
        /// The step.
        step: String,
        /// Where.
        address: Address,
    },
    /// There is no record.
    #[error("{0}: no records of a deployment there")]
    NoRecords(PathBuf),
    /// A record of the same name is there.
    #[error("{0} is there already: records are never overwritten")]
    RecordExists(PathBuf),
    /// The chain is not as the records say.
    #[error("{failed} of {checks} checks fail")]
    NotAsRecorded {
        /// Those that fail.
        failed: usize,
        /// All of them.
        checks: usize,
    },
    /// A program cannot be kept alive.
    #[error("{program}: its time left cannot be read ({reason})")]
    TimeLeft {
        /// Its name.
        program: String,
        /// The typed error.
        reason: String,
    },
    /// Another build gives other bytes.
    #[error("{commit} built in {folder} gives other bytes for {programs}")]
    NotReproduced {
        /// The commit.
        commit: String,
        /// Where it was built.
        folder: PathBuf,
        /// The programs that differ.
        programs: String,
    },
    /// A data fee is beyond reason.
    #[error("{program}: the data fee is {wei} wei, more than {most}: is the chain's pricer at rest? Try again later")]
    FeeTooHigh {
        /// The program.
        program: String,
        /// The fee.
        wei: U256,
        /// The most that is paid.
        most: U256,
    },
    /// The background could not be started.
    #[error("{0}")]
    System(#[from] io::Error),
}
