//! What the commands of deployment are told.

use std::path::{Path, PathBuf};

use alloy_primitives::utils::parse_ether;
use alloy_primitives::{Address, U256};
use clap::Args;

use super::error::DeploymentError;
use super::key::KeySource;
use super::network::Network;
use super::rpc::Rpc;
use super::tape::{Playback, Recording};
use crate::programs::default_dir;

/// Which chain, where it answers, and where its records are.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// Where to
    #[arg(long)]
    pub network: Network,
    /// JSON-RPC server; the network's public one by default, or a local one at port 8547
    #[arg(long, value_name = "URL", env = "EQUIPOISE_URL", hide_env_values = true)]
    pub url: Option<String>,
    /// Folder of the records, one folder in it per chain id; `deployments` of the tree by default, for a local network
    /// `target/deployments`
    #[arg(long, value_name = "FOLDER")]
    pub records: Option<PathBuf>,
    /// Repository that the programs are built from; by default the one that this program was built in
    #[arg(long, value_name = "FOLDER")]
    pub tree: Option<PathBuf>,
}

impl Target {
    /// Connects, and makes sure that it is the network that is asked for.
    /// # Errors: [`DeploymentError::Url`], [`DeploymentError::WrongChain`], [`DeploymentError::Transport`]
    pub fn connect(&self) -> Result<Rpc, DeploymentError> {
        let rpc = self.server()?;
        rpc.require(self.network)?;
        Ok(rpc)
    }

    fn server(&self) -> Result<Rpc, DeploymentError> {
        Rpc::connect(self.url.as_deref().unwrap_or(self.network.url()))
    }

    /// The repository.
    pub fn tree(&self) -> PathBuf {
        let own = || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned);
        self.tree.clone().or_else(own).unwrap_or_default()
    }

    /// The folder of the chain's records.
    pub fn folder(&self) -> PathBuf {
        let default = if self.network.is_local() { "target/deployments" } else { "deployments" };
        let records = self.records.clone().unwrap_or_else(|| self.tree().join(default));
        records.join(self.network.chain_id().to_string())
    }
}

/// Flags of `deploy`.
#[derive(Clone, Debug, Args)]
pub struct DeployArguments {
    /// Where to
    #[command(flatten)]
    pub target: Target,
    /// What to deploy: see `deployments/settings.example.json`
    #[arg(long, value_name = "FILE")]
    pub settings: PathBuf,
    /// Keystore (Web3 secret storage) of who deploys, opened with `EQUIPOISE_KEYSTORE_PASSWORD`; without it `EQUIPOISE_KEY`
    #[arg(long, value_name = "FILE")]
    pub keystore: Option<PathBuf>,
    /// Rehearse every step on an embedded chain, show what each costs at the network's prices, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Who would deploy, for a dry run without a key
    #[arg(long, value_name = "ADDRESS", requires = "dry_run")]
    pub from: Option<Address>,
    /// Build the programs once more from the commit, in another folder, and compare: records then say `verified`
    #[arg(long)]
    pub rebuild: bool,
    /// Deploy another one beside what is deployed
    #[arg(long)]
    pub again: bool,
    /// Most ether to bid for a program's place in Arbitrum's cache
    #[arg(long, value_name = "ETHER", default_value = "0.001", value_parser = ether)]
    pub most_bid: U256,
    /// Folder with the programs' WASM
    #[arg(long, value_name = "FOLDER")]
    pub programs: Option<PathBuf>,
    /// Take down what the network is asked and what it answers, a JSON line for each
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Ask what was recorded instead of the network
    #[arg(long, value_name = "FILE", requires = "dry_run", conflicts_with = "record")]
    pub answers: Option<PathBuf>,
}

impl DeployArguments {
    /// Connects, to a recording where one is given, and makes sure that it is of the network that is asked for.
    /// # Errors: those of [`Target::connect`]; [`DeploymentError::File`], [`DeploymentError::Format`],
    /// [`DeploymentError::NotRecorded`]
    pub fn connect(&self) -> Result<Rpc, DeploymentError> {
        let mut rpc = match &self.answers {
            Some(path) => Rpc::replay(Playback::read(path)?),
            None => self.target.server()?,
        };
        if let Some(path) = &self.record {
            rpc.record(Recording::begin(path)?)?;
        }
        rpc.require(self.target.network)?;
        Ok(rpc)
    }

    /// Where the programs are.
    pub fn programs_dir(&self) -> PathBuf {
        self.programs.clone().unwrap_or_else(default_dir)
    }

    /// Where the key comes from.
    pub fn keys(&self) -> KeySource {
        KeySource::from_environment(self.keystore.as_deref())
    }
}

/// Flags of `verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyArguments {
    /// Which chain
    #[command(flatten)]
    pub target: Target,
    /// Which of the chain's deployments; the last by default
    #[arg(long, value_name = "NUMBER")]
    pub deployment: Option<u64>,
}

/// Flags of `keepalive`.
#[derive(Clone, Debug, Args)]
pub struct KeepaliveArguments {
    /// Which chain
    #[command(flatten)]
    pub target: Target,
    /// Which of the chain's deployments; the last by default
    #[arg(long, value_name = "NUMBER")]
    pub deployment: Option<u64>,
    /// Keep alive what has fewer days left. Arbitrum takes nothing in the first 31 days
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..=334))]
    pub days: u64,
    /// Keystore of who pays, opened with `EQUIPOISE_KEYSTORE_PASSWORD`; without it `EQUIPOISE_KEY`
    #[arg(long, value_name = "FILE")]
    pub keystore: Option<PathBuf>,
    /// Show what would be done, and send nothing
    #[arg(long)]
    pub dry_run: bool,
}

impl KeepaliveArguments {
    /// Where the key comes from.
    pub fn keys(&self) -> KeySource {
        KeySource::from_environment(self.keystore.as_deref())
    }
}

fn ether(text: &str) -> Result<U256, String> {
    parse_ether(text).map_err(|reason| format!("{reason}: give ether, such as 0.001"))
}
