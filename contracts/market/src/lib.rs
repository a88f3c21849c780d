//! The market program.
