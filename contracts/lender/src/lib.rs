//! The lender: the hedger's account at Aave v3, where the underlying is borrowed against stablecoins, so that a hedge can be
//! short.
//!
//! What is borrowed goes to the hedger, who sells it at a venue; he buys it back there and repays. The position is what the
//! pool's own tokens say, interest, gifts and liquidations included: the lender remembers no amounts. Between calls it holds
//! nothing but these tokens, and the pool may take nothing of it.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod program;
