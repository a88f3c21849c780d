//! What the keeper is told.

use std::env;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use alloy_primitives::Address;
use alloy_signer_local::PrivateKeySigner;
use clap::{Args, ValueEnum};

use super::error::KeepError;
use super::quotes::Quotes;
use super::surface::Policy;
use crate::deploy::args::Target;
use crate::deploy::KeySource;

/// Holds the private keys of surface keepers, in hexadecimal, with commas between them.
pub const SURFACE_KEYS_VARIABLE: &str = "EQUIPOISE_SURFACE_KEYS";

/// What `keep --help` says.
pub const ABOUT: &str = "\
Keep a vault's markets: whatever anybody may do for them, when it is due, by JSON-RPC.

Nothing is kept between runs but what is on chain, so the keeper may be stopped, started again or run twice at any time.
Whatever would revert is found by a call first and not sent. Keys come from the environment or from keystores: EQUIPOISE_KEY
or --keystore pays for transactions, EQUIPOISE_SURFACE_KEYS or --surface-keystore signs surfaces;
EQUIPOISE_KEYSTORE_PASSWORD opens keystores.";

/// A chore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ChoreName {
    /// Settle expired boards, and accounts in them
    Settlement,
    /// Post the surface that is fitted to the quotes
    Surface,
    /// Look at the breakers when that would trip or clear one
    Breakers,
    /// Start and end auctions, bid, take over, deleverage, cover bad debt
    Liquidation,
    /// Price epochs of LPs' requests after their cut
    Epochs,
    /// Have spreads learn when their epoch is over
    Learning,
    /// Send the vault's fees to their recipient
    Fees,
    /// Keep programs alive before they lapse
    Programs,
}

impl ChoreName {
    /// In the order in which they are done: what others wait for comes first.
    pub const ALL: [Self; 8] = [
        Self::Settlement,
        Self::Surface,
        Self::Breakers,
        Self::Liquidation,
        Self::Epochs,
        Self::Learning,
        Self::Fees,
        Self::Programs,
    ];

    /// On the command line, in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settlement => "settlement",
            Self::Surface => "surface",
            Self::Breakers => "breakers",
            Self::Liquidation => "liquidation",
            Self::Epochs => "epochs",
            Self::Learning => "learning",
            Self::Fees => "fees",
            Self::Programs => "programs",
        }
    }

    /// How often, unless somebody says otherwise.
    pub const fn every(self) -> Duration {
        match self {
            Self::Surface | Self::Breakers | Self::Liquidation => Duration::from_secs(30),
            Self::Settlement | Self::Epochs | Self::Learning => Duration::from_mins(1),
            Self::Fees | Self::Programs => Duration::from_hours(24),
        }
    }
}

impl fmt::Display for ChoreName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// How logs and reports are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people
    #[default]
    Text,
    /// A line of JSON each
    Json,
}

/// Flags of `keep`.
#[derive(Clone, Debug, Args)]
pub struct KeepArguments {
    /// Which chain
    #[command(flatten)]
    pub target: Target,
    /// The vault whose markets are kept; by default that of the chain's records
    #[arg(long, value_name = "ADDRESS")]
    pub vault: Option<Address>,
    /// Which of the chain's deployments; the last by default
    #[arg(long, value_name = "NUMBER")]
    pub deployment: Option<u64>,
    /// Do only these chores
    #[arg(long, value_name = "CHORE", value_delimiter = ',')]
    pub only: Vec<ChoreName>,
    /// How often a chore is done, such as surface=10; once for each
    #[arg(long, value_name = "CHORE=SECONDS", value_parser = interval)]
    pub every: Vec<(ChoreName, Duration)>,
    /// Do every chore once, report, and end: for cron
    #[arg(long)]
    pub once: bool,
    /// Show what would be done, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Who would send, for a dry run without a key
    #[arg(long, value_name = "ADDRESS", requires = "dry_run")]
    pub from: Option<Address>,
    /// Keystore of who pays, opened with `EQUIPOISE_KEYSTORE_PASSWORD`; without it `EQUIPOISE_KEY`
    #[arg(long, value_name = "FILE")]
    pub keystore: Option<PathBuf>,
    /// Listing of quotes, CSV or CSV.gz, as `fit` reads it; somebody else keeps it fresh. Without quotes no surface is posted
    #[arg(long, value_name = "FILE", conflicts_with = "quotes_command")]
    pub quotes: Option<PathBuf>,
    /// Shell command that prints such a listing
    #[arg(long, value_name = "COMMAND")]
    pub quotes_command: Option<String>,
    /// Currency to take from a listing of several
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// The market that the quotes are of, if the vault has several
    #[arg(long, value_name = "ADDRESS")]
    pub market: Option<Address>,
    /// Keystore of a surface keeper, once for each; without any `EQUIPOISE_SURFACE_KEYS`
    #[arg(long, value_name = "FILE")]
    pub surface_keystore: Vec<PathBuf>,
    /// Post the surface anew when it is so old
    #[arg(long, value_name = "SECONDS", default_value_t = 21_600)]
    pub refresh: u64,
    /// Post it anew when it is so far from the quotes, in volatility: 0.005 is half a point
    #[arg(long, value_name = "VOLATILITY", default_value_t = 0.005)]
    pub tolerance: f64,
    /// Sign no quotes that are older than this
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    pub quotes_age: u64,
    /// Bid in auctions from this discount up, as a share of maintenance margin, with the sender's own account
    #[arg(long, value_name = "DISCOUNT")]
    pub bid: Option<f64>,
    /// Send fees once they are so much, in tokens
    #[arg(long, value_name = "TOKENS", default_value_t = 100)]
    pub least_fees: u64,
    /// Keep alive programs that have fewer days left
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..=334))]
    pub days: u64,
    /// The block from which accounts are looked for; by default that of the deployment, or the first
    #[arg(long, value_name = "NUMBER")]
    pub first_block: Option<u64>,
    /// Blocks whose events the server reads at once
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub log_blocks: u64,
    /// Serve metrics for Prometheus at this address, such as 127.0.0.1:9464
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub metrics: Option<SocketAddr>,
    /// How logs and the report are written
    #[arg(long, default_value = "text")]
    pub format: OutputFormat,
}

impl KeepArguments {
    /// The chores that are asked for.
    pub fn chores(&self) -> Vec<ChoreName> {
        let is_asked = |name: &ChoreName| self.only.is_empty() || self.only.contains(name);
        ChoreName::ALL.into_iter().filter(is_asked).collect()
    }

    /// How often a chore is done.
    pub fn every(&self, chore: ChoreName) -> Duration {
        let told = self.every.iter().rev().find(|(name, _)| *name == chore);
        told.map_or(chore.every(), |(_, every)| *every)
    }

    /// Where quotes come from.
    pub fn quotes(&self) -> Quotes {
        let (file, command, currency) = (self.quotes.clone(), self.quotes_command.clone(), self.currency.clone());
        Quotes { file, command, currency }
    }

    /// When surfaces are posted.
    pub const fn policy(&self) -> Policy {
        Policy { refresh_secs: self.refresh, tolerance: self.tolerance, quotes_secs: self.quotes_age }
    }

    /// Where keys come from.
    pub fn keys(&self) -> Keys {
        let of_keystore = |path: &PathBuf| KeySource::from_environment(Some(path));
        let told = env::var(SURFACE_KEYS_VARIABLE).unwrap_or_default();
        let of_environment = told.split(',').map(str::trim).filter(|key| !key.is_empty());
        let surface = if self.surface_keystore.is_empty() {
            of_environment.map(|key| KeySource { key: Some(key.to_owned()), keystore: None }).collect()
        } else {
            self.surface_keystore.iter().map(of_keystore).collect()
        };
        Keys { sender: KeySource::from_environment(self.keystore.as_deref()), surface }
    }
}

/// Where keys come from.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Of who pays.
    pub sender: KeySource,
    /// Of the surface keepers.
    pub surface: Vec<KeySource>,
}

impl Keys {
    /// The surface keepers' keys.
    /// # Errors: [`KeepError::SurfaceKeysMissing`], [`KeepError::SurfaceKey`], [`KeepError::Connection`] for a keystore
    pub fn surface_signers(&self) -> Result<Vec<PrivateKeySigner>, KeepError> {
        if self.surface.is_empty() {
            return Err(KeepError::SurfaceKeysMissing);
        }
        let read = |source: &KeySource| match source.require() {
            Ok(signer) => Ok(signer),
            Err(_) if source.keystore.is_none() => Err(KeepError::SurfaceKey),
            Err(error) => Err(error.into()),
        };
        self.surface.iter().map(read).collect()
    }
}

fn interval(text: &str) -> Result<(ChoreName, Duration), String> {
    let form = || "give a chore and its seconds, such as surface=10".to_owned();
    let (name, secs) = text.split_once('=').ok_or_else(form)?;
    let name = ChoreName::from_str(name, false).map_err(|error| format!("{error}: {}", form()))?;
    let secs = secs.parse().ok().filter(|secs| *secs > 0).ok_or_else(form)?;
    Ok((name, Duration::from_secs(secs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chores_are_called_as_the_command_line_has_them() {
        for chore in ChoreName::value_variants() {
            assert_eq!(chore.to_possible_value().unwrap().get_name(), chore.name());
        }
        assert_eq!(ChoreName::value_variants(), ChoreName::ALL);
    }

    #[test]
    fn an_interval_is_a_chore_and_its_seconds() {
        assert_eq!(interval("surface=10"), Ok((ChoreName::Surface, Duration::from_secs(10))));
        for wrong in ["surface", "surface=", "surface=0", "tidying=10"] {
            assert!(interval(wrong).is_err(), "{wrong}");
        }
    }
}
