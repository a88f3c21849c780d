//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::demo::Options;
use crate::deploy::args::{DeployArguments, KeepaliveArguments, VerifyArguments};
use crate::explain::ExplainArguments;
use crate::governance::args::{ParametersArguments, VoteArguments};
use crate::input::{Source, LEAST_BOARDS, LEAST_DAYS, LEAST_STRIKES};
use crate::keep::args::KeepArguments;
use crate::price::Format;
use crate::programs::default_dir;
use crate::replay::ReplayArguments;
use crate::solve::args::SolveArguments;

/// The most boards and strikes that a market lists at a time.
const MOST_BOARDS: u64 = 8;
const MOST_STRIKES: u64 = 16;
/// Programs that nobody keeps alive expire a year after they were activated.
const MOST_DAYS: u64 = 360;

/// What `price --help` says.
const PRICE_ABOUT: &str = "\
Price options, or imply their volatility, row by row from standard input, to the last bit.

Rows are CSV with a header line, or JSON lines; the answers are written in the same form, one for each row and in
their order, with the line they answer. Fields, in any order, others ignored:

  forward          quote per base, 0.0001 to 1000000000; or spot, and dividend_yield (a year, default 0)
  strike           quote per base, 0.001 to 1000 forwards
  years            time to expiry in years of 365 days: 0, or from one second to 3
  rate             a year, continuously compounded, -0.5 to 2; default 0
  vol              per square root of a year, 0.01 to 10 (0.65 is 65 %): gives prices and Greeks
  price, kind      instead of vol, of a `call` (the default) or a `put`: gives the volatility
  id               passed through

With a vol: call, put, call_delta, put_delta, gamma, vega, call_theta, put_theta, call_rho, put_rho, vanna, volga,
discount. Theta is per year that passes, vega per 1.00 of vol, rho per 1.00 of rate at a fixed forward (or spot).
With a price: vol. At a rate the price is divided by the discount factor first, rounded down.

A number is a decimal (3000.5, 1e-4), converted to Q64.64, 64 bits before and 64 after the binary point, to the
nearest, ties to even. Or it is exact: forward_raw, strike_raw, ... give the integer number of 2^-64.
Each result is written as its exact decimal expansion and, in a field with _raw behind its name, as that integer.
The functions are those of the programs on chain, so are the results' bits.

A row without an answer has a field `error` that names line, field, value, domain and remedy (in JSON an object).
The other rows are answered, and the exit status is 1.";

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
    /// Measure in ink what the operations of the pure crates cost in WASM, and compare the results' bits with native code
    Bench(BenchArguments),
    /// Price options, or imply their volatility, row by row from standard input, to the last bit
    #[command(long_about = PRICE_ABOUT)]
    Price {
        /// Form of the rows; without it the first character tells
        #[arg(long)]
        format: Option<Format>,
    },
    /// Let attackers that learn try to take money out of a simulated market; fails if one gains what he may not
    Attack {
        /// Rounds of each attack
        #[arg(long, value_name = "COUNT", default_value_t = 2_000)]
        rounds: u32,
        /// Seed of every random number
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        seed: u64,
        /// Only attacks with this in their names
        #[arg(long, value_name = "TEXT", default_value = "")]
        name: String,
        /// Write the report as JSON
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Replay a price history through the protocol's crates: what LPs earn, why, and what breaks
    #[command(long_about = crate::replay::ABOUT)]
    Replay(ReplayArguments),
    /// Deploy everything to a network, or go on with what was interrupted; records it and checks it on chain
    Deploy(DeployArguments),
    /// Compare a network with the records of a deployment: code, proxies, owners, wiring, time left
    Verify(VerifyArguments),
    /// Keep alive programs that would soon lapse, and activate again those that have
    Keepalive(KeepaliveArguments),
    /// Keep a vault's markets: surfaces, settlement, breakers, liquidations, epochs, fees, programs
    #[command(long_about = crate::keep::args::ABOUT)]
    Keep(Box<KeepArguments>),
    /// Hedge a vault's markets for the tips that they pay
    #[command(long_about = crate::solve::args::ABOUT)]
    Solve(Box<SolveArguments>),
    /// Take part in votes: delegate, propose, vote, sign, queue, execute, veto, show
    Vote(VoteArguments),
    /// Export, check and import the numbers that votes are about
    Parameters(ParametersArguments),
    /// Explain a transaction: its calls, events, gas and ink, and why it failed
    Explain(ExplainArguments),
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

/// Flags of `bench`.
#[derive(Clone, Debug, Args)]
pub struct BenchArguments {
    /// Write the figures as JSON instead of a table; `-` is the standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Measure only the rows whose name begins so, and no sizes
    #[arg(long, value_name = "PREFIX", default_value = "")]
    pub rows: String,
    /// Folder with the programs' WASM and the meter's
    #[arg(long, value_name = "FOLDER")]
    pub programs: Option<PathBuf>,
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
