//! An amount of the quote currency in 48 bits.

use equipoise_math::Fx;

use crate::arithmetic::mul_ceil;
use crate::units::Money;

/// Bits of [`Fx`] that are cut.
const CUT: u32 = 56;

/// Quote currency in units of 2^-8, signed: up to 5.5e11. What is past that counts as that much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// As much as can be said; its opposite is the least.
    pub const MOST: Self = Self((1 << 47) - 1);

    /// # Rounding: down, towards minus infinity
    pub fn from_money_floor(money: Money) -> Self {
        Self::clamped(money.fx().to_bits() >> CUT)
    }

    /// The amount in quote currency.
    pub fn money(self) -> Money {
        Money::from_fx(Fx::from_bits(i128::from(self.0) << CUT))
    }

    /// From storage: units of 2^-8.
    pub fn from_raw(units: i64) -> Self {
        Self::clamped(i128::from(units))
    }

    /// For storage: units of 2^-8, which have 48 bits.
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        // two numbers of 48 bits
        Self::clamped(i128::from(self.0.wrapping_add(other.0)))
    }

    /// Without its sign.
    #[must_use]
    pub const fn magnitude(self) -> Self {
        Self(self.0.wrapping_abs())
    }

    /// The product.
    /// # Rounding: up, towards plus infinity
    #[must_use]
    pub fn times_ceil(self, factor: Fx) -> Self {
        let Ok(product) = mul_ceil(self.money().fx(), factor) else {
            return if (self.0 < 0) == (factor < 0) { Self::MOST } else { Self(Self::MOST.0.wrapping_neg()) };
        };
        // an opposite that does not fit is that of the least number, and so past the range in any case
        Self::clamped((product.to_bits().saturating_neg() >> CUT).wrapping_neg())
    }

    fn clamped(units: i128) -> Self {
        let most = i128::from(Self::MOST.0);
        i64::try_from(units.clamp(most.wrapping_neg(), most)).map_or(Self::MOST, Self)
    }
}
