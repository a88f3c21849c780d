//! Who may trade for an owner: by his word or by his signature.

use alloy_primitives::{Address, B256, U256, U64};
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::{AddressIsZero, OperatorSet};
use equipoise_kit::lean::{log, revert, Arguments};
use equipoise_kit::signature::{digest, domain_separator, hash, require_in_time, require_signed};
use equipoise_kit::{lock, Revert};
use stylus_sdk::prelude::*;

const NAME: B256 = hash("Equipoise Clearing");
const VERSION: B256 = hash("1");
const SET_OPERATOR: B256 =
    hash("SetOperator(address owner,address operator,uint64 until,uint256 nonce,uint64 deadline)");

/// Lets somebody trade for the caller up to a time, inclusive; zero to revoke.
/// # Errors: AddressIsZero
pub fn set(ledger: &mut Ledger, operator: Address, until: u64) -> Result<(), Revert> {
    let owner = ledger.vm().msg_sender();
    appoint(ledger, owner, operator, until)
}

/// The same by the owner's signature.
/// # Errors: AddressIsZero, SignatureDeadlinePassed, SignatureInvalid, CalldataMalformed
pub fn set_by_signature(ledger: &mut Ledger, given: &mut Arguments<'_>) -> Result<(), Revert> {
    let [owner, operator]: [Address; 2] = given.take()?;
    let [until, deadline]: [u64; 2] = given.take()?;
    let signature = given.take_bytes()?;
    require_in_time(ledger.vm(), deadline)?;
    let nonce = nonce(ledger, owner);
    // Used before anybody else's code runs; a failure takes it back.
    let next = nonce.saturating_add(U256::ONE);
    ledger.slots.nonces.insert(owner, U64::from(next));
    let message = (SET_OPERATOR, owner, operator, until, nonce, deadline);
    let digest = digest(ledger.vm(), domain(ledger), &message);
    let program = ledger.vm().contract_address();
    lock::enter(program)?;
    require_signed(ledger.vm(), owner, digest, signature)?;
    lock::exit(program)?;
    appoint(ledger, owner, operator, until)
}

/// How many signatures of an owner have been used.
pub fn nonce(ledger: &Ledger, owner: Address) -> U256 {
    U256::from(ledger.slots.nonces.get(owner))
}

/// The separator of the clearing house's domain.
pub fn domain(ledger: &Ledger) -> B256 {
    domain_separator(ledger.vm(), NAME, VERSION)
}

fn appoint(ledger: &mut Ledger, owner: Address, operator: Address, until: u64) -> Result<(), Revert> {
    if operator.is_zero() {
        return Err(revert(&AddressIsZero {}));
    }
    ledger.slots.operators.setter(owner).insert(operator, U64::from(until));
    log(ledger.vm(), &OperatorSet { owner, operator, until });
    Ok(())
}
