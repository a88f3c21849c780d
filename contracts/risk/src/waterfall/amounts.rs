//! Amounts times ratios, where the amount is a whole number of any length.

use equipoise_math::Fx;

use crate::settlement::PayoutRatio;
use crate::units::Atoms;
use crate::RiskError;

const LOW: u128 = 0xffff_ffff_ffff_ffff;

/// `atoms * factor`, for both from 0.
/// # Rounding: down
/// # Errors: Overflow, also for a negative number
pub(super) fn times_floor(atoms: Atoms, factor: Fx) -> Result<Atoms, RiskError> {
    let amount = u128::try_from(atoms.count()).map_err(|_| RiskError::Overflow)?;
    let factor = u128::try_from(factor.to_bits()).map_err(|_| RiskError::Overflow)?;
    let (high, low, fraction) = (amount >> 64, amount & LOW, factor & LOW);
    let whole = amount.checked_mul(factor >> 64);
    // Products of 64-bit numbers; the second is cut to 64 bits.
    let part = high.wrapping_mul(fraction).checked_add(low.wrapping_mul(fraction) >> 64);
    let product = whole.zip(part).and_then(|(whole, part)| whole.checked_add(part)).ok_or(RiskError::Overflow)?;
    i128::try_from(product).map(Atoms::new).map_err(|_| RiskError::Overflow)
}

/// `atoms * part / whole`, for 0 <= part <= whole and atoms from 0.
/// # Rounding: down, by at most 2^-63 of the atoms and one more
/// # Errors: Overflow
pub(super) fn scaled_floor(atoms: Atoms, part: Atoms, whole: Atoms) -> Result<Atoms, RiskError> {
    if part <= Atoms::ZERO {
        return Ok(Atoms::ZERO);
    }
    PayoutRatio::from_payment(part, whole)?.applied_floor(atoms)
}
