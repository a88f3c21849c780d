//! EVM code: revm's interpreter, its nested frames made by the machine.

use alloy_primitives::{Bytes, B256};
use revm::{
    bytecode::Bytecode,
    interpreter::{
        instruction_table, instructions::gas_table_spec, interpreter::ExtBytecode, interpreter_types::ReturnData,
        CallInput, CallInputs, CallScheme, CreateInputs, FrameInput, GasTable, InputsImpl, InstructionResult,
        InstructionTable, InterpreterAction, InterpreterResult, SharedMemory,
    },
};

use super::{Call, Create, Ctx, Evm, Kind, Outcome, RULES};

type EthInterpreter = revm::interpreter::interpreter::EthInterpreter;
type Interpreter = revm::interpreter::Interpreter<EthInterpreter>;

static INSTRUCTIONS: InstructionTable<EthInterpreter, Ctx> = instruction_table();
static STATIC_GAS: GasTable = gas_table_spec(RULES);

impl Evm {
    /// Runs EVM code to its end.
    pub(super) fn interpret(mut self: Box<Self>, call: Call, code_hash: B256, code: Bytecode) -> (Box<Self>, Outcome) {
        let acting = call.acting;
        let inputs = InputsImpl {
            target_address: acting,
            bytecode_address: Some(call.code),
            caller_address: call.caller,
            input: CallInput::Bytes(call.input),
            call_value: call.value,
            depth: self.arb.depth - 1,
        };
        let code = ExtBytecode::new_with_hash(code, code_hash);
        let mut interpreter = Interpreter::new(SharedMemory::new(), code, inputs, call.is_static, RULES, call.gas);
        loop {
            match interpreter.run_plain(&INSTRUCTIONS, &STATIC_GAS, &mut self.ctx) {
                InterpreterAction::Return(result) => {
                    if result.result == InstructionResult::SelfDestruct {
                        self.watch_self_destruct(acting);
                    }
                    return (self, finished(result));
                }
                InterpreterAction::NewFrame(FrameInput::Call(inputs)) => {
                    let place = inputs.return_memory_offset.clone();
                    let call = nested_call(&interpreter, *inputs);
                    let (evm, outcome) = self.call(call);
                    self = evm;
                    resume_after_call(&mut interpreter, outcome, place);
                }
                InterpreterAction::NewFrame(FrameInput::Create(inputs)) => {
                    let (evm, outcome) = self.create(nested_create(&inputs));
                    self = evm;
                    resume_after_create(&mut interpreter, outcome);
                }
                InterpreterAction::NewFrame(FrameInput::Empty) => {
                    return (self, Outcome::halt(InstructionResult::FatalExternalError));
                }
            }
        }
    }
}

fn finished(result: InterpreterResult) -> Outcome {
    Outcome {
        result: result.result,
        output: result.output,
        gas_left: result.gas.remaining(),
        refund: result.gas.refunded(),
        created: None,
    }
}

fn nested_call(interpreter: &Interpreter, inputs: CallInputs) -> Call {
    let input = match inputs.input {
        CallInput::Bytes(bytes) => bytes,
        CallInput::SharedBuffer(range) => Bytes::copy_from_slice(&interpreter.memory.global_slice_range(range)),
    };
    Call {
        kind: match inputs.scheme {
            CallScheme::Call => Kind::Call,
            CallScheme::CallCode => Kind::CallCode,
            CallScheme::DelegateCall => Kind::Delegate,
            CallScheme::StaticCall => Kind::Static,
        },
        caller: inputs.caller,
        acting: inputs.target_address,
        code: inputs.bytecode_address,
        value: inputs.value.get(),
        input,
        gas: inputs.gas_limit,
        is_static: inputs.is_static,
    }
}

fn nested_create(inputs: &CreateInputs) -> Create {
    Create {
        caller: inputs.caller(),
        scheme: inputs.scheme(),
        value: inputs.value(),
        init_code: inputs.init_code().clone(),
        gas: inputs.gas_limit(),
    }
}

/// Gives gas and refunds back, as far as the frame left any.
fn take_back(interpreter: &mut Interpreter, outcome: &Outcome) {
    interpreter.gas.erase_cost(outcome.gas_left);
    interpreter.gas.record_refund(outcome.refund);
}

fn resume_after_call(interpreter: &mut Interpreter, outcome: Outcome, place: std::ops::Range<usize>) {
    take_back(interpreter, &outcome);
    let len = place.len().min(outcome.output.len());
    if let Some(part) = outcome.output.get(..len).filter(|part| !part.is_empty()) {
        interpreter.memory.set(place.start, part);
    }
    interpreter.return_data.set_buffer(outcome.output);
    // The operands of the call made room.
    let _ = interpreter.stack.push(alloy_primitives::U256::from(outcome.result.is_ok()));
}

fn resume_after_create(interpreter: &mut Interpreter, outcome: Outcome) {
    take_back(interpreter, &outcome);
    let created = outcome.created.filter(|_| outcome.result.is_ok()).unwrap_or_default();
    // Only a revert leaves data.
    let data = if outcome.result.is_revert() { outcome.output } else { Bytes::new() };
    interpreter.return_data.set_buffer(data);
    let _ = interpreter.stack.push(created.into_word().into());
}
