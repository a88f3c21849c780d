//! The pool venue: fills hedges at one Uniswap v3 pool.
//!
//! A buy swaps for exactly what is wanted and gives back what that did not cost; a sale swaps exactly what is given. The pool
//! pays the hedger or the clearing house itself, and is paid in its callback out of what the venue was given: between calls
//! the venue holds nothing.
//! No price limit is given to the pool, for the hedger's own counts for the whole fill.
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod program;
