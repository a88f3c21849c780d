//! Which expiries and strikes of the chain to list.

use std::collections::VecDeque;

use super::Input;
use crate::error::CliError;

/// Boards that are listed at the start, at least.
pub const LEAST_BOARDS: usize = 4;
/// Strikes of a board at least.
pub const LEAST_STRIKES: usize = 12;
/// An expiry nearer than this is not listed: it would close before anybody had traded it.
const LEAST_LIFE_SECS: u64 = 3 * 3_600;
/// The market's strikes are whole multiples of a 256th.
const STRIKE_UNIT: f64 = 256.0;

/// An expiry that can be listed.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    expiry: u64,
    strikes: Vec<f64>,
}

/// The expiries still to be listed, nearest first.
#[derive(Clone, Debug)]
pub struct Listing {
    waiting: VecDeque<Candidate>,
    strikes: usize,
}

impl Listing {
    /// The chain's expiries that have a slice and enough strikes. On a surface from another time, strikes keep their
    /// distance from the money and are rounded to whole dollars.
    /// # Errors: [`CliError::TooFewBoards`]
    pub fn of(input: &Input, strikes: usize) -> Result<Self, CliError> {
        let start = u64::try_from(input.start.as_second()).unwrap_or_default();
        let slices = input.fit.surface.slices.iter().zip(&input.surface.slices);
        let candidates = slices.filter_map(|(fitted, slice)| {
            let quotes = input.chain.expiries.iter().find(|each| each.expiry == fitted.expiry)?;
            let scale = if input.is_rebased { Some(slice.forward / fitted.forward) } else { None };
            let expiry = u64::try_from(slice.expiry.as_second()).ok()?;
            let strikes = listable(&quotes.strikes(), scale);
            Some(Candidate { expiry, strikes })
        });
        let waiting: VecDeque<Candidate> =
            candidates.filter(|each| each.expiry >= start + LEAST_LIFE_SECS && each.strikes.len() >= strikes).collect();
        if waiting.len() < LEAST_BOARDS {
            return Err(CliError::TooFewBoards {
                chain: input.chain.source.clone(),
                found: waiting.len(),
                needed: LEAST_BOARDS,
                strikes,
            });
        }
        Ok(Self { waiting, strikes })
    }

    /// Every expiry that may be listed.
    pub fn expiries(&self) -> Vec<u64> {
        self.waiting.iter().map(|each| each.expiry).collect()
    }

    /// The next expiry to list and its strikes nearest to `forward`, rising.
    pub fn next(&mut self, now: u64, forward: f64) -> Option<(u64, Vec<f64>)> {
        while let Some(candidate) = self.waiting.pop_front() {
            if candidate.expiry >= now + LEAST_LIFE_SECS {
                return Some((candidate.expiry, nearest(candidate.strikes, forward, self.strikes)));
            }
        }
        None
    }
}

/// Strikes that the market takes, each once.
fn listable(strikes: &[f64], scale: Option<f64>) -> Vec<f64> {
    let moved = strikes.iter().map(|strike| match scale {
        Some(scale) => (strike * scale).round(),
        None => *strike,
    });
    let mut taken: Vec<f64> = moved.filter(|strike| *strike > 0.0 && (strike * STRIKE_UNIT).fract() == 0.0).collect();
    taken.dedup();
    taken
}

/// The `count` strikes nearest to the money in log-moneyness, rising.
fn nearest(mut strikes: Vec<f64>, forward: f64, count: usize) -> Vec<f64> {
    let distance = |strike: &f64| libm::fabs(libm::log(strike / forward));
    strikes.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    strikes.truncate(count);
    strikes.sort_by(f64::total_cmp);
    strikes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strikes_around_the_money_are_listed_in_order() {
        let strikes = vec![1000.0, 2000.0, 2900.0, 3000.0, 3100.0, 9000.0];
        assert_eq!(nearest(strikes, 3010.0, 3), [2900.0, 3000.0, 3100.0]);
    }

    #[test]
    fn only_strikes_the_market_can_hold_are_listed() {
        assert_eq!(listable(&[0.1, 0.5, 2.25, 3000.0], None), [0.5, 2.25, 3000.0]);
        assert_eq!(listable(&[1000.0, 1000.2, 2000.0], Some(1.5)), [1500.0, 3000.0]);
    }
}
