//! Sets of addresses in `ArbOS`'s state.

use alloy_primitives::{Address, U256};

use super::{
    meter::{Meter, Refusal},
    storage::{self, Space},
};
use crate::evm::Evm;

const BY_ADDRESS: [u8; 1] = [0];
const SIZE: u64 = 0;

/// Whether the address is in the set.
/// # Errors: as [`Meter::burn`]
pub(super) fn contains(evm: &Evm, meter: &mut Meter, set: Space, address: Address) -> Result<bool, Refusal> {
    Ok(!storage::read(evm, meter, membership_slot(set, address))?.is_zero())
}

/// All members, in order of joining.
/// # Errors: as [`Meter::burn`]
pub(super) fn members(evm: &Evm, meter: &mut Meter, set: Space) -> Result<Vec<Address>, Refusal> {
    let size: u64 = storage::read(evm, meter, set.nth(SIZE))?.saturating_to();
    (1..=size).map(|place| Ok(Address::from_word(storage::read(evm, meter, set.nth(place))?.into()))).collect()
}

/// The slots of a set with these members.
pub(super) fn slots(set: Space, members: &[Address]) -> Vec<(U256, U256)> {
    let mut slots = vec![(set.nth(SIZE), U256::from(members.len()))];
    for (place, address) in (1..).zip(members) {
        slots.push((set.nth(place), address.into_word().into()));
        slots.push((membership_slot(set, *address), U256::from(place)));
    }
    slots
}

fn membership_slot(set: Space, address: Address) -> U256 {
    set.open(&BY_ADDRESS).slot(address.into_word())
}
