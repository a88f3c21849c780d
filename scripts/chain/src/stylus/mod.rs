//! Programs: activation, calling, and the host calls they make.
//!
//! * `params`: the chain's Stylus parameters
//! * `code`: from deployed code to WASM (prefixes, fragments, compression)
//! * `activation`: from WASM to an instrumented module and its costs
//! * `runtime`: from an instrumented module to machine code, cached
//! * `call`: one call of a program
//! * `host`: the host calls, by topic

pub(crate) mod activation;
pub(crate) mod call;
pub(crate) mod code;
mod frame;
mod host;
mod pages;
mod params;
mod recent;
mod runtime;
mod storage_cache;

pub(crate) use pages::Pages;
pub(crate) use params::StylusParams;
pub(crate) use recent::RecentPrograms;
pub(crate) use runtime::Runtime;
