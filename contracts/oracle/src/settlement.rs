//! The settlement price: a time-weighted average of the feed's rounds over a window.
//!
//! The price in force at an instant is that of the last usable round at or before it. A round that
//! is missing, incomplete or out of domain puts no price in force; the one before goes on. That is
//! also the rule for an outage: however long the feed was silent, its last price is carried, and
//! nobody can choose another.

use crate::round::{Round, RoundId};

/// The longest window. Bounds the sums: a price below 2^90 times 86,400 seconds.
pub const MAX_WINDOW_SECS: u64 = 86_400;
/// Rounds of a window that has begun that are read backwards at most: one every six seconds of half an hour.
pub const MOST_ROUNDS: u32 = 300;
/// After this much silence past the expiry, no earlier round can be expected any more.
pub const OUTAGE_SECS: u64 = 86_400;

/// Where rounds are read from.
pub trait Rounds {
    /// What stops a reading altogether.
    type Error;

    /// The id and the time of the newest round, usable or not.
    /// # Errors: the feed cannot be read
    fn latest(&self) -> Result<(RoundId, u64), Self::Error>;

    /// A round, or `None` if it has no usable price.
    /// # Errors: the feed cannot be read
    fn round(&self, id: RoundId) -> Result<Option<Round>, Self::Error>;
}

/// Why there is no settlement price, or not by these rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettlementError<E> {
    /// The feed cannot be read.
    Feed(E),
    /// A round may still come: the newest is from `latest_at`.
    WindowOpen {
        /// When the newest round was answered.
        latest_at: u64,
    },
    /// The first round has no usable price.
    FirstRoundUnusable,
    /// The first round is after the window's start.
    FirstRoundTooLate {
        /// When it was answered.
        at: u64,
    },
    /// A later round is at or before the window's start, too.
    FirstRoundTooEarly {
        /// The later one.
        later: Round,
    },
    /// A round is earlier than the one before it.
    NotIncreasing {
        /// The round.
        round: Round,
        /// When the one before it was answered.
        previous_at: u64,
    },
    /// The window that has begun holds more rounds than are read backwards.
    TooManyRounds,
    /// The phase began inside the window, with this round.
    PhaseBegan {
        /// The phase's first round.
        first: RoundId,
    },
}

/// The time to average over: `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: u64,
    end: u64,
}

impl Window {
    /// The `secs` that end at `end`, if they are at least one and at most [`MAX_WINDOW_SECS`].
    pub fn ending_at(end: u64, secs: u64) -> Option<Self> {
        if secs == 0 || secs > MAX_WINDOW_SECS {
            return None;
        }
        Some(Self { start: end.checked_sub(secs)?, end })
    }

    /// The first second.
    pub const fn start(self) -> u64 {
        self.start
    }

    /// The second after the last.
    pub const fn end(self) -> u64 {
        self.end
    }
}

/// The time-weighted average of the feed over `window`.
/// # Inputs: the last round at or before the window's start, proved by the one after it; the time now
/// # Rounding: down
/// # Errors: every [`SettlementError`]
pub fn settle<R: Rounds>(
    rounds: &R,
    window: Window,
    first: RoundId,
    now: u64,
) -> Result<u128, SettlementError<R::Error>> {
    let (latest, latest_at) = rounds.latest().map_err(SettlementError::Feed)?;
    if latest_at < window.end && now < window.end.saturating_add(OUTAGE_SECS) {
        return Err(SettlementError::WindowOpen { latest_at });
    }
    let walk = Walk { rounds, latest };
    let mut current = first_round(&walk, window, first)?;
    let mut average = Average::new(window, current);
    while current.at < window.end {
        let Some(next) = walk.after(current).map_err(SettlementError::Feed)? else {
            break;
        };
        if next.at < current.at {
            return Err(SettlementError::NotIncreasing { round: next, previous_at: current.at });
        }
        if next.at <= window.start {
            return Err(SettlementError::FirstRoundTooEarly { later: next });
        }
        average.follow(next);
        current = next;
    }
    Ok(average.finish())
}

/// What the average over a window comes to if the feed says nothing more.
/// # Rounding: down
/// # Errors: Feed, NotIncreasing, TooManyRounds, PhaseBegan
pub fn begun<R: Rounds>(rounds: &R, window: Window) -> Result<u128, SettlementError<R::Error>> {
    let (mut id, _) = rounds.latest().map_err(SettlementError::Feed)?;
    let mut average = Average { window, price_wad: 0, since: window.start, sum_wad_secs: 0 };
    let (mut later, mut until): (Option<Round>, u64) = (None, window.end);
    for _ in 0..MOST_ROUNDS {
        if let Some(round) = rounds.round(id).map_err(SettlementError::Feed)? {
            if let Some(later) = later.filter(|later| later.at < round.at) {
                return Err(SettlementError::NotIncreasing { round: later, previous_at: round.at });
            }
            // In force from then on, until the round after it.
            let from = round.at.clamp(window.start, until);
            average.price_wad = round.price_wad;
            average.since = from;
            average.advance(until);
            if round.at <= window.start {
                average.since = window.end;
                return Ok(average.finish());
            }
            (later, until) = (Some(round), from);
        }
        id = id.previous().ok_or(SettlementError::PhaseBegan { first: id })?;
    }
    Err(SettlementError::TooManyRounds)
}

/// Reads the first round and refuses it if it is after the window's start, or if the phase that
/// followed had begun by then: the newest phase that covers the start is the one that counts.
fn first_round<R: Rounds>(
    walk: &Walk<'_, R>,
    window: Window,
    first: RoundId,
) -> Result<Round, SettlementError<R::Error>> {
    let round = walk.rounds.round(first).map_err(SettlementError::Feed)?;
    let round = round.ok_or(SettlementError::FirstRoundUnusable)?;
    if round.at > window.start {
        return Err(SettlementError::FirstRoundTooLate { at: round.at });
    }
    match walk.next_phase(first).map_err(SettlementError::Feed)? {
        Some(later) if later.at <= window.start => Err(SettlementError::FirstRoundTooEarly { later }),
        _ => Ok(round),
    }
}

/// Goes from round to round.
struct Walk<'a, R> {
    rounds: &'a R,
    latest: RoundId,
}

impl<R: Rounds> Walk<'_, R> {
    /// The next usable round, through the end of a phase; `None` if there is none.
    fn after(&self, current: Round) -> Result<Option<Round>, R::Error> {
        let mut id = current.id;
        while let Some(next) = id.next().filter(|next| *next <= self.latest) {
            if let Some(round) = self.rounds.round(next)? {
                return Ok(Some(round));
            }
            if next.phase() < self.latest.phase() {
                let successor = self.next_phase(next)?;
                return Ok(successor.filter(|round| round.at >= current.at));
            }
            id = next;
        }
        Ok(None)
    }

    /// The first round of the phase after that of `id`, if the feed has come that far.
    fn next_phase(&self, id: RoundId) -> Result<Option<Round>, R::Error> {
        match id.start_of_next_phase().filter(|start| *start <= self.latest) {
            Some(start) => self.rounds.round(start),
            None => Ok(None),
        }
    }
}

/// The sum of price times seconds so far, in WAD seconds.
struct Average {
    window: Window,
    price_wad: u128,
    since: u64,
    sum_wad_secs: u128,
}

impl Average {
    fn new(window: Window, first: Round) -> Self {
        Self { window, price_wad: first.price_wad, since: window.start, sum_wad_secs: 0 }
    }

    /// Ends the price in force at the time of `round`, and puts its price in force.
    fn follow(&mut self, round: Round) {
        self.advance(round.at.min(self.window.end));
        self.price_wad = round.price_wad;
    }

    // Saturation is out of reach: see `MAX_WINDOW_SECS` and the price domain.
    fn advance(&mut self, until: u64) {
        let secs = until.saturating_sub(self.since);
        let weighted = self.price_wad.saturating_mul(secs.into());
        self.sum_wad_secs = self.sum_wad_secs.saturating_add(weighted);
        self.since = until;
    }

    fn finish(mut self) -> u128 {
        self.advance(self.window.end);
        let secs = self.window.end.saturating_sub(self.window.start);
        self.sum_wad_secs.checked_div(secs.into()).unwrap_or(self.price_wad)
    }
}

#[cfg(test)]
mod tests;
