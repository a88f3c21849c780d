//! Allowances by signature (EIP-2612 over EIP-712).

use alloc::vec::Vec;

use alloy_primitives::{address, b256, keccak256, uint, Address, B256, U256};
use equipoise_interfaces::words::{FromWords, ToWords};
use equipoise_interfaces::{ERC2612ExpiredSignature, ERC2612InvalidSigner};
use equipoise_kit::lean::{revert, Arguments};
use equipoise_kit::Revert;
use stylus_sdk::call::static_call;
use stylus_sdk::prelude::*;

use crate::Tranche;

/// `keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")`
const DOMAIN_TYPE: B256 = b256!("8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f");
/// `keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")`
const PERMIT_TYPE: B256 = b256!("6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9");
/// `keccak256("1")`
const VERSION: B256 = b256!("c89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc6");
/// The precompile that recovers signers.
const RECOVER: Address = address!("0000000000000000000000000000000000000001");
/// Half the order of secp256k1: of the two signatures for one message only that with the lower s counts.
const MOST_S: U256 = uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

impl Tranche {
    /// Uses a signed allowance.
    /// # Errors: CalldataMalformed, ERC2612ExpiredSignature, ERC2612InvalidSigner
    pub(crate) fn permit(&mut self, given: &mut Arguments<'_>) -> Result<(), Revert> {
        let (owner, spender): (Address, Address) = (given.take()?, given.take()?);
        let (value, deadline): (U256, U256) = (given.take()?, given.take()?);
        let (v, r, s): (u8, B256, U256) = (given.take()?, given.take()?, given.take()?);
        if U256::from(self.vm().block_timestamp()) > deadline {
            return Err(revert(&ERC2612ExpiredSignature { deadline }));
        }
        let nonce = self.nonce(owner);
        let mut message = Vec::new();
        (PERMIT_TYPE, owner, spender, value, nonce, deadline).write(&mut message);
        let signer = self.signer_of(keccak256(&message), v, r, s);
        if signer.is_zero() || signer != owner {
            return Err(revert(&ERC2612InvalidSigner { signer, owner }));
        }
        self.slots.nonces.at_mut(owner.into_word()).set_number(nonce.saturating_add(U256::ONE));
        self.allow(owner, spender, value);
        Ok(())
    }

    /// How many signatures of an owner have been used.
    pub(crate) fn nonce(&self, owner: Address) -> U256 {
        self.slots.nonces.at(owner.into_word()).number()
    }

    /// The domain of signatures, of the chain as it is now.
    pub(crate) fn domain_separator(&self) -> B256 {
        let name = keccak256(self.name().as_bytes());
        let (chain, program) = (self.vm().chain_id(), self.vm().contract_address());
        let mut domain = Vec::new();
        (DOMAIN_TYPE, name, VERSION, chain, program).write(&mut domain);
        keccak256(&domain)
    }

    /// Who signed a message, zero if nobody did.
    fn signer_of(&self, message: B256, v: u8, r: B256, s: U256) -> Address {
        if s > MOST_S {
            return Address::ZERO;
        }
        let digest = [&[0x19, 0x01], self.domain_separator().as_slice(), message.as_slice()].concat();
        let mut input = Vec::new();
        (keccak256(&digest), v, r, s).write(&mut input);
        let answer = static_call(self.vm(), Call::new(), RECOVER, &input).unwrap_or_default();
        Address::read(&mut answer.as_slice()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_hashes_are_those_of_the_standards() {
        let domain = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
        assert_eq!(keccak256(domain), DOMAIN_TYPE);
        let permit = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
        assert_eq!(keccak256(permit), PERMIT_TYPE);
        assert_eq!(keccak256("1"), VERSION);
    }
}
