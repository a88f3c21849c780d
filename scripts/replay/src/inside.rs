//! The vault's quotes beside those of the market that a chain was read from.
//!
//! At the moment of each chain a vault without a book quotes one contract of every series, both ways, on the surface fitted to that
//! chain. A series counts if the market quotes both sides of it, its delta is 0.15 to 0.85 in size and it has three days left. The
//! vault is *inside* where it bids no less and asks no more than the market. Prices in coin are made dollars by the forward of the same row, for
//! both alike.
//!
//! What a trader is shown is the mid with skew and half spread; markets show theirs without their fees as well. The share with the fee
//! of either side added to the vault's alone is given beside it.

use equipoise_data::{implied_vol, year_fraction, Chain, ExpiryQuotes, Fit, Quote, SECONDS_PER_YEAR};
use equipoise_math::Fx;
use equipoise_risk::black76::Kind;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::regime::Regime;
use equipoise_risk::spread::{Factors, SpreadMultiplier};
use equipoise_risk::units::{Money, TokenScale};
use equipoise_simulate::{FeedKind, Leg, Refusal, Settings, Venue};
use serde::Serialize;

use crate::explain::count;
use crate::market::price;

/// A contract.
const LOTS: i32 = 1_000;
const DELTAS: std::ops::RangeInclusive<f64> = 0.15..=0.85;
const LEAST_DAYS: f64 = 3.0;
const DAYS_A_YEAR: f64 = 365.0;
const REFERENCE_YEARS: f64 = 30.0 / DAYS_A_YEAR;
/// An option settles at an average over half an hour: two thirds of it are off its time.
const WINDOW_LAG_YEARS: f64 = 1_200.0 / SECONDS_PER_YEAR;
/// Groups of times to expiry, in days.
const TENORS: [(&str, f64, f64); 4] = [
    ("3 to 10 days", 3.0, 10.0),
    ("10 to 45 days", 10.0, 45.0),
    ("45 to 120 days", 45.0, 120.0),
    ("longer", 120.0, 1e9),
];
const DECIMALS: u8 = 6;

/// How the vault's quotes lie to the market's, over some series. Half spreads are medians, in volatility.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Standing {
    /// Which.
    pub name: String,
    /// How many.
    pub series: usize,
    /// Bid and ask inside the market's.
    pub inside: f64,
    /// The same with the fee on both sides of the vault's.
    pub inside_with_fee: f64,
    /// The same in a calm market, in which the volatility spread is as voted, not a quarter wider.
    pub inside_when_calm: f64,
    /// The vault's mid between the market's bid and ask: what no spread at all would reach.
    pub mid_inside: f64,
    /// The vault's half spread.
    pub vault_half_spread: f64,
    /// The market's.
    pub market_half_spread: f64,
}

/// The comparison over all chains.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inside {
    /// Chains compared.
    pub chains: usize,
    /// All series, then by time to expiry.
    pub groups: Vec<Standing>,
}

/// One series.
#[derive(Clone, Copy, Debug)]
struct Compared {
    years: f64,
    mid: f64,
    market: [f64; 2],
    vault: [f64; 2],
    with_fee: [f64; 2],
    calm: [f64; 2],
    vault_half: Option<f64>,
    market_half: Option<f64>,
}

/// The vault that quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quoter {
    pub(crate) parameters: Parameters,
    pub(crate) feed: FeedKind,
    pub(crate) capital: f64,
}

fn seconds(time: equipoise_data::Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or_default()
}

impl Inside {
    /// Share of series inside the market, of all.
    pub fn share(&self) -> Option<f64> {
        self.groups.first().filter(|all| all.series > 0).map(|all| all.inside)
    }

    /// Compares on every chain.
    pub(crate) fn of(chains: &[(Chain, Fit)], quoter: &Quoter) -> Result<Self, Refusal> {
        let mut all = Vec::new();
        for (chain, fit) in chains {
            for quotes in &chain.expiries {
                all.extend(quoter.compare(fit, quotes)?);
            }
        }
        let within =
            |(_, low, high): &(&str, f64, f64), each: &Compared| (*low..*high).contains(&(each.years * DAYS_A_YEAR));
        let mut groups = vec![group("all", &all)];
        for tenor in &TENORS {
            let own: Vec<Compared> = all.iter().filter(|each| within(tenor, each)).copied().collect();
            groups.push(group(tenor.0, &own));
        }
        Ok(Self { chains: chains.len(), groups })
    }
}

impl Quoter {
    fn compare(&self, fit: &Fit, quotes: &ExpiryQuotes) -> Result<Vec<Compared>, Refusal> {
        let surface = &fit.surface;
        let years = year_fraction(surface.observed_at, quotes.expiry);
        let slice = surface.slices.iter().find(|slice| slice.expiry == quotes.expiry);
        let Some(slice) = slice.and_then(|slice| slice.stored(years).ok()) else { return Ok(Vec::new()) };
        let mut compared = Vec::new();
        if years * DAYS_A_YEAR < LEAST_DAYS {
            return Ok(compared);
        }
        let variance = Fx::from_num(reference_variance(fit));
        for quote in &quotes.quotes {
            let Some((bid, ask)) = quote.bid.zip(quote.ask) else { continue };
            let mut venue = Venue::new(&Settings {
                now: seconds(surface.observed_at),
                spot: price(quote.forward),
                capital: Money::from_fx(Fx::from_num(self.capital)),
                variance,
                parameters: self.parameters,
                scale: TokenScale::from_decimals(DECIMALS).ok_or(Refusal::Closed)?,
                feed: self.feed,
            })?;
            venue.list(seconds(quotes.expiry), slice, &[price(quote.strike)]);
            if let Some(one) = compare(&mut venue, quote, [bid, ask], years)? {
                compared.push(one);
            }
        }
        Ok(compared)
    }
}

/// The market's annualised variance: that of thirty days, between the slices around them.
fn reference_variance(fit: &Fit) -> f64 {
    let at = |slice: &equipoise_data::Slice| {
        (year_fraction(fit.surface.observed_at, slice.expiry), slice.total_variance(0.0))
    };
    let mut before = (0.0, 0.0);
    for next in fit.surface.slices.iter().map(at) {
        if next.0 >= REFERENCE_YEARS {
            let share = (REFERENCE_YEARS - before.0) / (next.0 - before.0);
            return (before.1 + share * (next.1 - before.1)) / REFERENCE_YEARS;
        }
        before = next;
    }
    before.1 / before.0.max(f64::MIN_POSITIVE)
}

fn compare(venue: &mut Venue, quote: &Quote, coin: [f64; 2], years: f64) -> Result<Option<Compared>, Refusal> {
    let option = venue.option(0, 0)?;
    let (delta, mid) = if quote.is_put { (option.put_delta, option.put) } else { (option.call_delta, option.call) };
    if !DELTAS.contains(&delta.to_num::<f64>().abs()) {
        return Ok(None);
    }
    let calm = two_sided(venue, quote.is_put)?.0;
    let factors = Factors { regime: Regime::Normal, toxicity: Millionths::ONE, utilisation: Millionths::ONE };
    venue.widen(SpreadMultiplier::of(factors));
    let (vault, with_fee) = two_sided(venue, quote.is_put)?;
    let half_spread = |prices: [f64; 2], years: f64| {
        let vol = |price: f64| implied_vol(quote.forward, quote.strike, price, years, quote.is_put);
        let [bid, ask] = prices.map(vol);
        Some((ask? - bid?) / 2.0)
    };
    Ok(Some(Compared {
        years,
        mid: mid.to_num::<f64>(),
        market: coin.map(|price| price * quote.forward),
        vault,
        with_fee,
        calm,
        vault_half: half_spread(vault.map(|price| price / quote.forward), years - WINDOW_LAG_YEARS),
        market_half: half_spread(coin, years),
    }))
}

/// Bid and ask for one contract, before the fee and with it.
fn two_sided(venue: &Venue, is_put: bool) -> Result<([f64; 2], [f64; 2]), Refusal> {
    let kind = if is_put { Kind::Put } else { Kind::Call };
    let price = |lots: i32| -> Result<(f64, f64), Refusal> {
        let offer = venue.quote(&[Leg { board: 0, strike: 0, kind, lots }])?;
        let dollars = |atoms| f64::from(lots.signum()) * count(atoms) as f64 / 1e6;
        Ok((dollars(offer.cost.minus(offer.priced.charge.fee)?), dollars(offer.cost)))
    };
    let ((bid, bid_with_fee), (ask, ask_with_fee)) = (price(-LOTS)?, price(LOTS)?);
    Ok(([bid, ask], [bid_with_fee, ask_with_fee]))
}

fn group(name: &str, compared: &[Compared]) -> Standing {
    let share = |holds: &dyn Fn(&Compared) -> bool| {
        compared.iter().filter(|each| holds(each)).count() as f64 / compared.len().max(1) as f64
    };
    let inside = |own: [f64; 2], market: [f64; 2]| own[0] >= market[0] && own[1] <= market[1];
    Standing {
        name: name.to_owned(),
        series: compared.len(),
        inside: share(&|each| inside(each.vault, each.market)),
        inside_with_fee: share(&|each| inside(each.with_fee, each.market)),
        inside_when_calm: share(&|each| inside(each.calm, each.market)),
        mid_inside: share(&|each| inside([each.mid; 2], each.market)),
        vault_half_spread: median(compared.iter().filter_map(|each| each.vault_half)),
        market_half_spread: median(compared.iter().filter_map(|each| each.market_half)),
    }
}

/// The middle value, the lower of two; zero of none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use equipoise_data::{fit_chain, generate_chain, ChainRecipe, FitOptions};
    use equipoise_risk::parameters::{Parameter, RULES};

    use super::*;

    fn share(half_spread: u32) -> Inside {
        let chain = generate_chain(&ChainRecipe::default());
        let fit = fit_chain(&chain, &FitOptions::default()).unwrap();
        let mut numbers = Parameters::default().all_millionths();
        let place = RULES.iter().position(|rule| rule.parameter == Parameter::VolHalfSpread).unwrap();
        numbers[place] = half_spread;
        let parameters = Parameters::new(numbers).unwrap();
        Inside::of(&[(chain, fit)], &Quoter { parameters, feed: FeedKind::Push, capital: 3e6 }).unwrap()
    }

    #[test]
    fn a_narrower_vault_is_inside_more_often_and_never_more_than_its_mid() {
        let [narrow, wide] = [share(500), share(20_000)];
        let (narrow, wide) = (&narrow.groups[0], &wide.groups[0]);
        assert!(narrow.series > 50 && narrow.inside > wide.inside, "{narrow:?} {wide:?}");
        assert!(narrow.inside_with_fee <= narrow.inside && narrow.inside <= narrow.inside_when_calm);
        assert!(narrow.inside_when_calm <= narrow.mid_inside && narrow.mid_inside <= 1.0);
        assert!(narrow.vault_half_spread < wide.vault_half_spread);
        assert!((narrow.market_half_spread - wide.market_half_spread).abs() < 1e-15);
    }

    #[test]
    fn groups_hold_every_series_once() {
        let inside = share(3_000);
        let (all, groups) = inside.groups.split_first().unwrap();
        assert_eq!(groups.iter().map(|group| group.series).sum::<usize>(), all.series);
        assert_eq!(inside.share(), Some(all.inside));
    }
}
