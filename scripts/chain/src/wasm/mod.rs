//! WASM: what a program may contain, what its operators cost, and the rewriting that makes it pay.
//!
//! A pure pass from module to module, in three steps that mirror the order in which Nitro applies its own:
//! `module` reads and checks, `instrument` rewrites each function (`meter`, `depth`, the heap bound),
//! `encode` writes the result. `prices` holds every price.

mod depth;
mod encode;
mod error;
mod hooks;
mod instrument;
mod meter;
mod module;
mod operators;
pub(crate) mod prices;

pub(crate) use encode::{encode, INK_LEFT, INK_STATUS, STACK_LEFT};
pub use error::WasmError;
pub(crate) use hooks::HOOKS_MODULE;
pub(crate) use instrument::{instrument, Instrumented};
pub(crate) use module::{Module, ENTRYPOINT};

#[cfg(test)]
mod tests;
