//! Takes what a program can never use out of its WASM: the text of panics and the code that formats it.
//!
//! A Stylus program that panics ends with an empty revert: nobody ever reads the message. The standard library,
//! which the SDK links, still builds one, at a third of a small program's size. Here the functions that only
//! panics reach become a trap, which is what a panic ends in anyway, and what nothing calls any more is dropped.

use thiserror::Error;
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module, ModuleConfig};

/// Parts of the mangled names of functions that run only on the way from a panic to its trap.
const PANIC_PATHS: [&str; 12] = [
    "4core9panicking",
    "3std9panicking",
    "4core3fmt",
    "5alloc3fmt",
    "5alloc5alloc18handle_alloc_error",
    "5alloc7raw_vec12handle_error",
    "5alloc7raw_vec17capacity_overflow",
    "4core5slice5index",
    "4core6result13unwrap_failed",
    "4core6option13expect_failed",
    "4core3str5count",
    "5alloc6string",
];

/// Why a file could not be shrunk.
#[derive(Debug, Error)]
pub enum ShrinkError {
    /// It is no WASM module.
    #[error("not a WASM module: {0}; build it with scripts/build-programs")]
    NotWasm(String),
    /// It has lost its names, by which panics are found.
    #[error("the module has no name section; build it with strip = \"debuginfo\"")]
    NoNames,
}

/// The same program without its panic messages, names and producers.
/// # Errors: NotWasm, NoNames
pub fn shrink(wasm: &[u8]) -> Result<Vec<u8>, ShrinkError> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(wasm).map_err(|error| ShrinkError::NotWasm(error.to_string()))?;
    if module.funcs.iter().all(|function| function.name.is_none()) {
        return Err(ShrinkError::NoNames);
    }
    let doomed: Vec<FunctionId> = module
        .funcs
        .iter()
        .filter(|function| matches!(function.kind, FunctionKind::Local(_)))
        .filter(|function| function.name.as_deref().is_some_and(is_panic_path))
        .map(walrus::Function::id)
        .collect();
    for id in doomed {
        trap(&mut module, id);
    }
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

fn is_panic_path(name: &str) -> bool {
    PANIC_PATHS.iter().any(|path| name.contains(path))
}

/// Replaces a function's body by a trap.
fn trap(module: &mut Module, id: FunctionId) {
    let kind = module.funcs.get(id).ty();
    let (parameters, results) = {
        let kind = module.types.get(kind);
        (kind.params().to_vec(), kind.results().to_vec())
    };
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    builder.func_body().unreachable();
    let arguments = parameters.iter().map(|parameter| module.locals.add(*parameter)).collect();
    let body = builder.local_func(arguments);
    module.funcs.get_mut(id).kind = FunctionKind::Local(body);
}
