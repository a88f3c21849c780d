//! The program: whom it fills for, and how.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IFillerVenue::hedgerCall;
use equipoise_interfaces::IVenue::fillCall;
use equipoise_interfaces::{AlreadyWired, IClearing, IFiller, IHedger};
use equipoise_kit::lean::{answer, call, enter, only, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced, Word};
use equipoise_kit::token::transfer;
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

/// Where the venue's storage begins.
pub struct FillerSpace;

impl Namespace for FillerSpace {
    const ROOT: U256 = namespace_root("equipoise.filler");
}

/// Whom it fills for, and with what.
#[storage]
pub struct FillerSlots {
    hedger: Word,
    base: Word,
    quote: Word,
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
        hedgerCall::SELECTOR => answer(&filler.slots.hedger.address()),
        CONSTRUCTOR => answer(&filler.construct(given.take()?)?),
        _ => unknown(selector),
    }
}

impl Filler {
    /// Names the hedger, of which it learns the tokens. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode
    fn construct(&mut self, hedger: Address) -> Result<(), Revert> {
        if !self.slots.hedger.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), hedger)?;
        let clearing = view(self.vm(), hedger, &IHedger::clearingCall {})?;
        let (base, quote) =
            (view(self.vm(), hedger, &IHedger::baseCall {})?, view(self.vm(), clearing, &IClearing::tokenCall {})?);
        self.slots.hedger.set_address(hedger);
        self.slots.base.set_address(base);
        self.slots.quote.set_address(quote);
        Ok(())
    }

    /// Passes on what the hedger gives, and calls the solver. Hedger only.
    /// # Errors: NotWired, CallerNotAllowed, TokenTransferFailed, the solver's own
    fn fill(&mut self, given: &mut Arguments<'_>) -> Result<(), Revert> {
        let hedger = self.slots.hedger.address();
        only(self.vm(), hedger)?;
        let is_buy: bool = given.take()?;
        let [base, quote]: [U256; 2] = given.take()?;
        let solver: Address = given.take()?;
        let (token, value) =
            if is_buy { (self.slots.quote.address(), quote) } else { (self.slots.base.address(), base) };
        transfer(self, token, solver, value)?;
        let fill = IFiller::fillHedgeCall { hedger, isBuy: is_buy, baseAtoms: base, quoteAtoms: quote };
        call(self, solver, &fill).map(|_| ())
    }
}
