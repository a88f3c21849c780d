//! What the fit aims at: one vol per strike, with the weight it deserves.

use crate::black76::{call_delta, implied_vol};
use crate::chain::{median, ExpiryQuotes, Quote};
use crate::svi::Slice;

/// Least vega that counts, relative to the money: the wings still have a say.
const VEGA_FLOOR: f64 = 0.01;
/// Bid-ask spread, in vol, at which a strike's error counts half.
const HALVING_SPREAD: f64 = 0.01;
/// What the error of a strike counts without a two-sided market.
const UNQUOTED: f64 = 0.1;
/// An outlier is further from the first fit than this many median errors, this distance in vol, and
/// this share of its own vol.
const OUTLIER_MEDIANS: f64 = 8.0;
const OUTLIER_VOL: f64 = 0.04;
const OUTLIER_SHARE_OF_VOL: f64 = 0.35;
/// At most one strike in this many may be set aside.
const MOST_OUTLIERS: usize = 8;

/// One strike as the fit sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Target {
    /// Log-moneyness of the forward of its row.
    pub k: f64,
    /// Implied vol aimed at.
    pub vol: f64,
    /// Weight of the squared error in vol: (vega · quote quality)²; 0 for an outlier.
    pub weight: f64,
    /// Call delta at the target vol, 0..1.
    pub delta: f64,
    /// Bid and ask as implied vols, where both sides exist (a worthless bid counts as vol 0).
    pub market: Option<(f64, f64)>,
}

/// The out-of-the-money option of each strike (the other one where that has no vol), by strike.
pub(crate) fn targets(quotes: &ExpiryQuotes, tau: f64) -> Vec<Target> {
    quotes
        .strikes()
        .into_iter()
        .filter_map(|strike| {
            let out_of_the_money_put = strike < quotes.forward;
            [out_of_the_money_put, !out_of_the_money_put]
                .into_iter()
                .find_map(|is_put| target(quotes.quote(strike, is_put)?, tau))
        })
        .collect()
}

/// The mark vol, moved into the market's bid and ask where it is outside them; without a mark vol, the
/// middle of a two-sided market.
fn target(quote: &Quote, tau: f64) -> Option<Target> {
    let vol_of = |price: f64| implied_vol(quote.forward, quote.strike, price, tau, quote.is_put);
    let market = match (quote.bid, quote.ask) {
        (Some(bid), Some(ask)) => vol_of(ask).map(|ask| (vol_of(bid).unwrap_or(0.0), ask)),
        _ => None,
    };
    let vol = match (quote.mark_iv, market) {
        (Some(mark), Some((bid, ask))) => mark.clamp(bid, ask),
        (Some(mark), None) => mark,
        (None, Some((bid, ask))) if bid > 0.0 => f64::midpoint(bid, ask),
        (None, _) => return None,
    };
    let k = libm::log(quote.strike / quote.forward);
    let deviation = vol * tau.sqrt();
    let d1 = 0.5 * deviation - k / deviation;
    let vega = libm::exp(-0.5 * d1 * d1).max(VEGA_FLOOR);
    let quality = market.map_or(UNQUOTED, |(bid, ask)| (HALVING_SPREAD / (HALVING_SPREAD + ask - bid)).max(UNQUOTED));
    let delta = call_delta(quote.forward, quote.strike, vol, tau);
    let weight = vega * vega * quality * quality;
    (weight.is_finite() && delta.is_finite()).then_some(Target { k, vol, weight, delta, market })
}

/// Sets the weight of outliers against `slice` to 0, the worst first, keeping at least `needed`
/// strikes. Returns whether there were any.
pub(crate) fn mark_outliers(targets: &mut [Target], slice: &Slice, tau: f64, needed: usize) -> bool {
    let errors: Vec<f64> = targets.iter().map(|target| (slice.vol(target.k, tau) - target.vol).abs()).collect();
    let Some(typical) = median(errors.clone()) else {
        return false;
    };
    let limit = (OUTLIER_MEDIANS * typical).max(OUTLIER_VOL);
    let mut worst: Vec<(f64, usize)> = errors
        .into_iter()
        .enumerate()
        .zip(targets.iter())
        .filter(|((_, error), target)| *error > limit.max(OUTLIER_SHARE_OF_VOL * target.vol))
        .map(|((index, error), _)| (error, index))
        .collect();
    worst.sort_by(|x, y| y.0.total_cmp(&x.0));
    worst.truncate((targets.len() / MOST_OUTLIERS).min(targets.len().saturating_sub(needed)));
    for &(_, index) in &worst {
        if let Some(target) = targets.get_mut(index) {
            target.weight = 0.0;
        }
    }
    !worst.is_empty()
}
