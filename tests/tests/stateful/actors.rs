//! Who acts: owners with keys, so that they can sign.

use alloy_primitives::{keccak256, Address, B256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolValue;
use equipoise_interfaces::account;

use crate::action::{Of, Who};

/// Four traders, a trader who is rich, two LPs.
pub const ACTORS: usize = 7;
/// The rich one.
pub const RICH: usize = 4;

#[derive(Clone, Debug)]
pub struct Actors {
    keys: Vec<PrivateKeySigner>,
}

impl Actors {
    pub fn new() -> Self {
        let key = |number| PrivateKeySigner::from_bytes(&keccak256(format!("actor {number}"))).unwrap();
        Self { keys: (0..ACTORS).map(key).collect() }
    }

    pub fn address(&self, who: Who) -> Address {
        self.keys[usize::from(who) % ACTORS].address()
    }

    pub fn key(&self, who: Who) -> &PrivateKeySigner {
        &self.keys[usize::from(who) % ACTORS]
    }

    pub fn all(&self) -> impl Iterator<Item = Address> + '_ {
        self.keys.iter().map(PrivateKeySigner::address)
    }

    pub fn account(&self, Of(who, is_second): Of) -> B256 {
        account::sub(self.address(who), is_second.into())
    }

    /// Every account that an actor uses.
    pub fn accounts(&self) -> impl Iterator<Item = B256> + '_ {
        self.all().flat_map(|owner| [0, 1].map(|number| account::sub(owner, number)))
    }

    /// An EIP-712 signature: its parts.
    pub fn sign(&self, who: Who, separator: B256, type_hash: B256, fields: &[B256]) -> (u8, B256, B256) {
        let fields: Vec<u8> = fields.iter().flat_map(|field| field.0).collect();
        let message = keccak256([type_hash.as_slice(), &fields].concat());
        let digest = keccak256([&[0x19, 0x01], separator.as_slice(), message.as_slice()].concat());
        let signature = self.keys[usize::from(who) % ACTORS].sign_hash_sync(&digest).unwrap();
        (27 + u8::from(signature.v()), B256::from(signature.r()), B256::from(signature.s()))
    }
}

/// A value as a field of a signed message.
pub fn field<T: SolValue>(value: &T) -> B256 {
    B256::from_slice(&value.abi_encode()[..32])
}
