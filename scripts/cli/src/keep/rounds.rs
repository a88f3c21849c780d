//! Rounds of a price feed, found by their time: the ids that prove a settlement's average or an epoch's price.
//!
//! An id is a phase (which aggregator stood behind the feed) in its high 16 bits and a number in it. Numbers of a phase
//! are without gaps and their times do not fall, so they are searched by halves.

use alloy_primitives::aliases::U80;
use alloy_primitives::Address;
use equipoise_interfaces::IAggregator;

use super::client::Client;
use super::error::KeepError;

/// Rounds in a row that may carry no price before a feed is taken for broken.
const MOST_UNUSABLE: u64 = 64;
const PHASE_BITS: usize = 64;

/// A round as the feed answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Round {
    at: u64,
    is_usable: bool,
}

/// A feed.
pub struct Feed<'a> {
    client: &'a mut dyn Client,
    address: Address,
    latest: (u16, u64),
    /// When its latest round was answered.
    pub latest_at: u64,
}

impl<'a> Feed<'a> {
    /// Reads where the feed stands.
    /// # Errors: [`KeepError::Reverted`], [`KeepError::Answer`], the connection's
    pub fn read(client: &'a mut dyn Client, address: Address) -> Result<Self, KeepError> {
        let latest = client.view(address, &IAggregator::latestRoundDataCall {})?;
        let latest_at = u64::try_from(latest.updatedAt).unwrap_or(u64::MAX);
        Ok(Self { client, address, latest: split(latest.id), latest_at })
    }

    /// The last usable round at or before a moment.
    /// # Errors: [`KeepError::RoundMissing`], the connection's
    pub fn last_until(&mut self, at: u64) -> Result<U80, KeepError> {
        for phase in (0..=self.latest.0).rev() {
            let count = self.last_of(phase)?;
            // How many of its rounds are not later.
            let mut until = self.partition(phase, count, |round| round.at <= at)?;
            for _ in 0..MOST_UNUSABLE {
                if until == 0 {
                    break;
                }
                if self.round(phase, until)?.is_some_and(|round| round.is_usable) {
                    return Ok(join(phase, until));
                }
                until -= 1;
            }
        }
        Err(KeepError::RoundMissing { feed: self.address, what: format!("at or before {at}") })
    }

    /// The first usable round at or after a moment, if there is one yet.
    /// # Errors: the connection's
    pub fn first_from(&mut self, at: u64) -> Result<Option<U80>, KeepError> {
        if self.latest_at < at {
            return Ok(None);
        }
        let mut found = None;
        for phase in (0..=self.latest.0).rev() {
            let count = self.last_of(phase)?;
            let before = self.partition(phase, count, |round| round.at < at)?;
            let later = before.saturating_add(1)..=count.min(before.saturating_add(MOST_UNUSABLE));
            for number in later {
                if self.round(phase, number)?.is_some_and(|round| round.is_usable) {
                    found = Some(join(phase, number));
                    break;
                }
            }
            // Once a phase has begun, what an earlier one still answers counts no more.
            if self.round(phase, 1)?.is_some_and(|begun| begun.at <= at) {
                break;
            }
        }
        Ok(found)
    }

    /// The number of a phase's last round, zero if it has none.
    fn last_of(&mut self, phase: u16) -> Result<u64, KeepError> {
        if phase == self.latest.0 {
            return Ok(self.latest.1);
        }
        let mut beyond = 1;
        while self.round(phase, beyond)?.is_some() {
            beyond *= 2;
        }
        if beyond == 1 {
            return Ok(0);
        }
        let (mut last, mut beyond) = (beyond / 2, beyond);
        while last + 1 < beyond {
            let middle = u64::midpoint(last, beyond);
            if self.round(phase, middle)?.is_some() {
                last = middle;
            } else {
                beyond = middle;
            }
        }
        Ok(last)
    }

    /// How many of a phase's first `count` rounds are early. What cannot be read counts as early.
    fn partition(&mut self, phase: u16, count: u64, is_early: impl Fn(Round) -> bool) -> Result<u64, KeepError> {
        let (mut early, mut late) = (0, count.saturating_add(1));
        while early + 1 < late {
            let middle = u64::midpoint(early, late);
            if self.round(phase, middle)?.is_none_or(&is_early) {
                early = middle;
            } else {
                late = middle;
            }
        }
        Ok(early)
    }

    fn round(&mut self, phase: u16, number: u64) -> Result<Option<Round>, KeepError> {
        let id = join(phase, number);
        let Ok(said) = self.client.try_view(self.address, &IAggregator::getRoundDataCall { roundId: id })? else {
            return Ok(None);
        };
        let at = u64::try_from(said.updatedAt).unwrap_or(u64::MAX);
        let is_usable = said.answer.is_positive() && said.answeredInRound >= said.id;
        Ok((at != 0).then_some(Round { at, is_usable }))
    }
}

fn split(id: U80) -> (u16, u64) {
    let [number, phase] = *id.as_limbs();
    (u16::try_from(phase).unwrap_or(u16::MAX), number)
}

fn join(phase: u16, number: u64) -> U80 {
    (U80::from(phase) << PHASE_BITS) | U80::from(number)
}

#[cfg(test)]
mod tests;
