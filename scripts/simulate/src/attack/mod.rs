//! Attackers: each plays many rounds, every one against a market of its own, and ends without a position.

mod cycle;
mod expiry;
mod lag;
mod liquidity;
mod market;
mod split;
mod vote;

use serde::Serialize;

use crate::{Random, Refusal};

/// What an attacker is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// No round gains anything.
    NeverGains,
    /// The mean over rounds is not above zero by more than three standard errors: single rounds may be lucky.
    NoGainOnAverage,
    /// It may gain, for the reason that the attack gives.
    Excepted,
}

/// One way to attack.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// What it is called.
    pub name: &'static str,
    /// What the attacker does and, for an exception, why it may gain.
    pub description: &'static str,
    /// What it is allowed.
    pub claim: Claim,
    play: fn(&mut Random) -> Result<Round, Refusal>,
}

/// Every attack.
pub const ATTACKS: [Attack; 11] = [
    split::IN_PROPORTION,
    split::AT_WILL,
    cycle::WITHIN_A_ROUND,
    cycle::OVER_ROUNDS,
    cycle::OVER_HOURS,
    expiry::BEFORE_THE_WINDOW,
    lag::WITHIN_THE_THRESHOLD,
    lag::AFTER_A_JUMP,
    liquidity::AROUND_A_DEPOSIT,
    liquidity::AROUND_A_REDEMPTION,
    vote::AROUND_A_VOTE,
];

/// What one round brought the attacker, and what he traded.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Round {
    /// In quote currency.
    pub(crate) gain: f64,
    /// Contracts traded times spot, in quote currency.
    pub(crate) notional: f64,
}

impl Round {
    fn gain_bps(self) -> f64 {
        self.gain / self.notional * 1e4
    }
}

/// What many rounds brought.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The attack.
    pub name: &'static str,
    /// What the attacker does.
    pub description: &'static str,
    /// What it is allowed.
    pub claim: Claim,
    /// Rounds that were played to the end.
    pub rounds: u32,
    /// Rounds that the market ended by refusing a trade, or all of them.
    pub refused: u32,
    /// Rounds with a gain.
    pub gained: u32,
    /// The largest gain of a round, in quote currency; negative if every round lost.
    pub best_gain: f64,
    /// The mean gain in basis points of what was traded.
    pub mean_gain_bps: f64,
    /// Its standard error.
    pub standard_error_bps: f64,
    /// The largest gain in basis points of what was traded.
    pub best_gain_bps: f64,
}

impl Report {
    /// Whether the attacker stayed within what he is allowed.
    pub fn holds(&self) -> bool {
        match self.claim {
            Claim::NeverGains => self.gained == 0,
            Claim::NoGainOnAverage => self.mean_gain_bps <= 3.0 * self.standard_error_bps,
            Claim::Excepted => true,
        }
    }
}

impl Attack {
    /// Plays `rounds` rounds with random numbers of `seed`.
    ///
    /// Where luck does not count, an attacker learns: every second round repeats one of his best with a few
    /// decisions, or the market, changed.
    pub fn run(&self, seed: u64, rounds: u32) -> Report {
        let purpose = self.name.bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(257).wrapping_add(byte.into()));
        let mut random = Random::new(seed, purpose);
        let mut changes = Random::new(seed, !purpose);
        let learns = self.claim != Claim::NoGainOnAverage;
        let mut tally = Tally::default();
        let mut best = Memory::default();
        for round in 0..rounds {
            if learns && round % 2 == 1 {
                best.replay(&mut random, &mut changes);
            }
            let outcome = (self.play)(&mut random).ok().filter(|round| round.notional > 0.0);
            let tape = random.take_tape();
            if let Some(outcome) = outcome {
                best.keep(outcome.gain_bps(), tape);
            }
            tally.add(outcome);
        }
        tally.report(self)
    }
}

/// How many of the best rounds an attacker remembers.
const MEMORY: usize = 24;

/// The best rounds: what they gained and the draws that made them.
#[derive(Default)]
struct Memory(Vec<(f64, Vec<u64>)>);

impl Memory {
    fn keep(&mut self, gain: f64, tape: Vec<u64>) {
        let place = self.0.partition_point(|(other, _)| *other >= gain);
        self.0.insert(place, (gain, tape));
        self.0.truncate(MEMORY);
    }

    /// Lets the stream repeat one of them with changes: drawn anew, or moved a little.
    fn replay(&self, random: &mut Random, changes: &mut Random) {
        if self.0.is_empty() {
            return;
        }
        let mut tape = self.0[changes.place(self.0.len())].1.clone();
        for _ in 0..changes.whole(1, 5) {
            let place = changes.place(tape.len());
            let size = changes.scale(1e-9, 1.0);
            let moved = (changes.between(-1.0, 1.0) * size * 2_f64.powi(63)) as i64;
            tape[place] = tape[place].wrapping_add_signed(moved);
        }
        random.play(tape);
    }
}

/// Sums over rounds.
#[derive(Default)]
struct Tally {
    gains: Vec<f64>,
    best_gain: Option<f64>,
    gained: u32,
    refused: u32,
}

impl Tally {
    fn add(&mut self, outcome: Option<Round>) {
        let Some(round) = outcome else {
            self.refused += 1;
            return;
        };
        self.gains.push(round.gain_bps());
        self.gained += u32::from(round.gain > 0.0);
        self.best_gain = Some(self.best_gain.map_or(round.gain, |best| best.max(round.gain)));
    }

    fn report(&self, attack: &Attack) -> Report {
        let count = self.gains.len().max(1) as f64;
        let mean = self.gains.iter().sum::<f64>() / count;
        let variance = self.gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
        Report {
            name: attack.name,
            description: attack.description,
            claim: attack.claim,
            rounds: self.gains.len() as u32,
            refused: self.refused,
            gained: self.gained,
            best_gain: self.best_gain.unwrap_or_default(),
            mean_gain_bps: mean,
            standard_error_bps: (variance / count).sqrt(),
            best_gain_bps: self.gains.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

#[cfg(test)]
mod tests;
