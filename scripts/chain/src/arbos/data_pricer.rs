//! The data fee of activations: rises with the bytes activated lately.

use alloy_primitives::U256;

use super::{
    meter::{Meter, Refusal},
    storage::{self, Space},
};
use crate::evm::Evm;

const DEMAND: u64 = 0;
const BYTES_PER_SECOND: u64 = 1;
const LAST_UPDATE: u64 = 2;
const MIN_PRICE: u64 = 3;
const INERTIA: u64 = 4;

/// Initial values: key, value. A terabyte a year is free of surcharge.
pub(super) const INITIAL: [(u64, u64); 4] = [
    (BYTES_PER_SECOND, (1 << 40) / (365 * 24) / 3600),
    (LAST_UPDATE, super::entry::ARBITRUM_START),
    (MIN_PRICE, 82_928_201),
    (INERTIA, 21_360_419),
];

/// Notes `bytes` activated at `time` and prices them.
/// # Returns: wei
/// # Errors: as [`Meter::burn`]
pub(super) fn update(evm: &mut Evm, meter: &mut Meter, space: Space, bytes: u32, time: u64) -> Result<U256, Refusal> {
    let read = |evm: &Evm, meter: &mut Meter, key| -> Result<u64, Refusal> {
        Ok(storage::read(evm, meter, space.nth(key))?.saturating_to())
    };
    let demand = read(evm, meter, DEMAND)? as u32;
    let bytes_per_second = read(evm, meter, BYTES_PER_SECOND)? as u32;
    let last_update = read(evm, meter, LAST_UPDATE)?;
    let min_price = read(evm, meter, MIN_PRICE)?;
    let inertia = read(evm, meter, INERTIA)?;

    let passed = u32::try_from(time.wrapping_sub(last_update)).unwrap_or(u32::MAX);
    let demand = demand.saturating_sub(bytes_per_second.saturating_mul(passed)).saturating_add(bytes);
    storage::write(evm, meter, space.nth(DEMAND), U256::from(demand))?;
    storage::write(evm, meter, space.nth(LAST_UPDATE), U256::from(time))?;

    let multiplier = exp_bips(BIPS * u64::from(demand) / inertia);
    let per_byte = min_price.saturating_mul(multiplier) / BIPS;
    Ok(U256::from(per_byte.saturating_mul(bytes.into())))
}

const BIPS: u64 = 10_000;

/// e^x, both in basis points: twelve terms by Horner's rule.
fn exp_bips(x: u64) -> u64 {
    const TERMS: u64 = 12;
    (1..TERMS).rev().fold(BIPS + x / TERMS, |sum, term| BIPS + sum.saturating_mul(x) / (term * BIPS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_of_basis_points() {
        assert_eq!(exp_bips(0), 10_000);
        assert!((27_180..=27_183).contains(&exp_bips(10_000)), "{}", exp_bips(10_000));
    }
}
