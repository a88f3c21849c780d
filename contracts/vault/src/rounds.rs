//! How far a feed has moved since the round that an epoch belongs to.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, U256};
use equipoise_interfaces::{IAggregator, IOracle, VaultRoundNotFirst};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::number::{mul_div_up, to_i128, to_u64};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::Vault;

/// So many rounds without a price are passed over for the first one with.
const MOST_UNUSABLE_ROUNDS: u8 = 8;

/// A feed's move: the difference and the smaller of the two prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    difference: u128,
    lowest: u128,
}

impl Move {
    fn between(then: u128, now: u128) -> Self {
        Self { difference: then.abs_diff(now), lowest: then.min(now) }
    }

    /// What the move can have done to a value.
    /// # Rounding: up; what does not fit is as much as can be
    pub(crate) fn of_up(self, value: u128) -> u128 {
        mul_div_up(value, self.difference, self.lowest).unwrap_or(u128::MAX)
    }
}

impl Vault {
    /// How far an oracle's feed has moved since the first round at or after a cut.
    /// # Inputs: the round that is said to be the first. Where a phase of the feed begins, its first round is taken at its word
    /// # Errors: VaultRoundNotFirst, the feed's own
    pub(crate) fn move_since(&self, oracle: Address, first: U80, cut_at: u64) -> Result<Move, Revert> {
        let feed = view(self.vm(), oracle, &IOracle::feedCall {})?;
        let (updated_at, answer) = self.round(feed, first)?;
        if updated_at < cut_at {
            return Err(not_first(first, updated_at, cut_at));
        }
        if let Some(earlier) = step(first, false) {
            let (updated_at, _) = self.round(feed, earlier)?;
            if updated_at >= cut_at {
                return Err(not_first(first, updated_at, cut_at));
            }
        }
        let then = self.first_usable(feed, first, answer)?;
        let latest = view(self.vm(), feed, &IAggregator::latestRoundDataCall {})?;
        let now = price(latest.answer).ok_or_else(|| not_first(latest.id, cut_at, cut_at))?;
        Ok(Move::between(then, now))
    }

    fn first_usable(&self, feed: Address, first: U80, answer: Option<u128>) -> Result<u128, Revert> {
        let (mut round, mut found) = (first, answer);
        for _ in 0..MOST_UNUSABLE_ROUNDS {
            if let Some(price) = found {
                return Ok(price);
            }
            round = step(round, true).unwrap_or(round);
            found = self.round(feed, round)?.1;
        }
        Err(not_first(first, 0, 0))
    }

    /// When a round was answered, zero if never, and its price if it has one.
    fn round(&self, feed: Address, round: U80) -> Result<(u64, Option<u128>), Revert> {
        let data = view(self.vm(), feed, &IAggregator::getRoundDataCall { roundId: round })?;
        let updated_at = to_u64(data.updatedAt).unwrap_or(u64::MAX);
        Ok((updated_at, price(data.answer).filter(|_| data.updatedAt != U256::ZERO)))
    }
}

fn price(answer: alloy_primitives::I256) -> Option<u128> {
    to_i128(answer).and_then(|answer| u128::try_from(answer).ok()).filter(|price| *price > 0)
}

/// The round after or before one, within its phase: the number in the low 64 bits, from 1.
fn step(round: U80, is_forward: bool) -> Option<U80> {
    let [number, phase] = *round.as_limbs();
    let next = if is_forward { number.checked_add(1) } else { number.checked_sub(1).filter(|number| *number > 0) };
    next.map(|number| U80::from_limbs([number, phase]))
}

#[cold]
fn not_first(round_id: U80, updated_at: u64, cut_at: u64) -> Revert {
    revert(&VaultRoundNotFirst { roundId: round_id, updatedAt: updated_at, cutAt: cut_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_counts_against_the_smaller_price_and_up() {
        for (then, now) in [(3_000, 3_030), (3_030, 3_000)] {
            assert_eq!(Move::between(then, now).of_up(1_000_000), 10_000);
            assert_eq!(Move::between(then, now).of_up(1), 1);
        }
        assert_eq!(Move::between(7, 7).of_up(u128::MAX), 0);
        assert_eq!(Move::between(1, 3).of_up(u128::MAX), u128::MAX);
    }

    #[test]
    fn rounds_are_counted_within_their_phase() {
        let round = |number, phase| U80::from_limbs([number, phase]);
        assert_eq!(step(round(5, 2), false), Some(round(4, 2)));
        assert_eq!(step(round(1, 2), false), None);
        assert_eq!(step(round(5, 2), true), Some(round(6, 2)));
        assert_eq!(step(round(u64::MAX, 2), true), None);
    }
}
