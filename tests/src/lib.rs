//! End-to-end, invariant and differential tests.
