//! Random markets to attack, with a book that a crowd has left.

use equipoise_math::Fx;
use equipoise_risk::black76::Kind;
use equipoise_risk::parameters::{Parameters, RULES};
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};

use super::Round;
use crate::{FeedKind, Leg, Random, Refusal, Settings, Trader, Venue};

pub(super) const HOUR_SECS: u64 = 3_600;
pub(super) const DAY_SECS: u64 = 86_400;
const YEAR_SECS: f64 = 31_536_000.0;
const NOW: u64 = 1_800_000_000;
/// Volatility of the market and, at the money, of every slice.
pub(super) const VOL: f64 = 0.6;
const STRIKES: usize = 7;

pub(super) fn fx(number: f64) -> Fx {
    Fx::from_num(number)
}

/// A smile that is 60 % at the money: `a + b sigma = 0.36`.
fn slice(random: &mut Random) -> Slice {
    let (b, sigma) = (random.between(0.02, 0.3), random.between(0.1, 0.5));
    let rho = random.between(-0.5, 0.3);
    Slice { a: fx(VOL * VOL - b * sigma), b: fx(b), rho: fx(rho), m: Fx::ZERO, sigma: fx(sigma) }
}

/// Parameters drawn within their bounds, or the defaults.
pub(super) fn parameters(random: &mut Random) -> Parameters {
    if random.chance(0.5) {
        return Parameters::default();
    }
    let drawn = RULES.map(|rule| {
        let (low, high) = (f64::from(rule.min.max(1)), f64::from(rule.max.max(2)));
        let near = f64::from(rule.default.max(1)) * random.scale(0.3, 3.0);
        near.clamp(low, high) as u32
    });
    // A draw may break a rule between two parameters.
    Parameters::new(drawn).unwrap_or_default()
}

/// A market with two to four expiries and a crowd's positions.
pub(super) fn market(random: &mut Random) -> Result<Venue, Refusal> {
    let spot = random.scale(500.0, 10_000.0);
    let mut venue = Venue::new(&Settings {
        now: NOW,
        spot: Price::from_fx(fx(spot)),
        capital: Money::from_fx(fx(spot * random.scale(300.0, 10_000.0))),
        variance: fx(VOL * VOL),
        parameters: parameters(random),
        scale: TokenScale::from_decimals(6).ok_or(Refusal::Closed)?,
        feed: if random.chance(0.5) { FeedKind::Push } else { FeedKind::Pull },
    })?;
    let mut days = 0;
    for _ in 0..random.whole(2, 5) {
        days += random.whole(1, 40);
        let strikes: [Price; STRIKES] =
            std::array::from_fn(|place| Price::from_fx(fx(spot * (0.7 + 0.1 * place as f64))));
        let slice = slice(random);
        venue.list(NOW + days as u64 * DAY_SECS + 8 * HOUR_SECS, slice, &strikes);
    }
    let mut crowd = Trader::default();
    for _ in 0..random.whole(0, 12) {
        let legs = package(&venue, random, 1_000.0);
        // What the market refuses the crowd does not trade.
        let _ = venue.trade(&mut crowd, &legs);
        venue.wait(random.whole(1, 600) as u64);
        venue.report(venue.spot());
    }
    Ok(venue)
}

/// One to four legs of a lot to `most` contracts each, none of them in a series twice.
pub(super) fn package(venue: &Venue, random: &mut Random, most: f64) -> Vec<Leg> {
    let mut legs: Vec<Leg> = Vec::new();
    for _ in 0..random.whole(1, 5) {
        let kind = if random.chance(0.5) { Kind::Call } else { Kind::Put };
        let size = (random.scale(0.001, most) * 1_000.0) as i32;
        let lots = if random.chance(0.5) { size.max(1) } else { -size.max(1) };
        let leg = Leg { board: random.place(venue.boards().len()), strike: random.place(STRIKES), kind, lots };
        let is_new = |other: &Leg| (other.board, other.strike, other.kind) != (leg.board, leg.strike, leg.kind);
        if legs.iter().all(is_new) {
            legs.push(leg);
        }
    }
    legs
}

/// Counts what an attacker trades.
pub(super) struct Attacker {
    pub(super) trader: Trader,
    notional: f64,
}

impl Attacker {
    pub(super) fn new() -> Self {
        Self { trader: Trader::default(), notional: 0.0 }
    }

    pub(super) fn trade(&mut self, venue: &mut Venue, legs: &[Leg]) -> Result<Atoms, Refusal> {
        let offer = venue.trade(&mut self.trader, legs)?;
        self.notional += notional(venue, legs);
        Ok(offer.cost)
    }

    /// Closes everything, in one trade or leg by leg in any order.
    pub(super) fn unwind(&mut self, venue: &mut Venue, random: &mut Random) -> Result<(), Refusal> {
        let mut legs = self.trader.unwinding();
        if random.chance(0.5) {
            return if legs.is_empty() { Ok(()) } else { self.trade(venue, &legs).map(|_| ()) };
        }
        while !legs.is_empty() {
            let leg = legs.swap_remove(random.place(legs.len()));
            self.trade(venue, &[leg])?;
        }
        Ok(())
    }

    /// What the round brought, once there is no position left.
    pub(super) fn round(&self, venue: &Venue) -> Round {
        Round { gain: quote(self.trader.cash, venue), notional: self.notional }
    }
}

pub(super) fn notional(venue: &Venue, legs: &[Leg]) -> f64 {
    let lots: f64 = legs.iter().map(|leg| f64::from(leg.lots).abs()).sum();
    lots / 1_000.0 * venue.spot().fx().to_num::<f64>()
}

pub(super) fn quote(atoms: Atoms, venue: &Venue) -> f64 {
    venue.scale().money_floor(atoms).map_or(f64::INFINITY, |money| money.fx().to_num())
}

/// What a step of so many seconds multiplies a price with that has no drift.
pub(super) fn step(random: &mut Random, secs: f64) -> f64 {
    let deviation = VOL * (secs / YEAR_SECS).sqrt();
    libm::exp(deviation * random.normal() - deviation * deviation / 2.0)
}
