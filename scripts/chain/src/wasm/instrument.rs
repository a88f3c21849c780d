//! Rewrites a program's functions so that they pay for ink, stack and memory.

use wasmparser::Operator;

use super::{
    depth::check_depth,
    error::WasmError,
    meter::{meter, meter_bulk_memory, Globals},
    module::{Function, Module},
    operators,
};

/// Most operators in a function after instrumentation.
const MAX_OPERATORS: usize = 65_536;

/// A checked module with its rewritten functions.
pub(crate) struct Instrumented<'a> {
    /// The module as it was.
    pub(crate) module: Module<'a>,
    /// Functions with the injected operators, in order.
    pub(crate) bodies: Vec<Vec<Operator<'a>>>,
}

impl Instrumented<'_> {
    /// Operators of all functions, injected ones included: activation charges for them.
    pub(crate) fn operators(&self) -> u64 {
        self.bodies.iter().map(|body| body.len() as u64).sum()
    }
}

/// Applies, in this order: block metering, bulk-memory metering, the depth check, the heap bound.
/// The order matters: what a step injects, only later steps see, so injected operators cost no ink but take stack.
/// # Errors: [`WasmError`] for operators, frames and bodies that are not allowed
pub(crate) fn instrument(module: Module<'_>) -> Result<Instrumented<'_>, WasmError> {
    let globals = module.injected_globals();
    let bodies = module
        .functions
        .iter()
        .enumerate()
        .map(|(index, function)| rewrite(&module, index, function, globals))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Instrumented { module, bodies })
}

fn rewrite<'a>(
    module: &Module<'a>,
    index: usize,
    function: &Function<'a>,
    globals: Globals,
) -> Result<Vec<Operator<'a>>, WasmError> {
    if let Some((op, feature)) = function.code.iter().find_map(|op| Some((op, operators::forbidden(op)?))) {
        let operator = format!("{op:?}");
        return Err(WasmError::ForbiddenFeature { function: index, operator, feature });
    }
    let code = meter(function.code.clone(), &module.signatures.types, globals);
    let code = meter_bulk_memory(code, globals);
    let code = check_depth(code, &module.signatures, index, function.local_count(), globals.stack)?;
    let code = bound_heap(code, module.pay_for_memory_grow, globals.scratch);
    if code.len() > MAX_OPERATORS {
        let (count, limit) = (code.len() as u64, MAX_OPERATORS as u64);
        return Err(WasmError::TooMany { what: "operators in a function (injected ones included)", count, limit });
    }
    Ok(code)
}

/// Has `memory.grow` pay for its pages first. Without the import the memory cannot grow.
fn bound_heap(code: Vec<Operator<'_>>, pay: Option<u32>, scratch: u32) -> Vec<Operator<'_>> {
    let Some(function_index) = pay else {
        return code;
    };
    let mut bounded = Vec::with_capacity(code.len());
    for op in code {
        if matches!(op, Operator::MemoryGrow { .. }) {
            bounded.extend([
                Operator::GlobalSet { global_index: scratch },
                Operator::GlobalGet { global_index: scratch },
                Operator::GlobalGet { global_index: scratch },
                Operator::Call { function_index },
            ]);
        }
        bounded.push(op);
    }
    bounded
}
