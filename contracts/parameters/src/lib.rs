//! The parameters' registry: what votes and the guardian may make of the numbers that other programs keep.
//!
//! Each program keeps its own numbers, packed as it reads them, so that a trade calls nobody here. The registry reads them,
//! checks a change by the rules of [`equipoise_risk::governed`], and sets them by the program's own function, which takes
//! them from nobody else. It keeps only when votes changed each of them.
//!
//! # Authority
//!
//! The governor, a timelock, changes numbers within their bounds, steps and intervals. The guardian, whom the governor
//! names, moves them away from risk only. The owner registers programs, and can neither change a number nor replace the
//! governor. Nobody moves money here.
//!
//! # Calls: to the governor in a view, and down to the programs that are registered
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod program;
mod refusals;
mod slots;
mod targets;
mod views;
