//! Typed signatures (EIP-712), by a key or by a contract (ERC-1271).

use alloy_primitives::{b256, Address, B256, U256};
use equipoise_interfaces::words::{words_of, ToWords, WORD};
use equipoise_interfaces::{SignatureDeadlinePassed, SignatureInvalid};
use stylus_sdk::call::static_call;
use stylus_sdk::host::VM;
use stylus_sdk::keccak_const::Keccak256;
use stylus_sdk::prelude::*;

use crate::lean::revert;
use crate::Revert;

/// Bytes of a signature by a key: r, s and v.
const LENGTH: usize = 65;
/// Half the order of secp256k1: a larger s is the twin of a smaller one.
const MOST_S: B256 = b256!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
/// `isValidSignature(bytes32,bytes)`, which is also what it answers for yes.
const IS_VALID: [u8; 4] = [0x16, 0x26, 0xba, 0x7e];
/// The precompile that recovers who signed.
const RECOVER: Address = Address::with_last_byte(1);

const DOMAIN_TYPE: B256 = hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

/// A text's hash, when the program is built.
pub const fn hash(text: &str) -> B256 {
    B256::new(Keccak256::new().update(text.as_bytes()).finalize())
}

/// The separator of a program's domain, for the chain it runs on now.
/// # Inputs: the hashes of its name and its version
pub fn domain_separator(vm: &VM, name: B256, version: B256) -> B256 {
    let domain = (DOMAIN_TYPE, name, version, U256::from(vm.chain_id()), vm.contract_address());
    vm.native_keccak256(&words_of(&domain))
}

/// What is signed: a struct of which the words, its type's hash first, are given.
pub fn digest<T: ToWords>(vm: &VM, domain: B256, message: &T) -> B256 {
    let message = vm.native_keccak256(&words_of(message));
    vm.native_keccak256(&[&[0x19, 0x01], domain.as_slice(), message.as_slice()].concat())
}

/// Fails past a deadline.
/// # Errors: SignatureDeadlinePassed
pub fn require_in_time(vm: &VM, deadline: u64) -> Result<(), Revert> {
    let now = vm.block_timestamp();
    if now > deadline {
        return Err(revert(&SignatureDeadlinePassed { deadline, nowAt: now }));
    }
    Ok(())
}

/// Fails unless `signer` has signed `digest`: a contract says so itself, for anybody else it must be his key's signature,
/// of 65 bytes, with the smaller s.
///
/// Warning: a contract's code runs, in a static call. Hold the lock.
/// # Errors: SignatureInvalid
pub fn require_signed(vm: &VM, signer: Address, digest: B256, signature: &[u8]) -> Result<(), Revert> {
    let is_signed = if vm.code_size(signer) == 0 {
        !signer.is_zero() && recovered(vm, digest, signature) == Some(signer)
    } else {
        is_confirmed(vm, signer, digest, signature)
    };
    if is_signed {
        Ok(())
    } else {
        Err(revert(&SignatureInvalid { signer, digest }))
    }
}

fn recovered(vm: &VM, digest: B256, signature: &[u8]) -> Option<Address> {
    let signature: &[u8; LENGTH] = signature.try_into().ok()?;
    let (r, rest) = signature.split_first_chunk::<WORD>()?;
    let (s, v) = rest.split_first_chunk::<WORD>()?;
    let v = *v.first()?;
    if *s > MOST_S.0 || !(27..=28).contains(&v) {
        return None;
    }
    let input = words_of(&(digest, v, B256::new(*r), B256::new(*s)));
    let answer = static_call(vm, Call::new(), RECOVER, &input).ok()?;
    // Nothing for a point that is not on the curve.
    let word = <[u8; WORD]>::try_from(answer.as_slice()).ok()?;
    Some(Address::from_word(word.into()))
}

fn is_confirmed(vm: &VM, signer: Address, digest: B256, signature: &[u8]) -> bool {
    let mut input = IS_VALID.to_vec();
    (digest, U256::from(64), U256::from(signature.len())).write(&mut input);
    input.extend_from_slice(signature);
    let missing = signature.len().next_multiple_of(WORD).saturating_sub(signature.len());
    input.resize(input.len().saturating_add(missing), 0);
    let answer = static_call(vm, Call::new(), signer, &input);
    answer.is_ok_and(|answer| answer.get(..WORD) == Some(B256::right_padding_from(&IS_VALID).as_slice()))
}
