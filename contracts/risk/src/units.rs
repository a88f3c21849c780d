//! Quantities with their unit in the type. Only the products that mean something exist.

use equipoise_math::Fx;

use crate::arithmetic::{abs, add, div_floor, mul_floor, neg, sub};
use crate::RiskError;

/// Lots in one contract. A contract is one unit of the underlying.
pub const LOTS_PER_CONTRACT: i64 = 1_000;
/// One lot in WAD contracts.
pub const LOT_WAD: i128 = 1_000_000_000_000_000;
/// Seconds of a year of 365 days: time is ACT/365.
pub const YEAR_SECS: u64 = 365 * 86_400;

const CONTRACT: u64 = LOTS_PER_CONTRACT.unsigned_abs();
const YEAR: Fx = Fx::lit("31536000");

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(Fx);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(Fx::ZERO);

            /// From its number.
            pub const fn from_fx(number: Fx) -> Self {
                Self(number)
            }

            /// Its number.
            pub const fn fx(self) -> Fx {
                self.0
            }

            /// The sum.
            /// # Errors: Overflow
            pub fn plus(self, other: Self) -> Result<Self, RiskError> {
                add(self.0, other.0).map(Self)
            }

            /// The difference.
            /// # Errors: Overflow
            pub fn minus(self, other: Self) -> Result<Self, RiskError> {
                sub(self.0, other.0).map(Self)
            }

            /// Its size without its sign.
            /// # Errors: Overflow
            pub fn magnitude(self) -> Result<Self, RiskError> {
                abs(self.0).map(Self)
            }

            /// Times a number without a unit.
            /// # Rounding: down, towards minus infinity
            /// # Errors: Overflow
            pub fn scaled_floor(self, factor: Fx) -> Result<Self, RiskError> {
                mul_floor(self.0, factor).map(Self)
            }

            /// How many times `other` goes into it.
            /// # Rounding: down, towards minus infinity
            /// # Errors: Math for a zero divisor or a quotient that does not fit
            pub fn ratio_floor(self, other: Self) -> Result<Fx, RiskError> {
                div_floor(self.0, other.0)
            }
        }
    };
}

quantity!(
    /// A price: quote currency per unit of the underlying.
    Price
);
quantity!(
    /// An amount of the quote currency, signed.
    Money
);
quantity!(
    /// A time in years.
    Years
);

impl Years {
    /// A time given in seconds.
    /// # Rounding: down. Errors: Overflow beyond 2^63 seconds
    pub fn from_secs(secs: u64) -> Result<Self, RiskError> {
        let secs = Fx::checked_from_num(secs).ok_or(RiskError::Overflow)?;
        Ok(Self(div_floor(secs, YEAR)?))
    }
}

/// A signed number of lots: a position or a trade in one series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lots(i32);

impl Lots {
    /// No position.
    pub const ZERO: Self = Self(0);

    /// From the number of lots.
    pub const fn new(lots: i32) -> Self {
        Self(lots)
    }

    /// The number of lots.
    pub const fn count(self) -> i32 {
        self.0
    }

    /// The sum.
    /// # Errors: Overflow
    pub fn plus(self, other: Self) -> Result<Self, RiskError> {
        self.0.checked_add(other.0).map(Self).ok_or(RiskError::Overflow)
    }

    /// The difference.
    /// # Errors: Overflow
    pub fn minus(self, other: Self) -> Result<Self, RiskError> {
        self.0.checked_sub(other.0).map(Self).ok_or(RiskError::Overflow)
    }

    /// Whether going from `self` to `after` only makes a position smaller, without crossing zero.
    pub const fn is_reduced_by_going_to(self, after: Self) -> bool {
        let same_side = (self.0 >= 0) == (after.0 >= 0) || after.0 == 0;
        same_side && after.0.unsigned_abs() <= self.0.unsigned_abs()
    }

    /// A share of them, on the same side.
    /// # Inputs: the share in [0, 1], of which more counts as all and less as nothing
    /// # Rounding: up to whole lots, away from zero
    #[must_use]
    pub fn share_ceil(self, share: Fx) -> Self {
        let share = share.max(Fx::ZERO).min(Fx::ONE).to_bits();
        // A number of 31 bits times one of 65; what is left over makes a lot more.
        let part = i128::from(self.0).wrapping_abs().wrapping_mul(share);
        let part = (part >> 64).wrapping_add(i128::from(part & i128::from(u64::MAX) != 0));
        let part = i32::try_from(part.wrapping_mul(i128::from(self.0.signum()))).unwrap_or(self.0);
        Self(part)
    }

    /// As much of them as `other` holds on the other side: what both can close against each other.
    #[must_use]
    pub const fn closed_by(self, other: Self) -> Self {
        if self.0.signum() == other.0.signum() {
            return Self::ZERO;
        }
        if self.0.unsigned_abs() <= other.0.unsigned_abs() {
            self
        } else {
            // It is nearer to zero, so its opposite fits.
            Self(other.0.wrapping_neg())
        }
    }
}

/// The token's smallest units, signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Atoms(i128);

impl Atoms {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From the number of atoms.
    pub const fn new(atoms: i128) -> Self {
        Self(atoms)
    }

    /// The number of atoms.
    pub const fn count(self) -> i128 {
        self.0
    }

    /// The sum.
    /// # Errors: Overflow
    pub fn plus(self, other: Self) -> Result<Self, RiskError> {
        self.0.checked_add(other.0).map(Self).ok_or(RiskError::Overflow)
    }

    /// The difference.
    /// # Errors: Overflow
    pub fn minus(self, other: Self) -> Result<Self, RiskError> {
        self.0.checked_sub(other.0).map(Self).ok_or(RiskError::Overflow)
    }

    /// What was a debt is now a claim and the other way round.
    /// # Errors: Overflow
    pub fn negated(self) -> Result<Self, RiskError> {
        self.0.checked_neg().map(Self).ok_or(RiskError::Overflow)
    }
}

/// Converts between an amount of the quote currency and the token's atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenScale {
    atoms_per_unit: u64,
}

impl TokenScale {
    /// The scale of a token with `decimals` decimals, at most 18.
    pub fn from_decimals(decimals: u8) -> Option<Self> {
        if decimals > 18 {
            return None;
        }
        let atoms_per_unit = 10u64.checked_pow(u32::from(decimals))?;
        Some(Self { atoms_per_unit })
    }

    /// The atoms of an amount.
    /// # Rounding: down, towards minus infinity: for what the vault pays
    /// # Errors: Overflow
    pub fn atoms_floor(self, money: Money) -> Result<Atoms, RiskError> {
        Ok(Atoms(times_floor(money.fx(), self.atoms_per_unit)?))
    }

    /// The atoms of an amount.
    /// # Rounding: up, towards plus infinity: for what the vault is paid
    /// # Errors: Overflow
    pub fn atoms_ceil(self, money: Money) -> Result<Atoms, RiskError> {
        let opposite = neg(money.fx())?;
        self.atoms_floor(Money::from_fx(opposite))?.negated()
    }

    /// The amount that `atoms` are.
    /// # Rounding: down, towards minus infinity
    /// # Errors: Overflow
    pub fn money_floor(self, atoms: Atoms) -> Result<Money, RiskError> {
        ratio_floor(atoms.count(), self.atoms_per_unit).map(Money::from_fx)
    }
}

impl TokenScale {
    /// The atoms of a size that the boundary has as a WAD.
    /// # Rounding: down, towards minus infinity
    /// # Errors: none in range
    pub fn atoms_of_wad_floor(self, wad: i128) -> Result<Atoms, RiskError> {
        wad.checked_div_euclid(self.wad_per_atom()).map(Atoms).ok_or(RiskError::Overflow)
    }

    /// The WAD of so many atoms, exact.
    /// # Errors: Overflow
    pub fn wad_of_atoms(self, atoms: Atoms) -> Result<i128, RiskError> {
        atoms.count().checked_mul(self.wad_per_atom()).ok_or(RiskError::Overflow)
    }

    fn wad_per_atom(self) -> i128 {
        // Both are powers of ten, and this one is not above the other.
        WAD.checked_div(self.atoms_per_unit).unwrap_or(1).into()
    }
}

/// The boundary's scale: a number times 1e18.
pub const WAD: u64 = 1_000_000_000_000_000_000;

/// The number that a WAD is.
/// # Rounding: down, towards minus infinity. Errors: Overflow
pub fn from_wad_floor(wad: i128) -> Result<Fx, RiskError> {
    ratio_floor(wad, WAD)
}

/// The WAD of a number, for display.
/// # Rounding: to the nearest, halves up. Errors: none in range
pub fn to_wad_nearest(number: Fx) -> Result<i128, RiskError> {
    times(number, WAD, 1 << 63)
}

/// `number * factor`, whole.
/// # Rounding: down, towards minus infinity. Errors: Overflow
pub fn times_floor(number: Fx, factor: u64) -> Result<i128, RiskError> {
    times(number, factor, 0)
}

/// `floor(number * factor + bias / 2^64)`.
fn times(number: Fx, factor: u64, bias: u64) -> Result<i128, RiskError> {
    let (whole, fraction) = split(number);
    // (2^64 - 1)^2 + 2^64 - 1 < 2^128.
    let low = u128::from(fraction).wrapping_mul(u128::from(factor)).wrapping_add(u128::from(bias)) >> 64;
    let low = i128::try_from(low).map_err(|_| RiskError::Overflow)?;
    // |whole| <= 2^63 and factor < 2^64: the product is below 2^127.
    i128::from(whole).wrapping_mul(i128::from(factor)).checked_add(low).ok_or(RiskError::Overflow)
}

/// `numerator / denominator` as a number.
/// # Rounding: down, towards minus infinity. Errors: Overflow
pub fn ratio_floor(numerator: i128, denominator: u64) -> Result<Fx, RiskError> {
    let divisor = i128::from(denominator);
    let whole = numerator.checked_div_euclid(divisor).ok_or(RiskError::Overflow)?;
    let rest = numerator.checked_rem_euclid(divisor).ok_or(RiskError::Overflow)?;
    let whole = i64::try_from(whole).map_err(|_| RiskError::Overflow)?;
    // 0 <= rest < denominator < 2^64: the shift keeps every bit and the quotient is below 2^64.
    let fraction = (rest.unsigned_abs() << 64).checked_div(divisor.unsigned_abs()).ok_or(RiskError::Overflow)?;
    let fraction = i128::try_from(fraction).map_err(|_| RiskError::Overflow)?;
    Ok(Fx::from_bits(i128::from(whole) << 64 | fraction))
}

/// `number * lots`, exact.
/// # Errors: Overflow
#[inline(never)]
pub fn times_lots(number: Fx, lots: i64) -> Result<Fx, RiskError> {
    let (whole, fraction) = split(number);
    let lots = i128::from(lots);
    // Both products are of 64-bit numbers: they fit 128 bits.
    let low = i128::from(fraction).wrapping_mul(lots);
    let high = i128::from(whole).wrapping_mul(lots);
    let high = i64::try_from(high).map_err(|_| RiskError::Overflow)?;
    (i128::from(high) << 64).checked_add(low).map(Fx::from_bits).ok_or(RiskError::Overflow)
}

/// What a sum over lots is in contracts.
/// # Rounding: down, towards minus infinity
/// # Errors: none in range: the divisor is a constant
pub fn lots_to_contracts_floor(sum: Fx) -> Result<Fx, RiskError> {
    // By hand, in steps of 32 bits, it costs a tenth of a division.
    let (whole, fraction) = split(sum);
    let quotient = whole.div_euclid(LOTS_PER_CONTRACT);
    let rest = whole.rem_euclid(LOTS_PER_CONTRACT).cast_unsigned();
    let upper = (rest << 32) | (fraction >> 32);
    let lower = ((upper % CONTRACT) << 32) | (fraction & 0xffff_ffff);
    let fraction = ((upper / CONTRACT) << 32) | (lower / CONTRACT);
    Ok(Fx::from_bits((i128::from(quotient) << 64) | i128::from(fraction)))
}

/// What a sum over lots is in contracts.
/// # Rounding: up, towards plus infinity
/// # Errors: Overflow for the lowest number only
pub fn lots_to_contracts_ceil(sum: Fx) -> Result<Fx, RiskError> {
    neg(lots_to_contracts_floor(neg(sum)?)?)
}

/// The whole part, towards minus infinity, and the fraction in units of 2^-64.
pub(crate) fn split(number: Fx) -> (i64, u64) {
    let bytes = number.to_bits().to_be_bytes();
    let [h0, h1, h2, h3, h4, h5, h6, h7, l0, l1, l2, l3, l4, l5, l6, l7] = bytes;
    (i64::from_be_bytes([h0, h1, h2, h3, h4, h5, h6, h7]), u64::from_be_bytes([l0, l1, l2, l3, l4, l5, l6, l7]))
}

#[cfg(test)]
mod tests;
