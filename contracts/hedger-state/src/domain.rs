//! What solvers sign for.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::signature::{domain_separator, hash};
use stylus_sdk::prelude::*;

use crate::Hedger;

const NAME: B256 = hash("Equipoise Hedger");
const VERSION: B256 = hash("1");

impl Hedger {
    /// How many signed requests of a solver's have been used.
    pub fn nonce(&self, solver: Address) -> U256 {
        self.slots.nonces.at(solver.into_word()).number()
    }

    /// The separator of the hedger's domain.
    pub fn domain(&self) -> B256 {
        domain_separator(self.vm(), NAME, VERSION)
    }
}
