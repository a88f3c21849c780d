//! The program: whom it fills for, and how.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IFillerVenue::hedgerCall;
use equipoise_interfaces::IVenue::{fillCall, isPassedOnCall};
use equipoise_interfaces::{AlreadyWired, IFiller, IHedger};
use equipoise_kit::lean::{answer, call, enter, only, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced, Word};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

/// Where the venue's storage begins.
pub struct FillerSpace;

impl Namespace for FillerSpace {
    const ROOT: U256 = namespace_root("equipoise.filler");
}

/// Whom it fills for.
#[storage]
pub struct FillerSlots {
    hedger: Word,
    clearing: Word,
}

/// The venue.
#[storage]
pub struct Filler {
    slots: Namespaced<FillerSpace, FillerSlots>,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Filler {}

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut filler, selector, mut given) = enter::<Filler>(&input, vm)?;
    match selector {
        fillCall::SELECTOR => answer(&filler.fill(&mut given)?),
        isPassedOnCall::SELECTOR => answer(&true),
        hedgerCall::SELECTOR => answer(&filler.slots.hedger.address()),
        CONSTRUCTOR => answer(&filler.construct(given.take()?)?),
        _ => unknown(selector),
    }
}

impl Filler {
    /// Names the hedger, of which it learns the clearing house. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode
    fn construct(&mut self, hedger: Address) -> Result<(), Revert> {
        if !self.slots.hedger.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), hedger)?;
        let clearing = view(self.vm(), hedger, &IHedger::clearingCall {})?;
        self.slots.hedger.set_address(hedger);
        self.slots.clearing.set_address(clearing);
        Ok(())
    }

    /// Calls the solver. Hedger only.
    /// # Errors: NotWired, CallerNotAllowed, the solver's own
    fn fill(&mut self, given: &mut Arguments<'_>) -> Result<(), Revert> {
        let hedger = self.slots.hedger.address();
        only(self.vm(), hedger)?;
        let is_buy: bool = given.take()?;
        let [base, quote]: [U256; 2] = given.take()?;
        let solver: Address = given.take()?;
        let to = if is_buy { hedger } else { self.slots.clearing.address() };
        let fill = IFiller::fillHedgeCall { to, isBuy: is_buy, baseAtoms: base, quoteAtoms: quote };
        call(self, solver, &fill).map(|_| ())
    }
}
