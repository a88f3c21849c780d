//! The owner of a program: explicit at construction, handed over in two steps.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{AddressIsZero, CallerNotOwner, OwnershipTransferStarted, OwnershipTransferred};
use stylus_sdk::prelude::*;
use stylus_sdk::storage::StorageAddress;

use crate::lean::{log, revert};
use crate::storage::{namespace_root, Namespace, Namespaced};
use crate::Revert;

/// Where every program keeps its owner.
pub struct OwnershipSpace;

impl Namespace for OwnershipSpace {
    const ROOT: U256 = namespace_root("equipoise.ownership");
}

/// [`OwnershipSlots`] at their place.
pub type Ownership = Namespaced<OwnershipSpace, OwnershipSlots>;

/// The owner and who has been offered to follow.
#[storage]
pub struct OwnershipSlots {
    owner: StorageAddress,
    pending: StorageAddress,
}

impl OwnershipSlots {
    /// Sets the first owner. For constructors only: it asks nobody.
    /// # Errors: AddressIsZero
    pub fn begin(&mut self, owner: Address) -> Result<(), Revert> {
        if owner.is_zero() {
            return Err(revert(&AddressIsZero {}));
        }
        self.hand_over(owner);
        Ok(())
    }

    /// The owner.
    pub fn owner(&self) -> Address {
        self.owner.get()
    }

    /// Who may accept the ownership, zero if nobody.
    pub fn pending_owner(&self) -> Address {
        self.pending.get()
    }

    /// Fails unless the caller is the owner.
    /// # Errors: CallerNotOwner
    pub fn only_owner(&self) -> Result<(), Revert> {
        self.only_caller(self.owner.get())
    }

    /// Offers the ownership to `successor`, or takes the offer back with zero. Owner only.
    /// # Errors: CallerNotOwner
    pub fn offer(&mut self, successor: Address) -> Result<(), Revert> {
        self.only_owner()?;
        self.pending.set(successor);
        let event = OwnershipTransferStarted { previousOwner: self.owner.get(), newOwner: successor };
        log(self.vm(), &event);
        Ok(())
    }

    /// Takes over the ownership. For whom it was offered to only.
    /// # Errors: CallerNotOwner
    pub fn accept(&mut self) -> Result<(), Revert> {
        let successor = self.pending.get();
        self.only_caller(successor)?;
        self.pending.set(Address::ZERO);
        self.hand_over(successor);
        Ok(())
    }

    fn hand_over(&mut self, successor: Address) {
        let event = OwnershipTransferred { previousOwner: self.owner.get(), newOwner: successor };
        self.owner.set(successor);
        log(self.vm(), &event);
    }

    fn only_caller(&self, owner: Address) -> Result<(), Revert> {
        let caller = self.vm().msg_sender();
        if caller == owner {
            Ok(())
        } else {
            Err(revert(&CallerNotOwner { caller, owner }))
        }
    }
}
