//! The oracle program.
