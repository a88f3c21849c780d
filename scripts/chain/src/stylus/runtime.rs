//! From an instrumented module to machine code: compiled once, kept in memory and, if asked, on disk.
//!
//! Why wasmtime: it is the reference runtime of the Bytecode Alliance, its module format for ahead-of-time code is
//! checked against the engine that loads it, a new instance costs microseconds (copy-on-write memory images), and its
//! stack check is a comparison in each function's entry, so programs may nest on any stack. Nitro's own `wasmer` is a
//! fork whose middleware we would not use anyway: instrumentation here is a pass from module to module.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use alloy_primitives::B256;
use wasmtime::{Config, Engine, InstancePre, Linker, Module, ModuleExport, OptLevel};

use super::{activation::Activated, frame::Frame, host};
use crate::wasm::{ENTRYPOINT, INK_LEFT, INK_STATUS, STACK_LEFT};

/// Native stack of one program instance. The depth check allows 22,000 words, which this holds several times over.
pub(crate) const MAX_NATIVE_STACK: usize = 1024 * 1024;

static SHARED: LazyLock<Result<Runtime, String>> = LazyLock::new(|| Runtime::new().map_err(|error| error.to_string()));

/// Where exports are in an instance.
#[derive(Clone, Copy)]
pub(crate) struct Exports {
    pub(crate) entrypoint: ModuleExport,
    pub(crate) memory: ModuleExport,
    pub(crate) ink: ModuleExport,
    pub(crate) status: ModuleExport,
    pub(crate) stack: ModuleExport,
}

/// A program ready to be instantiated.
#[derive(Clone)]
pub(crate) struct Compiled {
    pub(crate) instance: InstancePre<Frame>,
    pub(crate) exports: Exports,
}

/// The engine and everything compiled or activated so far, shared by all chains of the process.
pub(crate) struct Runtime {
    engine: Engine,
    linker: Linker<Frame>,
    compiled: Mutex<HashMap<B256, Compiled>>,
    activated: Mutex<HashMap<B256, Arc<Activated>>>,
}

impl Runtime {
    /// The process's runtime.
    /// # Errors: if the machine is not supported by the compiler
    pub(crate) fn shared() -> Result<&'static Self, String> {
        SHARED.as_ref().map_err(Clone::clone)
    }

    fn new() -> wasmtime::Result<Self> {
        let mut config = Config::new();
        config
            .max_wasm_stack(MAX_NATIVE_STACK)
            .cranelift_opt_level(OptLevel::Speed)
            .memory_init_cow(true)
            .wasm_backtrace_max_frames(None);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        host::link(&mut linker)?;
        Ok(Self { engine, linker, compiled: Mutex::default(), activated: Mutex::default() })
    }

    /// Remembers an activation, by the hash of what was activated.
    pub(crate) fn remember(&self, key: B256, activated: Arc<Activated>) {
        self.activated.lock().unwrap_or_else(PoisonError::into_inner).insert(key, activated);
    }

    /// An activation done before.
    pub(crate) fn recall(&self, key: B256) -> Option<Arc<Activated>> {
        self.activated.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    /// A program compiled before.
    pub(crate) fn compiled(&self, module_hash: B256) -> Option<Compiled> {
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner).get(&module_hash).cloned()
    }

    /// Compiles a program, or loads what a former run compiled into `cache_dir`.
    /// # Errors: if the compiler refuses the module, which activation rules out
    pub(crate) fn compile(&self, module_hash: B256, wasm: &[u8], cache_dir: Option<&Path>) -> Result<Compiled, String> {
        let text = |error: wasmtime::Error| error.to_string();
        let file = cache_dir.map(|dir| dir.join(format!("{module_hash}.cwasm")));
        let loaded = file.as_deref().and_then(|file| self.load(file));
        let module = if let Some(module) = loaded {
            module
        } else {
            let module = Module::new(&self.engine, wasm).map_err(text)?;
            if let (Some(file), Ok(code)) = (&file, module.serialize()) {
                store(file, &code);
            }
            module
        };
        let compiled = self.prepare(&module)?;
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner).insert(module_hash, compiled.clone());
        Ok(compiled)
    }

    fn load(&self, file: &Path) -> Option<Module> {
        if !file.is_file() {
            return None;
        }
        // SAFETY: the file was written by `store` into a folder that belongs to the user who runs the chain; like any
        // other build product it is trusted. Code of another engine version or configuration is refused, not run.
        #[expect(unsafe_code, reason = "loading machine code is unsafe by nature")]
        unsafe { Module::deserialize_file(&self.engine, file) }.ok()
    }

    fn prepare(&self, module: &Module) -> Result<Compiled, String> {
        let export = |name| module.get_export_index(name).ok_or_else(|| format!("the module has no export {name}"));
        let exports = Exports {
            entrypoint: export(ENTRYPOINT)?,
            memory: export("memory")?,
            ink: export(INK_LEFT)?,
            status: export(INK_STATUS)?,
            stack: export(STACK_LEFT)?,
        };
        let instance = self.linker.instantiate_pre(module).map_err(|error| error.to_string())?;
        Ok(Compiled { instance, exports })
    }
}

/// Writes compiled code; a cache that cannot be written only costs time, so failures are passed over.
fn store(file: &Path, code: &[u8]) {
    let partial = file.with_extension(format!("{}.partial", std::process::id()));
    let written = file.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&partial, code));
    if written.and_then(|()| std::fs::rename(&partial, file)).is_err() {
        let _ = std::fs::remove_file(&partial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stylus::activation::activate;

    #[test]
    fn compiled_code_is_kept_on_disk_and_spoilt_code_is_replaced() {
        let wasm = wat::parse_str(
            "(module (memory (export \"memory\") 1 1)
             (func (export \"user_entrypoint\") (param i32) (result i32) (i32.const 77)))",
        )
        .unwrap();
        let activated = activate(&wasm, 128).unwrap();
        let dir = std::env::temp_dir().join(format!("equipoise-modules-{}", std::process::id()));
        let file = dir.join(format!("{}.cwasm", activated.module_hash));
        let runtime = Runtime::new().unwrap();
        let compile = || runtime.compile(activated.module_hash, &activated.module, Some(&dir)).map(|_| ());

        compile().unwrap();
        let code = std::fs::read(&file).unwrap();
        assert!(runtime.load(&file).is_some());
        std::fs::write(&file, b"spoilt").unwrap();
        assert!(runtime.load(&file).is_none());
        compile().unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), code);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
