//! What precompiles charge, and how they refuse.

use alloy_primitives::Bytes;
use alloy_sol_types::SolError;
use revm::interpreter::InstructionResult;

use crate::{evm::Outcome, wasm::prices::gas};

/// Why a precompile does not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Reverts with an error of its ABI.
    Solidity(Vec<u8>),
    /// Reverts without data.
    Reverted(String),
    /// Fails and takes all gas.
    Activation(String),
}

impl Refusal {
    /// Reverts with an ABI error.
    pub(crate) fn solidity(error: &impl SolError) -> Self {
        Self::Solidity(error.abi_encode())
    }

    /// Reverts without data; the reason is for people.
    pub(crate) fn reverted(reason: &dyn std::fmt::Display) -> Self {
        Self::Reverted(reason.to_string())
    }
}

/// Gas of one precompile call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    left: u64,
}

impl Meter {
    /// With gas to spend.
    pub(crate) fn new(gas: u64) -> Self {
        Self { left: gas }
    }

    /// Gas left.
    pub(crate) fn left(self) -> u64 {
        self.left
    }

    /// Takes gas.
    /// # Errors: a revert that leaves none, if there is not enough
    pub(crate) fn burn(&mut self, gas: u64) -> Result<(), Refusal> {
        let Some(left) = self.left.checked_sub(gas) else {
            return Err(self.burn_out());
        };
        self.left = left;
        Ok(())
    }

    /// Takes all gas.
    pub(crate) fn burn_out(&mut self) -> Refusal {
        self.left = 0;
        Refusal::reverted(&"out of gas in a precompile")
    }

    /// Takes the gas of copying bytes.
    /// # Errors: as [`Self::burn`]
    pub(crate) fn copy(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.burn(gas::COPY_WORD * (bytes as u64).div_ceil(32))
    }

    /// Pays for the output and ends.
    pub(crate) fn outcome(&mut self, result: InstructionResult, output: Vec<u8>) -> Outcome {
        if self.copy(output.len()).is_err() {
            return Outcome::unused(InstructionResult::Revert, 0);
        }
        Outcome { output: Bytes::from(output), ..Outcome::unused(result, self.left) }
    }
}
