//! An amount of the quote currency in 64 bits.

use equipoise_math::Fx;

use crate::arithmetic::mul_ceil;
use crate::units::Money;
use crate::RiskError;

/// Bits of [`Fx`] that are cut.
const CUT: u32 = 48;

/// Quote currency in units of 2^-16, signed: up to 1.4e14.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount(i64);

impl Amount {
    pub const ZERO: Self = Self(0);

    /// # Rounding: down, towards minus infinity
    pub fn from_money_floor(money: Money) -> Result<Self, RiskError> {
        i64::try_from(money.fx().to_bits() >> CUT).map(Self).map_err(|_| RiskError::Overflow)
    }

    pub fn money(self) -> Money {
        Money::from_fx(Fx::from_bits(i128::from(self.0) << CUT))
    }

    pub fn plus(self, other: Self) -> Result<Self, RiskError> {
        self.0.checked_add(other.0).map(Self).ok_or(RiskError::Overflow)
    }

    pub fn magnitude(self) -> Result<Self, RiskError> {
        self.0.checked_abs().map(Self).ok_or(RiskError::Overflow)
    }

    /// # Rounding: up, towards plus infinity
    pub fn times_ceil(self, factor: Fx) -> Result<Self, RiskError> {
        let product = mul_ceil(self.money().fx(), factor)?;
        let opposite = product.to_bits().checked_neg().ok_or(RiskError::Overflow)? >> CUT;
        opposite.checked_neg().and_then(|units| i64::try_from(units).ok()).map(Self).ok_or(RiskError::Overflow)
    }

    pub const fn to_word(self) -> u64 {
        self.0.cast_unsigned()
    }

    pub const fn from_word(word: u64) -> Self {
        Self(word.cast_signed())
    }
}
