//! The program: its storage and what can be called.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IHedger::{
    acceptOwnershipCall, baseCall, budgetCall, checkpointCall, checkpointsCall, clearingCall, closeVenueCall,
    heldAtomsCall, lenderCall, marketCall, noncesCall, ownerCall, positionCall, rebalanceBySignatureCall,
    rebalanceCall, setLenderCall, setTermsCall, setVenueCall, stateCall, tendCall, termsCall, transferOwnershipCall,
    venueCapCall, DOMAIN_SEPARATORCall,
};
use equipoise_kit::lean::{answer, answer_array, enter, unknown, Arguments, CONSTRUCTOR};
use equipoise_kit::number::from_u128;
use equipoise_kit::ownership::Ownership;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::rebalance::Request;
use crate::slots::Slots;

/// The hedger.
#[storage]
pub struct Hedger {
    pub(crate) ownership: Ownership,
    pub(crate) slots: Slots,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Hedger {}

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut hedger, selector, given) = enter::<Hedger>(&input, vm)?;
    hedger.change(selector, given)
}

impl Hedger {
    /// Functions that change state; all others go on to [`Hedger::show`].
    fn change(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            checkpointCall::SELECTOR => answer(&self.checkpoint()?),
            tendCall::SELECTOR => answer(&self.tend()?),
            setLenderCall::SELECTOR => answer(&self.set_lender(given.take()?)?),
            rebalanceCall::SELECTOR => {
                let request = Request::take(&mut given.take_struct()?)?;
                let words: Vec<B256> = given.take_array()?;
                let solver = self.vm().msg_sender();
                answer(&self.rebalance(&request, &words, solver)?)
            }
            rebalanceBySignatureCall::SELECTOR => answer(&self.rebalance_signed(&mut given)?),
            setVenueCall::SELECTOR => answer(&self.set_venue(given.take()?, given.take()?)?),
            setTermsCall::SELECTOR => answer(&self.set_terms(&given.take_array()?)?),
            closeVenueCall::SELECTOR => answer(&self.close_venue(given.take()?)?),
            transferOwnershipCall::SELECTOR => answer(&self.ownership.offer(given.take()?)?),
            acceptOwnershipCall::SELECTOR => answer(&self.ownership.accept()?),
            CONSTRUCTOR => answer(&self.construct(given.take()?)?),
            _ => self.show(selector, given),
        }
    }

    /// Views.
    fn show(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            ownerCall::SELECTOR => answer(&self.ownership.owner()),
            marketCall::SELECTOR => answer(&self.slots.market.address()),
            clearingCall::SELECTOR => answer(&self.slots.clearing.address()),
            baseCall::SELECTOR => answer(&self.slots.base().address),
            termsCall::SELECTOR => answer_array(&self.slots.terms().all_millionths()),
            venueCapCall::SELECTOR => {
                let venue: Address = given.take()?;
                answer(&from_u128(self.slots.venue(venue).cap_wad))
            }
            heldAtomsCall::SELECTOR => answer(&from_u128(self.slots.kept().atoms)),
            lenderCall::SELECTOR => answer(&self.slots.lender.address()),
            positionCall::SELECTOR => {
                let position = self.position()?;
                answer(&[from_u128(position.collateral), from_u128(position.debt)])
            }
            stateCall::SELECTOR => answer(&self.state()),
            budgetCall::SELECTOR => answer(&self.budget()),
            checkpointsCall::SELECTOR => {
                let [young, old] = self.slots.checkpoints();
                answer(&([young.hash, old.hash], [young.at, old.at]))
            }
            noncesCall::SELECTOR => answer(&self.nonce(given.take()?)),
            DOMAIN_SEPARATORCall::SELECTOR => answer(&self.domain()),
            _ => unknown(selector),
        }
    }

    /// How many signed requests of a solver's have been used.
    pub(crate) fn nonce(&self, solver: Address) -> U256 {
        self.slots.nonces.at(solver.into_word()).number()
    }
}
