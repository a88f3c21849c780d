//! Who may publish, and whether enough of them have signed.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::{write_items, ToWords};
use equipoise_interfaces::{
    PublishersSet, SignedSourcePublisherUnknown, SignedSourcePublishersInvalid, SignedSourcePublishersUnordered,
    SignedSourcePublishersUnset, SignedSourceSignaturesTooFew,
};
use equipoise_kit::lean::{emit, revert, Arguments};
use equipoise_kit::quorum::{check_signers, require_quorum, QuorumError, MAX_SIGNERS};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::slots::{Slots, Terms};

/// Replaces all publishers, and how many of them must sign. The last price stays, so what they sign has to be newer.
/// # Errors: SignedSourcePublishersInvalid, SignedSourcePublishersUnordered
pub fn replace(slots: &mut Slots, publishers: &[Address], threshold: u8) -> Result<(), Revert> {
    let count = check_signers(publishers, threshold).map_err(|reason| refusal(reason, threshold))?;
    let terms = slots.terms();
    slots.set_publishers(terms.publishers, publishers);
    slots.set_terms(Terms { threshold, publishers: count, ..terms });
    emit(slots.vm(), &[PublishersSet::SIGNATURE_HASH], &words_of_publishers(publishers, threshold));
    Ok(())
}

/// The publishers and how many must sign, as the ABI shows them.
pub fn shown(slots: &Slots) -> Vec<u8> {
    let terms = slots.terms();
    let publishers: Vec<_> = slots.publishers(terms.publishers).collect();
    words_of_publishers(&publishers, terms.threshold)
}

/// An array and a number.
fn words_of_publishers(publishers: &[Address], threshold: u8) -> Vec<u8> {
    let mut data = Vec::new();
    (U256::from(64), threshold).write(&mut data);
    write_items(publishers, &mut data);
    data
}

/// Fails unless enough publishers have signed, and nobody else, by rising address.
///
/// No lock is held while a publisher's contract speaks: nothing has been stored yet, and a static call stores nothing.
/// # Errors: SignedSourcePublishersUnset, SignedSourceSignaturesTooFew, SignedSourcePublishersUnordered,
/// SignedSourcePublisherUnknown, SignatureInvalid
pub fn require_signed(slots: &Slots, terms: Terms, digest: B256, signatures: Vec<Arguments<'_>>) -> Result<(), Revert> {
    let publishers = slots.publishers(terms.publishers);
    let signed = require_quorum(slots.vm(), digest, terms.threshold, publishers, signatures);
    signed.map_err(|reason| refusal(reason, terms.threshold))
}

#[cold]
fn refusal(reason: QuorumError, threshold: u8) -> Revert {
    match reason {
        QuorumError::Invalid { count } => {
            let (count, maximum) = (U256::from(count), U256::from(MAX_SIGNERS));
            revert(&SignedSourcePublishersInvalid { count, maximum, threshold })
        }
        QuorumError::Unset => revert(&SignedSourcePublishersUnset {}),
        QuorumError::TooFew { count } => revert(&SignedSourceSignaturesTooFew { count: U256::from(count), threshold }),
        QuorumError::Unordered { signer, previous } => {
            revert(&SignedSourcePublishersUnordered { publisher: signer, previous })
        }
        QuorumError::Unknown { signer } => revert(&SignedSourcePublisherUnknown { publisher: signer }),
        QuorumError::Refused(data) => data,
    }
}
