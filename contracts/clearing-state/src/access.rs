//! Who may touch what.

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::account::owner;
use equipoise_interfaces::{
    ClearingAccountReserved, ClearingMarketUnknown, ClearingNotAuthorised, ClearingNotFinal, NotWired,
};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::slots::{HEDGER, PROGRAM};
use crate::Ledger;

/// What a registered program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The market of this number.
    Market(u8),
    /// It may take the lock.
    Program,
    /// It holds the hedge of the market of this number.
    Hedger(u8),
}

impl Ledger {
    /// What a program is registered as.
    pub fn role(&self, program: Address) -> Option<Role> {
        match self.slots.programs.getter(program).role.get().to::<u8>() {
            0 => None,
            PROGRAM => Some(Role::Program),
            place if place >= HEDGER => Some(Role::Hedger(place.saturating_sub(HEDGER))),
            place => Some(Role::Market(place.saturating_sub(1))),
        }
    }

    /// A market's number.
    /// # Errors: ClearingMarketUnknown
    pub fn market_number(&self, market: Address) -> Result<u8, Revert> {
        match self.role(market) {
            Some(Role::Market(number)) => Ok(number),
            _ => Err(revert(&ClearingMarketUnknown { market })),
        }
    }

    /// The market that calls.
    /// # Errors: ClearingMarketUnknown
    pub fn calling_market(&self) -> Result<u8, Revert> {
        self.market_number(self.vm().msg_sender())
    }

    /// A market's address, zero if there is none.
    pub fn market(&self, number: u8) -> Address {
        self.slots.markets.get(U256::from(number))
    }

    /// Until when `operator` may trade for `owner`, inclusive; zero if he may not.
    pub fn operator_until(&self, owner: Address, operator: Address) -> u64 {
        self.slots.operators.getter(owner).get(operator).to()
    }

    /// Whether `operator` may trade for `owner` now.
    pub fn is_operator(&self, owner: Address, operator: Address) -> bool {
        let until = self.operator_until(owner, operator);
        until != 0 && self.vm().block_timestamp() <= until
    }

    /// Fails for the ledger's own accounts. Returns who owns it.
    /// # Errors: ClearingAccountReserved
    pub fn require_trader(&self, account: B256) -> Result<Address, Revert> {
        let owner = owner(account);
        if owner.is_zero() {
            return Err(revert(&ClearingAccountReserved { account }));
        }
        Ok(owner)
    }

    /// Fails unless `caller` owns an account, which is no account of the ledger's own.
    /// # Errors: ClearingAccountReserved, ClearingNotAuthorised
    pub fn require_owner(&self, account: B256, caller: Address) -> Result<(), Revert> {
        if self.require_trader(account)? == caller {
            return Ok(());
        }
        Err(not_authorised(account, caller))
    }

    /// Fails unless `caller` owns an account or may trade for who does.
    /// # Errors: ClearingAccountReserved, ClearingNotAuthorised
    pub fn require_authority(&self, account: B256, caller: Address) -> Result<(), Revert> {
        let owner = self.require_trader(account)?;
        if owner == caller || self.is_operator(owner, caller) {
            return Ok(());
        }
        Err(not_authorised(account, caller))
    }

    /// Fails before the owner has let deposits in, for which everything had to be named.
    /// # Errors: ClearingNotFinal
    pub fn require_final(&self) -> Result<(), Revert> {
        if !self.slots.is_final.get() {
            return Err(revert(&ClearingNotFinal {}));
        }
        Ok(())
    }

    /// Fails before the owner has named the other programs.
    /// # Errors: NotWired
    pub fn require_wired(&self) -> Result<(), Revert> {
        if self.slots.vault.get().is_zero() {
            return Err(revert(&NotWired {}));
        }
        Ok(())
    }
}

/// The error that a caller may not do this with an account.
#[cold]
pub fn not_authorised(account: B256, caller: Address) -> Revert {
    revert(&ClearingNotAuthorised { account, caller })
}
