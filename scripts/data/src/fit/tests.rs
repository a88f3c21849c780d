use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::black76::coin_price;
use crate::chain::Quote;
use crate::reference::{assert_arbitrage_free, least_density, least_rise};
use crate::{generate_chain, ChainRecipe};

const DAY: i64 = 86_400;

fn start() -> Timestamp {
    Timestamp::from_second(1_767_600_000).unwrap()
}

fn slice(days: i64, a: f64, b: f64, rho: f64, m: f64, sigma: f64) -> Slice {
    let expiry = Timestamp::from_second(start().as_second() + days * DAY).unwrap();
    Slice { expiry, forward: 3000.0, a, b, rho, m, sigma }
}

/// A chain quoted on exactly these slices, 21 strikes over ±2.5 deviations, half a vol point wide.
fn chain_on(slices: &[Slice]) -> Chain {
    let expiries = slices
        .iter()
        .map(|slice| {
            let tau = year_fraction(start(), slice.expiry);
            let deviation = slice.total_variance(0.0).sqrt();
            let quotes = (-10..=10)
                .map(|step| {
                    let k = 0.25 * f64::from(step) * deviation;
                    let (strike, is_put) = (3000.0 * libm::exp(k), step < 0);
                    let vol = slice.vol(libm::log(strike / 3000.0), tau);
                    let price = |vol: f64| coin_price(3000.0, strike, vol, tau, is_put);
                    Quote {
                        strike,
                        is_put,
                        forward: 3000.0,
                        bid: Some(price(vol - 0.0025)),
                        ask: Some(price(vol + 0.0025)),
                        mark: Some(price(vol)),
                        mark_iv: Some(vol),
                        open_interest: 1.0,
                    }
                })
                .collect();
            ExpiryQuotes { expiry: slice.expiry, forward: 3000.0, quotes }
        })
        .collect();
    let (source, currency) = ("synthetic".into(), "ETH".into());
    Chain { source, currency, observed_at: start(), spot: 3000.0, expiries }
}

fn term_structure() -> [Slice; 3] {
    [
        slice(7, 0.0012, 0.035, -0.30, -0.02, 0.15),
        slice(30, 0.0060, 0.080, -0.25, -0.03, 0.30),
        slice(90, 0.0250, 0.150, -0.20, -0.05, 0.50),
    ]
}

#[test]
fn synthetic_slices_are_recovered() {
    let truth = term_structure();
    assert_arbitrage_free(&truth);
    let fit = fit_chain(&chain_on(&truth), &FitOptions::default()).unwrap();
    assert_arbitrage_free(&fit.surface.slices);
    for (report, (found, expected)) in fit.reports.iter().zip(fit.surface.slices.iter().zip(truth)) {
        assert!(report.rms_points < 0.01 && report.max_points < 0.03, "{report:?}");
        assert_eq!((report.strikes, report.outliers, report.share_inside()), (21, 0, 1.0));
        let tau = report.tau;
        for k in [-0.1, -0.03, 0.0, 0.05] {
            assert!((found.vol(k, tau) - expected.vol(k, tau)).abs() < 5e-4);
        }
    }
}

/// A change here changes the default surface: it must be meant, and be the same on every machine.
#[test]
fn same_chain_gives_the_same_bits() {
    let chain = generate_chain(&ChainRecipe::default());
    let first = fit_chain(&chain, &FitOptions::default()).unwrap();
    assert_eq!(first, fit_chain(&chain, &FitOptions::default()).unwrap());
    let mut hash = Sha256::new();
    for slice in &first.surface.slices {
        for value in [slice.forward, slice.a, slice.b, slice.rho, slice.m, slice.sigma] {
            hash.update(value.to_bits().to_be_bytes());
        }
    }
    let digest = format!("{:x}", hash.finalize());
    assert_eq!(digest, "7d561461150f67fdba80e753338c1b424bd4c0d1ee33761ffcdc08c99dd41f57");
}

#[test]
fn vols_come_from_bid_and_ask_where_no_mark_is_given() {
    let mut chain = chain_on(&term_structure());
    for quote in chain.expiries.iter_mut().flat_map(|each| each.quotes.iter_mut()) {
        (quote.mark, quote.mark_iv) = (None, None);
    }
    let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
    assert!(fit.reports.iter().all(|report| report.rms_points < 0.01), "{:?}", fit.reports);
}

#[test]
fn mark_outside_the_market_is_moved_into_it() {
    let mut chain = chain_on(&term_structure());
    for quote in chain.expiries.iter_mut().flat_map(|each| each.quotes.iter_mut()) {
        quote.mark_iv = quote.mark_iv.map(|vol| vol + 0.05);
    }
    let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
    assert_arbitrage_free(&fit.surface.slices);
    for (expected, found) in term_structure().iter().zip(&fit.surface.slices) {
        let tau = year_fraction(start(), expected.expiry);
        assert!((found.vol(0.0, tau) - expected.vol(0.0, tau) - 0.0025).abs() < 1e-3);
    }
}

#[test]
fn outliers_are_set_aside() {
    let mut chain = chain_on(&term_structure());
    let quote = &mut chain.expiries[1].quotes[3];
    (quote.bid, quote.ask, quote.mark_iv) = (None, None, Some(2.5));
    let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
    let outliers: Vec<usize> = fit.reports.iter().map(|report| report.outliers).collect();
    assert_eq!(outliers, [0, 1, 0]);
    assert!(fit.reports[1].rms_points < 0.02, "{:?}", fit.reports[1]);
}

#[test]
fn calendar_arbitrage_in_the_quotes_is_repaired() {
    let crossing = [slice(20, 0.0100, 0.06, -0.2, 0.0, 0.2), slice(25, 0.0060, 0.05, -0.2, 0.0, 0.2)];
    assert!(least_rise(&crossing[0], &crossing[1]) < 0.0);
    let fit = fit_chain(&chain_on(&crossing), &FitOptions::default()).unwrap();
    assert_arbitrage_free(&fit.surface.slices);
    assert!(fit.reports[0].rms_points < 1.0 && fit.reports[1].rms_points > 1.0);
}

#[test]
fn butterfly_arbitrage_in_the_quotes_is_repaired() {
    let vogt = [slice(365, -0.0410, 0.1331, 0.3060, 0.3586, 0.4153)];
    assert!(least_density(&vogt[0]).0 < 0.0);
    let mut chain = chain_on(&vogt);
    let tau = 1.0;
    chain.expiries[0].quotes = (-15..=15)
        .map(|step| {
            let k = 0.1 * f64::from(step);
            let strike = 3000.0 * libm::exp(k);
            let (bid, ask, mark, mark_iv) = (None, None, None, Some(vogt[0].vol(k, tau)));
            let is_put = step < 0;
            Quote { strike, is_put, forward: 3000.0, bid, ask, mark, mark_iv, open_interest: 0.0 }
        })
        .collect();
    let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
    assert_arbitrage_free(&fit.surface.slices);
    assert!(fit.reports[0].rms_points < 1.0, "{:?}", fit.reports[0]);
}

#[test]
fn thin_expiries_are_skipped_or_refused() {
    let mut chain = chain_on(&term_structure());
    chain.expiries[0].quotes.truncate(4);
    let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
    assert_eq!((fit.skipped.len(), fit.surface.slices.len()), (1, 2));
    assert!(FitTable(&fit).to_string().contains("left out"));
    let strict = FitOptions { skip_thin: false, ..FitOptions::default() };
    let error = fit_chain(&chain, &strict).unwrap_err();
    assert!(matches!(error, FitError::TooFewStrikes { found: 4, needed: 5, .. }), "{error}");
    for expiry in &mut chain.expiries {
        expiry.quotes.truncate(2);
    }
    let error = fit_chain(&chain, &FitOptions::default()).unwrap_err();
    assert!(matches!(error, FitError::NoExpiry { needed: 5, .. }), "{error}");
}

#[test]
fn rows_without_any_quote_do_not_count() {
    let mut chain = chain_on(&term_structure());
    for quote in chain.expiries[0].quotes.iter_mut().step_by(2) {
        (quote.bid, quote.mark_iv) = (None, None);
    }
    let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
    assert_eq!(fit.reports[0].strikes, 10);
}

#[test]
fn table_has_a_line_per_expiry() {
    let fit = fit_chain(&chain_on(&term_structure()), &FitOptions::default()).unwrap();
    let table = FitTable(&fit).to_string();
    assert_eq!(table.lines().count(), 4);
    assert!(table.contains("2026-01-12 08:00") && table.contains("100.0 %"), "{table}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the marks say, what is returned is free of arbitrage, or the chain is refused.
    #[test]
    fn no_chain_yields_arbitrage(
        noise in proptest::collection::vec(0.5..2.0_f64, 63), level in 0.3..2.0_f64
    ) {
        let mut chain = chain_on(&term_structure());
        let quotes = chain.expiries.iter_mut().flat_map(|each| each.quotes.iter_mut());
        for (quote, factor) in quotes.zip(noise) {
            (quote.bid, quote.ask) = (None, None);
            quote.mark_iv = quote.mark_iv.map(|vol| vol * factor * level);
        }
        if let Ok(fit) = fit_chain(&chain, &FitOptions::default()) {
            assert_arbitrage_free(&fit.surface.slices);
            prop_assert_eq!(fit.surface.check(), Ok(()));
        }
    }
}
