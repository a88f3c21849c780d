//! Checks that need the whole module: names, exports, memory, entrypoint, limits.

use std::collections::HashSet;

use wasmparser::{ExternalKind, FuncType, ValType};

use super::{
    super::{error::WasmError, hooks::PAY_FOR_MEMORY_GROW},
    Function, Module, ENTRYPOINT, MAX_PAGES, MEMORY,
};

impl<'a> Module<'a> {
    /// Checks what no single section shows.
    pub(super) fn check(&mut self) -> Result<(), WasmError> {
        self.check_names()?;
        if self.start {
            return Err(WasmError::StartFunction);
        }
        self.exports.retain(|name, (kind, _)| {
            (*name == ENTRYPOINT && *kind == ExternalKind::Func) || (*name == MEMORY && *kind == ExternalKind::Memory)
        });
        self.check_memory()?;
        self.check_entrypoint()?;
        self.check_limits()
    }

    fn check_names(&self) -> Result<(), WasmError> {
        let last_part = |name: &'a str| name.rsplit("__").next().unwrap_or(name);
        let exported: HashSet<&str> = self.exports.keys().map(|name| last_part(name)).collect();
        let clash = self.imports.iter().find(|name| exported.contains(**name));
        let reserved = exported.iter().find(|name| name.starts_with("stylus"));
        match clash.or(reserved) {
            Some(name) => Err(WasmError::ReservedName((*name).into())),
            None => Ok(()),
        }
    }

    fn check_memory(&mut self) -> Result<(), WasmError> {
        let memory = *self.memories.first().ok_or(WasmError::MissingMemory)?;
        if self.exports.get(MEMORY) != Some(&(ExternalKind::Memory, 0)) {
            return Err(WasmError::MissingMemory);
        }
        if memory.initial > MAX_PAGES {
            return Err(WasmError::MemoryTooLarge { pages: memory.initial, limit: MAX_PAGES });
        }
        self.memory = Some(memory);
        if memory.maximum == Some(memory.initial) {
            return Ok(());
        }
        let pay = self.imports.iter().position(|name| *name == PAY_FOR_MEMORY_GROW);
        self.pay_for_memory_grow = Some(pay.ok_or(WasmError::MissingPayForMemoryGrow)? as u32);
        Ok(())
    }

    fn check_entrypoint(&self) -> Result<(), WasmError> {
        let (_, index) = self.exports.get(ENTRYPOINT).ok_or(WasmError::MissingEntrypoint)?;
        let expected = FuncType::new([ValType::I32], [ValType::I32]);
        match self.signatures.function(*index) {
            Some(found) if *found == expected => Ok(()),
            found => Err(WasmError::EntrypointSignature(format!("{found:?}"))),
        }
    }

    fn check_limits(&self) -> Result<(), WasmError> {
        let locals = self.functions.iter().map(Function::local_count).max().unwrap_or(0);
        let limits = [
            ("memories", self.memories.len() as u64, 1),
            ("data segments", self.data_segments, 128),
            ("element segments", self.element_segments, 128),
            ("functions", self.functions.len() as u64, 4096),
            ("globals", self.all_globals(), 32_768),
            ("locals in a function", locals.into(), 348),
            ("imports", self.imports.len() as u64, 513),
            ("table entries", self.tables.iter().fold(0, |sum: u64, table| sum.saturating_add(*table)), 4096),
            ("bytes of element segments", self.element_bytes, 4096),
        ];
        match limits.into_iter().find(|(_, count, limit)| count > limit) {
            Some((what, count, limit)) => Err(WasmError::TooMany { what, count, limit }),
            None => Ok(()),
        }
    }
}
