//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::demo::Options;
use crate::input::{Source, LEAST_BOARDS, LEAST_DAYS, LEAST_STRIKES};
use crate::programs::default_dir;

/// The most boards and strikes that a market lists at a time.
const MOST_BOARDS: u64 = 8;
const MOST_STRIKES: u64 = 16;
/// Programs that nobody keeps alive expire a year after they were activated.
const MOST_DAYS: u64 = 360;

/// Equipoise: an options market maker on chain.
#[derive(Clone, Debug, Parser)]
#[command(name = "equipoise", version)]
pub struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run a whole market on an embedded chain: list, price, trade, settle, pay out, report
    Demo(DemoArguments),
    /// Fit a volatility surface to an option chain and show the errors per expiry
    Fit {
        /// Option chain, CSV or CSV.gz
        #[arg(long, value_name = "FILE")]
        chain: PathBuf,
        /// Currency to take from a file of several
        #[arg(long, value_name = "CODE")]
        currency: Option<String>,
    },
    /// Show the compressed sizes of the programs; fails if one is over the limit
    Programs {
        /// Folder with the programs' WASM
        #[arg(long, value_name = "FOLDER")]
        programs: Option<PathBuf>,
    },
}

/// Flags of `demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArguments {
    /// Option chain, CSV or CSV.gz; without it one is generated from the seed
    #[arg(long, value_name = "FILE")]
    pub chain: Option<PathBuf>,
    /// Price history, CSV or CSV.gz; without it one is generated from the seed. If it has no moment in common with the
    /// chain, only the chain's smile is used, at the volatility realised in the history
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// Currency to take from files of several
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Seed of the crowd and of generated data: the same seed gives the same report, bit for bit
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Days of trading at most; prices may end it sooner
    #[arg(long, value_name = "DAYS", default_value_t = 26, value_parser = clap::value_parser!(u64).range(LEAST_DAYS..=MOST_DAYS))]
    pub days: u64,
    /// Traders in the crowd
    #[arg(long, value_name = "COUNT", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=200))]
    pub traders: u64,
    /// Orders that the crowd places in all
    #[arg(long, value_name = "COUNT", default_value_t = 1_500, value_parser = clap::value_parser!(u64).range(0..=100_000))]
    pub orders: u64,
    /// Expiries that are live at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u64).range(LEAST_BOARDS as u64..=MOST_BOARDS))]
    pub boards: u64,
    /// Strikes of each expiry
    #[arg(long, value_name = "COUNT", default_value_t = 12, value_parser = clap::value_parser!(u64).range(LEAST_STRIKES as u64..=MOST_STRIKES))]
    pub strikes: u64,
    /// Folder with the programs' WASM
    #[arg(long, value_name = "FOLDER")]
    pub programs: Option<PathBuf>,
    /// Afterwards open the market anew and serve the chain by JSON-RPC until Ctrl-C, with a ticking feed
    #[arg(long)]
    pub serve: bool,
    /// Port to serve on; 0 takes any free one
    #[arg(long, value_name = "PORT", default_value_t = 8547, requires = "serve")]
    pub port: u16,
}

impl DemoArguments {
    /// What to run.
    pub fn options(&self) -> Options {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Options {
            source: Source {
                chain: self.chain.clone(),
                prices: self.prices.clone(),
                currency: self.currency.clone(),
                seed: self.seed,
                days: self.days,
                strikes: count(self.strikes),
            },
            traders: count(self.traders),
            orders: self.orders,
            boards: count(self.boards),
        }
    }

    /// Where the programs are.
    pub fn programs_dir(&self) -> PathBuf {
        self.programs.clone().unwrap_or_else(default_dir)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_bare_demo_has_at_least_four_expiries_of_twelve_strikes() {
        let Command::Demo(arguments) = Arguments::parse_from(["equipoise", "demo"]).command else {
            panic!("not a demo")
        };
        let options = arguments.options();
        assert!(options.boards >= 4 && options.source.strikes >= 12);
    }
}
