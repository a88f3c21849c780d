//! Values that hide the state's own for the length of a call.

use alloy_primitives::{
    map::{HashMap, HashSet},
    Address, U256,
};
use revm::state::AccountInfo;

/// Accounts and slots that differ from the state's own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overlay {
    accounts: HashMap<Address, Option<AccountInfo>>,
    slots: HashMap<(Address, U256), U256>,
    replaced: HashSet<Address>,
}

impl Overlay {
    /// The account, if hidden: `Some(None)` is an account that does not exist.
    #[expect(clippy::option_option, reason = "hidden or not, and then existing or not")]
    pub(crate) fn info(&self, address: Address) -> Option<Option<AccountInfo>> {
        self.accounts.get(&address).cloned()
    }

    /// The slot, if hidden.
    pub(crate) fn slot(&self, address: Address, key: U256) -> Option<U256> {
        let hidden = self.slots.get(&(address, key)).copied();
        hidden.or_else(|| self.replaced.contains(&address).then_some(U256::ZERO))
    }

    /// The slots it has values of.
    pub(crate) fn slots(&self) -> impl Iterator<Item = (&(Address, U256), &U256)> {
        self.slots.iter()
    }

    /// Hides an account.
    pub(crate) fn set_info(&mut self, address: Address, info: Option<AccountInfo>) {
        self.accounts.insert(address, info);
    }

    /// Hides a slot.
    pub(crate) fn set_slot(&mut self, address: Address, key: U256, value: U256) {
        self.slots.insert((address, key), value);
    }

    /// Hides all of an account's slots: those not set again read as zero.
    pub(crate) fn clear_slots(&mut self, address: Address) {
        self.slots.retain(|(owner, _), _| *owner != address);
        self.replaced.insert(address);
    }
}
