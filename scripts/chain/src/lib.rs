//! An embedded Arbitrum Stylus chain: real WASM programs beside EVM bytecode, in process.
