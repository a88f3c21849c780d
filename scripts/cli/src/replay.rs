//! The command `replay`: the user's price history through the protocol's crates.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use equipoise_data::{parse_time, Timestamp};
use equipoise_replay::{replay, sections, FeedKind, Hedge, Input, Numbers, Report, Solvers, Table, Variant, Without};

use crate::error::CliError;
use crate::report::table;

/// What `replay --help` says.
pub const ABOUT: &str = "\
Replay a price history through the protocol's crates: what LPs earn, why, and what breaks.

Every candle is four prices, in the order that is worse for the vault. Expiries are weekly and monthly; without chains the
surface follows realised volatility, with a smile fitted to option chains. Traders are simulated from the seed, come at
prices that suit them, hold their shorts on margin and are liquidated. Two solvers compete to hedge the vault at 7 bp, under
the rules that the chain enforces.

Every change of what LPs own is explained: delta, gamma, theta, vega, spread, fees, skew, cost of the hedge, settlements, debts
paid for others, and a residual that makes the sum exact. Variances are also shown for the same trades without the hedge.";

/// Flags of `replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArguments {
    /// Price history, CSV or CSV.gz, hourly candles
    #[arg(long, value_name = "FILE")]
    pub prices: PathBuf,
    /// Option chains: a folder of files or one file, CSV or CSV.gz; used where they are no older than 36 hours
    #[arg(long, value_name = "FOLDER")]
    pub chains: Option<PathBuf>,
    /// Currency to take from files of several
    #[arg(long, value_name = "CODE", default_value = "ETH")]
    pub currency: String,
    /// First moment, such as 2022-05-01 or 2022-05-01T08:00:00Z; the first price if absent
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub from: Option<Timestamp>,
    /// Last moment; the last price if absent
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub to: Option<Timestamp>,
    /// Seed of the flow: the same seed gives the same report, bit for bit
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// What LPs put in, in quote units
    #[arg(long, value_name = "AMOUNT", default_value_t = 3_000_000, value_parser = clap::value_parser!(u64).range(10_000..=1_000_000_000))]
    pub capital: u64,
    /// Hedge of the first run; a second one shows the other
    #[arg(long, default_value = "solvers")]
    pub hedge: HedgeFlag,
    /// Solvers who compete for the vault's tips
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=2))]
    pub solvers: u8,
    /// From this moment on there is no solver
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub solvers_die: Option<Timestamp>,
    /// How spot comes to the chain
    #[arg(long, default_value = "pull")]
    pub feed: FeedFlag,
    /// Set a number that votes may move, within its bounds, such as OuterBand=0.04; may be given again
    #[arg(long, value_name = "NAME=NUMBER", value_parser = setting)]
    pub set: Vec<(String, f64)>,
    /// Do without a mechanism
    #[arg(long, conflicts_with = "ablations")]
    pub without: Option<WithoutFlag>,
    /// Let spreads learn from what they have earned, up to twice as wide
    #[arg(long, conflicts_with_all = ["ablations", "without"])]
    pub learning: bool,
    /// Also run without skew, without rebates and without spreads, and with learning
    #[arg(long)]
    pub ablations: bool,
    /// Write the report as JSON; `-` is the standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the report as one page with charts
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// A moment in any form that data files may have.
fn moment(text: &str) -> Result<Timestamp, &'static str> {
    parse_time(text).ok_or("give a date, such as 2022-05-01, or a moment, such as 2022-05-01T08:00:00Z")
}

/// A name and a number.
fn setting(text: &str) -> Result<(String, f64), &'static str> {
    let refused = "give NAME=NUMBER, such as OuterBand=0.04";
    let (name, number) = text.split_once('=').ok_or(refused)?;
    let number: f64 = number.parse().map_err(|_| refused)?;
    if number.is_finite() {
        Ok((name.to_owned(), number))
    } else {
        Err(refused)
    }
}

/// How the vault is hedged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HedgeFlag {
    /// Not at all
    None,
    /// By solvers
    Solvers,
}

/// How spot comes to the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FeedFlag {
    /// Written when it moves
    Push,
    /// Brought along by whoever trades
    Pull,
}

/// What to do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WithoutFlag {
    /// No charge for risk
    Skew,
    /// No rebates for relief
    Rebates,
    /// No half spreads
    Spreads,
}

impl ReplayArguments {
    /// The runs to make, the main one first.
    pub fn variants(&self) -> Vec<Variant> {
        let (hedge, other) = match self.hedge {
            HedgeFlag::Solvers => (Hedge::Solvers, Hedge::None),
            HedgeFlag::None => (Hedge::None, Hedge::Solvers),
        };
        let without = self.without.map(|without| match without {
            WithoutFlag::Skew => Without::Skew,
            WithoutFlag::Rebates => Without::Rebates,
            WithoutFlag::Spreads => Without::Spreads,
        });
        let mut variants = vec![
            Variant { without, hedge, learns: self.learning },
            Variant { without, hedge: other, learns: self.learning },
        ];
        if self.ablations {
            let all = [Without::Skew, Without::Rebates, Without::Spreads];
            variants.extend(all.map(|without| Variant { without: Some(without), hedge, learns: false }));
            variants.push(Variant { without: None, hedge, learns: true });
        }
        variants
    }

    /// Replays.
    /// # Errors: [`CliError::Replay`]
    pub fn run(&self) -> Result<Report, CliError> {
        let input = Input {
            prices: self.prices.clone(),
            chains: self.chains.clone(),
            currency: self.currency.clone(),
            from: self.from,
            until: self.to,
            capital: self.capital as f64,
            seed: self.seed,
            rules: Numbers::with(&self.set)?,
            feed: match self.feed {
                FeedFlag::Push => FeedKind::Push,
                FeedFlag::Pull => FeedKind::Pull,
            },
            solvers: Solvers {
                count: self.solvers,
                die_at: self.solvers_die.and_then(|time| u64::try_from(time.as_second()).ok()),
            },
        };
        let setup = input.load()?;
        Ok(replay(&self.prices.display().to_string(), &setup, &self.variants())?)
    }
}

/// The report for people.
pub fn render(report: &Report) -> String {
    let day = |at: u64| Timestamp::from_second(i64::try_from(at).unwrap_or_default()).unwrap_or_default();
    let about = format!(
        "{}: {} candles, {} to {}, {} fitted chains, seed {}\n{}\n",
        report.prices,
        report.candles,
        day(report.from),
        day(report.until),
        report.chains,
        report.seed,
        equipoise_replay::MODEL
    );
    let tables = sections(report).into_iter().map(|(title, body)| format!("\n{title}\n{}\n", shown(body)));
    std::iter::once(about).chain(tables).collect()
}

fn shown(body: Table) -> String {
    let header: Vec<&str> = body.header.iter().map(String::as_str).collect();
    table(&header, body.rows)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};

    fn variants(flags: &[&str]) -> Vec<&'static str> {
        let line = ["equipoise", "replay", "--prices", "prices.csv"].iter().chain(flags);
        let Command::Replay(arguments) = Arguments::parse_from(line).command else { panic!("not a replay") };
        arguments.variants().iter().map(Variant::name).collect()
    }

    #[test]
    fn a_replay_shows_both_hedges_and_ablations_on_request() {
        assert_eq!(variants(&[]), ["default", "no hedge"]);
        assert_eq!(variants(&["--learning"]), ["learning on", "learning on, no hedge"]);
        assert_eq!(variants(&["--hedge", "none"]), ["no hedge", "default"]);
        assert_eq!(variants(&["--without", "skew"]), ["no skew", "no skew, no hedge"]);
        assert_eq!(
            variants(&["--ablations"]),
            ["default", "no hedge", "no skew", "no rebates", "no spread", "learning on"]
        );
    }
}
