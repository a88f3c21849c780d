//! Account ids: an owner's address and a sub-account number, or one of the ledger's own accounts.

use alloy_primitives::{Address, B256};

/// The vault: the counterparty of every trade.
pub const VAULT: B256 = system(0);
/// Settled boards pay out of, and are paid into, this account.
pub const SETTLEMENT: B256 = system(1);
/// Deposits of LPs that wait for their epoch.
pub const LP_PENDING: B256 = system(2);
/// Redemptions of LPs that wait to be claimed.
pub const LP_CLAIMS: B256 = system(3);

/// The number of the ledger's own accounts.
pub const SYSTEM_ACCOUNTS: u8 = 4;

/// The ledger's own account number `index`.
pub const fn system(index: u8) -> B256 {
    let mut bytes = [0u8; 32];
    bytes[31] = index;
    B256::new(bytes)
}

/// The first account of an owner.
pub fn of(owner: Address) -> B256 {
    let mut id = B256::ZERO;
    id[..20].copy_from_slice(owner.as_slice());
    id
}

/// The account of an owner with a number of his choice; number zero is [`of`] him.
pub fn sub(owner: Address, number: u64) -> B256 {
    let mut id = of(owner);
    id[24..].copy_from_slice(&number.to_be_bytes());
    id
}

/// The address that owns an account, zero for the ledger's own.
pub fn owner(account: B256) -> Address {
    Address::from_slice(&account[..20])
}
