//! The steward's door: decodes a call and hands it over.

use alloy_sol_types::SolCall;
use equipoise_interfaces::Allocation;
use equipoise_interfaces::ITuned::{nameRegistryCall, registryCall};
use equipoise_interfaces::IVault::{
    acceptOwnershipCall, accrueCall, allocationsCall, claimCall, clearingCall, cutSpacingSecsCall, feesAtomsCall,
    juniorCall, ownerCall, payFeesCall, reopenCall, seniorCall, setTermsCall, stewardCall, termsCall,
    transferOwnershipCall, wireCall,
};
use equipoise_kit::lean::{answer, answer_array, enter, unknown, Arguments, CONSTRUCTOR};
use equipoise_kit::number::from_u128;
use equipoise_kit::registry;
use equipoise_vault_state::survey::claim_of;
use equipoise_vault_state::Vault;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::{admin, capital, reopening};

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut vault, selector, given) = enter::<Vault>(&input, vm)?;
    change(&mut vault, selector, given)
}

/// Functions that change state; all others go on to [`show`].
fn change(vault: &mut Vault, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
    match selector {
        accrueCall::SELECTOR => answer(&capital::accrue(vault)?),
        payFeesCall::SELECTOR => answer(&capital::pay_fees(vault)?),
        wireCall::SELECTOR => {
            let tranches = [given.take()?, given.take()?];
            answer(&admin::wire(vault, tranches, &given.take_array::<Allocation>()?)?)
        }
        reopenCall::SELECTOR => answer(&reopening::reopen(vault)?),
        setTermsCall::SELECTOR => answer(&admin::set_terms(vault, &given.take()?)?),
        nameRegistryCall::SELECTOR => answer(&registry::name(vault.vm(), &vault.ownership, given.take()?)?),
        transferOwnershipCall::SELECTOR => {
            vault.require_unlocked()?;
            answer(&vault.ownership.offer(given.take()?)?)
        }
        acceptOwnershipCall::SELECTOR => {
            vault.require_unlocked()?;
            answer(&vault.ownership.accept()?)
        }
        CONSTRUCTOR => {
            let [_steward, owner, clearing] = given.take()?;
            answer(&admin::construct(vault, owner, clearing, given.take()?)?)
        }
        _ => show(vault, selector),
    }
}

/// Views.
fn show(vault: &Vault, selector: [u8; 4]) -> ArbResult {
    let slots = &vault.slots;
    match selector {
        claimCall::SELECTOR => {
            let (_, capital) = vault.present()?;
            let waterfall = capital.waterfall;
            answer(&(claim_of(&capital), waterfall.was_covered, waterfall.junior_series))
        }
        termsCall::SELECTOR => answer(&slots.terms()),
        allocationsCall::SELECTOR => answer_array(&slots.allocation_list()),
        feesAtomsCall::SELECTOR => answer(&from_u128(slots.fees())),
        cutSpacingSecsCall::SELECTOR => answer(&slots.setting()[0]),
        clearingCall::SELECTOR => answer(&slots.clearing.address()),
        seniorCall::SELECTOR => answer(&slots.tranche(true)),
        juniorCall::SELECTOR => answer(&slots.tranche(false)),
        stewardCall::SELECTOR => answer(&slots.steward.address()),
        registryCall::SELECTOR => answer(&registry::named(vault.vm())),
        ownerCall::SELECTOR => answer(&vault.ownership.owner()),
        _ => unknown(selector),
    }
}
