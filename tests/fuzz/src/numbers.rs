//! Numbers whose distribution suits fixed point.

use arbitrary::Arbitrary;
use equipoise_math::Fx;

/// Bits of every length, so that small and large numbers meet.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct AnyFx {
    bits: i128,
    shift: u8,
}

impl AnyFx {
    /// The number.
    pub const fn fx(self) -> Fx {
        Fx::from_bits(self.bits >> (self.shift & 127))
    }
}

/// A positive number of any order of magnitude.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Magnitude {
    digits: u64,
    place: u8,
}

impl Magnitude {
    /// From `low` to `high`, both included and above zero; its logarithm is spread evenly.
    pub fn between(self, low: Fx, high: Fx) -> Fx {
        let length = |x: Fx| 128 - x.to_bits().leading_zeros();
        let (shortest, longest) = (length(low), length(high));
        let length = shortest + u32::from(self.place) % (longest - shortest + 1);
        // 127 bits with the first one set
        let whole = (1_i128 << 126) | (i128::from(self.digits) << 62);
        Fx::from_bits(whole >> (127 - length)).clamp(low, high)
    }
}

/// A share of one, spread evenly.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Share(u64);

impl Share {
    /// From `low` to `high`, both included.
    pub fn between(self, low: Fx, high: Fx) -> Fx {
        // all ones stand for the end itself
        if self.0 == u64::MAX {
            return high;
        }
        let width = (high.to_bits() - low.to_bits()).unsigned_abs();
        let part = (width >> 64) * u128::from(self.0) + (((width & u128::from(u64::MAX)) * u128::from(self.0)) >> 64);
        Fx::from_bits(low.to_bits().strict_add_unsigned(part))
    }

    /// In [0, 1).
    pub const fn fx(self) -> Fx {
        Fx::from_bits(self.0 as i128)
    }

    /// From 0 to `most`, both included.
    pub const fn up_to(self, most: u64) -> u64 {
        if most == u64::MAX {
            self.0
        } else {
            self.0 % (most + 1)
        }
    }
}
