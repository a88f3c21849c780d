//! Account ids: an owner's address and a sub-account number, or one of the ledger's own accounts.
//!
//! The ledger's own have no owner: byte 31 is their kind, byte 30 the number of the market they belong to.

use alloy_primitives::{Address, B256};

/// The first market's vault: its allocation of LP capital, the counterparty of every trade.
pub const VAULT: B256 = vault_of(0);
/// The first market's settled boards pay out of, and are paid into, this account.
pub const SETTLEMENT: B256 = settlement_of(0);
/// Deposits of LPs that wait for their epoch.
pub const LP_PENDING: B256 = system(2);
/// Redemptions of LPs that wait to be claimed.
pub const LP_CLAIMS: B256 = system(3);
/// The insurance fund, which pays for bad debt before LPs do.
pub const INSURANCE: B256 = system(4);

/// The number of the ledger's own accounts that the first market has, those of all markets included.
pub const SYSTEM_ACCOUNTS: u8 = 5;

/// Markets at most.
pub const MAX_MARKETS: u8 = 8;

/// The ledger's own account of kind `kind`, of the first market if it is a market's.
pub const fn system(kind: u8) -> B256 {
    of_market(kind, 0)
}

/// A market's allocation of LP capital.
pub const fn vault_of(market: u8) -> B256 {
    of_market(0, market)
}

/// Where a market's settled boards are paid.
pub const fn settlement_of(market: u8) -> B256 {
    of_market(1, market)
}

const fn of_market(kind: u8, market: u8) -> B256 {
    let mut bytes = [0u8; 32];
    bytes[31] = kind;
    bytes[30] = market;
    B256::new(bytes)
}

/// The first account of an owner.
pub fn of(owner: Address) -> B256 {
    sub(owner, 0)
}

/// An owner's account number `number`, from 0: [`of`] him.
pub fn sub(owner: Address, number: u64) -> B256 {
    let mut id = B256::ZERO;
    id[..20].copy_from_slice(owner.as_slice());
    id[24..].copy_from_slice(&number.to_be_bytes());
    id
}

/// The address that owns an account, zero for the ledger's own.
pub fn owner(account: B256) -> Address {
    Address::from_slice(&account[..20])
}

/// What an account holds in a market, or of a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Holds {
    /// Nothing.
    #[default]
    Nothing,
    /// Longs only, which are fully paid.
    Longs,
    /// A short too.
    Short,
}

impl Holds {
    /// From the ABI's number; what it does not know is taken for the worst.
    pub const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Nothing,
            1 => Self::Longs,
            _ => Self::Short,
        }
    }

    /// Its number in the ABI.
    pub const fn number(self) -> u8 {
        // A discriminant of one byte.
        #[allow(clippy::as_conversions)]
        let number = self as u8;
        number
    }
}
