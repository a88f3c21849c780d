//! Reads a module and refuses what programs may not be.

mod checks;
mod segments;

use std::collections::HashMap;

use wasmparser::{
    CustomSectionReader, DataSectionReader, ElementSectionReader, ExternalKind, FuncType, FunctionBody,
    GlobalSectionReader, Import, ImportSectionReader, Imports, KnownCustom, MemoryType, Name, Operator, Parser,
    Payload, TableSectionReader, TypeRef, TypeSectionReader, ValType, Validator, WasmFeatures,
};

use super::{
    error::WasmError,
    hooks::{self, HOOKS_MODULE},
    meter::Globals,
};

/// The export that a call of the program enters.
pub(crate) const ENTRYPOINT: &str = "user_entrypoint";
/// The export that holds the memory.
pub(crate) const MEMORY: &str = "memory";
/// Most pages of initial memory.
const MAX_PAGES: u64 = 128;
/// Globals that instrumentation adds.
const INJECTED_GLOBALS: u32 = 4;

/// Function types of a module.
#[derive(Default)]
pub(crate) struct Signatures {
    /// The type section.
    pub(crate) types: Vec<FuncType>,
    /// Type index of each function, imports first.
    functions: Vec<u32>,
}

impl Signatures {
    /// Signature of a function, by its index over imports and own functions.
    pub(crate) fn function(&self, index: u32) -> Option<&FuncType> {
        self.types.get(*self.functions.get(index as usize)? as usize)
    }
}

/// One of the module's own functions.
#[derive(Default)]
pub(crate) struct Function<'a> {
    /// Declared locals, by run of one type.
    pub(crate) locals: Vec<(u32, ValType)>,
    /// Its operators.
    pub(crate) code: Vec<Operator<'a>>,
}

impl Function<'_> {
    /// Declared locals; parameters do not count.
    pub(crate) fn local_count(&self) -> u32 {
        self.locals.iter().fold(0, |sum, (count, _)| sum.saturating_add(*count))
    }
}

/// A module that may be a program.
#[derive(Default)]
pub(crate) struct Module<'a> {
    /// The module's bytes.
    pub(crate) wasm: &'a [u8],
    /// Function types.
    pub(crate) signatures: Signatures,
    /// Imported host calls, in order.
    pub(crate) imports: Vec<&'a str>,
    /// Type index of each own function.
    pub(crate) own_types: Vec<u32>,
    /// Own functions.
    pub(crate) functions: Vec<Function<'a>>,
    /// Globals of the module itself.
    pub(crate) globals: u32,
    /// Exports by name.
    pub(crate) exports: HashMap<&'a str, (ExternalKind, u32)>,
    /// The memory, once checked.
    pub(crate) memory: Option<MemoryType>,
    /// Index of the imported `pay_for_memory_grow`, if the memory can grow.
    pub(crate) pay_for_memory_grow: Option<u32>,
    /// Bytes of data, without the segments' headers.
    pub(crate) data_bytes: u64,
    /// Bytes of data and element segments as encoded.
    pub(crate) segment_bytes: u64,
    /// Bytes of element segments as encoded.
    pub(crate) element_bytes: u64,
    memories: Vec<MemoryType>,
    tables: Vec<u64>,
    data_segments: u64,
    element_segments: u64,
    start: bool,
}

impl<'a> Module<'a> {
    /// Reads a module.
    /// # Errors: [`WasmError`]
    pub(crate) fn parse(wasm: &'a [u8]) -> Result<Self, WasmError> {
        let invalid = |error: wasmparser::Error| WasmError::Invalid(error.to_string());
        Validator::new_with_features(allowed_features()).validate_all(wasm).map_err(invalid)?;
        let mut module = Self { wasm, ..Self::default() };
        for payload in Parser::new(0).parse_all(wasm) {
            module.section(payload.map_err(invalid)?)?;
        }
        module.check()?;
        Ok(module)
    }

    /// Initial pages of memory.
    pub(crate) fn pages(&self) -> u16 {
        self.memory.map_or(0, |memory| memory.initial as u16)
    }

    /// Where the injected globals go: behind the module's own.
    pub(crate) fn injected_globals(&self) -> Globals {
        let first = self.globals;
        Globals { ink: first, status: first + 1, scratch: first + 2, stack: first + 3 }
    }

    /// Globals, the injected ones included.
    pub(crate) fn all_globals(&self) -> u64 {
        u64::from(self.globals + INJECTED_GLOBALS)
    }

    fn section(&mut self, payload: Payload<'a>) -> Result<(), WasmError> {
        let invalid = |error: wasmparser::Error| WasmError::Invalid(error.to_string());
        match payload {
            Payload::TypeSection(section) => self.types(section).map_err(invalid),
            Payload::ImportSection(section) => self.imports(section),
            Payload::FunctionSection(section) => {
                self.own_types = section.into_iter().collect::<Result<_, _>>().map_err(invalid)?;
                self.signatures.functions.extend_from_slice(&self.own_types);
                Ok(())
            }
            Payload::TableSection(section) => self.tables(section),
            Payload::MemorySection(section) => {
                self.memories = section.into_iter().collect::<Result<_, _>>().map_err(invalid)?;
                Ok(())
            }
            Payload::GlobalSection(section) => self.globals(section),
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(invalid)?;
                    self.exports.insert(export.name, (export.kind, export.index));
                }
                Ok(())
            }
            Payload::StartSection { .. } => {
                self.start = true;
                Ok(())
            }
            Payload::ElementSection(section) => self.elements(section),
            Payload::DataSection(section) => self.data(section),
            Payload::CodeSectionEntry(body) => self.function(&body).map_err(invalid),
            Payload::CustomSection(section) => check_module_name(&section),
            Payload::CodeSectionStart { .. } | Payload::Version { .. } | Payload::End(_) => Ok(()),
            Payload::DataCountSection { .. } => {
                Err(WasmError::Invalid("data count section: re-encode the module without it".into()))
            }
            _ => Err(WasmError::Invalid("unsupported section".into())),
        }
    }

    fn types(&mut self, section: TypeSectionReader<'a>) -> wasmparser::Result<()> {
        self.signatures.types = section.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
        Ok(())
    }

    fn imports(&mut self, section: ImportSectionReader<'a>) -> Result<(), WasmError> {
        let mut signature_of: HashMap<&str, u32> = HashMap::new();
        for import in section {
            let Imports::Single(_, import) = import.map_err(|error| WasmError::Invalid(error.to_string()))? else {
                return Err(WasmError::Invalid("compact imports".into()));
            };
            let ty = self.host_call(&import)?;
            if signature_of.insert(import.name, ty).is_some_and(|prior| prior != ty) {
                return Err(WasmError::InconsistentImport(import.name.into()));
            }
            self.imports.push(import.name);
            self.signatures.functions.push(ty);
        }
        Ok(())
    }

    fn host_call(&self, import: &Import<'a>) -> Result<u32, WasmError> {
        let (module, name) = (import.module, import.name);
        if name.starts_with("stylus") {
            return Err(WasmError::ReservedName(name.into()));
        }
        let expected = (module == HOOKS_MODULE).then(|| hooks::signature(name)).flatten();
        let (Some(expected), TypeRef::Func(ty)) = (expected, import.ty) else {
            return Err(WasmError::UnknownImport { module: module.into(), name: name.into() });
        };
        match self.signatures.types.get(ty as usize) {
            Some(found) if *found == expected => Ok(ty),
            found => Err(WasmError::ImportSignature {
                name: name.into(),
                found: format!("{found:?}"),
                expected: format!("{expected:?}"),
            }),
        }
    }

    fn tables(&mut self, section: TableSectionReader<'a>) -> Result<(), WasmError> {
        for table in section {
            let table = table.map_err(|error| WasmError::Invalid(error.to_string()))?;
            self.tables.push(table.ty.initial);
        }
        Ok(())
    }

    fn globals(&mut self, section: GlobalSectionReader<'a>) -> Result<(), WasmError> {
        self.globals = section.count();
        for global in section {
            let global = global.map_err(|error| WasmError::Invalid(error.to_string()))?;
            if segments::constant(&global.init_expr).is_none() {
                return Err(WasmError::Invalid("a global's initial value is not a constant".into()));
            }
        }
        Ok(())
    }

    fn elements(&mut self, section: ElementSectionReader<'a>) -> Result<(), WasmError> {
        for element in section {
            let element = element.map_err(|error| WasmError::Invalid(error.to_string()))?;
            self.element_segments += 1;
            self.element_bytes += element.range.end - element.range.start;
            segments::check_element(&element, &self.tables)?;
        }
        self.segment_bytes += self.element_bytes;
        Ok(())
    }

    fn data(&mut self, section: DataSectionReader<'a>) -> Result<(), WasmError> {
        let memory_bytes = self.memories.first().map_or(0, |memory| memory.initial.saturating_mul(65_536));
        for data in section {
            let data = data.map_err(|error| WasmError::Invalid(error.to_string()))?;
            self.data_segments += 1;
            self.data_bytes += data.data.len() as u64;
            self.segment_bytes += data.range.end - data.range.start;
            segments::check_data(&data, memory_bytes)?;
        }
        Ok(())
    }

    fn function(&mut self, body: &FunctionBody<'a>) -> wasmparser::Result<()> {
        let locals = body.get_locals_reader()?.into_iter().collect::<Result<_, _>>()?;
        let code = body.get_operators_reader()?.into_iter().collect::<Result<_, _>>()?;
        self.functions.push(Function { locals, code });
        Ok(())
    }
}

fn allowed_features() -> WasmFeatures {
    WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::FLOATS
        | WasmFeatures::GC_TYPES
}

/// The only text of a program that the chain reads besides its imports and exports.
fn check_module_name(section: &CustomSectionReader) -> Result<(), WasmError> {
    const LIMIT: u64 = 512;
    let KnownCustom::Name(names) = section.as_known() else {
        return Ok(());
    };
    for name in names {
        match name {
            Ok(Name::Module { name, .. }) if name.len() as u64 > LIMIT => {
                let count = name.len() as u64;
                return Err(WasmError::TooMany { what: "bytes in the module's name", count, limit: LIMIT });
            }
            Ok(_) => {}
            Err(error) => return Err(WasmError::Invalid(error.to_string())),
        }
    }
    Ok(())
}
