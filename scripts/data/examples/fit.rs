//! Fits every snapshot of option-chain files and prints what each fit left over:
//! `cargo run -p equipoise-data --example fit -- [--json | --summary] [--currency CODE]... FILE...`
//!
//! A table per snapshot; with `--json` a line of JSON per snapshot; with `--summary` a row of a table each.

#![allow(clippy::as_conversions, clippy::cast_precision_loss)]

use std::path::Path;
use std::process::ExitCode;

use equipoise_data::{fit_chain, read_chains, Chain, ChainOptions, DataError, ExpiryFit, Fit, FitOptions, FitTable};
use serde_json::{json, Value};

const SUMMARY_HEAD: &str = "\
| moment (UTC) | | expiries | rms, median | rms, worst from a day on | rms, worst within a day | error, median | inside bid and ask |
|---|---|--:|--:|--:|--:|--:|--:|";

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Table,
    Json,
    Summary,
}

fn main() -> ExitCode {
    let (mut form, mut currencies, mut files) = (Form::Table, Vec::new(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => form = Form::Json,
            "--summary" => form = Form::Summary,
            "--currency" => currencies.push(arguments.next()),
            _ => files.push(argument),
        }
    }
    if currencies.is_empty() {
        currencies.push(None);
    }
    if form == Form::Summary {
        println!("{SUMMARY_HEAD}");
    }
    let mut failed = false;
    for file in files {
        for currency in &currencies {
            failed |= report(Path::new(&file), currency.clone(), form).map_err(|error| eprintln!("{error}")).is_err();
        }
    }
    ExitCode::from(u8::from(failed))
}

/// Reports every snapshot of the file; one that cannot be fitted does not stop the others.
fn report(file: &Path, currency: Option<String>, form: Form) -> Result<(), DataError> {
    for chain in read_chains(file, &ChainOptions { currency, ..ChainOptions::default() })? {
        match fit_chain(&chain, &FitOptions::default()) {
            Ok(fit) => println!("{}", shown(&chain, &fit, form)),
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

fn shown(chain: &Chain, fit: &Fit, form: Form) -> String {
    match form {
        Form::Table => {
            format!("{}: {} at {}\n{}", chain.source, chain.currency, chain.observed_at, FitTable(fit))
        }
        Form::Json => {
            let slices: Vec<Value> = fit.reports.iter().map(expiry_json).collect();
            let (currency, moment) = (&chain.currency, chain.observed_at.to_string());
            json!({ "source": chain.source, "currency": currency, "observed_at": moment, "expiries": slices })
                .to_string()
        }
        Form::Summary => summary(chain, &fit.reports),
    }
}

fn expiry_json(report: &ExpiryFit) -> Value {
    json!({
        "expiry": report.expiry.to_string(),
        "days": report.tau * 365.0,
        "strikes": report.strikes,
        "outliers": report.outliers,
        "at_the_money_points": report.at_the_money_points,
        "judged": report.judged,
        "rms_points": report.rms_points,
        "median_points": report.median_points,
        "max_points": report.max_points,
        "two_sided": report.two_sided,
        "inside": report.inside,
    })
}

fn summary(chain: &Chain, reports: &[ExpiryFit]) -> String {
    let median = |mut numbers: Vec<f64>| {
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or_default()
    };
    let worst = |is_last_day: bool| {
        let of_them = reports.iter().filter(|report| (report.tau * 365.0 < 1.0) == is_last_day);
        let worst = of_them.map(|report| report.rms_points).reduce(f64::max);
        worst.map_or_else(|| "–".into(), |points| format!("{points:.2}"))
    };
    let inside: usize = reports.iter().map(|report| report.inside).sum();
    let two_sided: usize = reports.iter().map(|report| report.two_sided).sum();
    format!(
        "| {} | {} | {} | {:.2} | {} | {} | {:.2} | {:.1} % |",
        chain.observed_at.strftime("%Y-%m-%d %H:%M"),
        chain.currency,
        reports.len(),
        median(reports.iter().map(|report| report.rms_points).collect()),
        worst(false),
        worst(true),
        median(reports.iter().map(|report| report.median_points).collect()),
        100.0 * inside as f64 / two_sided.max(1) as f64,
    )
}
