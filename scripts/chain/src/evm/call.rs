//! Call frames.

use alloy_primitives::Address;
use revm::{
    bytecode::Bytecode,
    context_interface::{journaled_state::TransferError, JournalTr},
    interpreter::InstructionResult,
};

use super::{Call, Evm, Kind, Outcome, MAX_DEPTH};
use crate::{arbos, stylus};

/// Native stack that must be free before a frame starts, and how much to add when it is not.
pub(super) const STACK_RED_ZONE: usize = 2 * 1024 * 1024;
pub(super) const STACK_SEGMENT: usize = 64 * 1024 * 1024;

impl Evm {
    /// Makes a call. The account called must be loaded (warm) already, as the opcode or host call does.
    pub(crate) fn call(self: Box<Self>, call: Call) -> (Box<Self>, Outcome) {
        stacker::maybe_grow(STACK_RED_ZONE, STACK_SEGMENT, || {
            if self.arb.tracer.is_some() {
                self.watched_call(call)
            } else {
                self.call_here(call)
            }
        })
    }

    /// Makes a call that nobody watches.
    pub(super) fn call_here(mut self: Box<Self>, call: Call) -> (Box<Self>, Outcome) {
        if self.arb.depth > MAX_DEPTH {
            return (self, Outcome::unused(InstructionResult::CallTooDeep, call.gas));
        }
        let checkpoint = self.ctx.journaled_state.checkpoint();
        if let Err(reason) = self.move_value(&call) {
            self.ctx.journaled_state.checkpoint_revert(checkpoint);
            return (self, Outcome::unused(reason, call.gas));
        }
        let (mut evm, outcome) = self.run_code_at(call);
        if outcome.result.is_ok() {
            evm.ctx.journaled_state.checkpoint_commit();
        } else {
            evm.ctx.journaled_state.checkpoint_revert(checkpoint);
        }
        (evm, outcome.settled())
    }

    fn move_value(&mut self, call: &Call) -> Result<(), InstructionResult> {
        let (from, to) = match call.kind {
            Kind::Call => (call.caller, call.acting),
            // Not moved, but it must be there.
            Kind::CallCode => (call.caller, call.caller),
            Kind::Delegate | Kind::Static => return Ok(()),
        };
        let Ok(refused) = self.ctx.journaled_state.transfer(from, to, call.value);
        match refused {
            None => Ok(()),
            Some(TransferError::OverflowPayment) => Err(InstructionResult::OverflowPayment),
            Some(_) => Err(InstructionResult::OutOfFunds),
        }
    }

    fn run_code_at(self: Box<Self>, call: Call) -> (Box<Self>, Outcome) {
        if arbos::is_precompile(call.code) {
            return arbos::run_precompile(self, &call);
        }
        let (code_hash, code) = self.resolve_code(call.code);
        if code.is_empty() {
            let gas = call.gas;
            return (self, Outcome::unused(InstructionResult::Stop, gas));
        }
        self.run(call, code_hash, code)
    }

    /// Runs code, EVM or program, as one more open frame.
    pub(super) fn run(
        mut self: Box<Self>,
        call: Call,
        code_hash: alloy_primitives::B256,
        code: Bytecode,
    ) -> (Box<Self>, Outcome) {
        let (acting, counts) = (call.acting, call.counts());
        self.arb.enter(acting, counts);
        let bytes = code.original_bytes();
        let (mut evm, outcome) = if stylus::code::is_program(&bytes) {
            stylus::call::call_program(self, call, code_hash, &bytes)
        } else {
            self.interpret(call, code_hash, code)
        };
        evm.arb.leave(acting, counts);
        (evm, outcome)
    }

    /// The code that a call runs: of a delegating account the delegate's, one level deep, never a precompile's.
    fn resolve_code(&self, address: Address) -> (alloy_primitives::B256, Bytecode) {
        let info = self.peek(address);
        let Some(delegate) = info.code.as_ref().and_then(Bytecode::eip7702_address) else {
            return (info.code_hash, info.code.unwrap_or_default());
        };
        if arbos::is_precompile(delegate) {
            return Default::default();
        }
        let info = self.peek(delegate);
        (info.code_hash, info.code.unwrap_or_default())
    }
}
