//! Ethereum's own precompiles, as of Osaka.

use alloy_primitives::Address;
use revm::{
    interpreter::InstructionResult,
    precompile::{PrecompileStatus, Precompiles},
};

use crate::evm::{Call, Outcome};

/// Their addresses.
pub(super) fn addresses() -> impl Iterator<Item = Address> {
    Precompiles::osaka().addresses().copied()
}

/// Runs one.
pub(super) fn run(call: &Call) -> Outcome {
    let failed = || Outcome::halt(InstructionResult::PrecompileError);
    let Some(precompile) = Precompiles::osaka().get(&call.code) else {
        return failed();
    };
    let Ok(output) = precompile.execute(&call.input, call.gas, 0) else {
        return failed();
    };
    match (output.status, call.gas.checked_sub(output.gas_used)) {
        (PrecompileStatus::Success, Some(gas_left)) => {
            Outcome { output: output.bytes, ..Outcome::unused(InstructionResult::Return, gas_left) }
        }
        (PrecompileStatus::Revert, Some(gas_left)) => {
            Outcome { output: output.bytes, ..Outcome::unused(InstructionResult::Revert, gas_left) }
        }
        _ => failed(),
    }
}
