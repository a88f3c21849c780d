//! How far a feed has moved since the round that an epoch belongs to: its first usable one at or after the cut.
//!
//! A round is usable if it was answered by now, in its own turn, with a price. All others are passed over, as the oracle does
//! when it settles: nobody can hide a round behind one without a time. Of the feed's phases the newest that had begun by
//! the cut counts; where one begins after it, its first round is taken at its word.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolError;
use equipoise_interfaces::{CallFailed, IAggregator, IOracle, VaultRoundNotFirst};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::number::{mul_div_up, to_i128, to_u64};
use equipoise_kit::Revert;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

/// A feed's move: the difference and the smaller of the two prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    difference: u128,
    lowest: u128,
}

impl Move {
    fn between(then: u128, now: u128) -> Self {
        Self { difference: then.abs_diff(now), lowest: then.min(now) }
    }

    /// What the move can have done to a value.
    /// # Rounding: up; what does not fit is as much as can be
    pub fn of_up(self, value: u128) -> u128 {
        mul_div_up(value, self.difference, self.lowest).unwrap_or(u128::MAX)
    }
}

/// A usable round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Round {
    at: u64,
    price: u128,
}

/// Where rounds are read from.
trait Rounds {
    /// What stops a reading altogether.
    type Error;

    /// A round, or `None` if it is not usable.
    fn round(&self, id: U80) -> Result<Option<Round>, Self::Error>;
}

/// Why a round is not the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FirstError<E> {
    /// The feed cannot be read.
    Feed(E),
    /// It is before the cut, or another one is from the cut on, too: the time of the one that shows it, zero if the round is
    /// not usable.
    NotFirst { at: u64 },
}

impl<E> From<E> for FirstError<E> {
    fn from(error: E) -> Self {
        Self::Feed(error)
    }
}

/// How far an oracle's feed has moved since its first usable round at or after a cut.
/// # Inputs: the round that is said to be the first
/// # Errors: VaultRoundNotFirst, the feed's own
pub fn move_since(vm: &VM, oracle: Address, first: U80, cut_at: u64) -> Result<Move, Revert> {
    let feed = view(vm, oracle, &IOracle::feedCall {})?;
    let latest = view(vm, feed, &IAggregator::latestRoundDataCall {})?;
    let now = positive(latest.answer).ok_or_else(|| not_first(latest.id, 0, cut_at))?;
    let rounds = Feed { vm, address: feed, now: vm.block_timestamp() };
    let then = first_price(&rounds, (first, latest.id), cut_at).map_err(|error| match error {
        FirstError::Feed(data) => data,
        FirstError::NotFirst { at } => not_first(first, at, cut_at),
    })?;
    Ok(Move::between(then, now))
}

/// The price of the first usable round at or after a cut.
/// # Inputs: which it is said to be; the feed's latest
fn first_price<R: Rounds>(rounds: &R, (first, latest): (U80, U80), cut_at: u64) -> Result<u128, FirstError<R::Error>> {
    let at = |round: Option<Round>| round.map_or(0, |round| round.at);
    let round = rounds.round(first)?;
    let Some(Round { price, .. }) = round.filter(|round| round.at >= cut_at) else {
        return Err(FirstError::NotFirst { at: at(round) });
    };
    // The one before it, if there is one in its phase, must be from before the cut.
    let mut before = None;
    let mut id = first;
    while let Some(earlier) = step_back(id).filter(|_| before.is_none()) {
        (id, before) = (earlier, rounds.round(earlier)?);
    }
    if at(before) >= cut_at {
        return Err(FirstError::NotFirst { at: at(before) });
    }
    if let Some(start) = next_phase(first).filter(|start| *start <= latest) {
        let begun = rounds.round(start)?;
        if begun.is_some_and(|begun| begun.at <= cut_at) {
            return Err(FirstError::NotFirst { at: at(begun) });
        }
    }
    Ok(price)
}

/// The feed as one call sees it.
struct Feed<'a> {
    vm: &'a VM,
    address: Address,
    now: u64,
}

impl Rounds for Feed<'_> {
    type Error = Revert;

    fn round(&self, id: U80) -> Result<Option<Round>, Revert> {
        let data = match view(self.vm, self.address, &IAggregator::getRoundDataCall { roundId: id }) {
            Ok(data) => data,
            // A feed that explains itself has no such round. One that fails without a word may only
            // have run out of gas, and whoever limits the gas must not choose the price.
            Err(data) if data.starts_with(&CallFailed::SELECTOR) => return Err(data),
            Err(_) => return Ok(None),
        };
        let is_own = data.updatedAt != U256::ZERO && data.answeredInRound >= id;
        let at = to_u64(data.updatedAt).filter(|at| is_own && *at <= self.now);
        Ok(at.zip(positive(data.answer)).map(|(at, price)| Round { at, price }))
    }
}

fn positive(answer: alloy_primitives::I256) -> Option<u128> {
    to_i128(answer).and_then(|answer| u128::try_from(answer).ok()).filter(|price| *price > 0)
}

/// The round before one, within its phase: the number in the low 64 bits, from 1.
fn step_back(round: U80) -> Option<U80> {
    let [number, phase] = *round.as_limbs();
    let earlier = number.checked_sub(1).filter(|number| *number > 0)?;
    Some(U80::from_limbs([earlier, phase]))
}

/// The first round of the phase after a round's, if there can be one: the phase in the high 16 bits.
fn next_phase(round: U80) -> Option<U80> {
    let [_, phase] = *round.as_limbs();
    let next = phase.checked_add(1).filter(|next| u16::try_from(*next).is_ok())?;
    Some(U80::from_limbs([1, next]))
}

#[cold]
fn not_first(round_id: U80, updated_at: u64, cut_at: u64) -> Revert {
    revert(&VaultRoundNotFirst { roundId: round_id, updatedAt: updated_at, cutAt: cut_at })
}

#[cfg(test)]
mod tests;
