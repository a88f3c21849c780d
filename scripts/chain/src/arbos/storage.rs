//! Where `ArbOS` keeps its state: nested key spaces in one account's storage.

use alloy_primitives::{keccak256, B256, U256};

use super::{meter::Meter, meter::Refusal, STATE};
use crate::evm::Evm;

/// Gas of reading a slot.
pub(crate) const READ_GAS: u64 = 800;
/// Gas of writing a slot.
const WRITE_GAS: u64 = 20_000;
/// Gas of writing zero.
const WRITE_ZERO_GAS: u64 = 5000;

/// A key space.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Space(Option<B256>);

impl Space {
    /// The outermost key space.
    pub(crate) const ROOT: Self = Self(None);

    /// A key space inside this one.
    pub(crate) fn open(self, id: &[u8]) -> Self {
        Self(Some(keccak256([self.prefix(), id].concat())))
    }

    fn prefix(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |prefix| prefix.as_slice())
    }

    /// The slot of a key: neighbouring keys stay neighbours.
    pub(crate) fn slot(self, key: B256) -> U256 {
        let (head, [last]) = key.0.split_at(31) else {
            return U256::ZERO;
        };
        let mut slot = keccak256([self.prefix(), head].concat());
        slot.0[31] = *last;
        slot.into()
    }

    /// The slot of a numbered key.
    pub(crate) fn nth(self, key: u64) -> U256 {
        self.slot(U256::from(key).into())
    }
}

/// Reads a slot free of charge.
pub(crate) fn peek(evm: &Evm, slot: U256) -> U256 {
    evm.peek_slot(STATE, slot)
}

/// Reads a slot.
/// # Errors: as [`Meter::burn`]
pub(crate) fn read(evm: &Evm, meter: &mut Meter, slot: U256) -> Result<U256, Refusal> {
    meter.burn(READ_GAS)?;
    Ok(peek(evm, slot))
}

/// Writes a slot.
/// # Errors: as [`Meter::burn`]
pub(crate) fn write(evm: &mut Evm, meter: &mut Meter, slot: U256, value: U256) -> Result<(), Refusal> {
    meter.burn(if value.is_zero() { WRITE_ZERO_GAS } else { WRITE_GAS })?;
    evm.put_slot(STATE, slot, value);
    Ok(())
}
