//! One call of a program: what starting it costs, running it, what it leaves.

use alloy_primitives::{keccak256, Bytes, B256};
use revm::interpreter::InstructionResult;
use wasmtime::{Global, Instance, Store, Trap, Val};

use super::{
    activation::{self, Activated},
    frame::{Contract, Escape, Frame, Handles},
    runtime::{Compiled, Exports},
    Runtime,
};
use crate::{
    arbos::{programs, ActiveProgram},
    evm::{Call, Evm, HostCall, Kind, Outcome},
    wasm::prices::gas::evm_memory,
};

/// How a program ended.
enum End {
    Success(Bytes),
    Revert(Bytes),
    /// Trapped or failed a host call: reverts without data.
    Failure,
    OutOfInk,
    OutOfStack,
}

/// Calls the program whose code has `code_hash`.
pub(crate) fn call_program(mut evm: Box<Evm>, call: Call, code_hash: B256, code: &Bytes) -> (Box<Evm>, Outcome) {
    let gas_limit = call.gas;
    let started = start(&mut evm, code_hash, code, gas_limit);
    let Some((program, compiled, gas)) = started else {
        return (evm, Outcome::halt(InstructionResult::OutOfGas));
    };
    let open = evm.arb.pages.open;
    evm.arb.pages.add(program.footprint);
    let contract = Contract {
        acting: call.acting,
        caller: call.caller,
        value: call.value,
        reentrant: evm.arb.is_reentrant(call.acting),
        is_static: call.is_static,
        input: call.input,
    };
    let (mut evm, end, gas_left, refund) = run(evm, contract, &compiled, gas);
    evm.arb.pages.open = open;
    (evm, settle(end, gas_limit, gas_left, refund))
}

/// Pays for starting the program; none if it cannot start, which costs all gas.
fn start(evm: &mut Evm, code_hash: B256, code: &Bytes, gas: u64) -> Option<(ActiveProgram, Compiled, u64)> {
    let program = programs::active(evm, code_hash).ok()?;
    let params = evm.arb.params;
    let recent = evm.arb.recent.touch(code_hash, params.block_cache_size.into());
    let mut cost = evm.arb.pages.gas(program.footprint, &params).saturating_add(params.cached_gas(program.cached_cost));
    if !program.cached && !recent {
        cost = cost.saturating_add(params.init_gas(program.init_cost));
    }
    let gas = gas.checked_sub(cost)?;
    let compiled = compiled(evm, code_hash, code).ok()?;
    Some((program, compiled, gas))
}

fn compiled(evm: &Evm, code_hash: B256, code: &Bytes) -> Result<Compiled, String> {
    let runtime = Runtime::shared()?;
    let module_hash = programs::module_hash(evm, code_hash);
    if let Some(compiled) = runtime.compiled(module_hash) {
        return Ok(compiled);
    }
    let activated = activated(evm, code)?;
    runtime.compile(
        activated.module_hash,
        &activated.module,
        evm.arb.cache_dir.as_deref().map(std::path::PathBuf::as_path),
    )
}

/// The activation of a code that was activated before, from memory or again.
fn activated(evm: &Evm, code: &Bytes) -> Result<std::sync::Arc<Activated>, String> {
    let wasm = evm.peek_wasm(code).map_err(|error| error.to_string())?;
    activate_cached(&wasm, evm.arb.params.page_limit).map_err(|error| error.to_string())
}

/// Activates a module, or remembers its activation.
/// # Errors: as [`activation::activate`]
pub(crate) fn activate_cached(
    wasm: &[u8],
    page_limit: u16,
) -> Result<std::sync::Arc<Activated>, crate::wasm::WasmError> {
    let runtime = Runtime::shared().map_err(crate::wasm::WasmError::Invalid)?;
    let key = keccak256(wasm);
    if let Some(known) = runtime.recall(key) {
        if known.footprint <= page_limit {
            return Ok(known);
        }
    }
    let activated = std::sync::Arc::new(activation::activate(wasm, page_limit)?);
    runtime.remember(key, std::sync::Arc::clone(&activated));
    Ok(activated)
}

/// Runs the entrypoint. The machine moves into the instance and back.
fn run(evm: Box<Evm>, contract: Contract, compiled: &Compiled, gas: u64) -> (Box<Evm>, End, u64, i64) {
    let ink_price = u64::from(evm.arb.params.ink_price);
    let depth = evm.arb.params.max_stack_depth;
    let engine = compiled.instance.module().engine().clone();
    let mut store = Store::new(&engine, Frame::new(evm, contract));
    let ink = gas.saturating_mul(ink_price);
    let (end, ink_left) = match Running::start(&mut store, compiled, ink, depth) {
        Ok(running) => running.finish(&mut store, ink),
        Err(_) => (End::Failure, ink),
    };
    let mut frame = store.into_data();
    let refund = frame.refund;
    match frame.evm.take() {
        Some(evm) => (evm, end, ink_left / ink_price, refund),
        // The machine leaves only for the length of a nested call, which ends before the program does.
        None => unreachable!("the machine is back when a program ends"),
    }
}

/// An instance with its metering globals.
struct Running {
    instance: Instance,
    exports: Exports,
    handles: Handles,
    stack: Global,
}

impl Running {
    fn start(store: &mut Store<Frame>, compiled: &Compiled, ink: u64, depth: u32) -> wasmtime::Result<Self> {
        let missing = || wasmtime::Error::msg("the instance lacks an export");
        let exports = compiled.exports;
        let instance = compiled.instance.instantiate(&mut *store)?;
        let mut get = |export| instance.get_module_export(&mut *store, export).ok_or_else(missing);
        let memory = get(&exports.memory)?.into_memory().ok_or_else(missing)?;
        let ink_global = get(&exports.ink)?.into_global().ok_or_else(missing)?;
        let status = get(&exports.status)?.into_global().ok_or_else(missing)?;
        let stack = get(&exports.stack)?.into_global().ok_or_else(missing)?;
        ink_global.set(&mut *store, Val::I64(ink.cast_signed()))?;
        stack.set(&mut *store, Val::I32(depth.cast_signed()))?;
        let handles = Handles { memory, ink: ink_global, status };
        store.data_mut().handles = Some(handles);
        Ok(Self { instance, exports, handles, stack })
    }

    /// # Returns: how it ended, ink left
    fn finish(self, store: &mut Store<Frame>, start_ink: u64) -> (End, u64) {
        let len = store.data().contract.input.len() as u32;
        watch_edge(store, "user_entrypoint", (&len.to_be_bytes(), &[]), start_ink);
        let result = self
            .instance
            .get_module_export(&mut *store, &self.exports.entrypoint)
            .and_then(wasmtime::Extern::into_func)
            .ok_or_else(|| wasmtime::Error::msg("no entrypoint"))
            .and_then(|main| main.typed::<u32, u32>(&*store))
            .and_then(|main| main.call(&mut *store, len));
        let end = self.judge(store, result, start_ink);
        let ink = match self.handles.ink.get(&mut *store) {
            Val::I64(ink) if !matches!(end, End::OutOfInk | End::OutOfStack) => ink.cast_unsigned(),
            _ => 0,
        };
        (end, ink)
    }

    fn judge(&self, store: &mut Store<Frame>, result: wasmtime::Result<u32>, start_ink: u64) -> End {
        let status = match result {
            Ok(status) => status,
            Err(error) => {
                let overflow = error.downcast_ref::<Trap>() == Some(&Trap::StackOverflow);
                if overflow || matches!(self.stack.get(&mut *store), Val::I32(0)) {
                    return End::OutOfStack;
                }
                if !matches!(self.handles.status.get(&mut *store), Val::I32(0)) {
                    return End::OutOfInk;
                }
                match error.downcast_ref::<Escape>() {
                    Some(Escape::Exit(status)) => *status,
                    Some(Escape::OutOfInk) => return End::OutOfInk,
                    _ => return End::Failure,
                }
            }
        };
        watch_edge(store, "user_returned", (&[], &status.to_be_bytes()), start_ink);
        let data = Bytes::from(std::mem::take(&mut store.data_mut().result));
        if status == 0 {
            End::Success(data)
        } else {
            End::Revert(data)
        }
    }
}

/// A program's start and return are shown like host calls, both with the ink that it starts with, as Nitro does.
fn watch_edge(store: &mut Store<Frame>, name: &'static str, (args, outs): (&[u8], &[u8]), ink: u64) {
    if store.data().is_watched {
        let call = HostCall { start_ink: ink, end_ink: ink, ..HostCall::new(name, args.to_vec(), outs.to_vec()) };
        store.data_mut().tell(call);
    }
}

/// What the caller sees. Returned data costs at least what its memory would cost in the EVM.
fn settle(end: End, gas_limit: u64, gas_left: u64, refund: i64) -> Outcome {
    let (result, output) = match end {
        End::Success(data) => (InstructionResult::Return, data),
        End::Revert(data) => (InstructionResult::Revert, data),
        End::Failure => (InstructionResult::Revert, Bytes::new()),
        End::OutOfInk => return Outcome::halt(InstructionResult::OutOfGas),
        End::OutOfStack => return Outcome::halt(InstructionResult::StackOverflow),
    };
    let Some(most) = gas_limit.checked_sub(evm_memory(output.len())) else {
        return Outcome::halt(InstructionResult::OutOfGas);
    };
    Outcome { result, output, gas_left: gas_left.min(most), refund, created: None }
}

impl Call {
    /// Whether the frame counts for re-entrancy: delegated code acts for a frame that counts already.
    pub(crate) fn counts(&self) -> bool {
        !matches!(self.kind, Kind::Delegate | Kind::CallCode)
    }
}
