//! What a deploy tool does to a WASM file before it goes on chain.

use crate::ProgramError;

/// Greatest length of deployed code (EIP-170), prefix included.
pub const MAX_CODE_SIZE: usize = 24_576;

/// A program ready to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The module without custom sections, indices re-encoded in canonical LEB128.
    pub wasm: Vec<u8>,
    /// What becomes the contract's code: `EFF00000` and the brotli stream.
    pub deployable: Vec<u8>,
}

/// Strips, re-encodes and compresses a module as the deploy tools do.
/// # Errors: [`ProgramError`]
pub fn prepare(_wasm: &[u8]) -> Result<Prepared, ProgramError> {
    todo!()
}
