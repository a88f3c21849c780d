//! A ratio as a whole number of millionths: what states and limits are stored as, 32 bits each.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor};
use crate::RiskError;

const ONE: u32 = 1_000_000;

/// A ratio from 0 to 4294, exact in storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millionths(u32);

impl Millionths {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const ONE: Self = Self(ONE);
    /// As much as can be said.
    pub const MOST: Self = Self(u32::MAX);

    /// From storage.
    pub const fn from_raw(millionths: u32) -> Self {
        Self(millionths)
    }

    /// For storage.
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// The ratio nearest above a number; numbers below 0 count as 0, those past the range as [`Millionths::MOST`].
    /// # Rounding: up
    pub fn from_fx_ceil(number: Fx) -> Self {
        let Ok(scaled) = equipoise_math::mul_ceil(number.max(Fx::ZERO), Fx::from_num(ONE)) else {
            return Self::MOST;
        };
        scaled.checked_ceil().and_then(Fx::checked_to_num::<u32>).map_or(Self::MOST, Self)
    }

    /// The number that it is.
    /// # Rounding: down to the nearest 2^-64; whole numbers are exact
    /// # Errors: none in range
    pub fn number(self) -> Result<Fx, RiskError> {
        div_floor(Fx::from_num(self.0), Fx::from_num(ONE))
    }

    /// The number that it is.
    /// # Rounding: up to 2^-64 more
    /// # Errors: none in range
    pub fn number_ceil(self) -> Result<Fx, RiskError> {
        add(self.number()?, Fx::DELTA)
    }

    /// The sum, at most [`Millionths::MOST`].
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The product, at most [`Millionths::MOST`].
    /// # Rounding: up
    #[must_use]
    pub fn times_ceil(self, other: Self) -> Self {
        // Two numbers of 32 bits.
        let product = u64::from(self.0).wrapping_mul(u64::from(other.0)).div_ceil(u64::from(ONE));
        u32::try_from(product).map_or(Self::MOST, Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{any_fx, fx};

    #[test]
    fn ratios_round_up_and_stay_in_range() {
        assert_eq!(Millionths::from_fx_ceil(fx(1.25)).raw(), 1_250_000);
        assert_eq!(Millionths::from_fx_ceil(Fx::DELTA).raw(), 1);
        assert_eq!(Millionths::from_fx_ceil(fx(-3.0)), Millionths::ZERO);
        assert_eq!(Millionths::from_fx_ceil(fx(4_295.0)), Millionths::MOST);
        assert_eq!(Millionths::from_fx_ceil(Fx::MAX), Millionths::MOST);
        assert_eq!(Millionths::ONE.number(), Ok(Fx::ONE));
        assert_eq!(Millionths::from_raw(1_500_001).times_ceil(Millionths::from_raw(1_500_001)).raw(), 2_250_004);
        assert_eq!(Millionths::MOST.times_ceil(Millionths::MOST), Millionths::MOST);
        assert_eq!(Millionths::from_raw(2).plus(Millionths::from_raw(3)).raw(), 5);
        assert_eq!(Millionths::MOST.plus(Millionths::ONE), Millionths::MOST);
        assert_eq!(
            Millionths::from_raw(500).number_ceil().unwrap(),
            Millionths::from_raw(500).number().unwrap() + Fx::DELTA
        );
    }

    proptest! {
        #[test]
        fn a_ratio_is_at_least_its_number_and_less_than_a_millionth_more(number in any_fx(), raw in any::<u32>()) {
            let ratio = Millionths::from_fx_ceil(number);
            if (0..4_294).contains(&number) {
                let back = ratio.number().unwrap() + Fx::DELTA;
                prop_assert!(back >= number && back - number < fx(0.000_001) + Fx::DELTA * 4);
            }
            let ratio = Millionths::from_raw(raw);
            prop_assert!(Millionths::from_fx_ceil(ratio.number().unwrap()) == ratio, "and back to itself");
            prop_assert_eq!(ratio.times_ceil(Millionths::ONE), ratio);
        }
    }
}
