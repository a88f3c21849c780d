//! How far a slice that was accepted lies from the one that its keepers would post if no limit held them back.

use equipoise_math::Fx;

const UNITS: u16 = 10_000;
/// 0.0001 in units of 2^-64, rounded up.
const UNIT_BITS: i128 = (1_i128 << 64) / 10_000 + 1;

/// A distance in volatility, in 16 bits: the spread of the slice's board covers it until the surface has caught up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct VolGap(u16);

impl VolGap {
    /// The slice is what the keepers want.
    pub const ZERO: Self = Self(0);
    /// 6.5535 of volatility.
    pub const MOST: Self = Self(u16::MAX);

    /// From storage: units of 0.0001 of volatility.
    pub const fn from_raw(units: u16) -> Self {
        Self(units)
    }

    /// For storage.
    pub const fn raw(self) -> u16 {
        self.0
    }

    /// The gap nearest above a distance.
    /// # Rounding: up
    /// # Returns: None below 0 and past [`VolGap::MOST`]
    pub fn from_fx_ceil(vol: Fx) -> Option<Self> {
        let units = equipoise_math::mul_ceil(vol, Fx::from_num(UNITS)).ok()?;
        units.checked_ceil()?.checked_to_num::<u16>().map(Self)
    }

    /// The distance.
    /// # Rounding: up, by less than 2^-48
    pub fn vol_ceil(self) -> Fx {
        // 16 bits times 52.
        Fx::from_bits(i128::from(self.0).wrapping_mul(UNIT_BITS))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::fx;

    #[test]
    fn a_gap_rounds_up_and_past_its_field_is_refused() {
        assert_eq!(VolGap::from_fx_ceil(Fx::ZERO), Some(VolGap::ZERO));
        assert_eq!(VolGap::from_fx_ceil(Fx::DELTA), Some(VolGap::from_raw(1)));
        assert_eq!(VolGap::from_fx_ceil(fx(0.25)), Some(VolGap::from_raw(2_500)));
        assert_eq!(VolGap::from_fx_ceil(fx(6.553_5) - fx(1e-12)), Some(VolGap::MOST));
        assert_eq!(VolGap::from_fx_ceil(fx(6.553_6)), None);
        assert_eq!(VolGap::from_fx_ceil(-fx(0.001)), None);
        assert_eq!(VolGap::from_fx_ceil(Fx::MAX), None);
        let quarter = VolGap::from_raw(2_500).vol_ceil();
        assert!(quarter >= fx(0.25) && quarter <= fx(0.25) + Fx::from_bits(2_500), "a unit of 2^-64 each");
    }

    proptest! {
        #[test]
        fn a_gap_covers_its_distance_and_less_than_a_unit_more(bits in 0..6_i128 << 64) {
            let vol = Fx::from_bits(bits);
            let covered = VolGap::from_fx_ceil(vol).unwrap().vol_ceil();
            prop_assert!(covered >= vol && covered - vol < fx(0.0001) + fx(1e-14));
        }
    }
}
