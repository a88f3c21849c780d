//! From WASM to an instrumented module and what it costs.

use std::sync::Arc;

use alloy_primitives::{keccak256, B256};

use crate::wasm::{self, Instrumented, WasmError};

/// What activation finds out about a program.
#[derive(Clone, Debug)]
pub(crate) struct Activated {
    /// Names the instrumented module.
    pub(crate) module_hash: B256,
    /// The instrumented module.
    pub(crate) module: Arc<[u8]>,
    /// Own part of the gas of starting it outside the cache.
    pub(crate) init_cost: u16,
    /// Own part of the gas of starting it.
    pub(crate) cached_cost: u16,
    /// Predicted bytes of machine code.
    pub(crate) asm_estimate: u32,
    /// Initial pages of memory.
    pub(crate) footprint: u16,
    /// Gas of the activation itself.
    pub(crate) gas: u64,
}

/// Checks and instruments a module.
/// # Errors: [`WasmError`]
pub(crate) fn activate(wasm: &[u8], page_limit: u16) -> Result<Activated, WasmError> {
    let program = wasm::instrument(wasm::Module::parse(wasm)?)?;
    let footprint = program.module.pages();
    if footprint > page_limit {
        return Err(WasmError::MemoryTooLarge { pages: footprint.into(), limit: page_limit.into() });
    }
    let sizes = Sizes::of(&program);
    let module = wasm::encode(&program)?;
    Ok(Activated {
        module_hash: keccak256(&module),
        module: module.into(),
        init_cost: fit("init", sizes.init_cost())?,
        cached_cost: fit("cached init", sizes.cached_cost())?,
        asm_estimate: sizes.asm_estimate() as u32,
        footprint,
        gas: sizes.activation_gas(),
    })
}

fn fit(what: &'static str, cost: u64) -> Result<u16, WasmError> {
    u16::try_from(cost).map_err(|_| WasmError::CostTooHigh { what, cost })
}

/// The counts that costs are predicted from; each term below is divided on its own.
struct Sizes {
    functions: u64,
    type_len: u64,
    wasm_len: u64,
    globals: u64,
    segment_bytes: u64,
    data_bytes: u64,
    element_bytes: u64,
    pages: u64,
    operators: u64,
}

impl Sizes {
    fn of(program: &Instrumented) -> Self {
        let module = &program.module;
        let types = &module.signatures.types;
        let type_len = |index: &u32| types.get(*index as usize).map_or(0, |ty| ty.params().len() + ty.results().len());
        Self {
            functions: module.functions.len() as u64,
            type_len: module.own_types.iter().map(type_len).sum::<usize>() as u64,
            wasm_len: module.wasm.len() as u64,
            globals: module.all_globals(),
            segment_bytes: module.segment_bytes,
            data_bytes: module.data_bytes,
            element_bytes: module.element_bytes,
            pages: module.pages().into(),
            operators: program.operators(),
        }
    }

    fn init_cost(&self) -> u64 {
        self.functions * 8252 / 1000 + self.type_len * 1059 / 1000 + self.wasm_len * 1286 / 10_000
    }

    fn cached_cost(&self) -> u64 {
        self.functions * 13_420 / 100_000
            + self.type_len * 89 / 100_000
            + self.wasm_len * 122 / 100_000
            + self.globals * 1628 / 1000
            + self.segment_bytes * 75_244 / 100_000
            + self.pages * 5
    }

    fn asm_estimate(&self) -> u64 {
        512_000 + self.functions * 996_829 / 1000 + self.type_len * 11_416 / 1000 + self.wasm_len * 62_628 / 10_000
    }

    fn activation_gas(&self) -> u64 {
        // Microseconds to gas: 7 million gas a second, synced in half the time, twice for safety.
        let microseconds_to_gas = |us: u64| us * 2 * 7_000_000 / 500_000;
        [
            self.wasm_len * 31_733 / 100_000,
            self.functions * 17_263 / 100_000,
            self.data_bytes * 17_376 / 100_000,
            self.element_bytes * 17_376 / 100_000,
            self.pages * 2217,
            self.operators * 535 / 1000,
        ]
        .into_iter()
        .map(microseconds_to_gas)
        .sum()
    }
}
