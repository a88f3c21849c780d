//! The crowd: who wants to trade what. Seeded, and blind to everything but the boards, the money and his own book.

use alloy_primitives::{Address, I256};
use equipoise_interfaces::{series::Series, Leg};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::units::{from_wad, size_wad};

/// Separates this stream of random numbers from the others of the same seed.
const PURPOSE: u64 = 0x6372_6f77_6400_0001;
/// How far from the money strikes are picked, in places.
const STRIKE_SPREAD: f64 = 2.2;
/// Trade sizes in contracts: the middle one, the spread of their logarithm, and the bounds.
const MEDIAN_SIZE: f64 = 6.0;
const SIZE_SPREAD: f64 = 0.9;
const LEAST_SIZE: f64 = 0.1;
const GREATEST_SIZE: f64 = 60.0;
/// Cumulative chances of what a trader without anything to close does.
const BUY_BELOW: f64 = 0.42;
const SELL_PUT_BELOW: f64 = 0.62;
const VERTICAL_BELOW: f64 = 0.88;
/// The chance that a trader with positions closes some.
const CLOSE_CHANCE: f64 = 0.35;
/// A seller of puts secures them with at most this share of his free cash.
const SECURED_SHARE: f64 = 0.5;

/// A board as the crowd sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Its id.
    pub id: u16,
    /// Expiry, unix seconds.
    pub expiry: u64,
    /// Strikes in USD, rising.
    pub strikes: Vec<f64>,
}

/// A position of the trader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// The series.
    pub series: u32,
    /// Signed size.
    pub size: I256,
}

/// What a trader knows when he decides.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// Boards that are open.
    pub boards: &'a [Board],
    /// Spot, USD.
    pub spot: f64,
    /// His cash that nothing locks, in tokens.
    pub free: f64,
    /// His positions on those boards.
    pub positions: &'a [Position],
}

/// A trader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trader {
    /// Where he trades from.
    pub address: Address,
    /// What he deposited, in atoms.
    pub deposited: u128,
}

/// A source of decisions.
#[derive(Debug)]
pub struct Crowd {
    random: ChaCha20Rng,
}

impl Crowd {
    /// The crowd of a seed.
    pub fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        let source = seed.to_le_bytes().into_iter().chain(PURPOSE.to_le_bytes());
        for (byte, value) in key.iter_mut().zip(source) {
            *byte = value;
        }
        Self { random: ChaCha20Rng::from_seed(key) }
    }

    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.random.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// One of `count` places.
    pub fn pick(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// What a trader does next, if anything: one or two legs.
    pub fn decide(&mut self, sight: &Sight<'_>) -> Option<Vec<Leg>> {
        if !sight.positions.is_empty() && self.uniform() < CLOSE_CHANCE {
            return self.close(sight.positions);
        }
        let board = sight.boards.get(self.pick(sight.boards.len()))?;
        let choice = self.uniform();
        if choice < BUY_BELOW {
            Some(self.buy(board, sight.spot))
        } else if choice < SELL_PUT_BELOW {
            self.sell_put(board, sight)
        } else if choice < VERTICAL_BELOW {
            self.vertical(board, sight.spot)
        } else {
            Some(self.straddle(board, sight.spot))
        }
    }

    /// Sells a long, or buys back a short, in part or whole.
    fn close(&mut self, positions: &[Position]) -> Option<Vec<Leg>> {
        let held = positions.get(self.pick(positions.len()))?;
        let share = if self.uniform() < 0.6 { 1.0 } else { 0.5 };
        let part = size_wad(-from_wad(held.size) * share);
        let size = if part.is_zero() { held.size.wrapping_neg() } else { part };
        Some(vec![Leg { series: held.series, sizeWad: size }])
    }

    fn buy(&mut self, board: &Board, spot: f64) -> Vec<Leg> {
        let is_put = self.uniform() < 0.5;
        let strike = self.strike(board, spot);
        let size = self.size();
        vec![leg(board, strike, is_put, size)]
    }

    /// A put secured with cash.
    fn sell_put(&mut self, board: &Board, sight: &Sight<'_>) -> Option<Vec<Leg>> {
        let strike = self.strike(board, sight.spot);
        let most = SECURED_SHARE * sight.free / board.strikes.get(strike)?;
        let size = self.size().min(most);
        (size >= LEAST_SIZE).then(|| vec![leg(board, strike, true, -size)])
    }

    /// Long one strike, short another of the same kind and size: the long one covers the short.
    fn vertical(&mut self, board: &Board, spot: f64) -> Option<Vec<Leg>> {
        let is_put = self.uniform() < 0.5;
        let long = self.strike(board, spot);
        let step = 1 + self.pick(3);
        let is_above = self.uniform() < 0.5;
        let short = if is_above { long + step } else { long.checked_sub(step)? };
        let size = self.size();
        board.strikes.get(short)?;
        Some(vec![leg(board, long, is_put, size), leg(board, short, is_put, -size)])
    }

    fn straddle(&mut self, board: &Board, spot: f64) -> Vec<Leg> {
        let strike = self.strike(board, spot);
        let size = 0.5 * self.size();
        vec![leg(board, strike, false, size), leg(board, strike, true, size)]
    }

    fn size(&mut self) -> f64 {
        (MEDIAN_SIZE * libm::exp(SIZE_SPREAD * self.normal())).clamp(LEAST_SIZE, GREATEST_SIZE)
    }

    /// The place of a strike, around the money.
    fn strike(&mut self, board: &Board, spot: f64) -> usize {
        let money = board.strikes.partition_point(|strike| *strike < spot) as f64;
        let wanted = money + STRIKE_SPREAD * self.normal();
        let last = board.strikes.len().saturating_sub(1);
        (wanted.max(0.0) as usize).min(last)
    }
}

/// A leg of a board.
fn leg(board: &Board, strike: usize, is_put: bool, size: f64) -> Leg {
    let strike = u8::try_from(strike).unwrap_or(u8::MAX);
    Leg { series: Series { board: board.id, strike, is_put }.id(), sizeWad: size_wad(size) }
}

/// The same legs with their sizes times `share`, at least a lot each.
pub fn scaled(legs: &[Leg], share: f64) -> Vec<Leg> {
    let scale = |leg: &Leg| {
        let contracts = from_wad(leg.sizeWad) * share;
        let least = contracts.signum() * contracts.abs().max(0.001);
        Leg { series: leg.series, sizeWad: size_wad(least) }
    };
    legs.iter().map(scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Board {
        Board { id: 3, expiry: 0, strikes: (0..12).map(|step| 2_400.0 + 100.0 * f64::from(step)).collect() }
    }

    fn decisions(seed: u64, count: usize) -> Vec<Option<Vec<Leg>>> {
        let (boards, positions) = ([board()], [Position { series: 0x0305, size: size_wad(-2.0) }]);
        let sight = Sight { boards: &boards, spot: 3_000.0, free: 100_000.0, positions: &positions };
        let mut crowd = Crowd::new(seed);
        (0..count).map(|_| crowd.decide(&sight)).collect()
    }

    #[test]
    fn the_same_seed_decides_the_same() {
        assert_eq!(decisions(5, 200), decisions(5, 200));
        assert_ne!(decisions(5, 200), decisions(6, 200));
    }

    #[test]
    fn every_leg_is_of_a_listed_series_and_not_empty() {
        for leg in decisions(1, 2_000).into_iter().flatten().flatten() {
            let series = Series::from_id(leg.series).unwrap();
            assert_eq!(series.board, 3);
            assert!(series.strike < 12 && !leg.sizeWad.is_zero(), "{leg:?}");
        }
    }

    #[test]
    fn puts_are_sold_only_within_the_cash() {
        for legs in decisions(2, 2_000).into_iter().flatten().filter(|legs| legs.len() == 1) {
            let leg = &legs[0];
            let series = Series::from_id(leg.series).unwrap();
            if series.is_put && leg.sizeWad.is_negative() {
                let strike = board().strikes[usize::from(series.strike)];
                assert!(-from_wad(leg.sizeWad) * strike <= 50_000.0 * 1.001);
            }
        }
    }
}
