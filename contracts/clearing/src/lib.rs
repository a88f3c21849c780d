//! The clearing program.
