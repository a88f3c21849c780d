//! What trades bring, counted while the market learns.
//!
//! The market has no room to convert: it adds up what it holds, the token's atoms and the flow's units, and whoever scores an epoch
//! makes amounts of them.

use alloy_primitives::U256;
use equipoise_interfaces::Offer;
use equipoise_risk::learning::Takings;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::toxicity::Amount;
use equipoise_risk::units::{Atoms, TokenScale};
use equipoise_risk::RiskError;

use crate::layout::{Slot, Trading};
use crate::snapshot::Snapshot;
use crate::store::{Place, Store};

/// Counts a priced trade, before it is stored. Where nothing is learned it costs a slot that has been read already.
pub fn count(store: &mut Store, snapshot: &Snapshot, offer: &Offer) {
    if store.learning_most() == Millionths::ZERO {
        return;
    }
    let bought = Trading::flow_units(&offer.trading.0).abs_diff(snapshot.flow_units());
    let [earned, gross] = words(&store.get(Place::Takings));
    let earned = earned.wrapping_add(low(offer.quoted.spreadAtoms)).wrapping_add(low(offer.quoted.feeAtoms));
    let mut slot = [0; 32];
    slot.as_chunks_mut().0.copy_from_slice(&[earned, gross.wrapping_add(bought.into())].map(u128::to_be_bytes));
    store.set(Place::Takings, slot);
}

/// An amount that the ledger has, and so 128 bits: none of these sums leaves them.
fn low(atoms: U256) -> u128 {
    let [low, high, ..] = atoms.into_limbs();
    u128::from(high) << 64 | u128::from(low)
}

/// The atoms that were earned and the units of flow, of a slot.
fn words(slot: &Slot) -> [u128; 2] {
    let mut words = slot.as_chunks().0.iter().map(|bytes| u128::from_be_bytes(*bytes));
    core::array::from_fn(|_| words.next().unwrap_or(0))
}

/// The takings of a slot.
/// # Rounding: what was earned down; amounts past their range count as its end
/// # Errors: Overflow
pub fn takings(slot: &Slot, scale: TokenScale) -> Result<Takings, RiskError> {
    let [earned, gross] = words(slot);
    let earned = scale.money_floor(Atoms::new(i128::try_from(earned).unwrap_or(i128::MAX)))?;
    let gross = Amount::from_raw(i64::try_from(gross).unwrap_or(i64::MAX));
    Ok(Takings { earned: Amount::from_money_floor(earned), gross })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_of_atoms_and_units_is_read_as_amounts() {
        let scale = TokenScale::from_decimals(6).unwrap();
        let slot = |earned: u128, gross: u128| {
            let mut slot = [0; 32];
            slot.as_chunks_mut().0.copy_from_slice(&[earned, gross].map(u128::to_be_bytes));
            slot
        };
        assert_eq!(takings(&[0; 32], scale), Ok(Takings::default()));
        let expected = Takings { earned: Amount::from_raw(384), gross: Amount::from_raw(256 * 7) };
        assert_eq!(takings(&slot(1_500_000, 256 * 7), scale), Ok(expected), "1.5 and 7, in units of 2^-8");
        let full = takings(&slot(1 << 70, u128::MAX), scale).unwrap();
        assert_eq!(full, Takings { earned: Amount::MOST, gross: Amount::MOST });
    }
}
