//! Who comes to trade: seeded arrivals, the same in every run of a seed, whatever the market does with them.
//!
//! At each of the four prices of a candle somebody comes with probability 0.35: 1.4 an hour.
//!
//! | share | who | what he does |
//! |--:|---|---|
//! | 42 % | directional | wants one side of one option, for reasons of his own |
//! | 25 % | indifferent | wants the option, and takes the side that is cheaper: skew and rebates bring him |
//! | 8 % | informed | knows the next candle's close up to one deviation of an hour, and buys the option that gains by it |
//! | 25 % | closing | reduces a position that some account has, by half or all of it |
//!
//! A trader pays skew, half spread and fee up to what the trade is worth to him: an exponential number of vol points,
//! 1.2 on average at thirty days and more for shorter times as the market's own spreads are, and 3 bp of spot.
//! So wider quotes lose flow. The informed pay up to what they expect to gain. Sizes are lognormal: a median of 20 contracts, one in
//! forty above 200. Flow comes in waves from one side: a mood that reverts in two days moves the odds of buyers against sellers by 0.17
//! (standard deviation), one that reverts in five days those of rising against falling prices by 0.20.

use equipoise_simulate::Random;

/// Probability of an arrival at each price.
const ARRIVAL: f64 = 0.35;
const SHARES: [(f64, Who); 4] =
    [(0.42, Who::Directional), (0.67, Who::Indifferent), (0.75, Who::Informed), (1.0, Who::Closing)];
const MEDIAN_CONTRACTS: f64 = 20.0;
const SIZE_DEVIATION: f64 = 1.15;
const MOST_CONTRACTS: f64 = 1_500.0;
/// How much of each mood is kept over a price step of a quarter of an hour, and its weight in the odds.
const DEMAND: Mood = Mood { kept: 0.9948, weight: 0.17 };
const DIRECTION: Mood = Mood { kept: 0.9979, weight: 0.20 };
const MEAN_PATIENCE_POINTS: f64 = 0.012;
const OUT_OF_THE_MONEY: f64 = 0.85;

/// Who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Wants one side.
    Directional,
    /// Takes the cheaper side.
    Indifferent,
    /// Knows where the price goes.
    Informed,
    /// Reduces a position.
    Closing,
}

/// Somebody who would trade.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// Who.
    pub who: Who,
    /// Which account, uniform in (0, 1).
    pub account: f64,
    /// Which expiry, uniform in (0, 1): the nearer ones more often.
    pub board: f64,
    /// How far from the money, in deviations.
    pub moneyness: f64,
    /// Out of the money, or else in it.
    pub is_out: bool,
    /// Whether a directional one buys.
    pub is_buyer: bool,
    /// Whether he wants to gain from rising prices.
    pub is_bullish: bool,
    /// Contracts.
    pub contracts: f64,
    /// What he pays at most, in volatility at thirty days.
    pub patience: f64,
    /// The informed one's error, in deviations of an hour; for closing, which position.
    pub error: f64,
}

/// A mood of the market: a mean-reverting number with a standard deviation of one.
#[derive(Clone, Copy, Debug)]
struct Mood {
    kept: f64,
    weight: f64,
}

impl Mood {
    fn moved(self, mood: f64, random: &mut Random) -> f64 {
        self.kept * mood + (1.0 - self.kept * self.kept).sqrt() * random.normal()
    }

    fn odds(self, mood: f64) -> f64 {
        0.5 + self.weight * mood.clamp(-2.0, 2.0)
    }
}

/// The stream of arrivals.
#[derive(Debug)]
pub struct Flow {
    random: Random,
    demand: f64,
    direction: f64,
}

impl Flow {
    /// The flow of a seed.
    pub fn new(seed: u64) -> Self {
        Self { random: Random::new(seed, u64::from_le_bytes(*b"replay  ")), demand: 0.0, direction: 0.0 }
    }

    /// Who comes at the next price. Every price draws the same count of numbers.
    pub fn next(&mut self) -> Option<Arrival> {
        let random = &mut self.random;
        self.demand = DEMAND.moved(self.demand, random);
        self.direction = DIRECTION.moved(self.direction, random);
        let comes = random.chance(ARRIVAL);
        let which = random.between(0.0, 1.0);
        let who = SHARES.iter().find(|(below, _)| which < *below).map_or(Who::Closing, |(_, who)| *who);
        let arrival = Arrival {
            who,
            account: random.between(0.0, 1.0),
            board: random.between(0.0, 1.0),
            moneyness: random.normal().abs(),
            is_out: random.chance(OUT_OF_THE_MONEY),
            is_buyer: random.chance(DEMAND.odds(self.demand)),
            is_bullish: random.chance(DIRECTION.odds(self.direction)),
            contracts: (MEDIAN_CONTRACTS * libm::exp(SIZE_DEVIATION * random.normal())).clamp(0.1, MOST_CONTRACTS),
            patience: -MEAN_PATIENCE_POINTS * libm::log(random.between(0.0, 1.0)),
            error: random.normal(),
        };
        random.take_tape();
        comes.then_some(arrival)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_have_the_documented_shares() {
        let mut flow = Flow::new(3);
        let all: Vec<Arrival> = (0..100_000).filter_map(|_| flow.next()).collect();
        let share = |count: usize| count as f64 / all.len() as f64;
        assert!((all.len() as f64 / 100_000.0 - ARRIVAL).abs() < 0.01);
        let of = |who| share(all.iter().filter(|arrival| arrival.who == who).count());
        assert!((of(Who::Directional) - 0.42).abs() < 0.01 && (of(Who::Indifferent) - 0.25).abs() < 0.01);
        assert!((of(Who::Informed) - 0.08).abs() < 0.01 && (of(Who::Closing) - 0.25).abs() < 0.01);
        assert!((share(all.iter().filter(|arrival| arrival.is_buyer).count()) - 0.5).abs() < 0.05);
        let large = share(all.iter().filter(|arrival| arrival.contracts > 200.0).count());
        assert!((large - 0.0226).abs() < 0.004, "{large}");
    }

    #[test]
    fn the_same_seed_brings_the_same_people() {
        let list = |seed| {
            let mut flow = Flow::new(seed);
            (0..50).map(|_| flow.next()).collect::<Vec<_>>()
        };
        assert_eq!(list(1), list(1));
        assert_ne!(list(1), list(2));
    }
}
