//! The report as one page of HTML that needs nothing else.

use std::fmt::Write;

use crate::charts::{date, Chart, Line};
use crate::days::Day;
use crate::explain::{Parts, NAMES};
use crate::report::{Period, Report, Run};
use crate::tables::{ablations, breakers, decomposed, explained, figures, hedged, inside, summary, Table};
use crate::ReplayError;

const STYLE: &str = "body{font:14px sans-serif;max-width:1080px;margin:24px auto;color:#222}\
table{border-collapse:collapse;margin:8px 0 20px;font-size:12px}td,th{border:1px solid #ddd;padding:3px 7px;text-align:right}\
td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}p{color:#555}";
const MILLION: f64 = 1e6;

/// The page.
/// # Errors: [`ReplayError::Chart`]
pub fn page(report: &Report) -> Result<String, ReplayError> {
    let mut body = String::new();
    let (from, until) = (date(report.from as f64), date(report.until as f64));
    let line = format!(
        "{} candles of {}, {from} to {until}; capital {:.0}; seed {}; {} fitted chains",
        report.candles,
        escaped(&report.prices),
        report.capital,
        report.seed,
        report.chains
    );
    // Writing to a string cannot fail.
    write!(body, "<h1>Replay</h1><p>{line}</p>").ok();
    write!(body, "<p>{}</p>", escaped(MODEL)).ok();
    for (title, table) in sections(report) {
        write!(body, "<h2>{title}</h2>{}", html(&table)).ok();
    }
    if let Some(main) = report.runs.first() {
        for chart in charts(report, main)? {
            write!(body, "<div>{chart}</div>").ok();
        }
    }
    Ok(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Replay</title>\
         <style>{STYLE}</style></head><body>{body}</body></html>\n"
    ))
}

/// Every table with its title.
pub fn sections(report: &Report) -> Vec<(&'static str, Table)> {
    let mut sections = vec![
        ("In short", summary(report)),
        ("Runs", figures(report)),
        ("With the hedge and without it, on the same trades", hedged(report)),
    ];
    sections.extend(decomposed(report).map(|table| ("What the variance is made of", table)));
    sections.push(("Where LPs' profit comes from", explained(report)));
    sections.extend(ablations(report).map(|table| ("What each mechanism is worth", table)));
    sections.extend(inside(report).map(|table| ("Quotes without a book against the chains' own", table)));
    sections.extend(report.runs.first().map(|run| ("Breakers that tripped in the first run", breakers(run))));
    sections
}

/// What a reader must know of the model.
pub const MODEL: &str = "Each candle is four prices, the extreme first at which the vault is worth less. Without a chain at \
hand the surface follows realised volatility, with a smile fitted to chains. Traders are simulated and sensitive to the price. \
Forwards are spot; the hedge pays 7 bp, solvers' tips and no funding. An expiry settles at the average of the last two of the four prices before it.";

fn charts(report: &Report, main: &Run) -> Result<Vec<String>, ReplayError> {
    let days: Vec<u64> = main.days.iter().map(|day| day.at).collect();
    let of = |name: &str, value: fn(&Day) -> f64| Line::new(name, main.days.iter().map(value));
    let chart = |title, lines| Chart { title, days: &days, lines, is_stacked: false }.svg();
    let nav =
        report.runs.iter().map(|run| Line::new(run.name, run.days.iter().map(|day| day.nav_atoms as f64 / MILLION)));
    Ok(vec![
        chart("Spot, USD", vec![of("spot", |day| day.spot)])?,
        chart("Implied volatility at thirty days, %", vec![of("vol", |day| 100.0 * day.vol)])?,
        chart("Net asset value of LPs at mid marks, USD", nav.collect())?,
        chart(
            "Delta, USD",
            vec![of("options", |day| day.option_delta), of("options and hedge", |day| day.dollar_delta)],
        )?,
        chart(
            "Gamma: change of dollar delta for 1 % of spot, USD; theta: a day, USD",
            vec![of("gamma", |day| 0.01 * day.dollar_gamma), of("theta", |day| day.theta / 365.0)],
        )?,
        chart("Vega, USD for a point", vec![of("vega", |day| 0.01 * day.vega)])?,
        chart(
            "Inventory, contracts",
            vec![of("long", |day| day.long), of("short", |day| -day.short), of("hedge", |day| day.hedge_units)],
        )?,
        stacked(main)?,
        cumulative(main, &days)?,
    ])
}

/// Each month's profit by its parts.
fn stacked(main: &Run) -> Result<String, ReplayError> {
    let mut months: Vec<(u64, Parts)> = Vec::new();
    let month = |at: u64| date(at as f64)[..7].to_owned();
    for day in &main.days {
        match months.last_mut().filter(|(at, _)| month(*at) == month(day.at)) {
            Some((_, sum)) => *sum = sum.plus(day.parts),
            None => months.push((day.at, day.parts)),
        }
    }
    let starts: Vec<u64> = months.iter().map(|(at, _)| *at).collect();
    let lines = NAMES.iter().enumerate().map(|(place, name)| {
        Line::new(*name, months.iter().map(|(_, parts)| parts.to_array()[place] as f64 / MILLION))
    });
    let lines = lines.collect();
    Chart { title: "LPs' profit explained, each month, USD", days: &starts, lines, is_stacked: true }.svg()
}

fn cumulative(main: &Run, days: &[u64]) -> Result<String, ReplayError> {
    let running = |place: usize| {
        main.days.iter().scan(0_i64, move |sum, day| {
            *sum += day.parts.to_array()[place];
            Some(*sum as f64 / MILLION)
        })
    };
    let lines = NAMES.iter().enumerate().map(|(place, name)| Line::new(*name, running(place))).collect();
    Chart { title: "LPs' profit explained, added up, USD", days, lines, is_stacked: false }.svg()
}

fn html(table: &Table) -> String {
    let row = |tag: &str, cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell))).collect();
        format!("<tr>{}</tr>", cells.concat())
    };
    let rows: String = table.rows.iter().map(|cells| row("td", cells)).collect();
    format!("<table>{}{rows}</table>", row("th", &table.header))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A period's name with its days.
pub(crate) fn period_name(period: &Period) -> String {
    format!("{} ({} d)", period.name, period.days)
}
