//! The program's door: decodes a call and hands over.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::owner;
use equipoise_interfaces::IUnderwriter::{
    cancelCall, cancelledAtCall, clearingCall, digestOfCall, filledUnitsCall, marketCall, quoteCall, tradeAtCall,
    tradeCall,
};
use equipoise_interfaces::{AlreadyWired, IClearing, IMarket, UnderwriterCallerNotAuthorised, UnderwriterNotOperator};
use equipoise_kit::lean::{answer, enter, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::offer::Offer;
use crate::slots::Slots;

/// The underwriter program.
#[storage]
pub struct Underwriter {
    pub(crate) slots: Slots,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Underwriter {}

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut underwriter, selector, mut given) = enter::<Underwriter>(&input, vm)?;
    match selector {
        tradeCall::SELECTOR => {
            let order = given.take()?;
            let offer = Offer::take(&mut given.take_struct()?)?;
            answer(&underwriter.trade(&order, &offer, given.take_bytes()?)?)
        }
        tradeAtCall::SELECTOR => {
            let order = IMarket::tradeForCall {
                account: given.take()?,
                legs: given.take_array()?,
                maxCostAtoms: given.take()?,
                deadline: given.take()?,
            };
            let update = given.take()?;
            answer(&underwriter.trade_at(&order, &update, given.take_tail()?)?)
        }
        cancelCall::SELECTOR => answer(&underwriter.cancel(given.take()?, given.take()?)?),
        CONSTRUCTOR => answer(&underwriter.construct(given.take()?)?),
        _ => underwriter.show(selector, &mut given),
    }
}

impl Underwriter {
    /// Views.
    fn show(&self, selector: [u8; 4], given: &mut Arguments<'_>) -> ArbResult {
        match selector {
            quoteCall::SELECTOR => {
                let order = given.take()?;
                answer(&self.quote(&order, &Offer::take(&mut given.take_struct()?)?)?)
            }
            digestOfCall::SELECTOR => answer(&self.digest_of(&Offer::take(&mut given.take_struct()?)?)),
            filledUnitsCall::SELECTOR => answer(&self.slots.filled_units(given.take()?)),
            cancelledAtCall::SELECTOR => answer(&self.slots.cancelled_at(given.take()?, given.take()?)),
            marketCall::SELECTOR => answer(&self.slots.market.address()),
            clearingCall::SELECTOR => answer(&self.slots.clearing.address()),
            _ => unknown(selector),
        }
    }

    /// Names the market and the clearing house. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode
    fn construct(&mut self, [market, clearing]: [Address; 2]) -> Result<(), Revert> {
        if !self.slots.market.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), market)?;
        require_code(self.vm(), clearing)?;
        self.slots.market.set_address(market);
        self.slots.clearing.set_address(clearing);
        Ok(())
    }

    /// Whether somebody may trade for an owner.
    /// # Errors: the clearing house's
    pub(crate) fn is_operator(&self, owner: Address, operator: Address) -> Result<bool, Revert> {
        view(self.vm(), self.slots.clearing.address(), &IClearing::isOperatorCall { owner, operator })
    }

    /// Fails unless the caller may have this program trade for an account, and this program may.
    /// # Errors: UnderwriterCallerNotAuthorised, UnderwriterNotOperator, the clearing house's
    pub(crate) fn require_trader(&self, account: B256) -> Result<(), Revert> {
        self.require_authority(account)?;
        let (owner, underwriter) = (owner(account), self.vm().contract_address());
        if self.is_operator(owner, underwriter)? {
            return Ok(());
        }
        Err(revert(&UnderwriterNotOperator { owner, underwriter }))
    }

    /// Fails unless the caller owns or operates an account.
    /// # Errors: UnderwriterCallerNotAuthorised
    pub(crate) fn require_authority(&self, account: B256) -> Result<(), Revert> {
        let (caller, owner) = (self.vm().msg_sender(), owner(account));
        if caller == owner || self.is_operator(owner, caller)? {
            return Ok(());
        }
        Err(revert(&UnderwriterCallerNotAuthorised { caller, account }))
    }
}
