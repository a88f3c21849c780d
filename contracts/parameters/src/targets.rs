//! The programs that keep the numbers: reading them, and setting them.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{read_array, write_array, FromWords};
use equipoise_interfaces::{
    IClearing, IHedger, ILearning, IMarket, ITuned, IVault, ParametersAlreadyRegistered, ParametersKindUnknown,
    ParametersRegistryNotNamed, ParametersTargetUnknown, TargetRegistered, Terms,
};
use equipoise_kit::lean::{call, call_bytes, failed, log, revert, view, view_bytes};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::{require_code, Revert};
use equipoise_risk::governed::{Group, Numbers};
use equipoise_risk::parameters::MILLIONTH_WAD;
use stylus_sdk::prelude::*;

use crate::program::Registry;

const MARKET: u8 = 1;
pub const CLEARING: u8 = 2;
const VAULT: u8 = 3;
const HEDGER: u8 = 4;

/// The kind of programs that have a group.
const fn kind_with(group: Group) -> u8 {
    match group {
        Group::Market | Group::Margin | Group::Insurance | Group::Learning => MARKET,
        Group::Offset => CLEARING,
        Group::Vault => VAULT,
        Group::Hedge => HEDGER,
    }
}

impl Registry {
    /// Lets a program's numbers be changed here. Owner only.
    /// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, ParametersKindUnknown, ParametersAlreadyRegistered,
    /// ParametersRegistryNotNamed
    pub(crate) fn register(&mut self, target: Address, kind: u8) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        require_code(self.vm(), target)?;
        if !(MARKET..=HEDGER).contains(&kind) {
            return Err(revert(&ParametersKindUnknown { kind }));
        }
        if self.slots.kind(target) != 0 {
            return Err(revert(&ParametersAlreadyRegistered { target }));
        }
        let named = view(self.vm(), target, &ITuned::registryCall {})?;
        if named != self.vm().contract_address() {
            return Err(revert(&ParametersRegistryNotNamed { target, named }));
        }
        self.slots.set_kind(target, kind);
        log(self.vm(), &TargetRegistered { target, kind });
        Ok(())
    }

    /// A group by its number, if the program has it.
    /// # Errors: ParametersTargetUnknown
    pub(crate) fn group_of(&self, target: Address, number: u8) -> Result<Group, Revert> {
        let found = Group::numbered(number).filter(|group| self.slots.kind(target) == kind_with(*group));
        found.ok_or_else(|| revert(&ParametersTargetUnknown { target, group: number }))
    }

    /// A group's numbers as the program has them, and when votes changed them.
    /// # Errors: CallFailed, the program's own
    pub(crate) fn numbers(&self, target: Address, group: Group) -> Result<Numbers, Revert> {
        let mut numbers = match group {
            Group::Market => self.list_of_wads(target, IMarket::parametersCall::SELECTOR)?,
            Group::Margin => self.list_of_wads(target, IMarket::marginParametersCall::SELECTOR)?,
            Group::Hedge => Numbers::unchanged(&self.list::<u32>(target, IHedger::termsCall::SELECTOR)?),
            Group::Offset => Numbers::unchanged(&[view(self.vm(), target, &IClearing::correlationCall {})?]),
            Group::Learning => {
                let learned = view(self.vm(), target, &ILearning::learningCall {})?;
                Numbers::unchanged(&[learned.mostMillionths])
            }
            Group::Vault => {
                let Terms { seniorRate, coverage, managementFee, performanceFee, .. } = self.terms(target)?;
                Numbers::unchanged(&[seniorRate, coverage, managementFee, performanceFee])
            }
            // The clearing house keeps it for the market.
            Group::Insurance => {
                let clearing = self.slots.clearing.address();
                Numbers::unchanged(&[view(self.vm(), clearing, &IClearing::insuranceFloorCall { market: target })?])
            }
        };
        self.slots.load_times(target, group, &mut numbers);
        Ok(numbers)
    }

    /// Has the program keep a group's numbers.
    /// # Errors: the program's own
    pub(crate) fn set(&mut self, target: Address, group: Group, numbers: &Numbers) -> Result<(), Revert> {
        let [first, second, third, fourth, ..] = numbers.values;
        match group {
            Group::Market => self.set_list(target, IMarket::setParametersCall::SELECTOR, group, numbers),
            Group::Margin => self.set_list(target, IMarket::setMarginParametersCall::SELECTOR, group, numbers),
            Group::Hedge => {
                let selector = IHedger::setTermsCall::SELECTOR;
                let mut input = selector.to_vec();
                write_array(1, numbers.values.split_at(group.count()).0, &mut input);
                call_bytes(self, target, selector, &input)?;
                Ok(())
            }
            Group::Offset => {
                call(self, target, &IClearing::setCorrelationCall { millionths: first })?;
                Ok(())
            }
            Group::Learning => {
                call(self, target, &ILearning::setLearningCall { mostMillionths: first })?;
                Ok(())
            }
            Group::Vault => {
                let agreed = Terms {
                    seniorRate: first,
                    coverage: second,
                    managementFee: third,
                    performanceFee: fourth,
                    ..self.terms(target)?
                };
                self.set_terms(target, agreed)
            }
            Group::Insurance => {
                let clearing = self.slots.clearing.address();
                call(self, clearing, &IClearing::setInsuranceFloorCall { market: target, floorTokens: first })?;
                Ok(())
            }
        }
    }

    /// Names who is due a vault's fees.
    /// # Errors: ParametersTargetUnknown, the vault's own
    pub(crate) fn set_recipient(&mut self, target: Address, recipient: Address) -> Result<(), Revert> {
        self.group_of(target, Group::Vault.number())?;
        let agreed = Terms { feeRecipient: recipient, ..self.terms(target)? };
        self.set_terms(target, agreed)
    }

    fn terms(&self, target: Address) -> Result<Terms, Revert> {
        view(self.vm(), target, &IVault::termsCall {})
    }

    fn set_terms(&mut self, target: Address, agreed: Terms) -> Result<(), Revert> {
        call(self, target, &IVault::setTermsCall { agreed })?;
        Ok(())
    }

    /// Numbers that a market shows in WAD.
    fn list_of_wads(&self, target: Address, selector: [u8; 4]) -> Result<Numbers, Revert> {
        let millionths = |wad: U256| {
            let millionths = to_u128(wad)?.checked_div(MILLIONTH_WAD)?;
            u32::try_from(millionths).ok()
        };
        let wads: Vec<U256> = self.list(target, selector)?;
        let values: Option<Vec<u32>> = wads.into_iter().map(millionths).collect();
        Ok(Numbers::unchanged(&values.ok_or_else(|| failed(target, selector))?))
    }

    fn list<T: FromWords>(&self, target: Address, selector: [u8; 4]) -> Result<Vec<T>, Revert> {
        let data = view_bytes(self.vm(), target, selector, &selector)?;
        read_array(&data, &mut data.as_slice()).ok_or_else(|| failed(target, selector))
    }

    fn set_list(&mut self, target: Address, selector: [u8; 4], group: Group, numbers: &Numbers) -> Result<(), Revert> {
        let wad = |millionths: &u32| from_u128(u128::from(*millionths).wrapping_mul(MILLIONTH_WAD));
        let wads: Vec<U256> = numbers.values.iter().take(group.count()).map(wad).collect();
        let mut input = selector.to_vec();
        write_array(1, &wads, &mut input);
        call_bytes(self, target, selector, &input)?;
        Ok(())
    }
}
