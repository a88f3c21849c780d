//! The readers and the fitter against real Deribit chains, where they are at hand: in the folder that
//! `EQUIPOISE_DATA` names, or in `../shared/data` beside the workspace.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]

use std::path::{Path, PathBuf};

mod reference;

use equipoise_data::{
    fit_chain, read_chain, read_prices, require_overlap, Chain, ChainOptions, Fit, FitOptions, FitTable,
};

/// Bounds on the error left by any slice at least a day from expiry, in vol points, and under a day.
const RMS_POINTS: (f64, f64) = (0.80, 1.30);
/// Bounds on the mean over all slices of a file: root mean square and median error, and share inside bid–ask.
const MEAN_RMS_POINTS: f64 = 0.32;
const MEAN_MEDIAN_POINTS: f64 = 0.25;
const MEAN_INSIDE: f64 = 0.78;

fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("EQUIPOISE_DATA").map_or(beside, PathBuf::from);
    if folder.join("deribit").is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no real chains in {} (set EQUIPOISE_DATA)", folder.display());
    None
}

fn chain_files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.join("deribit").read_dir().unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn read(file: &Path, currency: &str) -> Chain {
    let options = ChainOptions { currency: Some(currency.into()), ..ChainOptions::default() };
    read_chain(file, &options).unwrap_or_else(|error| panic!("{error}"))
}

fn assert_well_fitted(chain: &Chain, fit: &Fit) {
    // by the proof that the chain runs, and by a dense grid
    assert_eq!(fit.surface.check(), Ok(()), "{}", chain.source);
    reference::assert_arbitrage_free(&fit.surface.slices);
    assert_eq!(fit.reports.len() + fit.skipped.len(), chain.expiries.len());
    let count = f64::from(u32::try_from(fit.reports.len()).unwrap());
    let (mut rms, mut inside, mut median) = (0.0, 0.0, 0.0);
    for report in &fit.reports {
        let limit = if report.tau * 365.0 < 1.0 { RMS_POINTS.1 } else { RMS_POINTS.0 };
        assert!(report.rms_points <= limit, "{}: {report:?}", chain.source);
        assert!(report.outliers <= report.strikes / 8, "{}: {report:?}", chain.source);
        rms += report.rms_points / count;
        inside += report.share_inside() / count;
        median += report.median_points / count;
        assert!(report.median_points <= report.rms_points * 2.0_f64.sqrt(), "{report:?}");
    }
    assert!(rms <= MEAN_RMS_POINTS, "{}: mean rms {rms}", chain.source);
    assert!(median <= MEAN_MEDIAN_POINTS, "{}: mean median {median}", chain.source);
    assert!(inside >= MEAN_INSIDE, "{}: inside {inside}", chain.source);
}

fn fit_all(currency: &str) {
    let Some(folder) = data() else { return };
    for file in chain_files(&folder) {
        let chain = read(&file, currency);
        chain.require(8, 12).unwrap();
        let fit = fit_chain(&chain, &FitOptions::default()).unwrap_or_else(|error| panic!("{error}"));
        println!("{} {currency}\n{}", chain.observed_at, FitTable(&fit));
        assert_well_fitted(&chain, &fit);
    }
}

#[test]
fn every_eth_chain_is_fitted_without_arbitrage_and_within_the_bounds() {
    fit_all("ETH");
}

#[test]
fn every_btc_chain_is_fitted_without_arbitrage_and_within_the_bounds() {
    fit_all("BTC");
}

#[test]
fn index_history_covers_the_chains_and_agrees_with_their_spot() {
    let Some(folder) = data() else { return };
    let prices = read_prices(&folder.join("deribit_index_6h_20251230_20260531.csv"), "ETH").unwrap();
    for file in chain_files(&folder) {
        let chain = read(&file, "ETH");
        let week = chain.expiries.iter().map(|each| each.expiry).nth(3).unwrap();
        require_overlap(&chain, &prices, week).unwrap();
        let spot = prices.at(chain.observed_at).unwrap().close;
        assert!((spot / chain.spot - 1.0).abs() < 0.01, "{spot} {}", chain.spot);
    }
}

#[test]
fn hourly_history_is_read_and_does_not_cover_the_chains() {
    let Some(folder) = data() else { return };
    let prices = read_prices(&folder.join("ETHUSDT_1h.csv"), "ETH").unwrap();
    assert!(prices.points.len() > 34_000);
    let chain = read(&chain_files(&folder)[0], "ETH");
    let error = require_overlap(&chain, &prices, chain.expiries[0].expiry).unwrap_err();
    assert!(error.to_string().contains("pass a price history of that period"), "{error}");
}
