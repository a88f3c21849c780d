//! What a chain starts from.

use std::path::PathBuf;

use alloy_primitives::{Address, U256};

/// The chain's starting point. [`Config::default`] is Nitro's development chain with Arbitrum One's rules.
#[derive(Clone, Debug)]
pub struct Config {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// `ArbOS` version, at least 60 (the version decides prices and limits).
    pub arbos_version: u64,
    /// Base fee in wei per gas; constant until changed with [`crate::Chain::set_base_fee`].
    pub base_fee: u128,
    /// Most gas one transaction or call may use.
    pub block_gas_limit: u64,
    /// Genesis time in unix seconds.
    pub timestamp: u64,
    /// Folder for compiled modules, shared between runs; none keeps them in memory only.
    pub cache_dir: Option<PathBuf>,
    /// Accounts that hold ether at genesis, in wei.
    pub accounts: Vec<(Address, U256)>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            arbos_version: 61,
            base_fee: 100_000_000,
            block_gas_limit: 32_000_000,
            timestamp: 1_767_225_600,
            cache_dir: None,
            accounts: Vec::new(),
        }
    }
}
