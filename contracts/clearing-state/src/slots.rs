//! Where everything lies.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::ownership::Ownership;
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced};
use stylus_sdk::prelude::*;
use stylus_sdk::storage::{
    StorageAddress, StorageB256, StorageBool, StorageMap, StorageU128, StorageU32, StorageU64, StorageU8,
};

/// Where the clearing house keeps its state.
pub struct ClearingSpace;

impl Namespace for ClearingSpace {
    const ROOT: U256 = namespace_root("equipoise.clearing");
}

/// The token, who may move cash, and the ledger.
#[storage]
pub struct ClearingSlots {
    /// The stablecoin.
    pub token: StorageAddress,
    /// Its decimals.
    pub token_decimals: StorageU8,
    /// What of offsets between markets is credited, of 2^64.
    pub offset_share: StorageU64,
    /// Whether deposits are let in; with the token, which every deposit reads anyway.
    pub is_final: StorageBool,
    /// The vault program.
    pub vault: StorageAddress,
    /// The correlation the offset share comes from, in millionths.
    pub correlation: StorageU32,
    /// How many markets there are.
    pub market_count: StorageU8,
    /// The senior tranche.
    pub senior: StorageAddress,
    /// The junior tranche.
    pub junior: StorageAddress,
    /// The program that runs auctions.
    pub liquidator: StorageAddress,
    /// The program that runs what comes after them.
    pub backstop: StorageAddress,
    /// The program that runs all that is left.
    pub registrar: StorageAddress,
    /// Every account's slot.
    pub accounts: StorageMap<B256, StorageB256>,
    /// Registered programs.
    pub programs: StorageMap<Address, ProgramSlot>,
    /// Markets by number.
    pub markets: StorageMap<U256, StorageAddress>,
    /// Until when an operator may trade for an owner.
    pub operators: StorageMap<Address, StorageMap<Address, StorageU64>>,
    /// How many signatures of an owner have been used.
    pub nonces: StorageMap<Address, StorageU64>,
    /// Running auctions.
    pub auctions: StorageMap<B256, AuctionSlots>,
}

/// What a program is and, of a market, debts that were not their debtors' any more and what must be there for the next ones: one slot,
/// for they are read together.
#[storage]
pub struct ProgramSlot {
    /// Debts that the market's vault has borne or nobody has paid, in atoms, those within an hour of each other together.
    pub bad_debt: StorageU128,
    /// When the last of them came, in unix seconds.
    pub bad_debt_at: StorageU64,
    /// What the insurance fund must hold for the market to open trades, in whole tokens.
    pub insurance_floor: StorageU32,
    /// A market's number and one, [`HEDGER`] and the number of the market, or [`PROGRAM`].
    pub role: StorageU8,
}

/// A running auction.
#[storage]
pub struct AuctionSlots {
    /// What is left of the portfolio, when it started, and how many seconds count.
    pub first: StorageB256,
    /// The bonus budget, and until when seconds are counted.
    pub second: StorageB256,
}

/// What registered programs are that are no market.
pub const PROGRAM: u8 = 0xff;
/// The role of the hedger of the first market; those of others follow.
pub const HEDGER: u8 = 0x80;

/// The clearing house's storage.
#[storage]
pub struct Ledger {
    /// Who owns the program.
    pub ownership: Ownership,
    /// All the rest.
    pub slots: Namespaced<ClearingSpace, ClearingSlots>,
}

// SAFETY: it is the one storage struct of each program.
unsafe impl TopLevelStorage for Ledger {}
