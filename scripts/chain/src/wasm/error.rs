//! Why a module is not a program.

/// A module that cannot be activated.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum WasmError {
    /// Invalid, or using a feature that is not allowed.
    #[error("invalid module or forbidden feature: {0}; build for wasm32-unknown-unknown with only bulk-memory, sign-ext, mutable-globals")]
    Invalid(String),
    /// An instruction that programs may not contain.
    #[error("function {function} contains `{operator}`, which programs may not use: {feature}")]
    ForbiddenFeature {
        /// Index among the module's own functions.
        function: usize,
        /// The instruction.
        operator: String,
        /// What it belongs to.
        feature: &'static str,
    },
    /// An import that is not a host call.
    #[error("no such import {module}::{name}: programs may import only the functions of `vm_hooks`")]
    UnknownImport {
        /// Module named.
        module: String,
        /// Name imported.
        name: String,
    },
    /// A host call imported with another signature.
    #[error("import {name} has signature {found}, expected {expected}")]
    ImportSignature {
        /// Host call.
        name: String,
        /// Signature in the module.
        found: String,
        /// Signature of the host call.
        expected: String,
    },
    /// One host call imported under two signatures.
    #[error("{0} is imported with two signatures: declare it once")]
    InconsistentImport(String),
    /// A name that programs may not import or export.
    #[error("{0} is reserved or exported and imported at once: rename it")]
    ReservedName(String),
    /// No entrypoint.
    #[error("missing export `user_entrypoint`: is #[entrypoint] there, and was the crate built on its own (`-p`)?")]
    MissingEntrypoint,
    /// An entrypoint that does not take the length of the arguments and return a status.
    #[error("export `user_entrypoint` must be a function (i32) -> i32, found {0}")]
    EntrypointSignature(String),
    /// No exported memory.
    #[error("missing memory with export name `memory`")]
    MissingMemory,
    /// More initial memory than allowed.
    #[error(
        "initial memory of {pages} pages exceeds the limit of {limit}: link with a smaller stack or less static data"
    )]
    MemoryTooLarge {
        /// Pages asked for.
        pages: u64,
        /// Pages allowed.
        limit: u64,
    },
    /// Growable memory without the host call that pays for it.
    #[error("growable memory needs the import vm_hooks::pay_for_memory_grow (i32) -> ()")]
    MissingPayForMemoryGrow,
    /// A start function.
    #[error("start functions are not allowed: move the code into the entrypoint")]
    StartFunction,
    /// More of something than allowed.
    #[error("too many {what}: {count}, the limit is {limit}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A stack frame above the limit.
    #[error("frame of function {function} takes {words} words, the limit is {limit}: use fewer locals")]
    FrameTooLarge {
        /// Index among the module's own functions.
        function: usize,
        /// Words taken.
        words: u64,
        /// Words allowed.
        limit: u64,
    },
    /// A data or element segment outside its memory or table.
    #[error("{what} segment at {offset} with {len} entries does not fit in {size}")]
    SegmentOutOfBounds {
        /// Data or element.
        what: &'static str,
        /// Start.
        offset: u64,
        /// Length.
        len: u64,
        /// Size of the memory (bytes) or table (entries).
        size: u64,
    },
    /// A cost that does not fit its 16 bits.
    #[error("{what} cost of {cost} gas does not fit 65,535: make the program smaller")]
    CostTooHigh {
        /// Which cost.
        what: &'static str,
        /// Its value.
        cost: u64,
    },
}
