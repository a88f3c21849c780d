//! Who may sign surfaces, and whether enough of them have.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::{write_items, ToWords};
use equipoise_interfaces::{
    MarketSurfaceKeeperUnknown, MarketSurfaceKeepersInvalid, MarketSurfaceKeepersUnordered, MarketSurfaceKeepersUnset,
    MarketSurfaceSignaturesTooFew, SurfaceKeepersSet,
};
use equipoise_kit::lean::{emit, revert, Arguments};
use equipoise_kit::quorum::{self, check_signers, QuorumError, MAX_SIGNERS};
use equipoise_kit::Revert;
use equipoise_market_state::store::Store;
use equipoise_market_state::surface_guard::SurfaceGuard;
use stylus_sdk::prelude::*;

/// Replaces all keepers, and how many of them must sign. Sequences begin anew: keepers who signed the highest there is
/// cannot keep those who follow from posting. What was signed before still has to be no older than the last surface.
/// # Errors: MarketSurfaceKeepersInvalid, MarketSurfaceKeepersUnordered
pub fn replace(store: &mut Store, keepers: &[Address], threshold: u8) -> Result<(), Revert> {
    let count = check_signers(keepers, threshold).map_err(|reason| refusal(reason, threshold))?;
    let guard = store.surface_guard();
    store.set_surface_keepers(guard.keepers, keepers);
    store.set_surface_guard(&SurfaceGuard { threshold, keepers: count, sequence: 0, ..guard })?;
    let data = words_of_keepers(keepers, threshold);
    emit(store.vm(), &[SurfaceKeepersSet::SIGNATURE_HASH], &data);
    Ok(())
}

/// The keepers and how many must sign, as the ABI shows them.
pub fn shown(store: &Store) -> Vec<u8> {
    let guard = store.surface_guard();
    let keepers: Vec<_> = store.surface_keepers(guard.keepers).collect();
    words_of_keepers(&keepers, guard.threshold)
}

/// An array and a number.
fn words_of_keepers(keepers: &[Address], threshold: u8) -> Vec<u8> {
    let mut data = Vec::new();
    (U256::from(64), threshold).write(&mut data);
    write_items(keepers, &mut data);
    data
}

/// Fails unless enough keepers have signed, and nobody else, by rising address.
///
/// The lock is not taken while a keeper's contract speaks: nothing has been stored yet, and a static call stores nothing.
/// # Errors: MarketSurfaceKeepersUnset, MarketSurfaceSignaturesTooFew, MarketSurfaceKeepersUnordered,
/// MarketSurfaceKeeperUnknown, SignatureInvalid
pub fn require_quorum(
    store: &Store,
    guard: &SurfaceGuard,
    digest: B256,
    signatures: Vec<Arguments<'_>>,
) -> Result<(), Revert> {
    let keepers = store.surface_keepers(guard.keepers);
    let signed = quorum::require_quorum(store.vm(), digest, guard.threshold, keepers, signatures);
    signed.map_err(|reason| refusal(reason, guard.threshold))
}

#[cold]
fn refusal(reason: QuorumError, threshold: u8) -> Revert {
    match reason {
        QuorumError::Invalid { count } => {
            let (count, maximum) = (U256::from(count), U256::from(MAX_SIGNERS));
            revert(&MarketSurfaceKeepersInvalid { count, maximum, threshold })
        }
        QuorumError::Unset => revert(&MarketSurfaceKeepersUnset {}),
        QuorumError::TooFew { count } => revert(&MarketSurfaceSignaturesTooFew { count: U256::from(count), threshold }),
        QuorumError::Unordered { signer, previous } => {
            revert(&MarketSurfaceKeepersUnordered { keeper: signer, previous })
        }
        QuorumError::Unknown { signer } => revert(&MarketSurfaceKeeperUnknown { keeper: signer }),
        QuorumError::Refused(data) => data,
    }
}
