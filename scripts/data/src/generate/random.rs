//! Random numbers that are the same everywhere.

use std::f64::consts::TAU;

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A stream of uniform and normal numbers.
pub(crate) struct Random(ChaCha20Rng);

impl Random {
    /// The stream of `seed` for one `purpose`: streams of other purposes are independent of it.
    pub(crate) fn new(seed: u64, purpose: [u8; 8]) -> Self {
        let mut key = [0; 32];
        for (byte, source) in key.iter_mut().zip(seed.to_le_bytes().into_iter().chain(purpose)) {
            *byte = source;
        }
        Self(ChaCha20Rng::from_seed(key))
    }

    /// Uniform in (0, 1), in steps of 2^-53.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Standard normal (Box and Muller 1958, the cosine of each pair).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(TAU * self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut random = Random::new(7, *b"moments ");
        let count = 200_000;
        let uniforms: Vec<f64> = (0..count).map(|_| random.uniform()).collect();
        let normals: Vec<f64> = (0..count).map(|_| random.normal()).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let squares: Vec<f64> = normals.iter().map(|x| x * x).collect();
        let fourths: Vec<f64> = squares.iter().map(|x| x * x).collect();
        assert!(uniforms.iter().all(|&u| u > 0.0 && u < 1.0));
        assert!((mean(&uniforms) - 0.5).abs() < 0.003);
        assert!(mean(&normals).abs() < 0.01);
        assert!((mean(&squares) - 1.0).abs() < 0.02);
        assert!((mean(&fourths) - 3.0).abs() < 0.15);
    }

    #[test]
    fn streams_differ_by_seed_and_by_purpose() {
        let first = |seed, purpose| Random::new(seed, purpose).uniform();
        assert!(first(1, *b"path    ") != first(2, *b"path    "));
        assert!(first(1, *b"path    ") != first(1, *b"chain   "));
        assert!(first(1, *b"path    ").total_cmp(&first(1, *b"path    ")).is_eq());
    }
}
