//! The appraiser's door: decodes a call and hands it over.

use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IHedged::{
    appraiseCall, hedgeCall, hedgerCall, inventoryCall, recordHedgeCall, wireHedgerCall,
};
use equipoise_interfaces::ILearning::{learnCall, learningCall, setLearningCall};
use equipoise_kit::lean::{answer, answer_array, open, unknown};
use equipoise_kit::ownership::Ownership;
use equipoise_market_state::store::{Place, Store};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::StorageType;
use stylus_sdk::ArbResult;

/// The appraiser, on the market's storage.
pub struct Appraiser {
    pub(crate) ownership: Ownership,
    pub(crate) store: Store,
}

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    // SAFETY: ownership has a namespace of its own, and this is its one handle.
    let ownership = unsafe { Ownership::new(U256::ZERO, 0, vm.clone()) };
    let mut appraiser = Appraiser { ownership, store: Store::new(vm) };
    match selector {
        appraiseCall::SELECTOR => answer(&appraiser.appraise(&given.take_array::<B256>()?)?),
        inventoryCall::SELECTOR => answer_array(&appraiser.inventory()?),
        recordHedgeCall::SELECTOR => answer(&appraiser.record_hedge(given.take()?, given.take()?, given.take()?)?),
        wireHedgerCall::SELECTOR => answer(&appraiser.wire_hedger(given.take()?)?),
        learnCall::SELECTOR => answer(&appraiser.learn()?),
        setLearningCall::SELECTOR => answer(&appraiser.set_learning(given.take()?)?),
        learningCall::SELECTOR => answer(&appraiser.learning()?),
        hedgeCall::SELECTOR => answer(&appraiser.show_hedge()),
        hedgerCall::SELECTOR => answer(&appraiser.store.address(Place::Hedger)),
        _ => unknown(selector),
    }
}
