//! The least share of the value that the junior tranche has when seniors enter or juniors leave.

use equipoise_math::Fx;

use super::Split;
use crate::arithmetic::div_floor;
use crate::millionths::Millionths;
use crate::units::Atoms;
use crate::RiskError;

/// c: J / NAV at least, above 0 and below 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage(Millionths);

impl Coverage {
    /// # Returns: nothing unless the share is above 0 and below 1
    pub fn new(share: Millionths) -> Option<Self> {
        (Millionths::ZERO < share && share < Millionths::ONE).then_some(Self(share))
    }

    /// Whether J / NAV is at least c. A vault without value has it.
    /// # Errors: Overflow
    pub fn is_met(self, split: Split) -> Result<bool, RiskError> {
        Ok(self.free(split)? >= 0)
    }

    /// What seniors may deposit: the most d with `J >= c (NAV + d)`, so `(J - c NAV) / c`.
    /// # Rounding: down, for the junior
    /// # Errors: Overflow
    pub fn senior_room_floor(self, split: Split) -> Result<Atoms, RiskError> {
        self.free_over(split, self.0.raw())
    }

    /// What juniors may redeem: the most x with `J - x >= c (NAV - x)`, so `(J - c NAV) / (1 - c)`.
    /// # Rounding: down, for the senior
    /// # Errors: Overflow
    pub fn junior_room_floor(self, split: Split) -> Result<Atoms, RiskError> {
        self.free_over(split, Millionths::ONE.raw().saturating_sub(self.0.raw()))
    }

    fn free_over(self, split: Split, divisor: u32) -> Result<Atoms, RiskError> {
        // The bits of the quotient are the whole number.
        let room = div_floor(Fx::from_bits(self.free(split)?.max(0)), Fx::from_num(divisor))?;
        Ok(Atoms::new(room.to_bits()))
    }

    /// `J - c NAV` in millionths of an atom.
    fn free(self, split: Split) -> Result<i128, RiskError> {
        let nav = split.senior.plus(split.junior)?;
        let scaled = |atoms: Atoms, by: Millionths| atoms.count().checked_mul(i128::from(by.raw()));
        let free = scaled(split.junior, Millionths::ONE).zip(scaled(nav, self.0));
        free.and_then(|(junior, needed)| junior.checked_sub(needed)).ok_or(RiskError::Overflow)
    }
}
