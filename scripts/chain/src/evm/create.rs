//! Creation frames.

use alloy_primitives::{Address, Bytes, B256};
use revm::{
    bytecode::Bytecode,
    context_interface::{journaled_state::account::JournaledAccountTr, CreateScheme, JournalTr},
    interpreter::InstructionResult,
};

use super::{Call, Create, Evm, Kind, Outcome, MAX_CODE_SIZE, MAX_DEPTH, RULES};
use crate::{stylus, wasm::prices::gas};

impl Evm {
    /// Makes a creation.
    pub(crate) fn create(self: Box<Self>, create: Create) -> (Box<Self>, Outcome) {
        if self.arb.tracer.is_some() {
            self.watched_create(create)
        } else {
            self.create_here(create)
        }
    }

    /// Makes a creation that nobody watches.
    pub(super) fn create_here(mut self: Box<Self>, create: Create) -> (Box<Self>, Outcome) {
        let address = match self.claim_address(&create) {
            Ok(address) => address,
            Err(reason) => return (self, Outcome::unused(reason, create.gas)),
        };
        let Ok(_) = self.ctx.journaled_state.load_account(address);
        let journal = &mut self.ctx.journaled_state;
        let Ok(checkpoint) = journal.create_account_checkpoint(create.caller, address, create.value, RULES) else {
            return (self, Outcome::halt(InstructionResult::CreateCollision));
        };
        let call = Call {
            kind: Kind::Call,
            caller: create.caller,
            acting: address,
            code: address,
            value: create.value,
            input: Bytes::new(),
            gas: create.gas,
            is_static: false,
        };
        let code = Bytecode::new_legacy(create.init_code);
        let (mut evm, mut outcome) = if code.is_empty() {
            (self, Outcome::unused(InstructionResult::Stop, call.gas))
        } else {
            stacker::maybe_grow(super::call::STACK_RED_ZONE, super::call::STACK_SEGMENT, || {
                self.run(call, B256::ZERO, code)
            })
        };
        deposit_code(&mut outcome);
        if outcome.result.is_ok() {
            evm.ctx.journaled_state.checkpoint_commit();
            let code = Bytecode::new_legacy(outcome.output.clone());
            evm.ctx.journaled_state.set_code(address, code);
            outcome.created = Some(address);
        } else {
            evm.ctx.journaled_state.checkpoint_revert(checkpoint);
        }
        (evm, outcome.settled())
    }

    /// Checks that the creation may start and uses up the creator's nonce.
    fn claim_address(&mut self, create: &Create) -> Result<Address, InstructionResult> {
        if self.arb.depth > MAX_DEPTH {
            return Err(InstructionResult::CallTooDeep);
        }
        let Ok(mut caller) = self.ctx.journaled_state.load_account_mut(create.caller);
        if *caller.balance() < create.value {
            return Err(InstructionResult::OutOfFunds);
        }
        let nonce = caller.nonce();
        if !caller.bump_nonce() {
            return Err(InstructionResult::NonceOverflow);
        }
        Ok(match create.scheme {
            CreateScheme::Create2 { salt } => create.caller.create2_from_code(salt.to_be_bytes(), &create.init_code),
            _ => create.caller.create(nonce),
        })
    }
}

/// Checks and pays for the code returned. Code that starts with EF is refused unless it is a program's.
fn deposit_code(outcome: &mut Outcome) {
    if !outcome.result.is_ok() {
        return;
    }
    let code = &outcome.output;
    let cost = code.len() as u64 * gas::CODE_BYTE;
    outcome.result = if code.len() > MAX_CODE_SIZE {
        InstructionResult::CreateContractSizeLimit
    } else if code.first() == Some(&0xEF) && !stylus::code::is_component(code) {
        InstructionResult::CreateContractStartingWithEF
    } else if outcome.gas_left < cost {
        InstructionResult::OutOfGas
    } else {
        outcome.gas_left -= cost;
        InstructionResult::Return
    };
}
