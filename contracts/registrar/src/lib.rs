//! The clearing house's registrar: operators, deposits by permit, the ends of LPs' epochs, registration, wiring, the one parameter, and views of them.
//!
//! It is never called itself: the clearing house hands it, by delegate call, every function that no other of its
//! programs knows, and so it works on the clearing house's storage, with its caller, once its lock has been found free.
//!
//! # Calls: to the token; and, with the lock held, to a contract that signs
#![cfg_attr(not(test), no_main)]

extern crate alloc;

mod admin;
mod epochs;
mod operators;
mod permit;
mod program;
