//! What the solver is told.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use alloy_primitives::Address;
use clap::Args;
use equipoise_risk::units::Atoms;

use super::options::Desk;
use super::round::Policy;
use super::venues::{Stock, VenueKind};
use crate::deploy::args::Target;
use crate::deploy::KeySource;
use crate::keep::args::OutputFormat;
use crate::units::TOKEN_ATOMS;

/// What `solve --help` says.
pub const ABOUT: &str = "\
Hedge a vault's markets, and earn the tips that their hedgers pay: by JSON-RPC, whenever the rule pays enough.

Each round reads everything anew, computes with the code that the chain runs what it will say, and sends at most one transaction:
a checkpoint, a rebalance over the venues where it is cheapest, or a trade of options. Nothing is kept between rounds, so the solver may be stopped,
started again or run beside others at any time; of several that hedge in the underlying one wins each epoch. Whatever would revert is found by a call first
and not sent.

Pools fill whoever asks. To fill out of an inventory of one's own, deploy a HedgeFiller (scripts/solidity) for the filler venue,
owned by the key here, put both tokens into it and name it by --filler; then its tips come to it. The key comes from
EQUIPOISE_KEY, or from --keystore, opened with EQUIPOISE_KEYSTORE_PASSWORD.";

/// Flags of `solve`.
#[derive(Clone, Debug, Args)]
pub struct SolveArguments {
    /// Which chain
    #[command(flatten)]
    pub target: Target,
    /// The vault whose markets are hedged; by default that of the chain's records
    #[arg(long, value_name = "ADDRESS")]
    pub vault: Option<Address>,
    /// Which of the chain's deployments; the last by default
    #[arg(long, value_name = "NUMBER")]
    pub deployment: Option<u64>,
    /// Hedge only this market
    #[arg(long, value_name = "ADDRESS")]
    pub market: Option<Address>,
    /// Fill only at venues of this kind
    #[arg(long, value_name = "KIND")]
    pub venue: Option<VenueKind>,
    /// The solver's own contract, a `HedgeFiller`: fills out of its inventory, and sends every rebalance
    #[arg(long, value_name = "ADDRESS")]
    pub filler: Option<Address>,
    /// What filling out of the inventory costs the solver beyond spot, either way, in basis points
    #[arg(long, value_name = "BPS", default_value_t = 5.0)]
    pub cost_bps: f64,
    /// Where hedges in the underlying leave nothing to do, trade options with the vault for tips, out of the key's margin account of this
    /// number: deposit cash in it and name the hedger its operator first
    #[arg(long, value_name = "NUMBER")]
    pub options_account: Option<u64>,
    /// What each contract of options that is taken on must earn, in tokens, beside its mid
    #[arg(long, value_name = "TOKENS", default_value_t = 0.0, requires = "options_account")]
    pub options_edge: f64,
    /// Send only what earns so much at least, tip less gas, in tokens
    #[arg(long, value_name = "TOKENS", default_value_t = 0.0)]
    pub min_profit: f64,
    /// Ask for at most this tip, in tokens; without it for as much as the rule gives
    #[arg(long, value_name = "TOKENS")]
    pub max_tip: Option<f64>,
    /// The price of an ether in tokens, which gas is paid in; by default that of the underlying
    #[arg(long, value_name = "TOKENS")]
    pub ether_price: Option<f64>,
    /// How often a round is made
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..))]
    pub every: u64,
    /// Make one round, report, and end: for cron
    #[arg(long)]
    pub once: bool,
    /// Show what would be done, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Who would send, for a dry run without a key
    #[arg(long, value_name = "ADDRESS", requires = "dry_run")]
    pub from: Option<Address>,
    /// Keystore of who sends, opened with `EQUIPOISE_KEYSTORE_PASSWORD`; without it `EQUIPOISE_KEY`
    #[arg(long, value_name = "FILE")]
    pub keystore: Option<PathBuf>,
    /// The block from which events are looked for; by default that of the deployment, or the first
    #[arg(long, value_name = "NUMBER")]
    pub first_block: Option<u64>,
    /// Blocks whose events the server reads at once
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub log_blocks: u64,
    /// Serve metrics for Prometheus at this address, such as 127.0.0.1:9465
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub metrics: Option<SocketAddr>,
    /// How logs and the report are written
    #[arg(long, default_value = "text")]
    pub format: OutputFormat,
}

impl SolveArguments {
    /// How often.
    pub const fn every(&self) -> Duration {
        Duration::from_secs(self.every)
    }

    /// Where the key comes from.
    pub fn key(&self) -> KeySource {
        KeySource::from_environment(self.keystore.as_deref())
    }

    /// How to work.
    /// # Inputs: what gas costs, and the block from which events are looked for
    pub fn policy(&self, wei_per_gas: u128, first_block: u64) -> Policy {
        let tip = self.max_tip.map_or(i128::MAX >> 1, |tip| (tip * TOKEN_ATOMS as f64) as i128);
        Policy {
            stock: self.filler.map(|filler| Stock { filler, cost_bps: self.cost_bps }),
            only: self.venue,
            options: self.options_account.map(|account| Desk { account, edge: self.options_edge }),
            least_profit: self.min_profit,
            most_tip: Atoms::new(tip),
            wei_per_gas,
            ether_price: self.ether_price,
            blocks: (first_block, self.log_blocks),
        }
    }
}
