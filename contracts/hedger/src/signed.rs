//! Requests that somebody else sends for a solver who has signed them.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::words::words_of;
use equipoise_interfaces::{HedgeLeg, HedgerNonceDiffers, IClearing};
use equipoise_kit::lean::{call, revert, Arguments};
use equipoise_kit::signature::{digest, domain_separator, hash, require_signed};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::program::Hedger;
use crate::rebalance::Request;

const NAME: B256 = hash("Equipoise Hedger");
const VERSION: B256 = hash("1");

macro_rules! leg_type {
    () => {
        "HedgeLeg(address venue,int256 quantityAtoms,uint256 limitPriceWad)"
    };
}

const LEG_TYPE: B256 = hash(leg_type!());
const REBALANCE_TYPE: B256 = hash(concat!(
    "Rebalance(address solver,uint256 nonce,uint64 riskEpoch,uint64 minPriceAt,uint64 deadline,uint256 maxTipAtoms,\
     HedgeLeg[] legs)",
    leg_type!(),
));

impl Hedger {
    /// A rebalance that a solver has signed.
    /// # Errors: as [`Hedger::rebalance`]; HedgerNonceDiffers, SignatureInvalid
    pub(crate) fn rebalance_signed(&mut self, given: &mut Arguments<'_>) -> Result<U256, Revert> {
        let request = Request::take(&mut given.take_struct()?)?;
        let words: Vec<B256> = given.take_array()?;
        let (solver, nonce): (Address, U256) = (given.take()?, given.take()?);
        let signature = given.take_bytes()?;
        let expected = self.nonce(solver);
        if nonce != expected {
            return Err(revert(&HedgerNonceDiffers { nonce, expected }));
        }
        let next = nonce.saturating_add(U256::ONE);
        self.slots.nonces.at_mut(solver.into_word()).set_number(next);
        let digest = self.digest_of(&request, solver, nonce);
        let clearing = self.slots.clearing.address();
        // A contract that signs runs its own code.
        call(self, clearing, &IClearing::enterLockCall {})?;
        require_signed(self.vm(), solver, digest, signature)?;
        call(self, clearing, &IClearing::exitLockCall {})?;
        self.rebalance(&request, &words, solver)
    }

    /// The separator of the hedger's domain.
    pub(crate) fn domain(&self) -> B256 {
        domain_separator(self.vm(), NAME, VERSION)
    }

    fn digest_of(&self, request: &Request, solver: Address, nonce: U256) -> B256 {
        let hash_of = |leg: &HedgeLeg| {
            let words = words_of(&(LEG_TYPE, leg.venue, leg.quantityAtoms, leg.limitPriceWad));
            self.vm().native_keccak256(&words)
        };
        let legs: Vec<u8> = request.legs.iter().flat_map(|leg| hash_of(leg).0).collect();
        let Request { risk_epoch, min_price_at, deadline, max_tip_atoms, .. } = *request;
        let times = [risk_epoch, min_price_at, deadline];
        let legs = self.vm().native_keccak256(&legs);
        let message = (REBALANCE_TYPE, solver, nonce, times, max_tip_atoms, legs);
        digest(self.vm(), self.domain(), &message)
    }
}
