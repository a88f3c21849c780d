//! The report's tables, for the terminal and the page alike.

use crate::explain::NAMES;
use crate::inside::Standing;
use crate::page::period_name;
use crate::report::{Period, Report, Run};
use crate::variance::Shares;

const MILLION: f64 = 1e6;
const HOUR_SECS: f64 = 3_600.0;

/// A header and rows of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
}

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// Quote units, whole, in groups of three.
fn money(atoms: i64) -> String {
    let whole = (atoms as f64 / MILLION).round() as i64;
    let digits = whole.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if whole < 0 {
        format!("-{grouped}")
    } else {
        grouped
    }
}

fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// What each run, and each period of the first one, has brought and suffered.
pub fn figures(report: &Report) -> Table {
    let header = texts(&[
        "run, period",
        "LP P&L, USD",
        "drawdown",
        "worst day",
        "daily std",
        "trades",
        "declined",
        "refused by limits",
        "liquidations",
        "bad debt, USD",
        "breaker trips",
        "reduce-only, h",
        "halted, h",
        "hedge cost, USD",
    ]);
    let mut rows: Vec<Vec<String>> = report.runs.iter().map(|run| risk_row(run.name, &run.total, Some(run))).collect();
    if let Some(main) = report.runs.first() {
        let periods = main.years.iter().chain(&main.stresses);
        rows.extend(periods.map(|period| risk_row(&format!("{}: {}", main.name, period_name(period)), period, None)));
    }
    Table { header, rows }
}

fn risk_row(name: &str, period: &Period, run: Option<&Run>) -> Vec<String> {
    let counts = &period.counts;
    let hours = |secs: u64| format!("{:.1}", secs as f64 / HOUR_SECS);
    vec![
        name.to_owned(),
        money(period.lp_pnl_atoms),
        percent(period.max_drawdown),
        run.map_or_else(String::new, |run| percent(run.worst_day)),
        run.map_or_else(String::new, |run| percent(run.daily_deviation)),
        counts.trades.to_string(),
        counts.declined.to_string(),
        counts.limited.to_string(),
        counts.liquidations.to_string(),
        money(counts.bad_debt_atoms),
        counts.trips.to_string(),
        hours(counts.reduce_only_secs),
        hours(counts.halted_secs),
        money(counts.hedge_cost_atoms),
    ]
}

/// The parts of every run's profit, and of every period's of the first one.
pub fn explained(report: &Report) -> Table {
    let mut header = texts(&["run, period, USD", "LP P&L"]);
    header.extend(NAMES.iter().map(|name| (*name).to_owned()));
    let row = |name: String, period: &Period| {
        let mut cells = vec![name, money(period.lp_pnl_atoms)];
        cells.extend(period.parts_atoms.to_array().map(money));
        cells
    };
    let mut rows: Vec<Vec<String>> = report.runs.iter().map(|run| row(run.name.to_owned(), &run.total)).collect();
    if let Some(main) = report.runs.first() {
        let periods = main.years.iter().chain(&main.stresses);
        rows.extend(periods.map(|period| row(format!("{}: {}", main.name, period_name(period)), period)));
    }
    Table { header, rows }
}

/// What is lost without each mechanism, if there are runs without one, and what learning does.
pub fn ablations(report: &Report) -> Option<Table> {
    let main = report.runs.iter().find(|run| run.variant.without.is_none() && !run.variant.learns)?;
    let others = report.runs.iter().filter(|run| run.variant.without.is_some() || run.variant.learns);
    let others: Vec<&Run> = others.filter(|run| run.variant.hedge == main.variant.hedge).collect();
    if others.is_empty() {
        return None;
    }
    let header = texts(&[
        "run",
        "LP P&L, USD",
        "worth to LPs, USD",
        "drawdown",
        "daily std",
        "P&L over std",
        "spread and fees, USD",
        "lost to markouts, USD",
        "learned factor",
        "skew, USD",
        "refused by limits",
        "hedge cost, USD",
    ]);
    let row = |run: &Run| {
        let parts = run.total.parts_atoms;
        let ratio = run.daily_mean_atoms / (run.daily_deviation * run.nav_atoms[0] as f64);
        vec![
            run.name.to_owned(),
            money(run.total.lp_pnl_atoms),
            money(main.total.lp_pnl_atoms - run.total.lp_pnl_atoms),
            percent(run.total.max_drawdown),
            percent(run.daily_deviation),
            format!("{ratio:.3}"),
            money(parts.spread + parts.fees),
            money(run.markouts_atoms),
            format!("{:.3}", run.learned_factor),
            money(parts.skew),
            run.total.counts.limited.to_string(),
            money(run.total.counts.hedge_cost_atoms),
        ]
    };
    let rows = std::iter::once(main).chain(others).map(row).collect();
    Some(Table { header, rows })
}

/// Each run with and without its hedge, on the same trades.
pub fn hedged(report: &Report) -> Table {
    let mut header = texts(&[
        "run",
        "daily variance with, 1e-6",
        "without",
        "with over without",
        "hedge cost, USD",
        "tips of it",
        "rebalances",
        "tracking error, of C",
        "longest window, h",
        "wider by neglect, h",
        "reduce-only by neglect, h",
    ]);
    let solvers = report.runs.first().map(|run| run.hedging.solvers.as_slice()).unwrap_or_default();
    header.extend(solvers.iter().map(|solver| format!("{}: rebalances, tips, late", solver.name)));
    let row = |run: &Run| {
        let (hedging, counts) = (&run.hedging, &run.total.counts);
        let hours = |secs: u64| format!("{:.1}", secs as f64 / HOUR_SECS);
        let mut cells = vec![
            run.name.to_owned(),
            format!("{:.4}", run.variance.with * MILLION),
            format!("{:.4}", run.variance.without * MILLION),
            percent(run.variance.ratio),
            money(hedging.cost_atoms),
            money(hedging.tips_atoms),
            hedging.rebalances.to_string(),
            percent(hedging.tracking_error),
            hours(hedging.longest_window_secs),
            hours(counts.neglected_secs),
            hours(counts.neglected_reduce_secs),
        ];
        let records = hedging.solvers.iter().map(|solver| solver.record);
        cells.extend(
            records.map(|record| format!("{}, {}, {}", record.rebalances, money(record.tips_atoms), record.late)),
        );
        cells
    };
    Table { header, rows: report.runs.iter().map(row).collect() }
}

/// What the daily variance of the first run is made of, and that of its shadow book.
pub fn decomposed(report: &Report) -> Option<Table> {
    let variance = &report.runs.first()?.variance;
    let header = std::iter::once("variance, of its own").chain(variance.with_shares.named().map(|(name, _)| name));
    let row = |name: &str, shares: &Shares| {
        std::iter::once(name.to_owned()).chain(shares.named().map(|(_, share)| percent(share))).collect()
    };
    Some(Table {
        header: header.map(str::to_owned).collect(),
        rows: vec![row("with the hedge", &variance.with_shares), row("without", &variance.without_shares)],
    })
}

/// The vault's quotes against the market's, if there are chains.
pub fn inside(report: &Report) -> Option<Table> {
    let inside = report.inside.as_ref()?;
    let header = texts(&[
        "expiries",
        "series",
        "inside",
        "inside with the fee",
        "inside when calm",
        "mid inside",
        "the vault's half spread, points",
        "the market's",
    ]);
    let points = |vol: f64| format!("{:.2}", 100.0 * vol);
    let row = |group: &Standing| {
        vec![
            group.name.clone(),
            group.series.to_string(),
            percent(group.inside),
            percent(group.inside_with_fee),
            percent(group.inside_when_calm),
            percent(group.mid_inside),
            points(group.vault_half_spread),
            points(group.market_half_spread),
        ]
    };
    Some(Table { header, rows: inside.groups.iter().map(row).collect() })
}

/// The figures that the report is asked for, with their units.
pub fn summary(report: &Report) -> Table {
    let row = |name: &str, value: String, unit: &str| vec![name.to_owned(), value, unit.to_owned()];
    let inside = report.inside_market_share.map_or_else(|| "none: no --chains".to_owned(), percent);
    let rows = vec![
        row("lp_pnl_variance_with_solver", format!("{:.4e}", report.lp_pnl_variance_with_solver), SQUARED),
        row("lp_pnl_variance_without", format!("{:.4e}", report.lp_pnl_variance_without), SQUARED),
        row("with over without", percent(report.lp_pnl_variance_ratio), "on the same trades"),
        row("hedge_cost", percent(report.hedge_cost), "of net asset value a year, tips included"),
        row("hedge_cost_quote", format!("{:.0}", report.hedge_cost_quote), "USD over the period"),
        row("max_drawdown", percent(report.max_drawdown), "of the highest value before"),
        row("bad_debt", format!("{:.0}", report.bad_debt), "USD"),
        row("inside_market_share", inside, "of series"),
    ];
    Table { header: texts(&["figure", "value", "unit"]), rows }
}

/// The unit of a variance.
const SQUARED: &str = "(share of net asset value)^2 a day";

/// The rules that tripped in a run.
pub fn breakers(run: &Run) -> Table {
    let rows = run.trips.iter().map(|trips| vec![trips.rule.clone(), trips.times.to_string()]);
    Table { header: texts(&["rule", "times"]), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped() {
        let shown = [0, 999_600_000, 1_234_567_000_000, -1_000_000_000].map(money);
        assert_eq!(shown, ["0", "1,000", "1,234,567", "-1,000"]);
    }
}
