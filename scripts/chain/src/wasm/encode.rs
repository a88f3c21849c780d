//! Writes an instrumented module: own sections as they were, rewritten functions, the injected globals.

use wasm_encoder::{
    reencode::{Reencode, RoundtripReencoder},
    CodeSection, ConstExpr, DataSection, ElementSection, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, MemorySection, TableSection, TypeSection, ValType,
};
use wasmparser::{ExternalKind, Parser, Payload};

use super::{error::WasmError, instrument::Instrumented};

/// Export name of the global with the ink left.
pub(crate) const INK_LEFT: &str = "stylus_ink_left";
/// Export name of the global that is 1 once the ink ran out.
pub(crate) const INK_STATUS: &str = "stylus_ink_status";
/// Export name of the global with the stack words left.
pub(crate) const STACK_LEFT: &str = "stylus_stack_left";

#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    elements: ElementSection,
    data: DataSection,
}

/// The instrumented module as WASM.
/// # Errors: [`WasmError::Invalid`] if a section cannot be re-encoded
pub(crate) fn encode(program: &Instrumented) -> Result<Vec<u8>, WasmError> {
    let invalid = |error: &dyn std::fmt::Display| WasmError::Invalid(error.to_string());
    let mut sections = Sections::default();
    for payload in Parser::new(0).parse_all(program.module.wasm) {
        let payload = payload.map_err(|error| invalid(&error))?;
        copy_section(&mut sections, payload).map_err(|error| invalid(&error))?;
    }
    inject_globals(&mut sections.globals);
    let code = encode_code(program).map_err(|error| invalid(&error))?;

    let mut module = wasm_encoder::Module::new();
    module
        .section(&sections.types)
        .section(&sections.imports)
        .section(&sections.functions)
        .section(&sections.tables)
        .section(&sections.memories)
        .section(&sections.globals)
        .section(&encode_exports(program))
        .section(&sections.elements)
        .section(&code)
        .section(&sections.data);
    Ok(module.finish())
}

type EncodeError = wasm_encoder::reencode::Error;

fn copy_section(sections: &mut Sections, payload: Payload<'_>) -> Result<(), EncodeError> {
    let reencoder = &mut RoundtripReencoder;
    match payload {
        Payload::TypeSection(section) => reencoder.parse_type_section(&mut sections.types, section),
        Payload::ImportSection(section) => reencoder.parse_import_section(&mut sections.imports, section),
        Payload::FunctionSection(section) => reencoder.parse_function_section(&mut sections.functions, section),
        Payload::TableSection(section) => reencoder.parse_table_section(&mut sections.tables, section),
        Payload::MemorySection(section) => reencoder.parse_memory_section(&mut sections.memories, section),
        Payload::GlobalSection(section) => reencoder.parse_global_section(&mut sections.globals, section),
        Payload::ElementSection(section) => reencoder.parse_element_section(&mut sections.elements, section),
        Payload::DataSection(section) => reencoder.parse_data_section(&mut sections.data, section),
        _ => Ok(()),
    }
}

/// In the order of [`super::meter::Globals`].
fn inject_globals(globals: &mut GlobalSection) {
    let ty = |val_type| GlobalType { val_type, mutable: true, shared: false };
    globals.global(ty(ValType::I64), &ConstExpr::i64_const(0));
    globals.global(ty(ValType::I32), &ConstExpr::i32_const(0));
    globals.global(ty(ValType::I32), &ConstExpr::i32_const(0));
    globals.global(ty(ValType::I32), &ConstExpr::i32_const(0));
}

fn encode_exports(program: &Instrumented) -> ExportSection {
    let mut exports = ExportSection::new();
    let mut own: Vec<_> = program.module.exports.iter().collect();
    own.sort_unstable_by_key(|(name, _)| **name);
    for (name, (kind, index)) in own {
        let kind = if *kind == ExternalKind::Func { ExportKind::Func } else { ExportKind::Memory };
        exports.export(name, kind, *index);
    }
    let globals = program.module.injected_globals();
    exports.export(INK_LEFT, ExportKind::Global, globals.ink);
    exports.export(INK_STATUS, ExportKind::Global, globals.status);
    exports.export(STACK_LEFT, ExportKind::Global, globals.stack);
    exports
}

fn encode_code(program: &Instrumented) -> Result<CodeSection, EncodeError> {
    let reencoder = &mut RoundtripReencoder;
    let mut code = CodeSection::new();
    for (function, body) in program.module.functions.iter().zip(&program.bodies) {
        let locals = function
            .locals
            .iter()
            .map(|(count, ty)| Ok((*count, reencoder.val_type(*ty)?)))
            .collect::<Result<Vec<_>, EncodeError>>()?;
        let mut encoded = Function::new(locals);
        for op in body {
            encoded.instruction(&reencoder.instruction(op.clone())?);
        }
        code.function(&encoded);
    }
    Ok(code)
}
