use sha2::{Digest, Sha256};

use super::*;
use crate::prices::PriceHistory;
use crate::{
    fit_chain, parse_chains, parse_prices, write_chain, write_prices, year_fraction, Chain, ChainOptions, FitOptions,
    Quote,
};

fn chain_text(chain: &Chain) -> Vec<u8> {
    let mut text = Vec::new();
    write_chain(chain, &mut text).unwrap();
    text
}

fn prices_text(history: &PriceHistory) -> Vec<u8> {
    let mut text = Vec::new();
    write_prices(history, &mut text).unwrap();
    text
}

fn digest(text: &[u8]) -> String {
    format!("{:x}", Sha256::digest(text))
}

/// A change here changes what every user without files sees: it must be meant.
#[test]
fn default_data_is_the_same_on_every_machine() {
    let chain = digest(&chain_text(&generate_chain(&ChainRecipe::default())));
    let prices = digest(&prices_text(&generate_prices(&PathRecipe::default())));
    let pinned = [
        "8b5aca748a070265347cd3d168a67ed631254b1ea32cec65114a1ba624fd1ea0",
        "bf56f2f5774d32d9d4170ed48f798b19af7ff445d9df7247db02d26746193b72",
    ];
    assert_eq!([chain.as_str(), prices.as_str()], pinned);
}

#[test]
fn another_seed_gives_other_data() {
    let chain = |seed| generate_chain(&ChainRecipe { seed, ..ChainRecipe::default() });
    let prices = |seed| generate_prices(&PathRecipe { seed, ..PathRecipe::default() });
    assert_eq!(chain(3), chain(3));
    assert_ne!(chain(3).expiries, chain(4).expiries);
    assert_eq!(prices(3), prices(3));
    assert_ne!(prices(3).points, prices(4).points);
}

#[test]
fn generated_chain_reads_back_to_the_last_bit() {
    let chain = generate_chain(&ChainRecipe::default());
    let text = chain_text(&chain);
    let read = parse_chains(&text[..], &chain.source, &ChainOptions::default()).unwrap();
    assert_eq!(read, [chain]);
}

#[test]
fn generated_prices_read_back_to_the_last_bit() {
    let history = generate_prices(&PathRecipe::default());
    let text = prices_text(&history);
    assert_eq!(parse_prices(&text[..], &history.source, "ETH").unwrap(), history);
}

#[test]
fn default_chain_has_eight_expiries_of_twenty_one_strikes() {
    for seed in 0..20 {
        let chain = generate_chain(&ChainRecipe { seed, ..ChainRecipe::default() });
        chain.require(8, 21).unwrap();
        for expiry in &chain.expiries {
            let strikes = expiry.strikes();
            assert!(strikes.iter().all(|&strike| strike > 0.0 && strike.fract() == 0.0));
            assert!(strikes.first() < Some(&expiry.forward));
            assert!(strikes.last() > Some(&expiry.forward));
        }
    }
}

#[test]
fn spreads_are_those_of_the_documented_model() {
    let chain = generate_chain(&ChainRecipe::default());
    let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
    for (expiry, slice) in chain.expiries.iter().zip(&fit.surface.slices) {
        let tau = year_fraction(chain.observed_at, expiry.expiry);
        for quote in &expiry.quotes {
            let (ask, mark) = (quote.ask.unwrap(), quote.mark.unwrap());
            assert!(quote.bid.is_none_or(|bid| bid <= mark) && mark <= ask);
            let k = libm::log(quote.strike / quote.forward);
            let is_out = quote.is_put == (k < 0.0);
            if is_out && k.abs() < 0.3 * slice.total_variance(0.0).sqrt() {
                let vega = crate::vega(quote.forward, quote.strike, slice.vol(k, tau), tau);
                let points = 100.0 * (ask - quote.bid.unwrap()) / (vega / quote.forward);
                let expected = 0.6 * (30.0 / (tau * 365.0).max(3.0)).sqrt();
                let ticks = 100.0 * 2.0 * 0.0005 / (vega / quote.forward);
                assert!(points > 0.4 * expected && points < 2.2 * expected + ticks, "{points}");
            }
        }
    }
}

#[test]
fn options_in_the_money_are_as_much_dearer_to_trade_as_documented() {
    let mut seen = 0;
    for expiry in generate_chain(&ChainRecipe::default()).expiries {
        for pair in expiry.quotes.chunks(2) {
            let half = |quote: &Quote| quote.ask.zip(quote.bid).map(|(ask, bid)| (ask - bid) / 2.0);
            let tau = year_fraction(DEFAULT_CHAIN_TIME, expiry.expiry);
            let delta = crate::call_delta(expiry.forward, pair[0].strike, pair[0].mark_iv.unwrap(), tau);
            let (within, out) = if delta > 0.5 { (&pair[0], &pair[1]) } else { (&pair[1], &pair[0]) };
            let (Some(within), Some(out)) = (half(within), half(out)) else { continue };
            let expected = libm::exp(7.0 * (delta - 0.5).abs());
            // Each of both is rounded outwards on both sides, by less than a tick.
            assert!(within > expected * (out - 0.0005) && within < expected * out + 0.0005, "{delta}");
            seen += usize::from(delta.max(1.0 - delta) > 0.7);
        }
    }
    assert!(seen > 30, "{seen}");
}

/// The fit recovers the generator's smiles up to the noise it adds, for any seed.
#[test]
fn generated_chains_are_fitted_within_their_noise() {
    for seed in 0..12 {
        let chain = generate_chain(&ChainRecipe { seed, ..ChainRecipe::default() });
        let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
        assert!(fit.skipped.is_empty() && fit.reports.len() == 8);
        for report in &fit.reports {
            assert!(report.rms_points < 0.25, "seed {seed}: {report:?}");
            assert!(report.share_inside() > 0.6, "seed {seed}: {report:?}");
        }
    }
}

#[test]
fn paths_have_the_documented_vol_and_jumps() {
    let recipe = PathRecipe { seed: 5, candles: 20 * 8760, ..PathRecipe::default() };
    let history = generate_prices(&recipe);
    let (first, last) = (history.points.first().unwrap(), history.points.last().unwrap());
    let vol = history.realised_vol(first.time, last.time).unwrap();
    assert!((vol - 0.61).abs() < 0.04, "{vol}");
    let large = history.points.windows(2).map(|pair| (pair[1].open / pair[0].open).ln().abs());
    let jumps = large.filter(|&step| step > 0.06).count();
    assert!((40..200).contains(&jumps), "{jumps} hours beyond 6 % in 20 years");
    for point in &history.points {
        assert!(point.low <= point.open.min(point.close));
        assert!(point.high >= point.open.max(point.close) && point.low > 0.0);
    }
}

#[test]
fn paths_are_fair() {
    let count = 400;
    let mean: f64 = (0..count)
        .map(|seed| {
            let recipe = PathRecipe { seed, candles: 240, ..PathRecipe::default() };
            generate_prices(&recipe).points.last().unwrap().close / DEFAULT_SPOT
        })
        .sum::<f64>()
        / f64::from(u32::try_from(count).unwrap());
    assert!((mean - 1.0).abs() < 0.02, "{mean}");
}
