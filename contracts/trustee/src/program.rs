//! The trustee's door: decodes a call and hands over.

use alloy_primitives::Address;
use alloy_sol_types::SolCall;
use equipoise_hedger_state::Hedger;
use equipoise_interfaces::IDealer::{hedgeOptionsCall, optionsBudgetCall, optionsWindowCall};
use equipoise_interfaces::IHedger::{
    acceptOwnershipCall, baseCall, brokerCall, budgetCall, checkpointCall, checkpointsCall, clearingCall,
    closeVenueCall, dealerCall, heldAtomsCall, lenderCall, marketCall, noncesCall, ownerCall, positionCall,
    setLenderCall, setTermsCall, setVenueCall, stateCall, tendCall, termsCall, transferOwnershipCall, trusteeCall,
    venueCapCall, wireBrokerCall, wireDealerCall, DOMAIN_SEPARATORCall,
};
use equipoise_interfaces::ITuned::{nameRegistryCall, registryCall};
use equipoise_kit::lean::{answer, answer_array, delegate, enter, unknown, Arguments, CONSTRUCTOR};
use equipoise_kit::number::from_u128;
use equipoise_kit::registry;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::{admin, checkpoint, lender, views};

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut hedger, selector, given) = enter::<Hedger>(&input, vm)?;
    change(&mut hedger, selector, given, &input)
}

/// Functions that change state; all others go on to [`show`].
fn change(hedger: &mut Hedger, selector: [u8; 4], mut given: Arguments<'_>, input: &[u8]) -> ArbResult {
    match selector {
        checkpointCall::SELECTOR => answer(&checkpoint::checkpoint(hedger)?),
        tendCall::SELECTOR => answer(&lender::tend(hedger)?),
        hedgeOptionsCall::SELECTOR => ask(hedger, selector, hedger.slots.dealer.address(), input),
        wireBrokerCall::SELECTOR => answer(&admin::wire_broker(hedger, given.take()?)?),
        wireDealerCall::SELECTOR => answer(&admin::wire_dealer(hedger, given.take()?)?),
        setLenderCall::SELECTOR => answer(&lender::set_lender(hedger, given.take()?)?),
        setVenueCall::SELECTOR => answer(&admin::set_venue(hedger, given.take()?, given.take()?)?),
        setTermsCall::SELECTOR => answer(&admin::set_terms(hedger, &given.take_array()?)?),
        closeVenueCall::SELECTOR => answer(&admin::close_venue(hedger, given.take()?)?),
        nameRegistryCall::SELECTOR => answer(&registry::name(hedger.vm(), &hedger.ownership, given.take()?)?),
        transferOwnershipCall::SELECTOR => answer(&hedger.ownership.offer(given.take()?)?),
        acceptOwnershipCall::SELECTOR => answer(&hedger.ownership.accept()?),
        CONSTRUCTOR => {
            let _trustee: Address = given.take()?;
            answer(&admin::construct(hedger, given.take()?)?)
        }
        _ => show(hedger, selector, given, input),
    }
}

/// Views; what is none of them the broker may know.
fn show(hedger: &mut Hedger, selector: [u8; 4], mut given: Arguments<'_>, input: &[u8]) -> ArbResult {
    match selector {
        ownerCall::SELECTOR => answer(&hedger.ownership.owner()),
        registryCall::SELECTOR => answer(&registry::named(hedger.vm())),
        marketCall::SELECTOR => answer(&hedger.slots.market.address()),
        clearingCall::SELECTOR => answer(&hedger.slots.clearing.address()),
        trusteeCall::SELECTOR => answer(&hedger.slots.trustee.address()),
        brokerCall::SELECTOR => answer(&hedger.slots.broker.address()),
        dealerCall::SELECTOR => answer(&hedger.slots.dealer.address()),
        optionsWindowCall::SELECTOR => answer(&hedger.slots.options().opened_at),
        optionsBudgetCall::SELECTOR => answer(&views::options_budget(hedger)),
        baseCall::SELECTOR => answer(&hedger.slots.base().address),
        termsCall::SELECTOR => answer_array(&hedger.slots.terms().all_millionths()),
        venueCapCall::SELECTOR => {
            let venue: Address = given.take()?;
            answer(&from_u128(hedger.slots.venue(venue).cap_wad))
        }
        heldAtomsCall::SELECTOR => answer(&from_u128(hedger.slots.kept().atoms)),
        lenderCall::SELECTOR => answer(&hedger.slots.lender.address()),
        positionCall::SELECTOR => {
            let position = hedger.position()?;
            answer(&[from_u128(position.collateral), from_u128(position.debt)])
        }
        stateCall::SELECTOR => answer(&views::state(hedger)),
        budgetCall::SELECTOR => answer(&views::budget(hedger)),
        checkpointsCall::SELECTOR => {
            let [young, old] = hedger.slots.checkpoints();
            answer(&([young.hash, old.hash], [young.at, old.at]))
        }
        noncesCall::SELECTOR => answer(&hedger.nonce(given.take()?)),
        DOMAIN_SEPARATORCall::SELECTOR => answer(&hedger.domain()),
        _ => ask(hedger, selector, hedger.slots.broker.address(), input),
    }
}

/// Has the broker or the dealer run a call in the hedger's storage.
/// # Errors: SelectorUnknown if none is named, the program's own
fn ask(hedger: &mut Hedger, selector: [u8; 4], program: Address, input: &[u8]) -> ArbResult {
    if program.is_zero() {
        return unknown(selector);
    }
    delegate(hedger, program, input)
}
