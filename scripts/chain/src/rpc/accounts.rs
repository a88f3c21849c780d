//! The funded accounts of a development chain.

use alloy_primitives::{Address, B256};
use alloy_signer_local::{coins_bip39::English, LocalSignerError, MnemonicBuilder};

/// The mnemonic of every development chain (anvil, hardhat). Warning: everybody has its keys.
pub const TEST_MNEMONIC: &str = "test test test test test test test test test test test junk";

/// An account whose key is public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DevAccount {
    /// Address.
    pub address: Address,
    /// Private key.
    pub key: B256,
}

/// A mnemonic that yields no keys.
#[derive(Debug, thiserror::Error)]
#[error("no accounts from the mnemonic: {0}: give 12 to 24 English BIP-39 words")]
pub struct MnemonicError(#[from] LocalSignerError);

/// The first `count` accounts of a mnemonic, on Ethereum's path m/44'/60'/0'/0/index.
/// # Errors: [`MnemonicError`] if it is no BIP-39 mnemonic
pub fn dev_accounts(mnemonic: &str, count: u32) -> Result<Vec<DevAccount>, MnemonicError> {
    let account = |index| {
        let builder = MnemonicBuilder::<English>::default().phrase(mnemonic);
        let signer = builder.index(index)?.build()?;
        Ok(DevAccount { address: signer.address(), key: signer.to_bytes() })
    };
    (0..count).map(account).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256};

    #[test]
    fn the_test_mnemonic_yields_the_accounts_that_every_tool_knows() {
        let accounts = dev_accounts(TEST_MNEMONIC, 2).unwrap();
        let first = DevAccount {
            address: address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
            key: b256!("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
        };
        assert_eq!(accounts[0], first);
        assert_eq!(accounts[1].address, address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"));
    }

    #[test]
    fn a_wrong_mnemonic_is_refused_with_a_remedy() {
        let error = dev_accounts("test test test", 1).unwrap_err();
        assert!(error.to_string().contains("12 to 24 English BIP-39 words"), "{error}");
    }
}
