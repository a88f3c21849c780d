//! The key that signs: from the environment or a keystore, never from the command line.

use std::env;
use std::path::{Path, PathBuf};

use alloy_primitives::Address;
use alloy_signer_local::PrivateKeySigner;

use super::error::DeploymentError;

/// Holds a private key in hexadecimal.
pub const KEY_VARIABLE: &str = "EQUIPOISE_KEY";
/// Holds a keystore's password.
pub const PASSWORD_VARIABLE: &str = "EQUIPOISE_KEYSTORE_PASSWORD";

/// Where a key comes from.
#[derive(Clone, Debug, Default)]
pub struct KeySource {
    /// The key itself.
    pub key: Option<String>,
    /// A keystore (Web3 secret storage), and its password.
    pub keystore: Option<(PathBuf, String)>,
}

impl KeySource {
    /// What the environment says, a keystore before a key.
    pub fn from_environment(keystore: Option<&Path>) -> Self {
        let password = env::var(PASSWORD_VARIABLE).unwrap_or_default();
        let keystore = keystore.map(|path| (path.to_owned(), password));
        Self { key: env::var(KEY_VARIABLE).ok(), keystore }
    }

    /// Reads the key, if there is one.
    /// # Errors: [`DeploymentError::Key`], [`DeploymentError::Keystore`]
    pub fn read(&self) -> Result<Option<PrivateKeySigner>, DeploymentError> {
        if let Some((path, password)) = &self.keystore {
            let refuse = |cause: String| DeploymentError::Keystore { path: path.clone(), cause };
            let signer = PrivateKeySigner::decrypt_keystore(path, password);
            return signer.map(Some).map_err(|error| refuse(error.to_string()));
        }
        self.key.as_ref().map(|key| key.trim().parse().map_err(|_| DeploymentError::Key)).transpose()
    }

    /// Reads the key, which must be there.
    /// # Errors: [`DeploymentError::KeyMissing`], [`DeploymentError::Key`], [`DeploymentError::Keystore`]
    pub fn require(&self) -> Result<PrivateKeySigner, DeploymentError> {
        self.read()?.ok_or(DeploymentError::KeyMissing)
    }

    /// Who it is, or who is named instead.
    /// # Errors: [`DeploymentError::DeployerUnknown`], [`DeploymentError::Key`], [`DeploymentError::Keystore`]
    pub fn address_or(&self, named: Option<Address>) -> Result<Address, DeploymentError> {
        match (named, self.read()?) {
            (Some(named), _) => Ok(named),
            (None, Some(signer)) => Ok(signer.address()),
            (None, None) => Err(DeploymentError::DeployerUnknown),
        }
    }
}
