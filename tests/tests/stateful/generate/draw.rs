//! Random numbers, and what single actions are made of.

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::action::{Amount, LegOf, Of, Size, Target};
use crate::actors::ACTORS;

/// Numbers of a seed, for a life of one market or of two.
pub struct Draw {
    numbers: ChaCha20Rng,
    pub(super) is_double: bool,
}

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self { numbers: ChaCha20Rng::seed_from_u64(seed), is_double: false }
    }

    pub fn of_two(seed: u64) -> Self {
        Self { is_double: true, ..Self::new(seed) }
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.numbers.next_u64() % bound
    }

    pub(super) fn is_one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    pub(super) fn who(&mut self) -> u8 {
        self.below(ACTORS as u64) as u8
    }

    /// Mostly himself.
    pub(super) fn of(&mut self, who: u8) -> Of {
        let owner = if self.is_one_in(12) { self.who() } else { who };
        Of(owner, self.is_one_in(4))
    }

    pub(super) fn any_of(&mut self) -> Of {
        Of(self.who(), self.is_one_in(4))
    }

    pub(super) fn thousandths(&mut self) -> u16 {
        match self.below(8) {
            0..4 => 1_000,
            4 => 1_001,
            5 => 0,
            _ => self.below(1_000) as u16,
        }
    }

    pub(super) fn secs(&mut self) -> u32 {
        match self.below(4) {
            0 => 0,
            1 => u32::MAX,
            _ => self.below(200_000) as u32,
        }
    }

    pub(super) fn atoms(&mut self, most: u64) -> u64 {
        match self.below(20) {
            0 => 0,
            1 => 1,
            _ => self.below(most),
        }
    }

    pub(super) fn amount(&mut self) -> Amount {
        if self.is_one_in(4) {
            Amount::Atoms(self.atoms(60_000_000_000))
        } else {
            Amount::Part(self.thousandths())
        }
    }

    pub(super) fn target(&mut self) -> Target {
        if self.is_one_in(10) {
            Target::Any(self.any_of())
        } else {
            Target::Fit(self.byte())
        }
    }

    pub(super) fn leg(&mut self) -> LegOf {
        let size = match self.below(40) {
            0 => Size::Lots(500_000),
            1 if self.is_one_in(3) => Size::Lots(0),
            // Seldom all that the cash bears: few such shorts are all that the vault's limits have room for.
            2..17 => Size::Lever((120 >> self.below(7)) - self.below(2) as i16),
            17..18 => Size::Lots(5_000 + self.below(40_000) as i32),
            18..20 => Size::Lots(-1 - self.below(3_000) as i32),
            _ => Size::Lots(1 + self.below(4_000) as i32),
        };
        LegOf { board: self.byte(), strike: self.byte(), is_put: self.is_one_in(2), size }
    }

    pub(super) fn legs(&mut self) -> Vec<LegOf> {
        let count = match self.below(20) {
            0..12 => 1,
            12..16 => 2,
            16..18 => 3,
            18 => 4,
            _ => 1 + self.below(10),
        };
        (0..count).map(|_| self.leg()).collect()
    }
}
