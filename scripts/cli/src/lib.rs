//! The equipoise command-line program.
