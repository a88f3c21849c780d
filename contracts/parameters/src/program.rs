//! The program's door: decodes a call, checks who makes it, and hands over.

use alloc::vec::Vec;

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use equipoise_interfaces::IParameters::{
    acceptOwnershipCall, changeCall, changedAtCall, clearingCall, earliestCall, governorCall, guardianCall, kindCall,
    ownerCall, registerCall, rulesCall, setFeeRecipientCall, tightenCall, transferOwnershipCall, valuesCall,
};
use equipoise_interfaces::{AlreadyWired, IGuarded, ParameterChanged, Tuning};
use equipoise_kit::lean::{answer, answer_array, enter, log, only, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::ownership::Ownership;
use equipoise_kit::{require_code, Revert};
use equipoise_risk::governed::{Authority, Change, Numbers};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::refusals::refused;
use crate::slots::Slots;
use crate::views::rules;

/// The registry.
#[storage]
pub struct Registry {
    pub(crate) ownership: Ownership,
    pub(crate) slots: Slots,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Registry {}

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut registry, selector, given) = enter::<Registry>(&input, vm)?;
    registry.dispatch(selector, given)
}

impl Registry {
    /// Functions that change state; all others go on to [`Registry::show`].
    fn dispatch(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            changeCall::SELECTOR => {
                only(self.vm(), self.slots.governor.address())?;
                answer(&self.change(&mut given, Authority::Governor)?)
            }
            tightenCall::SELECTOR => {
                only(self.vm(), self.guardian()?)?;
                answer(&self.change(&mut given, Authority::Guardian)?)
            }
            setFeeRecipientCall::SELECTOR => {
                only(self.vm(), self.slots.governor.address())?;
                require_unlocked(self.vm(), self.slots.clearing.address())?;
                answer(&self.set_recipient(given.take()?, given.take()?)?)
            }
            registerCall::SELECTOR => answer(&self.register(given.take()?, given.take()?)?),
            transferOwnershipCall::SELECTOR => answer(&self.ownership.offer(given.take()?)?),
            acceptOwnershipCall::SELECTOR => answer(&self.ownership.accept()?),
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?, given.take()?)?),
            _ => self.show(selector, given),
        }
    }

    /// Views.
    fn show(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            rulesCall::SELECTOR => answer_array(&rules(given.take()?)?),
            valuesCall::SELECTOR => answer_array(&self.values(given.take()?, given.take()?)?),
            changedAtCall::SELECTOR => answer_array(&self.times(given.take()?, given.take()?, false)?),
            earliestCall::SELECTOR => answer_array(&self.times(given.take()?, given.take()?, true)?),
            kindCall::SELECTOR => answer(&self.slots.kind(given.take()?)),
            governorCall::SELECTOR => answer(&self.slots.governor.address()),
            guardianCall::SELECTOR => answer(&self.guardian()?),
            clearingCall::SELECTOR => answer(&self.slots.clearing.address()),
            ownerCall::SELECTOR => answer(&self.ownership.owner()),
            _ => unknown(selector),
        }
    }

    /// Starts a registry. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode
    fn construct(&mut self, owner: Address, governor: Address, clearing: Address) -> Result<(), Revert> {
        if !self.slots.governor.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        self.ownership.begin(owner)?;
        require_code(self.vm(), governor)?;
        require_code(self.vm(), clearing)?;
        self.slots.governor.set_address(governor);
        self.slots.clearing.set_address(clearing);
        Ok(())
    }

    /// Whom the governor names, so that one vote replaces him everywhere.
    fn guardian(&self) -> Result<Address, Revert> {
        view(self.vm(), self.slots.governor.address(), &IGuarded::guardianCall {})
    }

    /// Changes numbers of a group by the rules of whoever wants it.
    fn change(&mut self, given: &mut Arguments<'_>, authority: Authority) -> Result<(), Revert> {
        let (target, number): (Address, u8) = (given.take()?, given.take()?);
        let tunings: Vec<Tuning> = given.take_array()?;
        require_unlocked(self.vm(), self.slots.clearing.address())?;
        let group = self.group_of(target, number)?;
        let changes: Vec<Change> = tunings.iter().map(change_of).collect();
        let now = self.vm().block_timestamp();
        let numbers = self.numbers(target, group)?;
        let next = group.change(&numbers, &changes, now, authority).map_err(|error| refused(number, now, error))?;
        if authority == Authority::Governor {
            self.slots.store_times(target, group, &next);
        }
        self.set(target, group, &next)?;
        for tuning in &tunings {
            self.tell((target, number), tuning, &numbers, authority);
        }
        Ok(())
    }

    fn tell(&self, (target, group): (Address, u8), tuning: &Tuning, before: &Numbers, authority: Authority) {
        let Tuning { parameter, millionths } = *tuning;
        let old = before.values.get(usize::from(parameter)).copied().unwrap_or(0);
        let is_by_guardian = authority == Authority::Guardian;
        let (old, new) = (old, millionths);
        log(
            self.vm(),
            &ParameterChanged {
                target,
                group,
                parameter,
                oldMillionths: old,
                newMillionths: new,
                isByGuardian: is_by_guardian,
            },
        );
    }
}

fn change_of(tuning: &Tuning) -> Change {
    Change { parameter: tuning.parameter.into(), value: tuning.millionths }
}
