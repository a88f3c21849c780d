//! Random numbers that are the same everywhere and can be played again with changes.

use std::f64::consts::TAU;

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random numbers that remembers what it gave.
#[derive(Debug)]
pub struct Random {
    tape: Vec<u64>,
    at: usize,
    source: ChaCha8Rng,
}

impl Random {
    /// The stream of a seed for one purpose, independent of those of other purposes.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(purpose);
        Self { tape: Vec::new(), at: 0, source }
    }

    /// Gives these numbers first, and new ones after them.
    pub fn play(&mut self, tape: Vec<u64>) {
        self.tape = tape;
        self.at = 0;
    }

    /// What it gave since it began to play.
    pub fn take_tape(&mut self) -> Vec<u64> {
        self.tape.truncate(self.at);
        self.at = 0;
        std::mem::take(&mut self.tape)
    }

    /// Uniform in (0, 1), in steps of 2^-53.
    fn uniform(&mut self) -> f64 {
        if self.at == self.tape.len() {
            self.tape.push(self.source.next_u64());
        }
        let number = self.tape[self.at];
        self.at += 1;
        ((number >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Uniform between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Between two positive numbers, uniform in its logarithm.
    pub fn scale(&mut self, low: f64, high: f64) -> f64 {
        libm::exp(self.between(libm::log(low), libm::log(high)))
    }

    /// A whole number from `low` to below `high`.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        (self.between(low as f64, high as f64).floor() as i64).min(high - 1)
    }

    /// A place below `count`, which must not be zero.
    pub fn place(&mut self, count: usize) -> usize {
        self.whole(0, count as i64) as usize
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal (Box and Muller 1958, the cosine of each pair).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(TAU * self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tape_is_played_again_and_goes_on() {
        let mut random = Random::new(1, 2);
        let first: Vec<f64> = (0..5).map(|_| random.normal()).collect();
        let tape = random.take_tape();
        random.play(tape);
        let again: Vec<f64> = (0..5).map(|_| random.normal()).collect();
        assert_eq!(first, again);
        assert!(!first.contains(&random.normal()));
    }

    #[test]
    fn streams_differ_by_seed_and_by_purpose() {
        let first = |seed, purpose| Random::new(seed, purpose).between(0.0, 1.0).to_bits();
        assert!(first(1, 1) != first(2, 1) && first(1, 1) != first(1, 2));
        assert_eq!(first(1, 1), first(1, 1));
    }
}
