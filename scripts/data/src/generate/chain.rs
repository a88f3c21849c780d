//! Option chains as an ETH market would quote them.

use jiff::{SignedDuration, Timestamp};

use super::random::Random;
use super::{DEFAULT_CHAIN_TIME, DEFAULT_SPOT};
use crate::black76::{call_delta, coin_price};
use crate::chain::{Chain, ExpiryQuotes, Quote};
use crate::svi::Slice;
use crate::time::year_fraction;

/// A smile in units of its own width: raw SVI over the variance and deviation at the money.
struct Smile {
    /// Days to expiry.
    days: i64,
    /// Vol at the money, fraction per sqrt(year).
    vol: f64,
    /// b over the deviation at the money.
    slope: f64,
    rho: f64,
    /// m and sigma over the deviation at the money.
    vertex: f64,
    width: f64,
}

/// Rounded from fits to ETH chains of the first half of 2026 in a calm market; no quote is in them.
const SMILES: [Smile; 8] = [
    Smile { days: 2, vol: 0.54, slope: 0.50, rho: -0.30, vertex: -0.45, width: 1.9 },
    Smile { days: 4, vol: 0.56, slope: 0.50, rho: -0.35, vertex: -0.50, width: 1.9 },
    Smile { days: 11, vol: 0.59, slope: 0.52, rho: -0.40, vertex: -0.55, width: 2.0 },
    Smile { days: 25, vol: 0.61, slope: 0.54, rho: -0.42, vertex: -0.60, width: 2.1 },
    Smile { days: 53, vol: 0.63, slope: 0.56, rho: -0.42, vertex: -0.60, width: 2.2 },
    Smile { days: 81, vol: 0.64, slope: 0.58, rho: -0.42, vertex: -0.60, width: 2.3 },
    Smile { days: 172, vol: 0.65, slope: 0.62, rho: -0.40, vertex: -0.65, width: 2.4 },
    Smile { days: 263, vol: 0.66, slope: 0.64, rho: -0.40, vertex: -0.65, width: 2.5 },
];

/// Yearly growth of the forward over spot.
const CARRY: f64 = 0.04;
/// Standard deviation of the common level of vol between seeds, and of one quote's vol.
const LEVEL_NOISE: f64 = 0.05;
const QUOTE_NOISE: f64 = 0.0015;
/// Strikes below and above the one at the money, and how far they reach in deviations.
const STRIKES_BELOW: i32 = 9;
const STRIKES_ABOVE: i32 = 11;
const REACH_BELOW: f64 = 2.6;
const REACH_ABOVE: f64 = 3.0;
/// Half the bid-ask spread of vol at 30 days at the money, growing as sqrt(30 d / max(T, 3 d)) and
/// with the squared distance from the money: Deribit's ETH medians of 2026 were 1.25 vol points wide
/// at 3–10 days, 0.64 at 10–45 and 0.47 at 45–120.
const HALF_SPREAD: f64 = 0.0030;
const SPREAD_GROWTH: f64 = 0.25;
const SPREAD_NOISE: f64 = 0.25;
/// What an option in the money costs more to trade than the other one of its strike: the spread of its price is `exp` of so much
/// times what its delta is above one half. Of the same medians: 2.5 times at a delta of 0.65, 5 at 0.75, 12 at 0.85.
const IN_THE_MONEY_GROWTH: f64 = 7.0;
/// Price ticks in coin, below and from the price where they change.
const FINE_TICK: f64 = 0.0001;
const COARSE_TICK: f64 = 0.0005;
const TICK_CHANGE: f64 = 0.005;

/// A chain to generate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChainRecipe {
    /// Any number: other seeds give other levels of vol, spreads, noise and open interest.
    pub seed: u64,
    /// When the quotes stand; expiries lie whole days after it.
    pub observed_at: Timestamp,
    /// Spot index, USD per coin.
    pub spot: f64,
}

impl Default for ChainRecipe {
    fn default() -> Self {
        Self { seed: 1, observed_at: DEFAULT_CHAIN_TIME, spot: DEFAULT_SPOT }
    }
}

/// Generates an ETH-like chain: 8 expiries from 2 to 263 days, 21 strikes each, calls and puts.
///
/// Mark vols are arbitrage-free SVI smiles and a little noise per quote; bids and asks lie half a
/// vol spread to either side, more in the money, rounded outwards to the tick; a bid below one tick is no bid.
pub fn generate_chain(recipe: &ChainRecipe) -> Chain {
    let mut random = Random::new(recipe.seed, *b"chain   ");
    let level = libm::exp(LEVEL_NOISE * random.normal());
    let expiries = SMILES.iter().filter_map(|smile| expiry_quotes(recipe, smile, level, &mut random)).collect();
    Chain {
        source: format!("generated chain (seed {})", recipe.seed),
        currency: "ETH".into(),
        observed_at: recipe.observed_at,
        spot: recipe.spot,
        expiries,
    }
}

/// The quotes of one expiry; none if it lies beyond the range of times.
fn expiry_quotes(recipe: &ChainRecipe, smile: &Smile, level: f64, random: &mut Random) -> Option<ExpiryQuotes> {
    let ahead = SignedDuration::from_secs(smile.days * 86_400);
    let expiry = recipe.observed_at.checked_add(ahead).ok()?;
    let tau = year_fraction(recipe.observed_at, expiry);
    let forward = cents(recipe.spot * libm::exp(CARRY * tau));
    let slice = smile.slice(expiry, forward, level, tau);
    let quotes = strikes(forward, level * smile.vol * tau.sqrt())
        .flat_map(|strike| option_pair(&slice, strike, tau, random))
        .collect();
    Some(ExpiryQuotes { expiry, forward, quotes })
}

/// The call and the put of one strike: one vol for both, spread narrower and open interest mostly in the one
/// out of the money.
fn option_pair(slice: &Slice, strike: f64, tau: f64, random: &mut Random) -> [Quote; 2] {
    let forward = slice.forward;
    let k = libm::log(strike / forward);
    let distance = k / slice.total_variance(0.0).sqrt();
    let mark_iv = slice.vol(k, tau) + QUOTE_NOISE * random.normal();
    let half_spread = HALF_SPREAD
        * (30.0 / (365.0 * tau).max(3.0)).sqrt()
        * (1.0 + SPREAD_GROWTH * distance * distance)
        * libm::exp(SPREAD_NOISE * random.normal());
    let delta = call_delta(forward, strike, mark_iv, tau);
    let size = (400.0 * libm::exp(1.2 * random.normal() - 0.3 * distance * distance)).round();
    [false, true].map(|is_put| {
        let price = |vol: f64| coin_price(forward, strike, vol, tau, is_put);
        let magnitude = if is_put { 1.0 - delta } else { delta };
        let growth = libm::exp(IN_THE_MONEY_GROWTH * (magnitude - 0.5).max(0.0));
        let mark = price(mark_iv);
        let [bid, ask] = [-half_spread, half_spread].map(|spread| mark + growth * (price(mark_iv + spread) - mark));
        Quote {
            strike,
            is_put,
            forward,
            bid: Some(tick_down(bid)).filter(|&bid| bid > 0.0),
            ask: Some(tick_up(ask)),
            mark: Some(mark).filter(|&mark| mark > 0.0),
            mark_iv: Some(mark_iv),
            open_interest: if is_put == (k < 0.0) { size } else { (size / 4.0).round() },
        }
    })
}

impl Smile {
    fn slice(&self, expiry: Timestamp, forward: f64, level: f64, tau: f64) -> Slice {
        let vol = level * self.vol;
        let variance = vol * vol * tau;
        let deviation = variance.sqrt();
        let (b, m, sigma) = (self.slope * deviation, self.vertex * deviation, self.width * deviation);
        let above = b * (-self.rho * m + (m * m + sigma * sigma).sqrt());
        Slice { expiry, forward, a: variance - above, b, rho: self.rho, m, sigma }
    }
}

/// Strikes at round distances about the money.
fn strikes(forward: f64, deviation: f64) -> impl Iterator<Item = f64> {
    let below = forward * (1.0 - libm::exp(-REACH_BELOW * deviation)) / f64::from(STRIKES_BELOW);
    let above = forward * (libm::exp(REACH_ABOVE * deviation) - 1.0) / f64::from(STRIKES_ABOVE);
    let (below, above) = (round_step(below), round_step(above));
    let centre = (forward / below).round() * below;
    (-STRIKES_BELOW..=STRIKES_ABOVE).map(move |step| {
        let distance = f64::from(step);
        centre + distance * if step < 0 { below } else { above }
    })
}

/// The largest of 1, 2, 2.5 or 5 times a power of ten that is not above `width`.
fn round_step(width: f64) -> f64 {
    let mut scale = 1e-6;
    while scale * 10.0 <= width {
        scale *= 10.0;
    }
    let steps = [5.0, 2.5, 2.0];
    scale * steps.into_iter().find(|step| scale * step <= width).unwrap_or(1.0)
}

fn tick(price: f64) -> f64 {
    if price < TICK_CHANGE {
        FINE_TICK
    } else {
        COARSE_TICK
    }
}

/// Down to a tick; rounded once more so that the decimal text is short.
fn tick_down(price: f64) -> f64 {
    tidy((price / tick(price)).floor() * tick(price))
}

fn tick_up(price: f64) -> f64 {
    tidy((price / tick(price)).ceil().max(1.0) * tick(price))
}

fn tidy(price: f64) -> f64 {
    (price * 1e4).round() / 1e4
}

fn cents(price: f64) -> f64 {
    (price * 100.0).round() / 100.0
}
