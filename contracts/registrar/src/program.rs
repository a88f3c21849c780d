//! The registrar's door: decodes a call and hands it over.

use alloy_sol_types::SolCall;
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::IClearing::{
    acceptOwnershipCall, backstopCall, correlationCall, depositWithPermitCall, finalizeCall, insuranceFloorCall,
    isFinalCall, isOperatorCall, liquidatorCall, marketCall, marketCountCall, noncesCall, operatorUntilCall, ownerCall,
    reallocateCall, registerHedgerCall, registerMarketCall, registerProgramCall, registrarCall, setCorrelationCall,
    setInsuranceFloorCall, setOperatorBySignatureCall, setOperatorCall, settleLpEpochCall, tokenCall, tranchesCall,
    transferOwnershipCall, vaultCall, wireCall, DOMAIN_SEPARATORCall,
};
use equipoise_interfaces::ITuned::{nameRegistryCall, registryCall};
use equipoise_kit::lean::{answer, enter, unknown, Arguments, CONSTRUCTOR};
use equipoise_kit::registry;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::{admin, epochs, operators, permit};

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut ledger, selector, given) = enter::<Ledger>(&input, vm)?;
    change(&mut ledger, selector, given)
}

/// Functions that change state; all others go on to [`show`].
fn change(ledger: &mut Ledger, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
    match selector {
        depositWithPermitCall::SELECTOR => answer(&permit::deposit(ledger, &mut given)?),
        settleLpEpochCall::SELECTOR => answer(&epochs::settle(ledger, &mut given)?),
        reallocateCall::SELECTOR => answer(&epochs::reallocate(ledger, given.take()?, given.take()?, given.take()?)?),
        setOperatorCall::SELECTOR => answer(&operators::set(ledger, given.take()?, given.take()?)?),
        setOperatorBySignatureCall::SELECTOR => answer(&operators::set_by_signature(ledger, &mut given)?),
        wireCall::SELECTOR => answer(&admin::wire(ledger, given.take()?)?),
        finalizeCall::SELECTOR => answer(&admin::finalize(ledger)?),
        registerMarketCall::SELECTOR => answer(&admin::register_market(ledger, given.take()?)?),
        registerProgramCall::SELECTOR => answer(&admin::register_program(ledger, given.take()?)?),
        registerHedgerCall::SELECTOR => answer(&admin::register_hedger(ledger, given.take()?, given.take()?)?),
        setCorrelationCall::SELECTOR => answer(&admin::set_correlation(ledger, given.take()?)?),
        setInsuranceFloorCall::SELECTOR => answer(&admin::set_insurance_floor(ledger, given.take()?, given.take()?)?),
        nameRegistryCall::SELECTOR => answer(&registry::name(ledger.vm(), &ledger.ownership, given.take()?)?),
        transferOwnershipCall::SELECTOR => answer(&ledger.ownership.offer(given.take()?)?),
        acceptOwnershipCall::SELECTOR => answer(&ledger.ownership.accept()?),
        CONSTRUCTOR => {
            let [_liquidator, _backstop, _registrar, owner, token] = given.take()?;
            answer(&admin::construct(ledger, owner, token)?)
        }
        _ => show(ledger, selector, given),
    }
}

/// Views.
fn show(ledger: &Ledger, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
    let slots = &ledger.slots;
    match selector {
        operatorUntilCall::SELECTOR => answer(&ledger.operator_until(given.take()?, given.take()?)),
        isOperatorCall::SELECTOR => answer(&ledger.is_operator(given.take()?, given.take()?)),
        noncesCall::SELECTOR => answer(&operators::nonce(ledger, given.take()?)),
        DOMAIN_SEPARATORCall::SELECTOR => answer(&operators::domain(ledger)),
        marketCall::SELECTOR => answer(&ledger.market(given.take()?)),
        marketCountCall::SELECTOR => answer(&slots.market_count.get().to::<u8>()),
        isFinalCall::SELECTOR => answer(&slots.is_final.get()),
        correlationCall::SELECTOR => answer(&slots.correlation.get().to::<u32>()),
        insuranceFloorCall::SELECTOR => answer(&ledger.insurance_floor(given.take()?)),
        tokenCall::SELECTOR => answer(&slots.token.get()),
        vaultCall::SELECTOR => answer(&slots.vault.get()),
        tranchesCall::SELECTOR => answer(&(slots.senior.get(), slots.junior.get())),
        backstopCall::SELECTOR => answer(&slots.backstop.get()),
        registrarCall::SELECTOR => answer(&slots.registrar.get()),
        liquidatorCall::SELECTOR => answer(&slots.liquidator.get()),
        registryCall::SELECTOR => answer(&registry::named(ledger.vm())),
        ownerCall::SELECTOR => answer(&ledger.ownership.owner()),
        _ => unknown(selector),
    }
}
