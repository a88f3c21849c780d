//! What a call that failed left.

use alloy_primitives::{hex, Bytes};
use alloy_sol_types::SolError;

/// The revert data of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub Bytes);

impl Failure {
    /// The typed error, or `None` if it is another.
    pub fn decode<E: SolError>(&self) -> Option<E> {
        E::abi_decode_validate(&self.0).ok()
    }

    /// Asserts which error it is.
    pub fn expect<E: SolError + PartialEq + std::fmt::Debug>(&self, expected: &E) {
        match self.decode::<E>() {
            Some(error) => assert_eq!(&error, expected),
            None => panic!("expected {expected:?}, found revert data 0x{}", hex::encode(&self.0)),
        }
    }
}
