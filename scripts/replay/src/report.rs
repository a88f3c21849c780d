//! What a replay tells.

use equipoise_simulate::FeedKind;
use serde::Serialize;

use crate::days::{Counts, Day};
use crate::explain::Parts;
use crate::guard::rule_name;
use crate::inside::Inside;
use crate::market::Market;
use crate::settings::{Hedge, Setup, Solvers, Variant};
use crate::solvers::{Record, ALL};
use crate::variance::Variance;

const DAY_SECS: u64 = 86_400;

/// Days that a history is known for: name, first and last day.
pub const STRESSES: [(&str, &str, &str); 6] = [
    ("2022-05, Terra", "2022-05-01", "2022-05-31"),
    ("2022-06, Celsius", "2022-06-01", "2022-06-30"),
    ("2022-11, FTX", "2022-11-01", "2022-11-30"),
    ("2024-08-05", "2024-08-02", "2024-08-08"),
    ("2025-02-03", "2025-02-01", "2025-02-07"),
    ("2025-04", "2025-04-01", "2025-04-30"),
];

/// A period of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Period {
    /// Its name.
    pub name: String,
    /// Days in it.
    pub days: u32,
    /// What LPs earned, in atoms: the sum of the parts.
    pub lp_pnl_atoms: i64,
    /// What it is made of.
    pub parts_atoms: Parts,
    /// What happened.
    pub counts: Counts,
    /// The largest fall of the net asset value from its highest within the period, as a share of it.
    pub max_drawdown: f64,
}

/// A rule of the breakers and how often it tripped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trips {
    /// The measure and what it does.
    pub rule: String,
    /// How often.
    pub times: u32,
}

/// A solver and what he has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SolverRecord {
    /// His name.
    pub name: &'static str,
    /// What he has got.
    #[serde(flatten)]
    pub record: Record,
}

/// How the hedge did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hedging {
    /// Rebalances.
    pub rebalances: u32,
    /// What they cost, tips included, in atoms.
    pub cost_atoms: i64,
    /// Tips of that, in atoms.
    pub tips_atoms: i64,
    /// Standard deviation of D*/C as each price left it to the next.
    pub tracking_error: f64,
    /// The longest that a window was open, in seconds.
    pub longest_window_secs: u64,
    /// What each solver has got.
    pub solvers: Vec<SolverRecord>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// In a few words.
    pub name: &'static str,
    /// What it was made with.
    pub variant: Variant,
    /// The whole of it.
    pub total: Period,
    /// By year.
    pub years: Vec<Period>,
    /// The stressed days that the prices hold.
    pub stresses: Vec<Period>,
    /// What LPs had at the start and have at the end, in atoms, at mid marks.
    pub nav_atoms: [i64; 2],
    /// What of the end is the junior tranche's.
    pub junior_atoms: i64,
    /// The insurance fund at the end.
    pub insurance_atoms: i64,
    /// Mean daily change of the net asset value, in atoms.
    pub daily_mean_atoms: f64,
    /// Variance of the daily change as a share of the value before.
    pub daily_variance: f64,
    /// Its root.
    pub daily_deviation: f64,
    /// The same beside that of the shadow book, which has made the same trades without a hedge.
    pub variance: Variance,
    /// How the hedge did.
    pub hedging: Hedging,
    /// Worst day, as a share of the value before.
    pub worst_day: f64,
    /// Debt that accounts left behind, in atoms.
    pub bad_debt_atoms: i64,
    /// What traders' flow had gained when it was marked out, after an hour or two, in atoms.
    pub markouts_atoms: i64,
    /// The mean factor that spreads have learned.
    pub learned_factor: f64,
    /// Rules that tripped.
    pub trips: Vec<Trips>,
    /// All cash less all that was paid in, in atoms: nothing but what rounding at settlements has taken.
    pub unaccounted_atoms: i64,
    /// What rounding at settlements has taken.
    pub dust_atoms: i64,
    /// Day by day.
    pub days: Vec<Day>,
}

/// A replay.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The prices.
    pub prices: String,
    /// First and last price, in unix seconds.
    pub from: u64,
    /// The last.
    pub until: u64,
    /// Candles replayed.
    pub candles: usize,
    /// Fitted chains.
    pub chains: usize,
    /// The smile's curvature and tilt where no chain tells it.
    pub smile: [f64; 2],
    /// The LPs' capital in quote units.
    pub capital: f64,
    /// Seed of the flow.
    pub seed: u64,
    /// How spot comes to the chain.
    pub feed: FeedKind,
    /// Who hedges.
    pub solvers: Solvers,
    /// Numbers that are not the defaults.
    pub set: Vec<(String, f64)>,
    /// Of the first run: variance of a day's change of what LPs own at mid marks, as a share of it, squared.
    pub lp_pnl_variance_with_solver: f64,
    /// The same of its shadow book: the same trades, without a hedge and what it costs.
    pub lp_pnl_variance_without: f64,
    /// The first over the second.
    pub lp_pnl_variance_ratio: f64,
    /// The same of a run without a hedge that quotes accordingly, and so makes other trades.
    pub lp_pnl_variance_traded_without: Option<f64>,
    /// Of the first run: fills and tips, as a share of the mean net asset value a year.
    pub hedge_cost: f64,
    /// The same in quote units, over the whole period.
    pub hedge_cost_quote: f64,
    /// Of the first run: the largest fall from the highest value before it, as a share of that.
    pub max_drawdown: f64,
    /// Of the first run: debt that accounts left behind, in quote units.
    pub bad_debt: f64,
    /// Share of the chains' series in which a vault without a book quotes inside the market; none without chains.
    pub inside_market_share: Option<f64>,
    /// More of that.
    pub inside: Option<Inside>,
    /// The runs, the default one first.
    pub runs: Vec<Run>,
}

impl Run {
    pub(crate) fn of(market: &Market<'_>) -> Result<Self, equipoise_simulate::Refusal> {
        let days = &market.days;
        let start = crate::explain::to_atoms(market.setup.capital);
        let total = period("all", days, start);
        let returns: Vec<f64> = returns(days, start);
        let mean = returns.iter().sum::<f64>() / returns.len().max(1) as f64;
        let variance = returns.iter().map(|change| (change - mean) * (change - mean)).sum::<f64>();
        let daily_variance = variance / (returns.len().max(2) - 1) as f64;
        let unaccounted = market.cash_of_all()?.minus(market.paid_in()?)?;
        let trips = market.guard.trips.iter().enumerate().filter(|(_, times)| **times > 0);
        Ok(Self {
            name: market.variant.name(),
            variant: market.variant,
            years: years(days, start),
            stresses: stresses(days, start),
            nav_atoms: [start, market.ledger.nav],
            junior_atoms: days.last().map_or(0, |day| day.junior_atoms),
            insurance_atoms: days.last().map_or(0, |day| day.insurance_atoms),
            daily_mean_atoms: total.lp_pnl_atoms as f64 / days.len().max(1) as f64,
            daily_variance,
            daily_deviation: daily_variance.sqrt(),
            variance: Variance::of(days, start),
            hedging: hedging(market, &total),
            worst_day: returns.iter().copied().fold(0.0, f64::min),
            bad_debt_atoms: total.counts.bad_debt_atoms,
            trips: trips.map(|(place, times)| Trips { rule: rule_name(place), times: *times }).collect(),
            markouts_atoms: crate::explain::to_atoms(market.guard.lessons.markouts()),
            learned_factor: market.guard.lessons.mean_factor(),
            unaccounted_atoms: crate::explain::count(unaccounted),
            dust_atoms: market.dust,
            days: days.clone(),
            total,
        })
    }
}

impl Report {
    pub(crate) fn new(prices: String, setup: &Setup, runs: Vec<Run>) -> Self {
        let ends = setup.candles.first().zip(setup.candles.last());
        let (from, until) = ends.map_or((0, 0), |(first, last)| (first.at, last.at));
        let main = runs.first();
        let of_main = |pick: fn(&Run) -> f64| main.map_or(0.0, pick);
        let hedge_cost_quote = of_main(|run| run.hedging.cost_atoms as f64 / 1e6);
        let years = until.saturating_sub(from).max(1) as f64 / 31_536_000.0;
        let mean_nav = of_main(|run| {
            let navs = run.days.iter().map(|day| day.nav_atoms as f64 / 1e6);
            navs.sum::<f64>() / run.days.len().max(1) as f64
        });
        let variance = main.map_or_else(Variance::default, |run| run.variance);
        let unhedged =
            runs.iter().find(|run| run.variant == Variant { without: None, hedge: Hedge::None, learns: false });
        Self {
            prices,
            from,
            until,
            candles: setup.candles.len(),
            chains: setup.source.chains.len(),
            smile: [setup.source.smile.eta, setup.source.smile.rho],
            capital: setup.capital,
            seed: setup.seed,
            feed: setup.feed,
            solvers: setup.solvers,
            set: setup.rules.changed(),
            lp_pnl_variance_with_solver: variance.with,
            lp_pnl_variance_without: variance.without,
            lp_pnl_variance_ratio: variance.ratio,
            lp_pnl_variance_traded_without: unhedged.map(|run| run.daily_variance),
            hedge_cost: hedge_cost_quote / mean_nav.max(f64::MIN_POSITIVE) / years,
            hedge_cost_quote,
            inside_market_share: setup.inside.as_ref().and_then(Inside::share),
            inside: setup.inside.clone(),
            max_drawdown: of_main(|run| run.total.max_drawdown),
            bad_debt: of_main(|run| run.bad_debt_atoms as f64 / 1e6),
            runs,
        }
    }
}

fn hedging(market: &Market<'_>, total: &Period) -> Hedging {
    let hedger = &market.hedger;
    let records = ALL.iter().zip(hedger.records);
    Hedging {
        rebalances: total.counts.hedges,
        cost_atoms: total.counts.hedge_cost_atoms,
        tips_atoms: total.counts.tips_atoms,
        tracking_error: hedger.followed.deviation(),
        longest_window_secs: hedger.followed.longest_secs,
        solvers: records.map(|(solver, record)| SolverRecord { name: solver.name, record }).collect(),
    }
}

fn returns(days: &[Day], start: i64) -> Vec<f64> {
    let before = std::iter::once(start).chain(days.iter().map(|day| day.nav_atoms));
    days.iter().zip(before).map(|(day, before)| (day.nav_atoms - before) as f64 / before as f64).collect()
}

/// Sums over days.
/// # Inputs: the value before the first of them
fn period(name: &str, days: &[Day], start: i64) -> Period {
    let parts = days.iter().fold(Parts::default(), |sum, day| sum.plus(day.parts));
    let counts = days.iter().fold(Counts::default(), |sum, day| sum.plus(day.counts));
    let (mut high, mut max_drawdown) = (start, 0.0_f64);
    for day in days {
        high = high.max(day.nav_atoms);
        max_drawdown = max_drawdown.max((high - day.nav_atoms) as f64 / high as f64);
    }
    Period {
        name: name.to_owned(),
        days: days.len() as u32,
        lp_pnl_atoms: parts.total(),
        parts_atoms: parts,
        counts,
        max_drawdown,
    }
}

/// A run of days with the value before it.
fn slice(days: &[Day], start: i64, from: u64, until: u64) -> (&[Day], i64) {
    let first = days.partition_point(|day| day.at < from);
    let end = days.partition_point(|day| day.at < until).max(first);
    let before = first.checked_sub(1).map_or(start, |place| days[place].nav_atoms);
    (&days[first..end], before)
}

fn years(days: &[Day], start: i64) -> Vec<Period> {
    let mut periods = Vec::new();
    for year in 1970..2200 {
        let bounds = [year, year + 1].map(|year| midnight(&format!("{year}-01-01")));
        let (within, before) = slice(days, start, bounds[0], bounds[1]);
        if !within.is_empty() {
            periods.push(period(&year.to_string(), within, before));
        }
    }
    periods
}

fn stresses(days: &[Day], start: i64) -> Vec<Period> {
    let all = STRESSES.iter().map(|(name, first, last)| {
        let (within, before) = slice(days, start, midnight(first), midnight(last) + DAY_SECS);
        period(name, within, before)
    });
    all.filter(|period| period.days > 0).collect()
}

fn midnight(date: &str) -> u64 {
    let date: Option<jiff::civil::Date> = date.parse().ok();
    let zoned = date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    zoned.and_then(|zoned| u64::try_from(zoned.timestamp().as_second()).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_midnights_in_utc() {
        assert_eq!(midnight("1970-01-02"), DAY_SECS);
        assert_eq!(midnight("2022-05-01"), 1_651_363_200);
    }
}
